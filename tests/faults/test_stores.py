"""A disk that is full, a database that is locked, a clock that jumps."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from creatoken_sdk.studio import postgres, sqlite
from creatoken_sdk.studio.errors import (
    RecordingWarning,
    StoreBusyError,
    StoreError,
)
from creatoken_sdk.studio.jobs import JobState
from faults.scene import Scene, locked

DAY = 86_400


@contextmanager
def full_disk() -> Iterator[None]:
    """No file of this process may grow beyond nothing."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.threat("C8")
def test_drain__when_the_disk_is_full__sends_nothing_and_settles_once_there_is_room(
    scene: Scene,
) -> None:
    scene.record("a")
    scene.waiting()
    sequencer = scene.sequencer()
    with (
        full_disk(),
        pytest.raises(StoreError, match="if the disk is full, free space, then try again"),
    ):
        sequencer.drain(timeout_seconds=0)
    assert scene.rows("SELECT count(*) FROM transactions") == [(0,)]
    assert scene.tell("txpool_status") == {"pending": "0x0", "queued": "0x0"}
    sequencer.drain(timeout_seconds=0)
    sequencer.store.close()
    scene.settle()
    scene.assert_settled(drafts=1)


@pytest.mark.threat("C8")
def test_record__when_the_disk_is_full__warns_and_the_step_can_be_repeated(scene: Scene) -> None:
    scene.record("a")
    studio = scene.studio()
    with studio.run("summer", work=scene.work, brief="b", authorised_by=scene.director) as run:
        write = studio.step("b", actor="agent:copy", shares=10)(lambda brief: brief * 2)
        with full_disk(), pytest.warns(RecordingWarning, match="if the disk is full, free space"):
            assert write("b") == "bb"
        assert len(run.unrecorded) == 1
    studio.close()
    scene.record("a", "b")
    scene.settle()
    scene.assert_settled(drafts=2)


@pytest.mark.threat("C8")
def test_drain__when_another_program_locks_the_database__says_so_and_sends_nothing(
    stored: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "_BUSY_SECONDS", 0.05)
    monkeypatch.setattr(postgres, "_BUSY_SECONDS", 0.05)
    stored.record("a")
    stored.waiting()
    sequencer = stored.sequencer()
    with (
        locked(stored.where),
        pytest.raises(StoreBusyError, match="stop what holds it, then try again"),
    ):
        sequencer.drain(timeout_seconds=0)
    assert stored.tell("txpool_status") == {"pending": "0x0", "queued": "0x0"}
    sequencer.store.close()
    stored.settle()
    stored.assert_settled(drafts=1)


@pytest.mark.threat("C8")
def test_record__when_another_program_locks_the_database__warns_and_the_step_can_be_repeated(
    stored: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored.record("a")
    monkeypatch.setattr(sqlite, "_BUSY_SECONDS", 0.05)
    monkeypatch.setattr(postgres, "_BUSY_SECONDS", 0.05)
    studio = stored.studio()
    with studio.run("summer", work=stored.work, brief="b", authorised_by=stored.director) as run:
        write = studio.step("b", actor="agent:copy", shares=10)(lambda brief: brief * 2)
        with (
            locked(stored.where),
            pytest.warns(RecordingWarning, match="stop what holds it, then try again"),
        ):
            assert write("b") == "bb"
        assert len(run.unrecorded) == 1
    studio.close()
    stored.record("a", "b")
    stored.settle()
    stored.assert_settled(drafts=2)


@pytest.mark.threat("C7")
@pytest.mark.parametrize("jump", [-10_000 * DAY, -DAY, DAY, 3_000 * DAY])
def test_drain__when_the_clock_jumps__settles_each_step_once(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, jump: int
) -> None:
    real = time.time
    scene.record("a")
    scene.waiting()
    scene.turn()
    monkeypatch.setattr(time, "time", lambda: real() + jump)
    scene.turn()
    scene.record("a", "b")
    scene.turn()
    monkeypatch.setattr(time, "time", real)
    assert scene.settle() == {JobState.FINAL: 2}
    scene.assert_settled(drafts=2)
    assert 2 <= len(scene.transactions()) <= 5
