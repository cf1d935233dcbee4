from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from eth_account import Account

from creatoken_sdk import Creatoken
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain import rpc as rpc_module
from creatoken_sdk.chain.deploy import deploy
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.wallet import Wallet
from faults.proxy import Proxy
from faults.scene import Scene

RICH = hex(10**20)


def make_scene(node: Anvil, where: Path) -> Scene:
    """A new work, pipeline, director and store; from here on the chain mines when told."""
    node.request("anvil_dropAllTransactions")
    node.request("evm_setAutomine", True)
    pipeline, director = Account.create(), Account.create()
    for account in (pipeline, director):
        node.request("anvil_setBalance", account.address, RICH)
    ct = Creatoken.connect(node.url, signer=director)
    project = ct.projects.create(
        treasury=ct.address, directors=[ct.address], recorders=[pipeline.address]
    )
    work = ct.works.open(project)
    node.request("evm_setAutomine", False)
    node.request("anvil_mine", hex(10))  # out of reach of every reorg
    return Scene(node.url, node.url, str(where), bytes(pipeline.key), bytes(director.key), work)


@pytest.fixture(scope="session")
def node() -> Iterator[Anvil]:
    """A chain with all contracts."""
    with Anvil() as chain:
        list(deploy(Wallet(Rpc.connect(chain.url), 31337, chain.accounts[9])))
        yield chain


@pytest.fixture
def scene(node: Anvil, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(rpc_module, "_FIRST_PAUSE_SECONDS", 0.001)
    return make_scene(node, tmp_path / "studio.db")


@pytest.fixture
def proxy(scene: Scene) -> Iterator[Proxy]:
    standing = Proxy(scene.node)
    yield standing
    standing.close()


@pytest.fixture
def scenes(node: Anvil, tmp_path: Path) -> Callable[[int], Scene]:
    """Any number of scenes."""
    return lambda number: make_scene(node, tmp_path / f"studio{number}.db")
