"""Floor 1: hashing, records and signatures. Works offline; imports neither web3 nor files."""

from creatoken_sdk.record import canonical
from creatoken_sdk.record.certificate import ERASED, VERIFIED, Certificate, asset_document
from creatoken_sdk.record.commitments import SHAPE, Disclosure, Field, new_key
from creatoken_sdk.record.content import content_hash
from creatoken_sdk.record.currency import NATIVE
from creatoken_sdk.record.ids import (
    APPROVAL_LEAF,
    ASSET_LEAF,
    JOIN_LEAF,
    approval_leaf,
    asset_id,
    asset_leaf,
    join_leaf,
    name_hash,
    offer_id,
    parents_hash,
    payout_id,
)
from creatoken_sdk.record.keccak import keccak256
from creatoken_sdk.record.merkle import MerkleTree, leaf_hash, verify_proof
from creatoken_sdk.record.offer import Offer, market
from creatoken_sdk.record.payout_terms import PayoutTerms
from creatoken_sdk.record.signatures import Signer, recover, sign, verify
from creatoken_sdk.record.source_types import SourceType
from creatoken_sdk.record.steps import (
    REVIEW,
    STEP_LEAF,
    ZERO_HASH,
    ActorKind,
    Oversight,
    SignedStep,
    oversight,
    step_leaf,
    steps_tree,
    verify_chain,
)
from creatoken_sdk.record.structs import Struct
from creatoken_sdk.record.typed_data import (
    Approval,
    Attestation,
    BulkApproval,
    Domain,
    Message,
    Metric,
    Registration,
    Step,
)

__all__ = [
    "APPROVAL_LEAF",
    "ASSET_LEAF",
    "ERASED",
    "JOIN_LEAF",
    "NATIVE",
    "REVIEW",
    "SHAPE",
    "STEP_LEAF",
    "VERIFIED",
    "ZERO_HASH",
    "ActorKind",
    "Approval",
    "Attestation",
    "BulkApproval",
    "Certificate",
    "Disclosure",
    "Domain",
    "Field",
    "MerkleTree",
    "Message",
    "Metric",
    "Offer",
    "Oversight",
    "PayoutTerms",
    "Registration",
    "SignedStep",
    "Signer",
    "SourceType",
    "Step",
    "Struct",
    "approval_leaf",
    "asset_document",
    "asset_id",
    "asset_leaf",
    "canonical",
    "content_hash",
    "join_leaf",
    "keccak256",
    "leaf_hash",
    "market",
    "name_hash",
    "new_key",
    "offer_id",
    "oversight",
    "parents_hash",
    "payout_id",
    "recover",
    "sign",
    "step_leaf",
    "steps_tree",
    "verify",
    "verify_chain",
    "verify_proof",
]
