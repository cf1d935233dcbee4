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
    stored: Scene, moment: str
) -> None:
    assert finish(start(play, stored, moment, ("a", "b"))) == -signal.SIGKILL
    stored.record("a", "b")
    assert stored.settle()[JobState.REVERTED] == 0
    stored.assert_settled(drafts=2)


@pytest.mark.threat("C1")
def test_drain__when_killed_at_every_boundary_in_turn__settles_each_step_once(
    stored: Scene,
) -> None:
    for number, moment in enumerate(MOMENTS):
        assert finish(start(play, stored, moment, (f"draft {number}",))) == -signal.SIGKILL
    drafts = [f"draft {number}" for number in range(len(MOMENTS))]
    stored.record(*drafts)
    stored.settle()
    stored.assert_settled(drafts=len(drafts))


@pytest.mark.threat("C2")
def test_drain__when_another_process_settles__is_refused_and_nothing_is_sent_twice(
    stored: Scene,
) -> None:
    stored.record("a", "b")
    stored.waiting()
    with multiprocessing.Manager() as manager:
        turns = manager.Queue()
        first = start(hold, stored, turns)
        turns.get(timeout=30)
        with pytest.raises(StoreBusyError, match="another process holds 'sequencer-31337-0x"):
            stored.turn()
        stored.mine(3)
        assert finish(first) == 0
    stored.assert_settled(drafts=2)
    assert stored.transactions() == [("final", 0, 0)]


@pytest.mark.threat("C2")
def test_drain__when_the_other_process_was_killed__may_begin_at_once(stored: Scene) -> None:
    stored.record("a")
    stored.waiting()
    with multiprocessing.Manager() as manager:
        turns = manager.Queue()
        first = start(hold, stored, turns)
        turns.get(timeout=30)
        first.kill()
        assert finish(first) == -signal.SIGKILL
    stored.settle()
    stored.assert_settled(drafts=1)
