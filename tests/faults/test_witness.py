"""A second endpoint that has to agree with a first one that may lie."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.errors import BadResponseError, UnreachableError, WrongChainError
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.errors import RecordError
from creatoken_sdk.studio.jobs import JobState
from creatoken_sdk.studio.studio import Studio
from endpoint import SECRET, FaultyEndpoint
from faults.scene import DEPTH, Scene
from faults.test_copies import copy, flush

RECEIPT = "eth_getTransactionReceipt"
HOST = r"http://127\.0\.0\.1:\d+"
DISAGREE = rf"^({HOST}) and (?!\1){HOST} disagree on what is on chain; "


@pytest.fixture
def witness(scene: Scene) -> Iterator[FaultyEndpoint]:
    """In front of the chain itself."""
    second = FaultyEndpoint(scene.node)
    yield second
    second.close()


@pytest.fixture
def fork(scene: Scene) -> Iterator[Anvil]:
    """A node that has all there was until now, and mines for itself alone."""
    with Anvil() as fork:
        fork.request("anvil_loadState", scene.tell("anvil_dumpState"))
        mine_both(scene, fork)
        yield fork


@pytest.fixture
def forger(fork: Anvil) -> Iterator[FaultyEndpoint]:
    """In front of that."""
    first = FaultyEndpoint(fork.url)
    yield first
    first.close()


def mine_both(scene: Scene, fork: Anvil) -> None:
    """As many blocks on the chain itself as on the other node."""
    scene.mine(DEPTH + 3)
    fork.request("anvil_mine", hex(DEPTH + 3))


def sent(scene: Scene) -> Scene:
    """Record and broadcast, and mine so much that a turn would find it final."""
    scene.record("a")
    scene.waiting()
    scene.turn()
    scene.mine(DEPTH + 3)
    return scene


@pytest.mark.threat("C5", "D2")
def test_flush__when_the_first_endpoint_forges_whole_blocks__is_never_final(
    scene: Scene, fork: Anvil, forger: FaultyEndpoint, witness: FaultyEndpoint
) -> None:
    scene.record("a")
    client = scene.client(forger.url)
    studio = Studio.open(scene.where, chain=client, signer=scene.signer, witness=witness.url)
    for _ in range(3):
        assert studio.flush(wait=DEPTH, timeout_seconds=0)[JobState.FINAL] == 0
    assert scene.tell("txpool_status")["pending"] == "0x0"
    mine_both(scene, fork)
    for _ in range(3):
        with pytest.raises(BadResponseError, match=DISAGREE) as caught:
            studio.flush(wait=DEPTH, timeout_seconds=0)
        assert SECRET not in str(caught.value)
        assert scene.rows("SELECT state FROM jobs") == [("mined",)]
    studio.chain = scene.client()
    studio.flush(wait=DEPTH, timeout_seconds=30, progress=lambda _: scene.mine())
    studio.close()
    scene.assert_settled(drafts=1)
    assert scene.transactions() == [("final", 0, 0)]


@pytest.mark.threat("C1", "C5")
def test_drain__when_only_the_witness_sees_that_a_copy_settled__sends_nothing(
    scene: Scene, fork: Anvil, witness: FaultyEndpoint
) -> None:
    scene.record("a")
    other = copy(scene)
    other.record("a", "b")
    scene.waiting()
    flush(other)
    with pytest.raises(BadResponseError, match=DISAGREE):
        scene.via(fork.url).turn(witness=Rpc.connect(witness.url))
    assert scene.transactions() == []


@pytest.mark.threat("C5", "D2")
def test_relay__given_a_witness_that_disagrees__fails_in_one_line_and_shows_no_key(
    scene: Scene, proxy: FaultyEndpoint, witness: FaultyEndpoint
) -> None:
    sent(scene)
    proxy.lies[RECEIPT] = lambda receipt: receipt and {**receipt, "status": "0x0"}
    command = [sys.executable, "-m", "creatoken_sdk", "relay", scene.where]
    options = ["--rpc", proxy.url, "--finality", str(DEPTH), "--timeout", "0"]
    environment = os.environ | {"CREATOKEN_KEY": scene.key.hex()}

    def run(*witness: str, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *options, *witness],
            capture_output=True,
            text=True,
            env=environment | changes,
            check=False,
        )

    done = run("--witness", witness.url)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("creatoken: http://127.0.0.1:")
    assert "disagree on what is on chain" in done.stderr
    assert SECRET not in done.stderr
    assert scene.rows("SELECT state FROM jobs") == [("sent",)]
    done = run("--witness", proxy.url)
    assert (done.returncode, done.stdout) == (1, "")
    assert "would be its own witness" in done.stderr
    assert SECRET not in done.stderr
    proxy.lies.clear()
    assert run(CREATOKEN_WITNESS=witness.url).returncode == 0
    assert "eth_call" in witness.calls
    scene.assert_settled(drafts=1)


@pytest.mark.threat("C5")
@pytest.mark.parametrize("change", ["", "user", "slash", "case", "fragment"])
def test_open__given_the_first_endpoint_as_witness__refuses_and_makes_no_store(
    scene: Scene, proxy: FaultyEndpoint, tmp_path: Path, change: str
) -> None:
    port = proxy.url.rpartition(":")[2].partition("/")[0]
    first = f"http://localhost:{port}/{SECRET}?k={SECRET}"
    same = {
        "": first,
        "user": first.replace("//", f"//user:{SECRET}@"),
        "slash": first.replace("?", "/?"),
        "case": first.replace("http://localhost", "HTTP://LocalHost"),
        "fragment": f"{first}#{SECRET}",
    }[change]
    where, client = tmp_path / "new.db", scene.client(first)
    with pytest.raises(RecordError, match="would be its own witness; name a node of") as caught:
        Studio.open(where, chain=client, signer=scene.signer, witness=same)
    assert SECRET not in str(caught.value)
    assert not where.exists()


@pytest.mark.threat("C5")
@pytest.mark.parametrize(
    "other",
    ["http://localhost:1/a", "http://localhost/b", "http://localhost/a?k=2", "http://["],
)
def test_open__given_another_witness__takes_it(scene: Scene, tmp_path: Path, other: str) -> None:
    client = scene.client("http://localhost:80/a")
    where = tmp_path / "new.db"
    Studio.open(where, chain=client, signer=scene.signer, witness=other).close()
    with pytest.raises(RecordError):
        Studio.open(where, chain=client, signer=scene.signer, witness="http://localhost/a/")


@pytest.mark.parametrize("no_url", ["", "localhost:8545", "file:///node"])
def test_open__given_a_witness_without_http__refuses_it_and_makes_no_store(
    scene: Scene, tmp_path: Path, no_url: str
) -> None:
    where = tmp_path / "new.db"
    with pytest.raises(UnreachableError, match="a node's URL begins with http:// or https://"):
        Studio.open(where, chain=scene.client(), signer=scene.signer, witness=no_url)
    assert not where.exists()


@pytest.mark.threat("C5")
@pytest.mark.parametrize(("method", "answer"), [("eth_call", "0x" + "00" * 32), (RECEIPT, None)])
def test_drain__when_the_witness_disagrees__is_not_final_until_it_agrees(
    scene: Scene, witness: FaultyEndpoint, method: str, answer: str | None
) -> None:
    sent(scene)
    witness.lies[method] = lambda _: answer
    second = Rpc.connect(witness.url)
    with pytest.raises(BadResponseError, match=DISAGREE):
        scene.turn(witness=second)
    assert scene.rows("SELECT state FROM jobs") == [("sent",)]
    witness.lies.clear()
    assert scene.turn(witness=second) == {JobState.FINAL: 1}
    scene.assert_settled(drafts=1)


@pytest.mark.threat("C5")
def test_drain__when_the_witness_is_behind__is_not_final_until_it_is_as_far(
    scene: Scene, witness: FaultyEndpoint
) -> None:
    sent(scene)
    witness.lies["eth_blockNumber"] = lambda height: hex(int(height, 16) - 5)
    second = Rpc.connect(witness.url)
    assert scene.turn(witness=second) == {JobState.MINED: 1}
    witness.lies.clear()
    assert scene.turn(witness=second) == {JobState.FINAL: 1}


@pytest.mark.threat("C5")
def test_drain__when_the_witness_serves_another_chain__does_nothing(
    scene: Scene, witness: FaultyEndpoint
) -> None:
    scene.record("a")
    scene.waiting()
    witness.lies["eth_chainId"] = lambda _: "0x1"
    with pytest.raises(WrongChainError, match="now serves chain 1, not 31337"):
        scene.turn(witness=Rpc.connect(witness.url))
    assert scene.transactions() == []
