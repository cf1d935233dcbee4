"""Runs: authorised first, resumed without paying twice, signed now or later, never in the way."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from creatoken_sdk import Work
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.errors import RecordError, SigningError
from creatoken_sdk.record import ActorKind, SourceType, Step, name_hash, verify
from creatoken_sdk.record.structs import from_json
from creatoken_sdk.studio.errors import RecordingWarning, StoreError, UnsignedError
from creatoken_sdk.studio.run import Run, current_run
from creatoken_sdk.studio.studio import Studio
from creatoken_sdk.testing.plugin import Actors
from studio.kept import kept, keys

PROCESS = """
import sys, time
from eth_account import Account
from creatoken_sdk import Creatoken, Work
from creatoken_sdk.studio.studio import Studio
url, path, work, token, recorder, director, part, made, count = sys.argv[1:]
signer = Account.from_key(recorder)
studio = Studio.open(path, chain=Creatoken.connect(url, signer=signer), signer=signer)
step = studio.step("draft", actor="agent:copy", shares=10)
draft = step(lambda n: f"{made} {n}")
director = Account.from_key(director)
about = dict(work=Work(int(work), token), brief="the brief", authorised_by=director)
with studio.run("test", **about) as run, run.nested(part):
    print("ready", flush=True)
    sys.stdin.readline()
    for n in range(int(count)):
        draft(n)
"""


class Forger:
    """Says that it is somebody, and signs as somebody else."""

    def __init__(self, address: str) -> None:
        self.address = address

    def unsafe_sign_hash(self, message_hash: Any) -> Any:
        return Account.from_key(name_hash("forger")).unsafe_sign_hash(message_hash)


@pytest.fixture
def start(
    creatoken_studio: Studio, creatoken_chain: Anvil, creatoken_work: Work, creatoken_actors: Actors
) -> Any:
    """Start a process that records `count` drafts in a part of the run "test"; Enter lets it go."""

    def start(part: str, made: str, count: int) -> subprocess.Popen[str]:
        people = (creatoken_actors.recorder.key.hex(), creatoken_actors.director.key.hex())
        place = (creatoken_chain.url, creatoken_studio.store.name)
        words = (*place, creatoken_work.id, creatoken_work.token, *people, part, made, count)
        process = subprocess.Popen(
            [sys.executable, "-c", PROCESS, *map(str, words)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        return process

    return start


def test_run__when_opened__has_the_directors_authorisation_as_step_0(
    creatoken_studio: Studio, creatoken_work: Work, creatoken_actors: Actors
) -> None:
    director = creatoken_actors.director
    policy = {"allowed": ["agent:copy"]}
    with creatoken_studio.run(
        "summer", work=creatoken_work, brief="tea", authorised_by=director, policy=policy
    ) as run:
        assert current_run() is run
        rows = creatoken_studio.store.rows("SELECT step, signature, document FROM steps")
    assert current_run() is None
    [(written, signature, document)] = rows
    step = Step.from_json(json.loads(written))
    assert (step.index, step.previous, step.shares) == (0, bytes(32), 0)
    assert (step.actor, step.actor_kind) == (director.address, ActorKind.HUMAN)
    assert (step.action, step.work_id) == (name_hash("authorise"), creatoken_work.id)
    domain = creatoken_studio.chain.works.domain
    assert verify(domain, step, from_json("bytes", signature), director.address)
    assert all(word in document for word in ("tea", "allowed", "agent:copy"))


@pytest.mark.parametrize("brief", [object(), float("nan"), {1: "a"}])
def test_run__when_the_brief_cannot_be_recorded__does_not_begin(
    creatoken_studio: Studio, creatoken_work: Work, creatoken_actors: Actors, brief: object
) -> None:
    director = creatoken_actors.director
    with (
        pytest.raises(RecordError),
        creatoken_studio.run("summer", work=creatoken_work, brief=brief, authorised_by=director),
    ):
        pytest.fail("nothing may happen without step 0")
    assert current_run() is None


@pytest.mark.threat("C1")
def test_run__when_resumed_in_another_process__keeps_repeats_as_they_are_and_pays_once(
    creatoken_studio: Studio, creatoken_work: Work, creatoken_actors: Actors, start: Any
) -> None:
    about: Any = {"brief": "the brief", "authorised_by": creatoken_actors.director}
    about["work"] = creatoken_work
    start("a", "text", 2).communicate("\n")
    first = kept(creatoken_studio)
    start("a", "text", 3).communicate("\n")
    assert kept(creatoken_studio)[:2] == first
    other = creatoken_studio.step("draft", actor="agent:copy", shares=10)(lambda n: f"other {n}")
    for _ in range(2):
        with creatoken_studio.run("test", **about) as run, run.nested("a"):
            other(0)
    assert keys(creatoken_studio) == [
        ("a/draft#1", 1, 10),
        ("a/draft#2", 1, 10),
        ("a/draft#3", 1, 10),
        ("a/draft#1", 2, 0),
    ]
    assert kept(creatoken_studio)[3].record["attempt"] == 2


@pytest.mark.threat("C2")
def test_run__when_two_processes_record_it_at_once__has_one_unbroken_chain(
    creatoken_studio: Studio, start: Any
) -> None:
    processes = [start(part, "text", 25) for part in ("left", "right")]
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    wanted = [(f"{p}/draft#{n}", 1, 10) for p in ("left", "right") for n in range(1, 26)]
    assert sorted(keys(creatoken_studio)) == sorted(wanted)


def test_human__given_a_key__is_the_same_step_wherever_it_stands(
    creatoken_studio: Studio, creatoken_work: Work, creatoken_actors: Actors
) -> None:
    ana = creatoken_actors.designer
    for order in ("ab", "ba"):
        with creatoken_studio.run(
            "summer", work=creatoken_work, brief="b", authorised_by=creatoken_actors.director
        ) as run:
            for key in order:
                run.human("edit", key, by=ana, output=key * 2, key=f"edit-{key}", shares=30)
    assert keys(creatoken_studio) == [("edit-a", 1, 30), ("edit-b", 1, 30)]


def test_sign__days_later__completes_the_chain(
    creatoken_studio: Studio,
    creatoken_run: Run,
    creatoken_actors: Actors,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ana, path = creatoken_actors.designer, tmp_path / "a.txt"
    path.write_text("banner")
    text = creatoken_run.human("edit", "a", by=ana.address, output="b", name="ana", shares=30)
    creatoken_run.gate("brand", {"drift": 0.25})
    assert text == "b"
    assert creatoken_studio.pending() == {ana.address: 1}
    with pytest.raises(UnsignedError, match="step 1 awaits"):
        creatoken_run.output(path)
    before = kept(creatoken_studio)

    later = time.time() + 3 * 24 * 60 * 60
    monkeypatch.setattr("time.time", lambda: later)
    assert creatoken_studio.sign(creatoken_actors.buyer) == 0
    assert creatoken_studio.sign(ana) == 1
    after = kept(creatoken_studio)
    assert [one.step for one in after] == [one.step for one in before]
    assert after[0].signature is not None
    assert verify(
        creatoken_studio.chain.works.domain, after[0].step, after[0].signature, ana.address
    )
    assert (after[0].record["actor"], after[0].step.source_type) == (
        "human:ana",
        SourceType.HUMAN_EDITS,
    )
    assert (creatoken_studio.pending(), creatoken_studio.sign(ana)) == ({}, 0)
    assert creatoken_run.output(path).asset.work_id == after[0].step.work_id


@pytest.mark.threat("A8")
def test_sign__when_the_signature_is_by_another__is_refused_and_keeps_none(
    creatoken_studio: Studio, creatoken_run: Run, creatoken_actors: Actors
) -> None:
    ana = creatoken_actors.designer.address
    creatoken_run.human("edit", "a", by=ana, output="b")
    with pytest.raises(SigningError, match=f"no signature by {ana}"):
        creatoken_studio.sign(Forger(ana))
    assert creatoken_studio.pending() == {ana: 1}
    with pytest.warns(RecordingWarning, match=f"no signature by {ana}"):
        creatoken_run.human("edit", "b", by=Forger(ana), output="c")
    assert [one.given for one in kept(creatoken_studio)] == ["a"]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (object(), "cannot record a object"),
        (float("inf"), "NaN or infinite"),
        ({1: 2}, "key of type int"),
        ((n for n in range(3)), "cannot record a generator"),
    ],
)
def test_step__when_a_value_cannot_be_recorded__warns_and_works_on(
    creatoken_studio: Studio, creatoken_run: Run, value: object, why: str
) -> None:
    step = creatoken_studio.step("draft", actor="agent:copy")
    with pytest.warns(RecordingWarning, match=f"step draft#1 was not recorded: .*{why}"):
        assert step(lambda given: "text")(value) == "text"
    with pytest.warns(RecordingWarning, match=f"step draft#2 was not recorded: .*{why}"):
        assert step(lambda: value)() is value
    assert [line.split(":")[0] for line in creatoken_run.unrecorded] == ["draft#1", "draft#2"]
    assert kept(creatoken_studio) == []


def test_human__given_a_source_type__takes_its_term_and_warns_of_what_is_none(
    creatoken_run: Run, creatoken_studio: Studio, creatoken_actors: Actors
) -> None:
    ana = creatoken_actors.designer
    creatoken_run.human("paint", "a", by=ana, output="b", source_type="digitalCreation")
    with pytest.warns(RecordingWarning, match="'made up' is no current digital source type"):
        assert creatoken_run.human("edit", "a", by=ana, output="c", source_type="made up") == "c"
    assert [one.step.source_type for one in kept(creatoken_studio)] == [SourceType.DIGITAL_CREATION]


def test_step__when_a_value_holds_itself_or_content_raises__warns_and_works_on(
    creatoken_studio: Studio, creatoken_run: Run
) -> None:
    loop: list[Any] = []
    loop.append(loop)
    step = creatoken_studio.step("draft", actor="agent:copy", content=lambda value: value.missing)
    with pytest.warns(RecordingWarning, match="draft#1 was not recorded: a value .* holds itself"):
        assert step(lambda given: given)(loop) is loop
    with pytest.warns(RecordingWarning, match="draft#2 was not recorded: AttributeError"):
        assert step(lambda: 5)() == 5
    assert kept(creatoken_studio) == []


@pytest.mark.threat("C8")
def test_step__when_the_store_is_gone__warns_and_works_on_until_it_is_back(
    creatoken_studio: Studio, creatoken_run: Run, tmp_path: Path
) -> None:
    draft = creatoken_studio.step("draft", actor="agent:copy")(lambda: "text")
    creatoken_studio.close()
    folder, files = tmp_path / "away", list(tmp_path.glob("studio.db*"))
    folder.mkdir()
    for file in files:
        file.rename(folder / file.name)
    with pytest.warns(RecordingWarning, match="studio.db"):
        assert draft() == "text"
    creatoken_studio.close()
    for file in tmp_path.glob("studio.db*"):
        file.unlink()
    for file in files:
        (folder / file.name).rename(file)
    assert draft() == "text"
    assert keys(creatoken_studio) == [("draft#2", 1, 0)]
    assert len(creatoken_run.unrecorded) == 1


@pytest.mark.threat("C8")
def test_run__when_the_store_is_gone__does_not_begin(
    creatoken_studio: Studio, creatoken_work: Work, creatoken_actors: Actors
) -> None:
    director, database = creatoken_actors.director, Path(creatoken_studio.store.name)
    creatoken_studio.close()
    database.unlink()
    with (
        pytest.raises(StoreError, match="no such table"),
        creatoken_studio.run("summer", work=creatoken_work, brief="b", authorised_by=director),
    ):
        pytest.fail("nothing may happen without step 0")


def test_step__when_nothing_goes_wrong__warns_of_nothing(
    creatoken_studio: Studio, creatoken_run: Run
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        creatoken_studio.step("draft", actor="agent:copy")(lambda: "text")()
    assert (keys(creatoken_studio), creatoken_run.unrecorded) == ([("draft#1", 1, 0)], [])


@pytest.mark.parametrize("actor", ["copy", "agent:", "robot:copy", ":copy"])
def test_step__when_its_actor_has_no_kind__is_refused_at_once(
    creatoken_studio: Studio, actor: str
) -> None:
    with pytest.raises(RecordError, match="has no kind"):
        creatoken_studio.step("draft", actor=actor)
