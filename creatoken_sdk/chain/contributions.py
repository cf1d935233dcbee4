"""Contributions: the cap table of a work, from the first step to the seal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from creatoken_sdk.chain.calls import Call, Noun, verb
from creatoken_sdk.chain.receipts import Receipt
from creatoken_sdk.chain.works import Work
from creatoken_sdk.record.steps import ZERO_HASH

__all__ = ["Contributions"]


class Contributions(Noun):
    """`ContributionToken`: one per work, an ERC-20 without decimals."""

    CONTRACT = "ContributionToken"

    @verb
    def record(
        self, work: Work, steps_root: bytes, step_count: int, shares: Mapping[str, int]
    ) -> Call[Receipt]:
        """Commit steps and mint the shares they earned, by account. RECORDER, before the seal."""
        allocations = list(shares.items())
        return self._call("record", steps_root, step_count, allocations, to=work.token)

    @verb
    def accept_currency(self, work: Work, currency: str) -> Call[Receipt]:
        """Settle one more ERC-20, at most 4; sealed works do, too. ADMIN or TREASURER."""
        return self._call("acceptCurrency", currency, to=work.token)

    @verb
    def seal(
        self, work: Work, *, lazy_root: bytes = ZERO_HASH, lazy_shares: int = 0
    ) -> Call[Receipt]:
        """Make the cap table final and start distributing. DIRECTOR; after `seal_by` anyone.

        `lazy_root` is over the leaves of holders who join later; `lazy_shares` is their sum.
        """
        return self._call("seal", lazy_root, lazy_shares, to=work.token)

    @verb
    def join(
        self, work: Work, index: int, account: str, shares: int, proof: Sequence[bytes]
    ) -> Call[Receipt]:
        """Give a lazy holder its shares, with all revenue since the seal. Anyone."""
        return self._call("join", index, account, shares, proof, to=work.token)

    @verb
    def transfer(self, work: Work, to: object, shares: int) -> Call[Receipt]:
        """Move shares of the sender; revenue that came before stays with the sender."""
        return self._call("transfer", to, shares, to=work.token)

    def shares_of(self, work: Work, account: object) -> int:
        """Return the shares of an account."""
        return self._read(int, "balanceOf", account, to=work.token)

    def total_shares(self, work: Work) -> int:
        """Return all shares minted so far."""
        return self._read(int, "totalSupply", to=work.token)

    def steps_recorded_at(self, work: Work, steps_root: bytes) -> int:
        """Return when the steps were recorded, in UTC seconds; 0 if never."""
        return self._read(int, "stepsRecordedAt", steps_root, to=work.token)

    def sealed_at(self, work: Work) -> int:
        """Return when the work was sealed, in UTC seconds; 0 while it is open."""
        return self._read(int, "sealedAt", to=work.token)

    def lazy_root(self, work: Work) -> bytes:
        """Return the root of the lazy holders; zero if there are none."""
        return self._read(bytes, "lazyRoot", to=work.token)

    def is_joined(self, work: Work, index: int) -> bool:
        """Return whether a lazy leaf has joined."""
        return self._read(bool, "isJoined", index, to=work.token)

    def upstreams(self, work: Work) -> dict[int, int]:
        """Return the parent works and their share of all revenue in 1/10,000."""
        work_ids, bps = self._read(tuple, "upstreams", to=work.token)
        return dict(zip(work_ids, bps, strict=True))

    def accepted_currencies(self, work: Work) -> tuple[str, ...]:
        """Return the currencies settled beside the native and the primary one."""
        return self._read(tuple, "acceptedCurrencies", to=work.token)
