"""A run that cannot be settled is named; the others are settled."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from creatoken_sdk import Creatoken, Work
from creatoken_sdk.chain.contributions import Contributions
from creatoken_sdk.studio import journal
from creatoken_sdk.studio.errors import (
    IncompleteRunError,
    RecordingWarning,
    RunError,
    RunWarning,
    SettlementError,
)
from creatoken_sdk.studio.findings import State
from creatoken_sdk.studio.jobs import Job, Jobs, JobState
from creatoken_sdk.studio.studio import Studio
from creatoken_sdk.testing.plugin import Actors

MOST = 2**40 - 1


@pytest.fixture
def contributions(creatoken_client: Creatoken) -> Contributions:
    return creatoken_client.contributions


class Pipeline:
    """Records what Ana did, as the studio in a file."""

    def __init__(self, studio: Studio, work: Work, actors: Actors) -> None:
        self.studio, self.work, self.actors = studio, work, actors

    def edit(self, run: str, *shares: int) -> list[str]:
        """Each a new step; return what was not recorded."""
        maya = self.actors.director
        with self.studio.run(run, work=self.work, brief="b", authorised_by=maya) as opened:
            for number, earned in enumerate(shares):
                opened.human("edit", number, by=self.actors.designer, output="b", shares=earned)
        return opened.unrecorded


@pytest.fixture
def pipeline(creatoken_studio: Studio, creatoken_work: Work, creatoken_actors: Actors) -> Pipeline:
    return Pipeline(creatoken_studio, creatoken_work, creatoken_actors)


def test_append__given_more_shares_than_a_work_holds__is_refused_and_the_run_goes_on(
    pipeline: Pipeline, contributions: Contributions, creatoken_studio: Studio
) -> None:
    with pytest.warns(RecordingWarning, match="only their ratio counts"):
        [why] = pipeline.edit("ad", MOST - 5, 6)
    assert why.startswith("edit#2: the steps of a run would earn 1099511627776 shares")
    assert pipeline.edit("ad", MOST - 5, 5) == []
    creatoken_studio.flush(wait="latest")
    assert contributions.shares_of(pipeline.work, pipeline.actors.designer) == MOST


def test_flush__given_a_run_that_no_call_can_hold__settles_the_others_and_names_it(
    pipeline: Pipeline,
    contributions: Contributions,
    creatoken_studio: Studio,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(journal, "_MAX_SHARES", 2 * MOST)  # as recorded by an earlier version
    assert pipeline.edit("huge", MOST, 1) == []
    assert pipeline.edit("fine", 7) == []
    for _ in range(2):
        with pytest.raises(SettlementError, match="1 runs cannot be settled: run 'huge'") as caught:
            creatoken_studio.flush(wait="latest")
        assert (caught.value.jobs, len(caught.value.runs)) == ((), 1)
        assert type(caught.value.runs[0]) is RunError
    assert contributions.shares_of(pipeline.work, pipeline.actors.designer) == 7
    with pytest.warns(RunWarning, match="run 'huge'"):
        assert creatoken_studio.preview() == []


@pytest.mark.threat("C8")
@pytest.mark.parametrize("settled", [True, False])
def test_flush__when_a_step_was_lost__refuses_the_run_and_settles_the_others(
    pipeline: Pipeline,
    contributions: Contributions,
    creatoken_studio: Studio,
    settled: bool,
) -> None:
    pipeline.edit("torn", 1, 20)
    if settled:
        creatoken_studio.flush(wait="latest")
    with closing(sqlite3.connect(creatoken_studio.store.name)) as damaged, damaged:
        damaged.execute("DELETE FROM steps WHERE position = 1")
    pipeline.edit("torn", 1, 20, 300)  # the lost step and a new one
    pipeline.edit("whole", 4000)
    with pytest.raises(SettlementError, match="run 'torn': step 1 is gone") as caught:
        creatoken_studio.flush(wait="latest")
    assert [type(error) for error in caught.value.runs] == [IncompleteRunError]
    held = contributions.shares_of(pipeline.work, pipeline.actors.designer)
    assert held == 4000 + 21 * settled


@pytest.mark.threat("C8")
def test_flush__when_settled_steps_were_lost_and_others_took_their_place__refuses_the_run(
    pipeline: Pipeline, contributions: Contributions, creatoken_studio: Studio
) -> None:
    pipeline.edit("torn", 1, 20)
    creatoken_studio.flush(wait="latest")
    with closing(sqlite3.connect(creatoken_studio.store.name)) as damaged, damaged:
        damaged.execute("DELETE FROM steps WHERE position = 2")
    why = "run 'torn': some of its first 3 steps, which are settled, are gone"
    with pytest.raises(SettlementError, match=why):
        creatoken_studio.flush(wait="latest")
    pipeline.edit("torn", 1, 20, 300)
    with pytest.raises(SettlementError, match=why):
        creatoken_studio.flush(wait="latest")
    assert contributions.shares_of(pipeline.work, pipeline.actors.designer) == 21


def test_append__given_what_another_opening_of_the_run_recorded__counts_its_shares_too(
    pipeline: Pipeline, creatoken_studio: Studio
) -> None:
    ana = pipeline.actors.designer
    opened = partial(
        creatoken_studio.run,
        "ad",
        work=pipeline.work,
        brief="b",
        authorised_by=pipeline.actors.director,
    )
    with opened() as one, opened() as other:
        one.human("edit", 1, by=ana, output="b", key="first", shares=MOST - 10)
        one.human("edit", 2, by=ana, output="b", key="second", shares=2)
        other.human("edit", 3, by=ana, output="b", key="third", shares=3)
        with pytest.warns(RecordingWarning, match="would earn 1099511627776 shares"):
            one.human("edit", 4, by=ana, output="b", key="fourth", shares=6)
        one.human("edit", 4, by=ana, output="b", key="fourth", shares=5)
    assert sum(signed.step.shares for signed in one.steps) == MOST


def test_flush__given_finals_made_between_steps__records_the_steps_of_each(
    pipeline: Pipeline, contributions: Contributions, creatoken_studio: Studio, tmp_path: Path
) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.txt").write_text(f"banner {number}")
    maya, ana = pipeline.actors.director, pipeline.actors.designer
    with creatoken_studio.run("ad", work=pipeline.work, brief="b", authorised_by=maya) as run:
        for number in (1, 2):
            run.human("edit", number, by=ana, output="b", shares=10)
            run.output(tmp_path / f"{number}.txt")
        run.human("review", "b", by=maya, output="accept", shares=1)
    creatoken_studio.flush(wait="latest")
    for number in (1, 2):
        found = creatoken_studio.verify(tmp_path / f"{number}.txt")
        assert found.chain["steps recorded"].state is State.HOLDS
    assert contributions.shares_of(pipeline.work, ana) == 20
    assert contributions.total_shares(pipeline.work) == 21
    assert [job.subject["steps"] for job in recorded(creatoken_studio)] == [2, 3, 4]


def recorded(studio: Studio) -> list[Job]:
    jobs = Jobs(studio.store, studio.chain.chain_id, studio.chain.address).within(JobState.FINAL)
    return [job for job in jobs if job.kind == "record"]
