"""Currencies, payout terms, and how tests of the money contracts look at money and events."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from ape.utils import ZERO_ADDRESS
from eth_abi import encode
from eth_utils import keccak

NATIVE = "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE"
ZERO = ZERO_ADDRESS
NO_ROOT = bytes(32)
MAX_SHARES = 2**40 - 1


class Terms(NamedTuple):
    """`PayoutTerms`, field by field."""

    workId: int
    stage: int
    payer: Any
    payee: Any
    currency: Any
    amount: int
    expiresAt: int
    briefHash: bytes
    salt: int


def payout_id(vault: Any, terms: Terms) -> bytes:
    """The id as the vault's interface defines it, hashed here."""
    fields = "uint40,uint8,address,address,address,uint128,uint40,bytes32,uint256"
    values = tuple(getattr(value, "address", value) for value in terms)
    words = [keccak(text="creatoken.payout.v1"), 31337, vault.address, values]
    return keccak(encode(["bytes32", "uint256", "address", f"({fields})"], words))


def event(contract: Any, name: str, *values: Any) -> Any:
    """An event that equals only one with all of these arguments, in the order of its ABI."""
    inputs = [entry.name for entry in contract.contract_type.events[name].inputs]
    given = dict(zip(inputs, values, strict=True))
    assert None not in values, "Ape takes None for any value"
    terms = {key: _decoded(value) for key, value in given.items() if isinstance(value, Terms)}
    log = getattr(contract, name)(**{key: given[key] for key in given if key not in terms})
    log.event_arguments.update(terms)
    return log


def _decoded(terms: Terms) -> list[Any]:
    """A struct as Ape decodes it: addresses in it stay lower case."""
    values = [getattr(value, "address", value) for value in terms]
    return [value.lower() if isinstance(value, str) else value for value in values]


def balance(currency: Any, account: Any) -> int:
    """Base units of the currency that an account or a contract has."""
    return account.balance if currency == NATIVE else currency.balanceOf(account)


def pay(currency: Any, payer: Any, to: Any, amount: int) -> None:
    """Pays plain revenue; tokens are minted to where they go."""
    if currency == NATIVE:
        payer.transfer(to, amount)
    else:
        currency.mint(to, amount, sender=payer)


@contextmanager
def gains(currency: Any, *expected: tuple[Any, int]) -> Iterator[None]:
    """Passes if the block changes each account's balance by exactly this much."""
    before = [balance(currency, account) for account, _ in expected]
    yield
    after = [balance(currency, account) for account, _ in expected]
    changes = [new - old for old, new in zip(before, after, strict=True)]
    assert changes == [change for _, change in expected]
