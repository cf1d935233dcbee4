"""The compiled contracts that ship with the package, one JSON file each in `abi/`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["Artifact", "artifact", "artifacts"]

Abi = tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Artifact:
    """One contract: `bytecode` is its creation code, `code_hash` keccak256 of what that leaves.

    Both are empty for contracts that other contracts create, and `code_hash` is for gates, whose
    code holds what the studio chose. `notices` holds the sentence that the Solidity interface says
    about each error, by signature.
    """

    name: str
    abi: Abi
    bytecode: bytes
    code_hash: bytes
    notices: Mapping[str, str]

    @property
    def inputs(self) -> Sequence[Mapping[str, Any]]:
        """What the constructor takes."""
        found = (entry["inputs"] for entry in self.abi if entry["type"] == "constructor")
        return next(found, ())

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Artifact:
        """Return the artifact that a file in `abi/` holds."""
        return cls(
            document["contractName"],
            tuple(document["abi"]),
            bytes.fromhex(document["bytecode"].removeprefix("0x")),
            bytes.fromhex(document["codeHash"].removeprefix("0x")),
            document["errors"],
        )


@cache
def artifact(name: str) -> Artifact:
    """Return the artifact of a contract that ships with the package."""
    return Artifact.from_json(json.loads((_folder() / f"{name}.json").read_text("utf-8")))


@cache
def artifacts() -> tuple[Artifact, ...]:
    """Return every artifact, by name."""
    names = sorted(path.name for path in _folder().iterdir() if path.name.endswith(".json"))
    return tuple(artifact(name.removesuffix(".json")) for name in names)


def _folder() -> Any:
    return files("creatoken_sdk.chain") / "abi"
