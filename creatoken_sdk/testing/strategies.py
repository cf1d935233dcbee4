"""Strategies for hypothesis: values that the SDK must take, up to the edges of their types."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, TypeVar

from eth_utils.address import to_checksum_address
from hypothesis import strategies as st

from creatoken_sdk.chain.assets import AssetInput
from creatoken_sdk.record import SourceType, Struct
from creatoken_sdk.record.canonical import MAX_SAFE_INTEGER, Json
from creatoken_sdk.record.structs import members

__all__ = ["addresses", "asset_inputs", "bytes32", "jsons", "step_documents", "structs"]

S = TypeVar("S", bound=Struct)

_PARENTS = 16
_WORDS = st.text("abc/~[ é日", max_size=8)


def addresses() -> st.SearchStrategy[str]:
    """Checksummed addresses; nobody has their keys."""
    return st.binary(min_size=20, max_size=20).map(to_checksum_address)


def bytes32() -> st.SearchStrategy[bytes]:
    """Hashes, roots and salts."""
    return st.binary(min_size=32, max_size=32)


def structs(kind: type[S], **given: st.SearchStrategy[Any]) -> st.SearchStrategy[S]:
    """Structs of a kind (`Step`, `Approval`, `Offer`, `PayoutTerms`, ...) by their Solidity types.

    Fields that have a meaning too can be narrowed by name: `structs(Approval, stage=st.just(7))`.
    """
    names = [field.name for field in fields(kind)]
    types = [solidity for solidity, _ in members(kind.TYPE)]
    drawn = {name: _values(solidity) for name, solidity in zip(names, types, strict=True)}
    return st.builds(kind, **(drawn | given))


def asset_inputs(**given: st.SearchStrategy[Any]) -> st.SearchStrategy[AssetInput]:
    """Assets with up to 16 parents; narrow `creator` to the account that registers them."""
    drawn = {
        "creator": addresses(),
        "content_hash": bytes32(),
        "record_root": bytes32(),
        "work_id": _values("uint40"),
        "manifest_hash": bytes32(),
        "source_type": st.sampled_from(SourceType),
        "parents": st.lists(_values("uint256"), max_size=_PARENTS, unique=True).map(tuple),
        "uri": st.text(max_size=20),
    }
    return st.builds(AssetInput, **(drawn | given))


def jsons() -> st.SearchStrategy[Json]:
    """JSON values that have one canonical form, keys with path characters among them."""
    numbers = st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER)
    scalars = st.none() | st.booleans() | numbers | _WORDS
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS, inner, max_size=3),
        max_leaves=8,
    )


def step_documents() -> st.SearchStrategy[dict[str, Json]]:
    """Private documents of steps, as a studio writes them: `Certificate.issue` takes them."""
    hashes = bytes32().map(lambda data: "0x" + data.hex())
    return st.fixed_dictionaries(
        {
            "schema": st.just("creatoken.step"),
            "v": st.just(1),
            "action": _WORDS,
            "actor": _WORDS.map(lambda label: f"agent:{label}"),
            "attempt": st.integers(1, 9),
            "inputHash": hashes,
            "outputHash": hashes,
            "input": st.dictionaries(st.sampled_from(("text", "json")), jsons(), max_size=1),
            "output": st.dictionaries(st.sampled_from(("text", "json")), jsons(), max_size=1),
            "model": _WORDS,
            "parameters": st.dictionaries(_WORDS, jsons(), max_size=3),
        }
    )


def _values(solidity: str) -> st.SearchStrategy[Any]:
    if solidity.startswith("uint"):
        return st.integers(0, 2 ** int(solidity.removeprefix("uint")) - 1)
    return {"bool": st.booleans(), "bytes32": bytes32(), "address": addresses()}[solidity]
