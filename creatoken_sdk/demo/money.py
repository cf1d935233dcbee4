"""Money that adds up to the wei: books kept from calls and events, and the split worked out anew.

The books never ask for a balance, and the split never asks the chain; the demo compares both with
what the chain says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from creatoken_sdk.chain.calls import Call
from creatoken_sdk.chain.events import Event
from creatoken_sdk.chain.receipts import Receipt
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.signers import TransactionSigner
from creatoken_sdk.chain.wallet import Wallet

__all__ = ["ETHER", "Bill", "BookedWallet", "Books", "Movement", "eth", "split", "upstream_cut"]

# Where the money of a work, an offer or a licence goes, by its kind and id.
Tokens: TypeAlias = dict[tuple[str, int | bytes], str]

ETHER = 10**18
_ALL_BPS = 10_000
_SCALE_BITS = 20
"""Revenue per share carries this many binary places; source: IRoyaltySplitter."""


@dataclass(frozen=True, slots=True)
class Movement:
    """Native currency that went from one account to another, in wei."""

    source: str
    target: str
    wei: int


@dataclass(frozen=True, slots=True)
class Bill:
    """What one transaction cost its sender."""

    act: str
    what: str
    sender: str
    tx_hash: str
    gas: int
    wei: int


class Books:
    """Every transaction of the story and every movement of money that it caused."""

    def __init__(self) -> None:
        """Start empty; `act` is the part of the story that is being played."""
        self.act = "Deployment"
        self._tokens: Tokens = {}
        self.bills: list[Bill] = []
        self.movements: list[Movement] = []

    def enter(self, sender: str, call: Call[Any], receipt: Receipt) -> None:
        """Book a mined transaction."""
        fee = receipt.gas_used * receipt.gas_price
        self.bills.append(Bill(self.act, call.name, sender, receipt.tx_hash, receipt.gas_used, fee))
        if call.value and call.to is not None:
            self.movements.append(Movement(sender, call.to, call.value))
        for event in receipt.events:
            self._learn(event)
            if event.name in _PAYMENTS:
                self.movements.append(_PAYMENTS[event.name](event, self._tokens))

    @property
    def accounts(self) -> tuple[str, ...]:
        """Every account that moved money or paid for gas, in order of appearance."""
        moved = [account for one in self.movements for account in (one.source, one.target)]
        return tuple(dict.fromkeys([bill.sender for bill in self.bills] + moved))

    def net(self, address: str) -> int:
        """Return what the account received less what it paid, without gas, in wei."""
        received = sum(one.wei for one in self.movements if one.target == address)
        return received - sum(one.wei for one in self.movements if one.source == address)

    def fees(self, address: str) -> int:
        """Return what the account paid for gas, in wei."""
        return sum(bill.wei for bill in self.bills if bill.sender == address)

    def _learn(self, event: Event) -> None:
        if event.name == "WorkOpened":
            self._tokens["work", event["work_id"]] = event["token"]
        elif event.name == "OfferPosted":
            self._tokens["offer", event["offer_id"]] = self._tokens["work", event["work_id"]]
        elif event.name == "LicenseSold":
            self._tokens["license", event["license_id"]] = self._tokens["offer", event["offer_id"]]


class BookedWallet(Wallet):
    """A wallet that enters each transaction it sends in the books."""

    def __init__(self, rpc: Rpc, chain_id: int, signer: TransactionSigner, books: Books) -> None:
        """Keep `books` for one signer."""
        super().__init__(rpc, chain_id, signer)
        self._books = books

    def send(self, call: Call[Any]) -> Receipt:
        """Send, wait and book."""
        receipt = super().send(call)
        self._books.enter(self.address, call, receipt)
        return receipt


def split(revenue: int, shares: Mapping[str, int]) -> dict[str, int]:
    """Return what each holder can claim of `revenue` wei; the rest is carried to the next payment.

    The rule of IRoyaltySplitter in whole numbers: revenue per share is rounded down once, to
    2^-20 wei, and each claim once, to the wei.
    """
    per_share = (revenue << _SCALE_BITS) // sum(shares.values())
    return {holder: per_share * held >> _SCALE_BITS for holder, held in shares.items()}


def upstream_cut(contributed: int, bps: int) -> int:
    """Return the shares of a parent work beside `contributed` shares, rounded up."""
    return -(-contributed * bps // (_ALL_BPS - bps))


def eth(wei: int) -> str:
    """Return an amount with all 18 decimals."""
    sign = "-" if wei < 0 else ""
    return f"{sign}{abs(wei) // ETHER:,}.{abs(wei) % ETHER:018d}"


_PAYMENTS: Mapping[str, Callable[[Event, Tokens], Movement]] = {
    "PaymentReleased": lambda event, _: Movement(event.address, event["payee"], event["amount"]),
    "RevenueClaimed": lambda event, _: Movement(event.address, event["holder"], event["amount"]),
    "LicenseSold": lambda event, tokens: Movement(
        event.address, tokens["offer", event["offer_id"]], event["price"]
    ),
    "MarketDeployed": lambda event, tokens: Movement(
        event.address, tokens["license", event["license_id"]], event["fee"]
    ),
}
