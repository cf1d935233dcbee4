from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from eth_account import Account

from creatoken_sdk import Creatoken
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain import rpc as rpc_module
from creatoken_sdk.chain.deploy import deploy
from creatoken_sdk.chain.deployments import Deployment
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.wallet import Wallet
from endpoint import FaultyEndpoint
from faults.scene import CHAIN_ID, Scene
from studio.cluster import Cluster

RICH = hex(10**20)


def make_scene(node: Anvil, where: str) -> Scene:
    """A new work, pipeline, director and store; from here on the chain mines when told."""
    node.request("anvil_dropAllTransactions")
    node.request("evm_setAutomine", True)
    pipeline, helper, director = (Account.create() for _ in range(3))
    for account in (pipeline, helper, director):
        node.request("anvil_setBalance", account.address, RICH)
    wallet = Wallet(Rpc.connect(node.url), CHAIN_ID, director)
    ct = Creatoken(wallet, Deployment.packaged(CHAIN_ID))
    recorders = [pipeline.address, helper.address]
    project = ct.projects.create(treasury=ct.address, directors=[ct.address], recorders=recorders)
    work = ct.works.open(project)
    node.request("evm_setAutomine", False)
    node.request("anvil_mine", hex(10))  # out of reach of every reorg
    keys = (bytes(account.key) for account in (pipeline, helper, director))
    return Scene(node.url, node.url, where, *keys, project, work)


@pytest.fixture(scope="session")
def node() -> Iterator[Anvil]:
    """A chain with all contracts."""
    with Anvil() as chain:
        list(deploy(Wallet(Rpc.connect(chain.url), 31337, chain.accounts[9])))
        yield chain


@pytest.fixture(scope="session")
def server() -> Iterator[Cluster]:
    """A PostgreSQL server."""
    cluster = Cluster()
    yield cluster
    cluster.stop()


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rpc_module, "_FIRST_PAUSE_SECONDS", 0.001)


@pytest.fixture
def scene(node: Anvil, tmp_path: Path) -> Scene:
    """With a store in SQLite."""
    return make_scene(node, str(tmp_path / "studio.db"))


@pytest.fixture
def served(scene: Scene, server: Cluster) -> Scene:
    """With a store in PostgreSQL."""
    return replace(scene, where=server.new_schema())


@pytest.fixture(params=["sqlite", "postgres"])
def stored(request: pytest.FixtureRequest, scene: Scene) -> Scene:
    """With a store of each kind."""
    if request.param == "sqlite":
        return scene
    served: Scene = request.getfixturevalue("served")
    return served


@pytest.fixture
def proxy(scene: Scene) -> Iterator[FaultyEndpoint]:
    standing = FaultyEndpoint(scene.node)
    yield standing
    standing.close()
