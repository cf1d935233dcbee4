"""A power cut at every boundary, and two sequencers at once."""

from __future__ import annotations

import multiprocessing
import signal

import pytest

from creatoken_sdk.studio.errors import StoreBusyError
from creatoken_sdk.studio.jobs import JobState
from faults.kills import MOMENTS, finish, hold, play, start
from faults.scene import Scene


@pytest.mark.threat("C1")
@pytest.mark.parametrize("moment", MOMENTS)
def test_drain__when_killed_at_a_boundary__settles_each_step_once_after_the_restart(
    scene: Scene, moment: str
) -> None:
    assert finish(start(play, scene, moment, ("a", "b"))) == -signal.SIGKILL
    scene.record("a", "b")
    assert scene.settle()[JobState.REVERTED] == 0
    scene.assert_settled(drafts=2)


@pytest.mark.threat("C1")
def test_drain__when_killed_in_each_commit_to_a_server__settles_each_step_once(
    served: Scene,
) -> None:
    moments = [moment for moment in MOMENTS if "commit" in moment or moment == "after persisting"]
    for number, moment in enumerate(moments):
        assert finish(start(play, served, moment, (f"draft {number}",))) == -signal.SIGKILL
    drafts = [f"draft {number}" for number in range(len(moments))]
    served.record(*drafts)
    served.settle()
    served.assert_settled(drafts=len(drafts))


@pytest.mark.threat("C2")
@pytest.mark.parametrize("kind", ["scene", "served"])
def test_drain__when_another_process_settles__is_refused_and_nothing_is_sent_twice(
    request: pytest.FixtureRequest, kind: str
) -> None:
    scene = request.getfixturevalue(kind)
    scene.record("a", "b")
    scene.waiting()
    with multiprocessing.Manager() as manager:
        turns = manager.Queue()
        first = start(hold, scene, turns)
        turns.get(timeout=30)
        with pytest.raises(StoreBusyError, match="another process holds 'sequencer-31337-0x"):
            scene.turn()
        scene.mine(3)
        assert finish(first) == 0
    scene.assert_settled(drafts=2)
    assert scene.transactions() == [("final", 0, 0)]


@pytest.mark.threat("C2")
def test_drain__when_the_other_process_was_killed__may_begin_at_once(scene: Scene) -> None:
    scene.record("a")
    scene.waiting()
    with multiprocessing.Manager() as manager:
        turns = manager.Queue()
        first = start(hold, scene, turns)
        turns.get(timeout=30)
        first.kill()
        assert finish(first) == -signal.SIGKILL
    scene.settle()
    scene.assert_settled(drafts=1)
