"""The relayer's account is replaced: what it left behind is settled once."""

from __future__ import annotations

import pytest

from creatoken_sdk.chain.projects import Role
from creatoken_sdk.studio.jobs import JobState
from faults.scene import DEPTH, Scene


@pytest.mark.threat("C2")
def test_drain__when_the_account_was_replaced__takes_over_what_nobody_signed(scene: Scene) -> None:
    scene.record("a")
    scene.waiting()
    successor = scene.as_helper()
    assert [job.id for job in successor.waiting()] == [job.id for job in scene.waiting()]
    assert successor.settle() == {JobState.FINAL: 1}
    assert successor.waiting() == []
    assert scene.settle() == {}
    scene.assert_settled(drafts=1)
    assert scene.rows("SELECT account FROM jobs") == [(successor.signer.address,)]


@pytest.mark.threat("C2")
def test_drain__given_jobs_that_the_other_account_signed__leaves_them_to_it(scene: Scene) -> None:
    scene.record("a")
    scene.waiting()
    scene.turn()
    assert scene.as_helper().waiting() == []
    assert scene.as_helper().turn() == {}
    studio = scene.as_helper().studio()
    assert studio.status().elsewhere == 1
    studio.close()
    assert scene.settle() == {JobState.FINAL: 1}
    scene.assert_settled(drafts=1)


@pytest.mark.threat("C2")
def test_drain__while_the_other_account_has_a_sequencer__takes_nothing_over(scene: Scene) -> None:
    scene.record("a")
    scene.waiting()
    sequencer = scene.sequencer()
    with sequencer.store.lock(f"sequencer-31337-{scene.signer.address}"):
        assert scene.as_helper().turn() == {}
    sequencer.store.close()
    assert scene.settle() == {JobState.FINAL: 1}
    scene.assert_settled(drafts=1)


@pytest.mark.threat("C2")
def test_drain__given_a_job_whose_transaction_was_dropped__leaves_it_to_its_account(
    scene: Scene,
) -> None:
    scene.record("a")
    scene.waiting()
    scene.turn()
    scene.tell("anvil_dropAllTransactions")
    client = scene.client()  # of another program, which takes the nonce
    scene.at_once(client, client.anchors.anchor.call(b"1" * 32, topic=bytes(32), count=1))
    scene.mine(DEPTH)
    studio = scene.studio()
    with studio.store.transaction() as db:  # as a sequencer does after some looks
        db.execute("UPDATE transactions SET state = 'dropped'")
        db.execute("UPDATE jobs SET state = 'queued', nonce = NULL")
    studio.close()
    assert scene.as_helper().turn() == {}
    assert scene.settle() == {JobState.FINAL: 1}
    scene.assert_settled(drafts=1)


@pytest.mark.threat("C2")
def test_drain__given_jobs_that_the_other_account_was_refused__tries_them_itself(
    scene: Scene,
) -> None:
    scene.record("a")
    client = scene.client().with_signer(scene.director)
    revoked = client.projects.set_roles.call(scene.project, scene.signer.address, Role(0))
    scene.at_once(client, revoked)
    assert scene.settle() == {JobState.REVERTED: 1}
    successor = scene.as_helper()
    assert successor.settle() == {JobState.FINAL: 1}
    scene.assert_settled(drafts=1)


@pytest.mark.threat("C2")
def test_status__given_a_job_whose_transaction_was_refused_to_another_account__raises_an_alarm(
    scene: Scene,
) -> None:
    scene.record("a")
    scene.waiting()
    scene.turn()
    studio = scene.as_helper().studio()
    with studio.store.transaction() as db:
        db.execute("UPDATE jobs SET state = 'reverted'")
    [alarm] = studio.status().alarms
    assert alarm == "1 jobs wait for another account: run its relayer too"
    studio.close()
