"""Ids and leaves: hashes that are known before any transaction, equal here and on chain."""

from __future__ import annotations

from collections.abc import Sequence

from creatoken_sdk.record.keccak import keccak256
from creatoken_sdk.record.merkle import leaf_hash
from creatoken_sdk.record.offer import Offer
from creatoken_sdk.record.payout_terms import PayoutTerms
from creatoken_sdk.record.structs import encode

__all__ = [
    "APPROVAL_LEAF",
    "ASSET_LEAF",
    "JOIN_LEAF",
    "approval_leaf",
    "asset_id",
    "asset_leaf",
    "join_leaf",
    "name_hash",
    "offer_id",
    "parents_hash",
    "payout_id",
]

ASSET_LEAF = ("address", "bytes32", "bytes32", "bytes32")
APPROVAL_LEAF = ("uint256", "uint8", "bytes32")
JOIN_LEAF = ("uint256", "address", "uint40")

_ASSET = keccak256(b"creatoken.asset.v1")
_OFFER = keccak256(b"creatoken.offer.v1")
_PAYOUT = keccak256(b"creatoken.payout.v1")


def name_hash(name: str) -> bytes:
    """Return keccak256 of a name: how actions, checks, metrics and topics are written on chain."""
    return keccak256(name.encode("utf-8"))


def asset_id(
    chain_id: int, registry: str, creator: str, content_hash: bytes, record_root: bytes
) -> int:
    """Return the ERC-721 token id of an asset.

    `keccak256(abi.encode(keccak256("creatoken.asset.v1"), chainId, registry, creator,
    contentHash, recordRoot))`. The creator is inside, so a copied hash gets another id.
    """
    types = ("bytes32", "uint256", "address", "address", "bytes32", "bytes32")
    values = (_ASSET, chain_id, registry, creator, content_hash, record_root)
    return int.from_bytes(keccak256(encode(types, values)), "big")


def payout_id(chain_id: int, vault: str, terms: PayoutTerms) -> bytes:
    """Return `keccak256(abi.encode(keccak256("creatoken.payout.v1"), chainId, vault, terms))`."""
    place = encode(("bytes32", "uint256", "address"), (_PAYOUT, chain_id, vault))
    return keccak256(place + terms.encode())


def offer_id(chain_id: int, market: str, offer: Offer) -> bytes:
    """Return `keccak256(abi.encode(keccak256("creatoken.offer.v1"), chainId, market, offer))`."""
    place = encode(("bytes32", "uint256", "address"), (_OFFER, chain_id, market))
    return keccak256(place + offer.encode())


def parents_hash(parents: Sequence[int]) -> bytes:
    """Return EIP-712's hash of `uint256[] parents`: keccak256 of the concatenated words."""
    return keccak256(encode(("uint256",) * len(parents), parents))


def asset_leaf(
    creator: str, content_hash: bytes, record_root: bytes, manifest_hash: bytes
) -> bytes:
    """Return the leaf that anchors an asset before it is registered."""
    return leaf_hash(ASSET_LEAF, (creator, content_hash, record_root, manifest_hash))


def approval_leaf(asset_id: int, stage: int, note_hash: bytes) -> bytes:
    """Return the leaf of one asset in a bulk approval."""
    return leaf_hash(APPROVAL_LEAF, (asset_id, stage, note_hash))


def join_leaf(index: int, account: str, shares: int) -> bytes:
    """Return the leaf by which a holder joins a sealed work with `shares`."""
    return leaf_hash(JOIN_LEAF, (index, account, shares))
