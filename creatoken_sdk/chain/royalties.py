"""Royalties: the revenue of a work. Whoever sends money to `work.token` pays it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from creatoken_sdk.chain.calls import Call, Noun, verb
from creatoken_sdk.chain.codec import encode_call
from creatoken_sdk.chain.receipts import Receipt
from creatoken_sdk.chain.works import Work
from creatoken_sdk.record.currency import NATIVE

__all__ = ["Revenue", "Royalties"]


@dataclass(frozen=True)
class Revenue:
    """State of one currency: revenue per share and revenue owed, both scaled by 2^20; shares."""

    per_share: int
    accounted: int
    shares: int


class Royalties(Noun):
    """The money half of `ContributionToken`; amounts are base units. Works must be sealed."""

    CONTRACT = "ContributionToken"

    @verb
    def pay(self, work: Work, amount: int, currency: str = NATIVE) -> Call[Receipt]:
        """Pay a work by a plain transfer, as any wallet makes it; `amount` is in base units."""
        if currency == NATIVE:
            return Call(work.token, b"", amount, "plain transfer")
        data = encode_call("ContributionToken", "transfer", (work.token, amount))  # ERC-20's
        return Call(currency, data, name="ERC20.transfer")

    @verb
    def claim(self, work: Work, holder: object) -> Call[Receipt]:
        """Pay a holder the native currency it is owed. Anyone."""
        return self._call("claim", holder, to=work.token)

    @verb
    def claim_to(self, work: Work, to: object) -> Call[Receipt]:
        """Pay the sender's native currency to another account."""
        return self._call("claimTo", to, to=work.token)

    @verb
    def claim_many(self, work: Work, holders: Sequence[object]) -> Call[Receipt]:
        """Pay many holders; one that cannot receive is skipped and keeps what it is owed."""
        return self._call("claimMany", holders, to=work.token)

    @verb
    def claim_token(self, work: Work, currency: str, holder: object) -> Call[Receipt]:
        """As `claim`, for any currency."""
        return self._call("claimToken", currency, holder, to=work.token)

    @verb
    def claim_token_to(self, work: Work, currency: str, to: object) -> Call[Receipt]:
        """As `claim_to`, for any currency."""
        return self._call("claimTokenTo", currency, to, to=work.token)

    @verb
    def claim_token_many(
        self, work: Work, currency: str, holders: Sequence[object]
    ) -> Call[Receipt]:
        """As `claim_many`, for any currency."""
        return self._call("claimTokenMany", currency, holders, to=work.token)

    @verb
    def push_all(self, work: Work, holders: Sequence[str]) -> Call[Receipt]:
        """Pay all new native revenue to all holders, in any order here; all must be listed."""
        return self._call("pushAll", _ascending(holders), to=work.token)

    @verb
    def push_all_token(self, work: Work, currency: str, holders: Sequence[str]) -> Call[Receipt]:
        """As `push_all`, for any currency, also one that was never accepted."""
        return self._call("pushAllToken", currency, _ascending(holders), to=work.token)

    def owed_of(self, work: Work, holder: object, currency: str = NATIVE) -> int:
        """Return what a claim would pay the holder now."""
        return self._read(int, "owedOf", holder, currency, to=work.token)

    def revenue_of(self, work: Work, currency: str = NATIVE) -> Revenue:
        """Return the state of one currency."""
        return Revenue(*self._read(tuple, "revenueOf", currency, to=work.token))


def _ascending(holders: Sequence[str]) -> list[str]:
    return sorted(holders, key=str.lower)
