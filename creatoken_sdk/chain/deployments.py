"""Where the contracts are on a chain."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from creatoken_sdk.chain.errors import CodeMismatchError, NotDeployedError, WrongChainError
from creatoken_sdk.chain.rpc import Rpc

__all__ = ["DeployedContract", "Deployment", "require_code"]

_DEPLOY = "deploy with `ape run deploy`, then connect with deployment= set to the file it wrote"


@dataclass(frozen=True)
class DeployedContract:
    """One contract: where it is, keccak256 of its runtime code, and the block it is in, or 0."""

    address: str
    code_hash: bytes
    block: int = 0


@dataclass(frozen=True)
class Deployment:
    """Every contract on one chain, by name."""

    chain_id: int
    contracts: Mapping[str, DeployedContract]

    @classmethod
    def packaged(cls, chain_id: int) -> Deployment:
        """Return the deployment of a chain that ships with the package."""
        source = files("creatoken_sdk") / "deployments" / f"{chain_id}.json"
        if not source.is_file():
            raise NotDeployedError(f"no deployment on chain {chain_id} is known; {_DEPLOY}")
        return cls.from_json(json.loads(source.read_text("utf-8")))

    @classmethod
    def load(cls, path: Path) -> Deployment:
        """Return the deployment that a file holds; NotDeployedError if it holds none."""
        try:
            return cls.from_json(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, LookupError, AttributeError, TypeError):
            raise NotDeployedError(f"{path.name} is missing or no deployment; {_DEPLOY}") from None

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Deployment:
        """Return the deployment that `to_json` wrote."""
        contracts = {
            name: DeployedContract(
                to_checksum_address(entry["address"]),
                bytes.fromhex(entry["codeHash"].removeprefix("0x")),
                entry.get("block", 0),
            )
            for name, entry in document["contracts"].items()
        }
        return cls(document["chainId"], contracts)

    def to_json(self) -> dict[str, Any]:
        """Return the deployment as JSON; blocks that are not known are left out."""
        contracts = {
            name: {"address": one.address, "codeHash": "0x" + one.code_hash.hex()}
            | ({"block": one.block} if one.block else {})
            for name, one in sorted(self.contracts.items())
        }
        return {"chainId": self.chain_id, "contracts": contracts}

    def address(self, name: str) -> str:
        """Return a contract's address."""
        if name not in self.contracts:
            raise NotDeployedError(f"{name} is not deployed on chain {self.chain_id}; {_DEPLOY}")
        return self.contracts[name].address

    def require(self, rpc: Rpc, chain_id: int) -> None:
        """Check that the endpoint's chain is this one and holds exactly this code."""
        if chain_id != self.chain_id:
            raise WrongChainError(
                f"{rpc.endpoint} serves chain {chain_id}, the deployment is of chain "
                f"{self.chain_id}; use an endpoint of that chain or the deployment of this one"
            )
        for name, contract in self.contracts.items():
            require_code(rpc, name, contract)


def require_code(rpc: Rpc, name: str, contract: DeployedContract) -> None:
    """Check that a contract is at its address with exactly its code."""
    code = rpc.data("eth_getCode", contract.address, "latest")
    if not code:
        raise NotDeployedError(f"there is no {name} at {contract.address}; {_DEPLOY}")
    if keccak(code) != contract.code_hash:
        raise CodeMismatchError(
            f"the code at {contract.address} is not the {name} this SDK was made for; "
            "install the SDK version that belongs to that deployment, or deploy anew"
        )
