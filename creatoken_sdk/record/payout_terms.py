"""The terms of one payout; their hash is its id."""

from __future__ import annotations

from dataclasses import dataclass

from creatoken_sdk.record.structs import Struct

__all__ = ["PayoutTerms"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutTerms(Struct):
    """Money from `payer`, for `payee` once an asset of the work is approved at `stage`.

    `amount` is in base units of `currency` (the ERC-7528 address is the native currency);
    `expires_at` is UTC seconds, after which the payer is refunded; `salt` tells equal terms apart.
    """

    TYPE = (
        "PayoutTerms(uint40 workId,uint8 stage,address payer,address payee,address currency,"
        "uint128 amount,uint40 expiresAt,bytes32 briefHash,uint256 salt)"
    )
    work_id: int
    stage: int
    payer: str
    payee: str
    currency: str
    amount: int
    expires_at: int
    brief_hash: bytes
    salt: int
