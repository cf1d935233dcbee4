"""Every EIP-712 type that Creatoken signs, once, with its digest.

The domain is always name "Creatoken", version "1", the chain id and the contract that checks the
signature. Each struct names its signer (a registration through its asset id), so that one key
never counts as two signers: an account, and a contract wallet it owns.
Source: EIP-712. Only value types occur, so an encoded struct is its type hash and one word a field.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, ClassVar

from creatoken_sdk.record.keccak import keccak256
from creatoken_sdk.record.structs import Struct, encode, members

__all__ = [
    "Approval",
    "Attestation",
    "BulkApproval",
    "Domain",
    "Message",
    "Metric",
    "Registration",
    "Step",
]

_DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
_NAME, _VERSION = "Creatoken", "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """Where a signature counts: one contract on one chain."""

    chain_id: int
    verifying_contract: str

    def __post_init__(self) -> None:
        """Refuse a chain id or an address that is not exact."""
        self.encode()

    def encode(self) -> bytes:
        """Return `abi.encode` of the chain id and the contract."""
        return encode(("uint256", "address"), (self.chain_id, self.verifying_contract))

    def separator(self) -> bytes:
        """Return the EIP-712 domain separator."""
        return _separator(self)

    def to_json(self) -> dict[str, Any]:
        """Return the domain as `eth_signTypedData_v4` takes it."""
        return {
            "name": _NAME,
            "version": _VERSION,
            "chainId": self.chain_id,
            "verifyingContract": self.verifying_contract,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Message(Struct):
    """A struct that somebody signs; `SIGNER` names the field that holds the signer's address."""

    SIGNER: ClassVar[str]

    @property
    def signer(self) -> str | None:
        """The account this message says it is signed by; None when only the asset id implies it."""
        return getattr(self, self.SIGNER) if self.SIGNER else None

    def struct_hash(self) -> bytes:
        """Return EIP-712 hashStruct: the message without its domain."""
        return keccak256(_type_hash(self.TYPE) + self.encode())

    def digest(self, domain: Domain) -> bytes:
        """Return the 32 bytes to sign."""
        return keccak256(b"\x19\x01" + domain.separator() + self.struct_hash())

    def payload(self, domain: Domain) -> dict[str, Any]:
        """Return the JSON that a wallet signs by `eth_signTypedData_v4`, with the same digest."""
        types = {
            "EIP712Domain": _members_json(_DOMAIN_TYPE),
            type(self).__name__: _members_json(self.TYPE),
        }
        return {
            "types": types,
            "primaryType": type(self).__name__,
            "domain": domain.to_json(),
            "message": self.to_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Message):
    """One contribution to a work, signed by its actor. Verifying contract: Works.

    `previous` is the struct hash of the step before, zero for step 0, which is the authorisation.
    `detail` is the root of the private step document: prompt, model, parameters, agent reference.
    `action` is keccak256 of the action's name; `shares` are what the actor earns; `at` is UTC
    seconds. Actor kinds: HUMAN 1, AGENT 2, TOOL 3.
    """

    TYPE = (
        "Step(uint40 workId,uint32 index,bytes32 previous,address actor,uint8 actorKind,"
        "uint8 sourceType,bytes32 action,bytes32 input,bytes32 output,bytes32 detail,"
        "uint40 shares,uint40 at)"
    )
    SIGNER = "actor"
    work_id: int
    index: int
    previous: bytes
    actor: str
    actor_kind: int
    source_type: int
    action: bytes
    input: bytes
    output: bytes
    detail: bytes
    shares: int
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval(Message):
    """A director approves one exact asset at one stage (0 to 7), until `deadline` (UTC seconds).

    `note_hash` is the hash of the director's note, zero without one. `epoch` is the director's
    revocation counter on chain: raising it kills every approval that was signed and not yet used.
    """

    TYPE = (
        "Approval(uint256 assetId,uint8 stage,bytes32 noteHash,address director,uint64 epoch,"
        "uint40 deadline)"
    )
    SIGNER = "director"
    asset_id: int
    stage: int
    note_hash: bytes
    director: str
    epoch: int
    deadline: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkApproval(Message):
    """A director approves `count` assets at once: `root` is a tree of approval leaves."""

    TYPE = "BulkApproval(bytes32 root,uint32 count,address director,uint64 epoch,uint40 deadline)"
    SIGNER = "director"
    root: bytes
    count: int
    director: str
    epoch: int
    deadline: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration(Message):
    """A creator lets anyone register the asset to `to`; the asset id already holds the creator."""

    TYPE = (
        "Registration(uint256 assetId,address to,uint40 workId,bytes32 manifestHash,"
        "bytes32 parentsHash,uint40 deadline)"
    )
    SIGNER = ""
    asset_id: int
    to: str
    work_id: int
    manifest_hash: bytes
    parents_hash: bytes
    deadline: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation(Message):
    """A compliance signer's verdict on one asset for one named check (keccak256 of its name)."""

    TYPE = (
        "Attestation(uint256 assetId,bytes32 check,bool passed,bytes32 reportHash,"
        "address attester,uint40 expiresAt)"
    )
    SIGNER = "attester"
    asset_id: int
    check: bytes
    passed: bool
    report_hash: bytes
    attester: str
    expires_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric(Message):
    """A reporter's figure for one asset; `name` is keccak256 of the metric's name."""

    TYPE = (
        "Metric(uint256 assetId,bytes32 name,uint256 value,bytes32 reportHash,"
        "address reporter,uint40 at)"
    )
    SIGNER = "reporter"
    asset_id: int
    name: bytes
    value: int
    report_hash: bytes
    reporter: str
    at: int


@cache
def _type_hash(struct_type: str) -> bytes:
    return keccak256(struct_type.encode())


@lru_cache(maxsize=64)
def _separator(domain: Domain) -> bytes:
    constants = _type_hash(_DOMAIN_TYPE) + keccak256(_NAME.encode()) + keccak256(_VERSION.encode())
    return keccak256(constants + domain.encode())


def _members_json(struct_type: str) -> list[dict[str, str]]:
    return [{"name": name, "type": kind} for kind, name in members(struct_type)]
