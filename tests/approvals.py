"""Directors' signatures as the registry takes them, hashed by the SDK and not by the contract."""

from collections.abc import Sequence
from typing import Any

from creatoken_sdk import record

FOREVER = 2**40 - 1
NOTE = record.name_hash("well done")


def domain_of(contract: Any, chain_id: int = 31337) -> record.Domain:
    """The EIP-712 domain under which the contract takes signatures."""
    return record.Domain(chain_id=chain_id, verifying_contract=contract.address)


def approval_of(asset_id: int, director: str, **overrides: Any) -> record.Approval:
    """What a director signs: stage 0, with the note, for ever, unless told otherwise."""
    terms = {"stage": 0, "note_hash": NOTE, "epoch": 0, "deadline": FOREVER} | overrides
    return record.Approval(asset_id=asset_id, director=director, **terms)


def sign(domain: record.Domain, message: record.Message, key: Any) -> bytes:
    """65 bytes by the key over the message, whomever the message names as its signer."""
    return bytes(key.unsafe_sign_hash(message.digest(domain)).signature)


def single(approval: record.Approval, signature: bytes) -> tuple[Any, ...]:
    """`IApprovals.Signature` over one approval."""
    return (approval.director, approval.deadline, 0, [], signature)


def bulk(message: record.BulkApproval, proof: Sequence[bytes], signature: bytes) -> tuple[Any, ...]:
    """`IApprovals.Signature` over the root of many approvals."""
    return (message.director, message.deadline, message.count, list(proof), signature)
