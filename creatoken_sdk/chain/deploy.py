"""Deploying: the same addresses on every chain, any number of times, from wherever it stopped.

Each contract goes through the deterministic deployer by CREATE2, so its address follows from its
creation code alone, and so does its code: constructors read nothing but their arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from creatoken_sdk.chain.artifacts import Artifact, artifact
from creatoken_sdk.chain.calls import Call
from creatoken_sdk.chain.codec import encode_arguments
from creatoken_sdk.chain.deployments import DeployedContract, require_code
from creatoken_sdk.chain.errors import NotDeployedError, RpcError
from creatoken_sdk.chain.receipts import Receipt
from creatoken_sdk.chain.signers import SignedTransaction
from creatoken_sdk.chain.wallet import Wallet

__all__ = [
    "CREATE2_DEPLOYER",
    "SALT",
    "Planned",
    "deploy",
    "plan",
    "planned_with",
    "put_deployer",
]

CREATE2_DEPLOYER = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
SALT = keccak(text="creatoken.v1")

_ORDER = ("Projects", "Anchors", "Works", "AssetRegistry", "PayoutVault", "LicenseMarket")
# What constructors call the contracts that they take.
_ARGUMENTS = {
    "projects": "Projects",
    "works": "Works",
    "anchors": "Anchors",
    "registry": "AssetRegistry",
}

# The one transaction that everybody deploys the deployer with, signed by nobody: its signature is
# a round number, so its sender has no key. Source: Arachnid/deterministic-deployment-proxy.
_DEPLOYER_CODE = bytes.fromhex(
    f"7f{'ff' * 31}e03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
)
_DEPLOYER_RAW = (
    bytes.fromhex("f8a58085174876e800830186a08080b853604580600e600039806000f350fe")
    + _DEPLOYER_CODE
    + bytes.fromhex(f"1ba0{'22' * 32}a0{'22' * 32}")
)
_DEPLOYER_SENDER = "0x3fAB184622Dc19b6109349B94811493BF2a45362"
_DEPLOYER_COST = 100_000 * 100 * 10**9


@dataclass(frozen=True)
class Planned:
    """A contract before it is deployed: creation code with arguments, and what it will become."""

    name: str
    address: str
    code_hash: bytes
    init_code: bytes = field(repr=False)

    @property
    def creation(self) -> Call[Receipt]:
        """The call that deploys it. Anyone; it fails where the contract is already."""
        return Call(CREATE2_DEPLOYER, SALT + self.init_code, 0, f"deploying {self.name}")


def plan(source: Callable[[str], Artifact] = artifact) -> tuple[Planned, ...]:
    """Return every contract in the order to deploy them; the same on every chain."""
    planned: dict[str, Planned] = {}
    for name in _ORDER:
        one = source(name)
        taken = [planned[_ARGUMENTS[item["name"]]].address for item in one.inputs]
        planned[name] = planned_with(one, taken)
    return tuple(planned.values())


def planned_with(contract: Artifact, arguments: Sequence[object]) -> Planned:
    """Return a contract with what its constructor takes; the address is the same everywhere."""
    init_code = contract.bytecode + encode_arguments(contract.inputs, arguments)
    place = b"\xff" + bytes.fromhex(CREATE2_DEPLOYER[2:]) + SALT + keccak(init_code)
    address = to_checksum_address(keccak(place)[12:])
    return Planned(contract.name, address, contract.code_hash, init_code)


def deploy(wallet: Wallet) -> Iterator[tuple[str, DeployedContract]]:
    """Deploy what is missing and yield every contract by name; a second run sends nothing.

    Contracts that were there before have block 0. Raise CodeMismatchError where other code is.
    """
    put_deployer(wallet)
    for planned in plan():
        yield planned.name, _deployed(wallet, planned)


def _deployed(wallet: Wallet, planned: Planned) -> DeployedContract:
    contract = DeployedContract(planned.address, planned.code_hash)
    try:
        require_code(wallet.rpc, planned.name, contract)
        return contract
    except NotDeployedError:
        receipt = wallet.send(planned.creation)
    require_code(wallet.rpc, planned.name, contract)
    return DeployedContract(planned.address, planned.code_hash, receipt.block_number)


def put_deployer(wallet: Wallet) -> None:
    """Put the deterministic deployer on a chain that lacks it; costs up to 0.01 of its currency."""
    if wallet.rpc.data("eth_getCode", CREATE2_DEPLOYER, "latest"):
        return
    missing = _DEPLOYER_COST - wallet.rpc.integer("eth_getBalance", _DEPLOYER_SENDER, "latest")
    if missing > 0:
        wallet.send(Call(_DEPLOYER_SENDER, b"", missing, "funding the deterministic deployer"))
    tx_hash = "0x" + keccak(_DEPLOYER_RAW).hex()
    transaction = SignedTransaction(tx_hash, 0, _DEPLOYER_SENDER, _DEPLOYER_RAW)
    try:
        wallet.broadcast(transaction)
    except RpcError as error:
        raise NotDeployedError(
            f"chain {wallet.chain_id} lacks the deterministic deployer {CREATE2_DEPLOYER} and "
            f"refuses its transaction, which names no chain ({error}); ask the chain's operators "
            "to allow unprotected transactions once, or to put that code into the genesis block"
        ) from None
    wallet.wait(transaction)
