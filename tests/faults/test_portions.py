"""Copies of a store that settled a run in other portions: still each step is paid once."""

from __future__ import annotations

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from faults.scene import SHARES, Scene
from faults.test_copies import copy, edit, flush, sign


def earned(scene: Scene, ana: LocalAccount) -> tuple[int, int]:
    """What the pipeline and Ana have; nobody else has any."""
    client = scene.client()
    held = [client.contributions.shares_of(scene.work, one) for one in (scene.signer, ana)]
    assert sum(held) == client.contributions.total_shares(scene.work)
    return held[0], held[1]


@pytest.mark.threat("C1")
def test_flush__when_a_copy_settled_at_once_what_waits_in_two_jobs__pays_each_step_once(
    scene: Scene,
) -> None:
    ana = Account.create()
    scene.record("a")
    edit(scene, ana)
    other = copy(scene)
    scene.waiting()
    sign(scene, ana)
    assert len(scene.waiting()) == 2
    sign(other, ana)
    flush(other)
    flush(scene)
    assert earned(scene, ana) == (SHARES, SHARES)
    scene.record("a", "b")
    flush(scene)
    assert earned(scene, ana) == (2 * SHARES, SHARES)
    assert "reverted" not in {state for (state,) in scene.rows("SELECT state FROM jobs")}


@pytest.mark.threat("C1")
def test_drain__when_a_copy_settles_the_root_of_a_withdrawn_job__pays_each_step_once(
    scene: Scene,
) -> None:
    ana = Account.create()
    scene.record("a")
    edit(scene, ana)
    other = copy(scene)
    sign(scene, ana)
    scene.waiting()  # one job for all
    flush(other)  # without Ana's step
    scene.record("a", "b")
    scene.waiting()  # takes that job back
    sign(other, ana)
    flush(other)  # and now has its root
    flush(scene)
    assert earned(scene, ana) == (2 * SHARES, SHARES)


@pytest.mark.threat("C1")
def test_drain__when_a_copy_settled_what_the_node_forgot__does_not_send_it_again(
    scene: Scene,
) -> None:
    ana = Account.create()
    scene.record("a")
    edit(scene, ana)
    other = copy(scene)
    scene.waiting()
    scene.turn()
    scene.tell("anvil_dropAllTransactions")
    sign(other, ana)
    flush(other.as_helper())  # all at once
    flush(scene)
    assert earned(scene, ana) == (SHARES, SHARES)
    assert scene.rows("SELECT state FROM transactions") == [("dropped",)]
    sign(scene, ana)
    scene.record("a", "b")
    flush(scene)
    assert earned(scene, ana) == (2 * SHARES, SHARES)


@pytest.mark.threat("C1")
def test_status__given_a_job_that_was_taken_back__raises_no_alarm(scene: Scene) -> None:
    scene.record("a")
    scene.waiting()
    studio = scene.studio()
    with studio.store.transaction() as db:
        db.execute("UPDATE jobs SET state = 'withdrawn', created_at = 0")
    assert (studio.status().waiting_seconds, studio.status().alarms) == (0, ())
    studio.close()
