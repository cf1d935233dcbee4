"""Payouts: escrow that an approval releases."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from creatoken_sdk.chain.approvals import Signature, in_order
from creatoken_sdk.chain.assets import AssetInput
from creatoken_sdk.chain.calls import Call, Noun, verb
from creatoken_sdk.chain.receipts import Receipt
from creatoken_sdk.record.currency import NATIVE
from creatoken_sdk.record.ids import payout_id
from creatoken_sdk.record.payout_terms import PayoutTerms
from creatoken_sdk.record.steps import ZERO_HASH

__all__ = ["PayoutStatus", "Payouts"]


class PayoutStatus(IntEnum):
    """Life of a payout; the last three are final."""

    NONE = 0
    FUNDED = 1
    RELEASED = 2
    REFUNDED = 3
    WAIVED = 4


class Payouts(Noun):
    """`PayoutVault`. Terms go in whole every time; their hash is the payout's id."""

    CONTRACT = "PayoutVault"

    def id_of(self, terms: PayoutTerms) -> bytes:
        """Return the id of a payout, funded or not, without asking the chain."""
        return payout_id(self._client.chain_id, self.address, terms)

    @verb
    def allow(self, currency: str, amount: int) -> Call[Receipt]:
        """Let the vault take `amount` of an ERC-20 from the sender, as funding with it needs."""
        return self._allow(currency, amount)

    @verb
    def fund(self, terms: PayoutTerms) -> Call[Receipt]:
        """Fund a payout, with native value or with an allowance of its currency. The payer."""
        return self._call("fund", terms, value=_native([terms]))

    @verb
    def fund_many(self, terms: Sequence[PayoutTerms]) -> Call[Receipt]:
        """Fund many payouts, all or none. The payer."""
        return self._call("fundMany", terms, value=_native(terms))

    @verb
    def release(self, terms: PayoutTerms, asset_id: int) -> Call[Receipt]:
        """Pay the payee by an asset of the work that has the stage. Anyone."""
        return self._call("release", terms, asset_id)

    @verb
    def release_many(self, terms: Sequence[PayoutTerms], asset_id: int) -> Call[Receipt]:
        """Release many payouts by one asset, all or none. Anyone."""
        return self._call("releaseMany", terms, asset_id)

    @verb
    def approve_and_release(
        self,
        terms: Sequence[PayoutTerms],
        asset: AssetInput,
        signatures: Sequence[Signature],
        *,
        note_hash: bytes = ZERO_HASH,
        gate_proofs: Sequence[bytes] = (),
    ) -> Call[Receipt]:
        """Relay an approval of the first payout's stage, then release all. Anyone."""
        return self._call(
            "approveAndRelease", terms, asset, note_hash, in_order(signatures), gate_proofs
        )

    @verb
    def refund(self, terms: PayoutTerms) -> Call[Receipt]:
        """Pay the payer back after expiry. Anyone."""
        return self._call("refund", terms)

    @verb
    def waive(self, terms: PayoutTerms) -> Call[Receipt]:
        """Give a payout up in favour of the payer. The payee."""
        return self._call("waive", terms)

    @verb
    def withdraw(self, account: object, currency: str) -> Call[Receipt]:
        """Pay an account its whole credit in a currency; a work cannot call for itself. Anyone."""
        return self._call("withdraw", account, currency)

    @verb
    def withdraw_to(self, currency: str, to: object) -> Call[Receipt]:
        """Take the sender's whole credit in a currency."""
        return self._call("withdrawTo", currency, to)

    def status_of(self, payout: bytes) -> PayoutStatus:
        """Return where a payout is in its life."""
        return PayoutStatus(self._read(int, "statusOf", payout))

    def credit_of(self, account: object, currency: str = NATIVE) -> int:
        """Return the undelivered payments of an account, in base units."""
        return self._read(int, "creditOf", account, currency)


def _native(terms: Sequence[PayoutTerms]) -> int:
    return sum(one.amount for one in terms if one.currency == NATIVE)
