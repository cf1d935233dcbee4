"""Copies and old backups of a store: whichever of them settles, each step is paid once."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from creatoken_sdk.chain.errors import BadResponseError
from creatoken_sdk.errors import ChainError
from creatoken_sdk.studio.errors import BehindError, SettlementError
from creatoken_sdk.studio.jobs import JobState
from endpoint import FaultyEndpoint
from faults.scene import SHARES, Scene


def copy(scene: Scene, name: str = "copy.db") -> Scene:
    """The same pipeline over a copy of its store as it is now."""
    where = str(Path(scene.where).with_name(name))
    with closing(sqlite3.connect(scene.where)) as old, closing(sqlite3.connect(where)) as new:
        old.backup(new)
    return replace(scene, where=where)


def flush(scene: Scene, **options: Any) -> None:
    """As the relayer does; a block after each turn."""
    studio = scene.studio()
    try:
        studio.flush(wait="latest", progress=lambda _: scene.mine(), **options)
    finally:
        studio.close()


def shares(scene: Scene) -> int:
    client = scene.client()
    total = client.contributions.total_shares(scene.work)
    assert client.contributions.shares_of(scene.work, scene.signer) == total
    return total


@pytest.mark.threat("C1")
@pytest.mark.parametrize("settled_before", [False, True])
def test_flush__when_a_copy_that_has_all_steps_goes_on__pays_each_step_once(
    scene: Scene, settled_before: bool
) -> None:
    scene.record("a")
    if settled_before:
        flush(scene)
    scene.record("a", "b")
    old = copy(scene)
    flush(scene)
    old.record("a", "b", "c")
    flush(old)
    assert shares(scene) == 3 * SHARES
    old.assert_settled(drafts=3)


def edit(scene: Scene, ana: LocalAccount) -> None:
    """Record what Ana did; she signs later."""
    studio = scene.studio()
    with studio.run("summer", work=scene.work, brief="b", authorised_by=scene.director) as run:
        run.human("edit", "a", by=ana.address, output="b", shares=SHARES)
    studio.close()


def sign(scene: Scene, ana: LocalAccount) -> None:
    studio = scene.studio()
    assert studio.sign(ana) == 1
    studio.close()


@pytest.mark.threat("C1")
def test_flush__when_a_copy_settled_in_portions__goes_on_in_the_same_ones(scene: Scene) -> None:
    ana = Account.create()
    scene.record("a")
    edit(scene, ana)
    scene.record("a", "b")
    old = copy(scene)
    flush(scene)
    sign(scene, ana)
    flush(scene)
    flush(old)  # Ana's signature is not here, so only what was settled without it
    assert old.rows("SELECT settled FROM runs") == [(2,)]
    sign(old, ana)
    old.record("a", "b", "c")
    flush(old)
    client = scene.client()
    assert client.contributions.shares_of(scene.work, ana) == SHARES
    assert client.contributions.shares_of(scene.work, scene.signer) == 3 * SHARES
    assert client.contributions.total_shares(scene.work) == 4 * SHARES
    assert old.rows("SELECT DISTINCT state FROM jobs") == [("final",)]
    calls = "SELECT data FROM jobs ORDER BY position"
    assert old.rows(calls)[:2] == scene.rows(calls)


@pytest.mark.threat("C1")
def test_flush__given_a_backup_that_lacks_settled_steps__refuses_the_run_and_settles_others(
    scene: Scene,
) -> None:
    scene.record("a")
    flush(scene)
    old = copy(scene)
    scene.record("a", "b")
    flush(scene)
    old.record("a", "b", "c")
    old.record("d", run="winter")
    with pytest.raises(SettlementError, match="run 'summer': the chain holds steps") as caught:
        flush(old)
    assert [type(error) for error in caught.value.runs] == [BehindError]
    assert caught.value.jobs == ()
    assert shares(scene) == 3 * SHARES
    assert old.rows("SELECT name, settled FROM runs ORDER BY name") == [
        ("summer", 2),
        ("winter", 2),
    ]
    scene.record("a", "b", "c")
    flush(scene)
    assert shares(scene) == 4 * SHARES


@pytest.mark.threat("C1")
def test_flush__when_both_copies_queued_before_either_sent__pays_each_step_once(
    scene: Scene,
) -> None:
    scene.record("a", "b")
    old = copy(scene)
    scene.waiting()
    old.record("a", "b", "c")
    assert len(old.waiting()) == 1
    flush(scene)
    flush(old)
    assert shares(scene) == 3 * SHARES
    assert old.rows("SELECT state FROM jobs ORDER BY position") == [
        ("withdrawn",),
        ("final",),
        ("final",),
    ]


@pytest.mark.threat("C1")
def test_drain__when_a_copy_settles_meanwhile__sends_nothing_and_flush_goes_on(
    scene: Scene,
) -> None:
    scene.record("a", "b")
    old = copy(scene)
    old.record("a", "b", "c")
    old.waiting()
    flush(scene)
    assert old.turn() == {JobState.REVERTED: 1}
    assert old.transactions() == []
    flush(old)
    assert shares(scene) == 3 * SHARES


@pytest.mark.threat("C1")
def test_flush__when_both_copies_sent_with_one_nonce__pays_each_step_once(scene: Scene) -> None:
    scene.record("a", "b")
    old = copy(scene)
    old.record("a", "b", "c")
    old.waiting()
    scene.waiting()
    scene.turn()
    with suppress(ChainError):
        old.turn()
    assert [row[2] for row in old.transactions() + scene.transactions()] == [0, 0]
    flush(scene)
    flush(old)
    assert shares(scene) == 3 * SHARES
    old.assert_ledger()


@pytest.mark.threat("C1")
def test_flush__when_a_copy_of_another_account_goes_on__pays_each_step_once(scene: Scene) -> None:
    scene.record("a")
    old = copy(scene)
    flush(scene)
    old.record("a", "b")
    flush(old.as_helper())
    assert shares(scene) == 2 * SHARES


@pytest.mark.threat("C1")
def test_flush__when_a_fork_undoes_what_the_copy_found_settled__settles_it_itself(
    scene: Scene,
) -> None:
    scene.record("a")
    old = copy(scene)
    studio = scene.studio()
    scene.waiting()
    before = scene.tell("eth_blockNumber")
    studio.flush(wait="latest", progress=lambda _: scene.mine())
    studio.close()
    old.record("a", "b")
    old.waiting()
    depth = int(scene.tell("eth_blockNumber"), 16) - int(before, 16)
    scene.tell("anvil_rollback", depth)
    scene.tell("anvil_dropAllTransactions")
    scene.mine()
    assert shares(scene) == 0
    old.settle()
    old.assert_settled(drafts=2)


def test_flush__when_another_store_has_a_run_of_that_name__settles_both(scene: Scene) -> None:
    """It is no copy, but other work for the same work."""
    scene.record("a")
    flush(scene)
    other = replace(scene, where=str(Path(scene.where).with_name("other.db")))
    other.record("a", "b")
    flush(other.as_helper())
    assert shares(scene) == 3 * SHARES
    scene.record("a", "c")
    flush(scene)
    assert shares(scene) == 4 * SHARES


def counted(scene: Scene, proxy: FaultyEndpoint, *methods: str) -> list[str]:
    """Flush through the proxy; return which of the methods it was asked, in order."""
    proxy.calls.clear()
    flush(scene.via(proxy.url))
    return [method for method in proxy.calls if method in methods]


def test_flush__while_all_shares_are_of_its_own_jobs__reads_no_events(
    scene: Scene, proxy: FaultyEndpoint
) -> None:
    for drafts in ("a", "ab", "abc"):
        scene.record(*drafts)
        assert counted(scene, proxy, "eth_getLogs") == []
    scene.assert_settled(drafts=3)


@pytest.mark.threat("C5")
def test_flush__when_the_node_refuses_wide_ranges__reads_narrower_ones(
    scene: Scene, proxy: FaultyEndpoint
) -> None:
    scene.record("a")
    old = copy(scene)
    flush(scene)
    old.record("a", "b")
    forward = proxy.forward
    ranges: list[int] = []

    def narrow(asked: Any) -> Any:
        if asked["method"] == "eth_getLogs":
            place = asked["params"][0]
            ranges.append(int(place["toBlock"], 16) - int(place["fromBlock"], 16) + 1)
            if ranges[-1] > 5:
                error = {"code": -32000, "message": "block range too wide"}
                return {"jsonrpc": "2.0", "id": asked["id"], "error": error}
        return forward(asked)

    proxy.forward = narrow  # type: ignore[method-assign]
    flush(old.via(proxy.url))
    assert shares(scene) == 2 * SHARES
    assert min(ranges) <= 5 < max(ranges)


@pytest.mark.threat("C5")
def test_flush__when_the_node_leaves_out_events__queues_nothing(
    scene: Scene, proxy: FaultyEndpoint
) -> None:
    scene.record("a")
    old = copy(scene)
    flush(scene)
    old.record("a", "b")
    proxy.lies["eth_getLogs"] = lambda logs: []
    with pytest.raises(BadResponseError, match="left out events"):
        flush(old.via(proxy.url))
    assert old.rows("SELECT count(*) FROM jobs") == [(0,)]
