"""What a work owes to whom, in plain integers, to the last scaled unit.

`model.py` says what would be fair, this what is exact: a work counts units of 2^-20 base units. It
attributes revenue in whole units per share; the rest waits in its balance for more.
"""

from collections import Counter, defaultdict
from fractions import Fraction
from math import ceil

from invariants.model import CAP, SCALE

Balances = Counter[tuple[str, str]]
"""Base units by currency and account."""


class Ledger:
    """The cap table and the debts of one work. It moves money in the balances that all share."""

    def __init__(
        self, work: str, settled: tuple[str, ...], parents: dict[str, int], balances: Balances
    ) -> None:
        """Begins without shares; parents come with their 1/10,000."""
        self.work, self.settled, self.parents = work, settled, parents
        self.shares: Counter[str] = Counter()
        self.total = 0
        """Shares that divide the revenue; 0 before the seal."""
        self._balances = balances
        self._debts: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def cuts(self, contributed: int) -> dict[str, int]:
        """What each parent gets beside this many shares."""
        rest = 10_000 - sum(self.parents.values())
        counted = contributed + len(self.parents) - 1
        return {it: ceil(Fraction(counted * bps, rest)) for it, bps in self.parents.items()}

    def overflows(self, more: int) -> bool:
        """Whether further shares would not fit 40 bits when the work is sealed."""
        contributed = self.shares.total() + more
        return contributed + sum(self.cuts(contributed).values()) >= 2**40

    def seal(self) -> None:
        self.shares.update(self.cuts(self.shares.total()))
        self.total = self.shares.total()

    def per_share(self, currency: str) -> int:
        """Scaled units of each share in the revenue that is attributed to nobody."""
        held = min(self._balances[currency, self.work], CAP) * SCALE
        new = held - self._debts[currency].total()
        return max(new, 0) // self.total if self.total else 0

    def owed(self, currency: str, holder: str) -> int:
        """Base units that a claim would pay."""
        new = self.per_share(currency) if currency in self.settled else 0
        return (self._debts[currency][holder] + new * self.shares[holder]) // SCALE

    def settle(self, currency: str) -> None:
        """Attributes what has come."""
        new = self.per_share(currency) if currency in self.settled else 0
        for holder, count in self.shares.items():
            self._debts[currency][holder] += new * count

    def transfer(self, source: str, target: str, count: int) -> None:
        """Moves shares, and no money that came before."""
        if source == target:
            return
        for currency in self.settled:
            self.settle(currency)
        self.shares[source] -= count
        self.shares[target] += count

    def claim(self, currency: str, holder: str) -> None:
        """Pays what a holder is owed; where that is nothing, nothing is attributed either."""
        if self.owed(currency, holder):
            self.settle(currency)
            self.pay(currency, holder)

    def pay(self, currency: str, holder: str) -> None:
        """Pays what is attributed to a holder, in whole base units."""
        amount = self._debts[currency][holder] // SCALE
        self._debts[currency][holder] -= amount * SCALE
        self._move(currency, holder, amount)

    def push(self, currency: str, refusing: set[str]) -> None:
        """Pays out what is attributed to nobody; who refuses is owed its part."""
        new = self.per_share(currency)
        for holder, count in self.shares.items():
            amount = new * count // SCALE
            if holder in refusing:
                self._debts[currency][holder] += amount * SCALE
            else:
                self._move(currency, holder, amount)

    def _move(self, currency: str, to: str, amount: int) -> None:
        self._balances[currency, self.work] -= amount
        self._balances[currency, to] += amount
