"""What trace tells of single runs: flow, lineage, erasure, gates, and what nobody can tell."""

from __future__ import annotations

import json
import random

import pytest

from creatoken_sdk.errors import RecordError
from creatoken_sdk.studio.trace import Tracer
from creatoken_sdk.studio.trace_blame import Fault
from creatoken_sdk.studio.trace_brief import distance
from creatoken_sdk.studio.trace_drift import Drift, deviating, failed
from creatoken_sdk.studio.trace_steps import Piece
from studio.faulty import Line, brand_of, copy

CALM, LOUD = (copy(random.Random(7), loud) for loud in (False, True))


@pytest.fixture(scope="module")
def brand(tmp_path_factory):
    return brand_of(tmp_path_factory.mktemp("brand") / "items")


@pytest.fixture
def line(creatoken_studio, creatoken_work, creatoken_actors, brand, tmp_path):
    (tmp_path / "made").mkdir()
    about = {"work": creatoken_work, "authorised_by": creatoken_actors.director}
    editor = creatoken_actors.designer
    return Line(creatoken_studio, brand, tmp_path / "made", about, editor)


@pytest.fixture
def saved(creatoken_run, tmp_path):
    """Writes a text into a file and makes it an asset of the run."""

    def save(text, name="ad.txt", **options):
        (tmp_path / name).write_text(text)
        return creatoken_run.output(tmp_path / name, **options)

    return save


def steps(trace):
    return {one.step.key: one for one in trace.steps}


def drift(p_value, n=999, against="brand", kind="copy", broken=()):
    return Drift(against, kind, Piece("0x"), 0.5, p_value, n, broken=broken)


def test_trace__given_a_wrong_palette__shows_the_pictures_and_the_rule(line):
    made = line.make(1, "palette")
    trace = line.studio.trace(made.output, brand=line.brand, contents=line.folder)
    assert trace.first.step.key == "render#1"
    [shown] = trace.evidence
    assert shown.pictures[1] == line.folder / "palette-1.png"
    assert [rule.split(":")[0] for rule in shown.drift.broken] == ["palette"]
    assert "rule broken: palette" in trace.reason
    assert json.loads(json.dumps(trace.to_json()))["first"] == trace.first.step.id


def test_trace__given_off_tone_copy__shows_what_changed_and_calls_the_rest_inherited(line):
    trace = line.studio.trace(line.make(2, "tone").output, brand=line.brand, contents=line.folder)
    faults = {key: one.fault for key, one in steps(trace).items() if one.fault is not Fault.NONE}
    assert faults == {"draft#1": Fault.ENTERED, "edit#1": Fault.INHERITED}
    assert "+" in trace.evidence[0].diff
    assert (
        trace.evidence[0].drift.piece.text
        in line.studio.memory.certificate(trace.first.step.id).record["output"]["text"]
    )


def test_trace__given_an_overridden_warning__names_the_person_and_shows_who_made_it(line):
    trace = line.studio.trace(line.make(4, "override").output, brand=line.brand)
    assert (trace.first.step.key, trace.first.fault) == ("select#1", Fault.OVERRODE)
    assert "gate:brand had warned" in trace.reason
    assert steps(trace)["draft#1"].fault is Fault.ENTERED
    assert trace.evidence[0].drift.piece.id in steps(trace)["draft#1"].step.gave.ids


def test_trace__when_the_file_is_not_at_hand__says_so_and_does_not_guess(line):
    trace = line.studio.trace(line.make(1, "palette").output, brand=line.brand)
    assert trace.first is None
    assert steps(trace)["render#1"].unmeasured == (
        "palette-1.png is not in the folder of contents",
    )


def test_trace__when_a_step_is_erased__says_erased_and_names_nobody(line):
    made = line.make(2, "tone")
    draft = steps(line.studio.trace(made.output))["draft#1"].step.id
    line.studio.memory.erase(draft)
    trace = line.studio.trace(made.output, brand=line.brand, contents=line.folder)
    assert trace.first is None
    assert "edit#1 deviates, but" in trace.reason
    assert "draft#1 is erased" in trace.reason
    assert any("draft#1 is erased" in note for note in trace.notes)


def test_trace__when_an_input_is_erased__does_not_blame_who_took_it(line):
    made = line.make(2, "tone")
    draft = steps(line.studio.trace(made.output))["draft#1"].step.id
    line.studio.memory.erase(draft, "/input")
    trace = line.studio.trace(made.output, brand=line.brand, contents=line.folder)
    assert trace.first is None
    assert "what it took is erased" in trace.reason


def test_trace__given_a_discarded_draft__does_not_judge_it(
    creatoken_run, creatoken_studio, creatoken_actors, brand, saved
):
    draft = creatoken_studio.step("draft", actor="agent:copy")(lambda text: text + " Now.")
    drafts = [draft(LOUD), draft(CALM)]
    creatoken_run.gate("brand", brand.drift(drafts[0]))
    creatoken_run.human("select", drafts, by=creatoken_actors.designer, output=drafts[1])
    trace = creatoken_studio.trace(saved(drafts[1]), brand=brand)
    assert trace.first is None
    assert {key: one.used for key, one in steps(trace).items() if one.step.makes} == {
        "draft#1": False,
        "draft#2": True,
        "select#1": False,
    }
    assert steps(trace)["gate:brand#1"].warning


@pytest.mark.parametrize(("accepted", "named"), [(True, "review#1"), (False, "draft#1")])
def test_trace__given_a_review_after_a_warning__names_who_accepted_and_nobody_who_refused(
    creatoken_run, creatoken_studio, creatoken_actors, brand, saved, accepted, named
):
    text = creatoken_studio.step("draft", actor="agent:copy")(lambda topic: LOUD)("sea")
    asset = saved(text)
    creatoken_run.gate("brand", brand.drift(text), asset=asset)
    verdict = {"accepted": accepted}
    creatoken_run.human("review", hex(asset.id), by=creatoken_actors.director, output=verdict)
    assert creatoken_studio.trace(asset, brand=brand).first.step.key == named


def test_trace__when_a_warning_was_met_by_new_content__names_nobody(
    creatoken_run, creatoken_studio, creatoken_actors, brand, saved
):
    text = creatoken_studio.step("draft", actor="agent:copy")(lambda topic: LOUD)("sea")
    creatoken_run.gate("brand", brand.drift(text))
    text = creatoken_run.human("edit", text, by=creatoken_actors.designer, output=CALM)
    creatoken_run.gate("brand", brand.drift(text))
    creatoken_run.human("accept", text, by=creatoken_actors.director, output=text)
    assert creatoken_studio.trace(saved(text), brand=brand).first is None


def test_trace__given_a_parent_that_deviates__names_the_parents_step(
    creatoken_studio, creatoken_run, creatoken_work, creatoken_actors, brand, saved, tmp_path
):
    draft = creatoken_studio.step("draft", actor="agent:copy")(lambda topic: LOUD)
    parent = saved(draft("sea"))
    about = {"work": creatoken_work, "authorised_by": creatoken_actors.director}
    with (
        creatoken_studio.run("child", brief="the child", **about) as run,
        run.nested("left") as part,
    ):
        text = part.human("edit", LOUD, by=creatoken_actors.designer, output=LOUD + " And more!!!")
        (tmp_path / "child.txt").write_text(text)
        child = run.output(tmp_path / "child.txt", parents=[parent])
    trace = creatoken_studio.trace(child, brand=brand)
    assert [one.id for one in trace.lineage] == [parent.id, child.id]
    assert (trace.first.step.run, trace.first.step.key) == ("test", "draft#1")
    assert steps(trace)["left/edit#1"].fault is Fault.INHERITED


def test_trace__given_run_retrieve__judges_what_was_cited(
    creatoken_run, creatoken_studio, brand, saved
):
    found = creatoken_run.retrieve(brand, "olives in the harbour")
    draft = creatoken_studio.step("draft", actor="agent:copy")(lambda context: LOUD)
    trace = creatoken_studio.trace(saved(draft(found.context)), brand=brand)
    assert trace.first.step.key == "draft#1"
    assert len(steps(trace)["retrieve#1"].drifts) == 5


def test_trace__given_too_few_samples__says_how_many_are_needed(
    creatoken_run, creatoken_studio, tmp_path, saved
):
    from creatoken_sdk.brand.exemplar import Exemplar
    from creatoken_sdk.brand.index import BrandIndex

    dice = random.Random(1)
    small = BrandIndex([Exemplar(copy(dice)) for _ in range(30)])
    text = creatoken_studio.step("draft", actor="agent:copy")(lambda topic: LOUD)("sea")
    trace = creatoken_studio.trace(saved(text), brand=small)
    assert trace.first is None
    assert "15 calibration samples cannot tell" in trace.notes[0]
    assert "; 19 can" in trace.notes[0]


@pytest.mark.parametrize("named", ["0x1", "0xzz", 5, 10**4000, "0x" + "f" * 999, "0x" + "z" * 999])
def test_trace__given_no_asset_of_the_studio__says_so(creatoken_studio, named):
    with pytest.raises(RecordError, match="no asset") as raised:
        creatoken_studio.trace(named)
    assert len(str(raised.value)) < 200


@pytest.mark.parametrize("level", [0, 1, -1, float("nan")])
def test_trace__given_a_level_that_is_none__says_so(creatoken_studio, level):
    with pytest.raises(RecordError, match="between 0 and 1"):
        Tracer(creatoken_studio.store, level=level)


def test_tracer__when_contents_is_no_folder__says_so(creatoken_studio, tmp_path):
    with pytest.raises(RecordError, match="no folder"):
        Tracer(creatoken_studio.store, contents=tmp_path / "nothing")


def test_deviating__given_p_values__rejects_by_holm_and_takes_broken_rules_as_facts():
    given = [drift(0.04), drift(0.01), drift(0.024), drift(0.9, broken=("palette",))]
    assert deviating(given, 0.05)[:2] == ({1, 3}, 4)
    assert deviating([drift(p) for p in (0.01, 0.04)], 0.05)[:2] == ({0, 1}, 2)


def test_deviating__given_a_kind_with_few_samples__leaves_it_out_and_tests_the_other():
    few = [drift(0.02, 49, "brief", "text")] * 3
    found, tests, untold = deviating([drift(0.02), drift(0.5), *few], 0.05)
    assert (found, tests) == ({0}, 2)
    assert untold == [
        "brief text: 49 calibration samples cannot tell at level 0.05 which of 5 contents deviate;"
        " 99 can"
    ]


@pytest.mark.parametrize(
    ("report", "why"),
    [
        ({"passed": True, "pValue": "0.001"}, ""),
        ({"passed": False}, "it did not pass"),
        (False, "it says false"),
        ({"rules": [{"rule": "palette", "passed": False}]}, "rules broken: palette"),
        ({"pValue": "0.001", "rules": []}, "p-value 0.001"),
        ({"pValue": "0.2"}, ""),
        ({"pValue": "none"}, ""),
        ("looks fine", ""),
    ],
)
def test_failed__given_a_report__says_why_it_warns(report, why):
    assert failed(report, 0.01) == why


def test_distance__given_texts__is_0_for_the_same_and_1_for_strangers():
    assert distance("Calm seas", "calm  SEAS") == pytest.approx(0)
    assert distance("calm seas", "bright hut") == 1
    assert distance("", "bright hut") == 1


def test_trace__given_a_text_inside_a_longer_prompt__follows_it(
    creatoken_run, creatoken_studio, brand, saved
):
    outline = creatoken_studio.step("outline", actor="agent:plan")(lambda topic: LOUD)("sea")
    write = creatoken_studio.step("write", actor="agent:copy")(lambda prompt: LOUD + " Yes!!!")
    trace = creatoken_studio.trace(saved(write(f"Write this anew: {outline} Thanks.")), brand=brand)
    assert trace.first.step.key == "outline#1"
    assert steps(trace)["write#1"].fault is Fault.INHERITED


def test_trace__given_a_text_off_its_brief__names_it_beside_what_other_runs_wrote(
    creatoken_studio, creatoken_work, creatoken_actors, tmp_path
):
    topics = ["ripe olives from the harbour", "thyme honey of late summer", "bread and ground salt"]
    write = creatoken_studio.step("write", actor="agent:copy")(lambda topic: f"All about {topic}.")
    about = {"work": creatoken_work, "authorised_by": creatoken_actors.director}
    for number in range(20):
        brief = f"An ad for {topics[number % 3]}"
        with creatoken_studio.run(f"run {number}", brief=brief, **about) as run:
            text = write("umbrellas, quite unlike" if number == 19 else topics[number % 3])
            (tmp_path / "ad.txt").write_text(f"{text}")
            asset = run.output(tmp_path / "ad.txt")
        if number == 18:
            assert creatoken_studio.trace(asset).notes  # one run too few to tell
    trace = creatoken_studio.trace(asset)
    assert (trace.first.step.run, trace.first.step.key) == ("run 19", "write#1")
    [shown] = trace.evidence
    assert (shown.before, shown.drift.against, shown.drift.p_value) == ("the brief", "brief", 0.05)
    assert "-An ad for thyme honey of late summer" in shown.diff


def test_trace__given_a_cited_guide__does_not_judge_it(creatoken_run, creatoken_studio, saved):
    from creatoken_sdk.brand.exemplar import Exemplar
    from creatoken_sdk.brand.index import BrandIndex

    dice = random.Random(1)
    items = [Exemplar(copy(dice)) for _ in range(100)]
    guided = BrandIndex([*items, Exemplar("Never write: HURRY, click now, or wow!!!", "guide")])
    found = creatoken_run.retrieve(guided, "never write click now wow", k=1)
    assert [one.kind for one in found.citations] == ["guide"]
    draft = creatoken_studio.step("draft", actor="agent:copy")(lambda context: CALM)
    trace = creatoken_studio.trace(saved(draft(found.context)), brand=guided)
    assert (trace.first, steps(trace)["retrieve#1"].drifts) == (None, ())


def test_trace__when_a_parent_is_elsewhere__says_so(creatoken_studio, saved):
    trace = creatoken_studio.trace(saved(CALM, parents=[0xABC]))
    assert trace.notes == ("parent 0xabc is not in this store",)


def test_trace__given_a_retry__shows_both_attempts_and_judges_what_was_used(
    creatoken_run, creatoken_studio, creatoken_actors, brand, saved
):
    for text in (LOUD, CALM):
        creatoken_run.human(
            "edit", "a draft", by=creatoken_actors.designer, output=text, key="edit the draft"
        )
    trace = creatoken_studio.trace(saved(CALM), brand=brand)
    told = [(o.step.attempt, o.used) for o in trace.steps if o.step.key == "edit the draft"]
    assert (told, trace.first) == ([(1, False), (2, True)], None)


@pytest.mark.parametrize("text", ["\u00e9t\u00e9 100 % _ \\ \U0001f30a calm sea", "a" * 70_000])
def test_trace__given_any_text_as_an_asset__links_it_to_its_step(creatoken_studio, saved, text):
    draft = creatoken_studio.step("draft", actor="agent:copy")(lambda topic: text)("sea")
    assert steps(creatoken_studio.trace(saved(draft)))["draft#1"].used


def test_trace__given_a_line_sent_back_and_rewritten__names_nobody(
    creatoken_studio, creatoken_run, creatoken_actors, brand, saved
):
    ana, sent_back = creatoken_actors.designer, f"Sent back: {LOUD}"
    creatoken_run.human("write", "a line", by=ana, output=LOUD)
    creatoken_run.human("check", LOUD, by=ana, output=sent_back)
    creatoken_run.human("rewrite", sent_back, by=ana, output=CALM)
    trace = creatoken_studio.trace(saved(CALM), brand=brand)
    found = {key: one.fault for key, one in steps(trace).items()}
    assert (found["write#1"], found["check#1"]) == (Fault.REPAIRED, Fault.REPAIRED)
    assert trace.first is None
