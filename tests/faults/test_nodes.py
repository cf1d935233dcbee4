"""A node that is restarted, with and without its state."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.deploy import deploy
from creatoken_sdk.chain.errors import NotDeployedError
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.wallet import Wallet
from creatoken_sdk.studio.jobs import JobState
from faults.conftest import make_scene
from faults.scene import Scene


@pytest.fixture
def own_node() -> Iterator[Anvil]:
    with Anvil() as chain:
        list(deploy(Wallet(Rpc.connect(chain.url), 31337, chain.accounts[9])))
        yield chain


@pytest.fixture
def own(own_node: Anvil, tmp_path: Path) -> Scene:
    return make_scene(own_node, str(tmp_path / "studio.db"))


@pytest.mark.threat("C5")
def test_drain__when_the_node_comes_back_with_its_state__settles_what_its_pool_lost(
    own: Scene, own_node: Anvil
) -> None:
    own.record("a")
    own.settle("latest")
    own.record("a", "b")
    own.waiting()
    own.turn()
    state = own.tell("anvil_dumpState")
    restart(own_node)
    own.tell("anvil_loadState", state)
    assert own.settle() == {JobState.FINAL: 2}
    own.assert_settled(drafts=2)


@pytest.mark.threat("C5")
@pytest.mark.parametrize("moment", ["sent", "final"])
def test_drain__when_the_node_lost_its_state__says_so_and_goes_on_once_it_is_back(
    own: Scene, own_node: Anvil, moment: str
) -> None:
    own.record("a")
    own.waiting()
    own.turn()
    if moment == "final":
        own.settle()
    state = own.tell("anvil_dumpState")
    restart(own_node)
    own.tell("evm_setAutomine", False)
    own.tell("anvil_mine", "0x20")
    own.tell("anvil_setBalance", own.signer.address, hex(10**20))
    with pytest.raises(NotDeployedError, match="begin a new studio for a new chain"):
        own.turn()
    assert own.rows("SELECT state FROM jobs") == [("sent",)]
    assert own.tell("txpool_status") == {"pending": "0x0", "queued": "0x0"}
    restart(own_node)
    own.tell("anvil_loadState", state)
    assert own.settle() == {JobState.FINAL: 1}
    own.assert_settled(drafts=1)


def restart(node: Anvil) -> None:
    """Stop it and start it again at the same address, empty."""
    node.stop()
    node.start()
    node.request("evm_setAutomine", False)
