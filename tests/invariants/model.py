"""What a work's money must do, in exact fractions: each base unit is divided when it is settled.

Nothing is carried, rounded or packed here. The contract counts scaled units of 2^-20 base units and
carries what does not divide by the number of shares, so per share it lags behind the fraction by
less than one scaled unit. A holder that keeps its shares is hence behind by less than its shares in
scaled units; each share that it sent or took since may have added one more, see `Revenue.drift`.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction

SCALE = 2**20
CAP = 2**88 - 1
"""Base units that are attributed at a time; more waits."""


@dataclass
class Revenue:
    """One currency of one work, in base units."""

    listed: bool = True
    held: int = 0
    owed: dict[str, Fraction] = field(default_factory=dict)
    sent: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    erratic: bool = False
    """Whether the currency ever hid its balance or shrank it."""

    def unsettled(self, readable: bool = True) -> Fraction:
        """What is not attributed yet; below zero by the carried part if a push paid that out."""
        return min(self.held if readable else 0, CAP) - sum(self.owed.values(), Fraction())

    def drift(self, holder: str, shares: int) -> tuple[int, int]:
        """How many scaled units the contract may be below and above `owed`."""
        if not self.listed:
            return 0, 0
        below, above = shares + self.sent[holder], self.taken[holder]
        return (below + above, below + above) if self.erratic else (below, above)


class Work:
    """The cap table and the money of one work. Holders and currencies are names."""

    def __init__(self, name: str, listed: Iterable[str]) -> None:
        """Settles the listed currencies; `name` holds the shares of those who did not join."""
        self.name = name
        self.shares: Counter[str] = Counter()
        self.total = 0
        """Shares that divide the revenue; 0 before the seal."""
        self.revenues = {currency: Revenue() for currency in listed}

    def revenue(self, currency: str) -> Revenue:
        """The money in a currency; one that is not settled has no history."""
        return self.revenues.setdefault(currency, Revenue(listed=False))

    def seal(self) -> None:
        self.total = self.shares.total()

    def join(self, holder: str, shares: int) -> None:
        """Moves lazy shares with all that they earned since the seal."""
        for revenue in self.revenues.values():
            pool = revenue.owed.get(self.name, Fraction())
            part = pool * shares / max(self.shares[self.name], 1)
            revenue.owed[self.name] = pool - part
            revenue.owed[holder] = revenue.owed.get(holder, Fraction()) + part
        self._move(self.name, holder, shares)

    def transfer(
        self, source: str, target: str, shares: int, readable: Callable[[str], bool]
    ) -> None:
        """Moves shares, and no money that came before."""
        for currency, revenue in self.revenues.items():
            self.settle(currency, readable(currency))
            if self.total:
                revenue.sent[source] += shares
                revenue.taken[target] += shares
        self._move(source, target, shares)

    def settle(self, currency: str, readable: bool = True) -> None:
        """Divides what has come."""
        revenue = self.revenue(currency)
        for holder, part in self._parts(revenue, readable).items():
            revenue.owed[holder] = revenue.owed.get(holder, Fraction()) + part

    def owed(self, currency: str, holder: str, readable: bool = True) -> Fraction:
        """What a holder would be owed if all that has come were divided now."""
        revenue = self.revenue(currency)
        parts = self._parts(revenue, readable)
        return revenue.owed.get(holder, Fraction()) + parts.get(holder, 0)

    def pay(self, currency: str, holder: str, amount: int) -> None:
        """Takes a payment to a holder off the books, which must have been settled."""
        revenue = self.revenue(currency)
        revenue.held -= amount
        revenue.owed[holder] = revenue.owed.get(holder, Fraction()) - amount

    def push(self, currency: str, holder: str, paid: int, credited: int) -> None:
        """Books a push: what is paid never was owed, what is credited is owed from now on."""
        revenue = self.revenue(currency)
        revenue.held -= paid
        revenue.owed[holder] = revenue.owed.get(holder, Fraction()) + credited

    def _parts(self, revenue: Revenue, readable: bool) -> dict[str, Fraction]:
        if not (revenue.listed and self.total):
            return {}
        unsettled = revenue.unsettled(readable)
        if unsettled * SCALE <= -self.total:  # the currency hides or lost what is owed
            return {}
        return {it: unsettled * held / self.total for it, held in self.shares.items() if held}

    def _move(self, source: str, target: str, shares: int) -> None:
        self.shares[source] -= shares
        self.shares[target] += shares
