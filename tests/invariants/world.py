"""Accounts and currencies that the property tests share, by short names.

A to D are people. X and Y are contracts that refuse native payments in many ways. `usd` and `eur`
are honest tokens that can block an account; `odd` has one flaw at a time.
"""

from enum import IntEnum
from functools import lru_cache
from typing import Any

from eth_abi import encode
from eth_utils import keccak

from invariants.chain import RICH, Chain
from invariants.contract import Contract

PEOPLE = tuple("ABCD")
HOSTILE = tuple("XY")
TOKENS = ("usd", "eur", "odd")
CURRENCIES = ("native", *TOKENS)
NATIVE = "0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"
ZERO = "0x" + "00" * 20
Order = tuple[Any, ...]
"""A function's name and its arguments."""


class Mode(IntEnum):
    """Of `MockRecipient`; its last one, REENTER, is a rule of its own."""

    ACCEPT = 0
    REJECT = 1
    REJECT_WITH_BOMB = 2
    ACCEPT_WITH_BOMB = 3
    BURN_GAS = 4


class Flaw(IntEnum):
    """Of `MockHostileERC20`, but for those that move money and deny it."""

    NONE = 0
    FEE = 1
    HOOK = 2
    PAUSED = 3
    RETURNS_FALSE = 4
    RETURNS_NOTHING = 5
    RETURNS_BOMB = 7
    REVERTS_ON_ZERO = 8
    BURNS_GAS = 9
    BALANCE_REVERTS = 10
    BALANCE_SHORT = 11
    BALANCE_BURNS_GAS = 12


STUCK = (Flaw.PAUSED, Flaw.RETURNS_FALSE, Flaw.BURNS_GAS)
BLIND = (Flaw.BALANCE_REVERTS, Flaw.BALANCE_SHORT, Flaw.BALANCE_BURNS_GAS)


class World:
    """Names, balances and moods. `reset` before each example."""

    def __init__(self, chain: Chain, project: Any) -> None:
        """Deploys the contracts among the accounts and currencies; `project` is Ape's."""
        self.chain = chain
        self.recipients = {
            name: Contract.deploy(chain, project.MockRecipient.contract_type) for name in HOSTILE
        }
        self.tokens = {
            name: Contract.deploy(chain, project.MockHostileERC20.contract_type) for name in TOKENS
        }
        self._base = chain.snapshot()
        self.reset()

    def reset(self) -> None:
        """Goes back to the time of deployment, or of `keep`."""
        self.chain.revert(self._base)
        self.keep()
        self.addresses = {name: "0x" + f"{ord(name):02x}" * 20 for name in PEOPLE}
        self.addresses |= {name: it.address for name, it in self.recipients.items()}
        self.modes = dict.fromkeys(HOSTILE, Mode.ACCEPT)
        self.flaw = Flaw.NONE
        self.blocked: set[tuple[str, str]] = set()

    def keep(self) -> None:
        """Makes what is deployed by now part of the beginning."""
        self._base = self.chain.snapshot()

    def currency(self, name: str) -> str:
        return NATIVE if name == "native" else self.tokens[name].address

    def balance(self, currency: str, account: str) -> int:
        """Base units; also of a token that does not answer."""
        if currency == "native":
            return self.chain.balance(self.addresses[account])
        slot = slot_of(2, self.addresses[account])
        return self.chain.storage(self.tokens[currency].address, slot)

    def give(self, currency: str, account: str, amount: int) -> None:
        """A plain payment from outside."""
        address = self.addresses[account]
        if currency == "native":
            self.chain.send(RICH, address, b"", amount)
        else:
            total = self.balance(currency, account) + amount
            self.tokens[currency].send("setBalance", address, total)

    def act(self, name: str, contract: Contract, order: Order, value: int = 0) -> None:
        """Sends a transaction in somebody's name, who gets the native currency that it takes."""
        function, *arguments = order
        address = self.addresses[name]
        if name in HOSTILE:
            data = contract.data(function, *arguments)
            send = self.recipients[name].send
            send("execute", contract.address, value, data, value=value)
            return
        if value:
            self.give("native", name, value)
        contract.send(function, *arguments, sender=address, value=value)

    def accepts(self, currency: str, source: str, target: str) -> bool:
        """Whether a payment arrives."""
        if currency == "native":
            return self.modes.get(target, Mode.ACCEPT) in (Mode.ACCEPT, Mode.ACCEPT_WITH_BOMB)
        if {(currency, source), (currency, target)} & self.blocked:
            return False
        return currency != "odd" or self.flaw not in STUCK

    def arriving(self, currency: str, amount: int) -> int:
        """What reaches the receiver of a payment."""
        return amount - amount // 100 if currency == "odd" and self.flaw == Flaw.FEE else amount

    def readable(self, currency: str) -> bool:
        return currency != "odd" or self.flaw not in BLIND

    def set_mode(self, name: str, mode: Mode) -> None:
        self.modes[name] = mode
        self.recipients[name].send("setMode", mode)

    def set_flaw(self, flaw: Flaw) -> None:
        self.flaw = flaw
        self.tokens["odd"].send("setFlaw", flaw)

    def set_blocked(self, currency: str, name: str, blocked: bool) -> None:
        pair = {(currency, name)}
        self.blocked = self.blocked | pair if blocked else self.blocked - pair
        self.tokens[currency].send("setBlocked", self.addresses[name], blocked)


@lru_cache(4096)
def slot_of(mapping: int, *keys: str) -> int:
    """Storage slot of a mapping's value, by the number of its declaration and address keys."""
    slot = mapping
    for key in keys:
        slot = int.from_bytes(keccak(encode(["address", "uint256"], [key, slot])), "big")
    return slot
