"""What people, agents and tools did: only what signatures and approvals show."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from creatoken_sdk.chain.works import Work
from creatoken_sdk.errors import RecordError
from creatoken_sdk.record import Oversight, SourceType
from creatoken_sdk.studio.boundary import Standing, totals
from creatoken_sdk.studio.boundary_svg import svg_of

TRAINED = "trainedAlgorithmicMedia"


@pytest.fixture
def draft(creatoken_studio, creatoken_actors):
    return creatoken_studio.step(
        "draft",
        actor="agent:copy",
        signer=creatoken_actors.agent,
        source_type=TRAINED,
        shares=60,
    )(lambda topic: f"A text about {topic}, at length.")


@pytest.fixture
def saved(creatoken_run, tmp_path):
    def save(text, name="ad.txt"):
        (tmp_path / name).write_text(text)
        return creatoken_run.output(tmp_path / name)

    return save


def edit(run, text, by, **options):
    return run.human("edit", text, by=by, output=f"{text} Edited.", shares=40, **options)


def counts(found):
    return {
        one.value: (found.steps(one), found.shares(one)) for one in Standing if found.steps(one)
    }


def test_boundary__given_agent_and_person__counts_steps_and_shares_and_derives_the_type(
    creatoken_studio, creatoken_run, creatoken_actors, draft, saved
):
    asset = saved(edit(creatoken_run, draft("the sea"), creatoken_actors.designer))
    creatoken_run.gate("size", {"passed": True})
    [found] = creatoken_studio.boundary(asset)
    assert counts(found) == {"human": (2, 40), "agent": (1, 60), "tool": (1, 0)}
    assert (found.steps("human"), found.shares("human")) == (2, 40)
    assert found.oversight is Oversight.PROMPT_GUIDED
    assert found.source_type is SourceType.COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA
    assert found.declared is SourceType.ALGORITHMIC_MEDIA
    assert [part.key for part in found.parts] == ["authorise", "draft#1", "edit#1", "gate:size#1"]


@pytest.mark.parametrize(
    ("accepted", "level"),
    [(True, Oversight.HUMAN_VALIDATED), (False, Oversight.PROMPT_GUIDED)],
)
def test_boundary__given_a_review__is_validated_only_if_it_did_not_refuse(
    creatoken_studio, creatoken_run, creatoken_actors, draft, saved, accepted, level
):
    asset = saved(draft("the sea"))
    verdict = {"accepted": accepted}
    creatoken_run.human("review", hex(asset.id), by=creatoken_actors.designer, output=verdict)
    creatoken_run.gate("size", {"passed": True})
    assert creatoken_studio.boundary(asset)[0].oversight is level


def test_boundary__when_a_person_only_accepts__derives_the_agents_type(
    creatoken_studio, creatoken_run, creatoken_actors, draft, saved
):
    text = draft("the sea")
    creatoken_run.human("accept", [text], by=creatoken_actors.designer, output=text)
    assert creatoken_studio.boundary(saved(text))[0].source_type.term == TRAINED


def test_boundary__when_an_agent_went_on_after_the_review__is_not_validated(
    creatoken_studio, creatoken_run, creatoken_actors, draft, saved
):
    creatoken_run.human("review", "all", by=creatoken_actors.designer, output={"accepted": True})
    assert creatoken_studio.boundary(saved(draft("sea")))[0].oversight is Oversight.PROMPT_GUIDED


def test_boundary__when_an_account_is_person_and_agent__believes_neither(
    creatoken_studio, creatoken_run, creatoken_actors, draft, saved
):
    text = edit(creatoken_run, draft("the sea"), creatoken_actors.agent)
    asset = saved(text)
    creatoken_run.human("review", text, by=creatoken_actors.agent, output={"accepted": True})
    [found] = creatoken_studio.boundary(asset)
    assert counts(found) == {"human": (1, 0), "doubtful": (3, 100)}
    assert found.oversight is Oversight.PROMPT_GUIDED
    assert found.source_type is SourceType.UNSPECIFIED


def test_boundary__given_unsigned_and_forged_steps__shows_them_as_such(
    creatoken_studio, creatoken_run, creatoken_actors, draft, saved
):
    text = edit(creatoken_run, draft("the sea"), creatoken_actors.designer)
    asset = saved(text)
    later = creatoken_actors.buyer.address
    creatoken_run.human("review", text, by=later, output={"accepted": True})
    with creatoken_studio.store.transaction() as db:
        db.execute(
            "UPDATE steps SET signature = (SELECT signature FROM steps WHERE position = 0)"
            " WHERE key = 'edit#1'"
        )
    [found] = creatoken_studio.boundary(asset)
    told = {part.key: part.standing for part in found.parts}
    assert told["edit#1"] is Standing.UNKNOWN
    assert told["review#1"] is Standing.UNSIGNED
    assert found.oversight is Oversight.PROMPT_GUIDED
    assert found.source_type is SourceType.TRAINED_ALGORITHMIC_MEDIA


def test_boundary__given_an_approval_on_chain__is_validated_by_the_director(
    creatoken_studio, creatoken_client, creatoken_actors, draft, saved
):
    asset = saved(draft("the sea"))
    creatoken_studio.flush(wait="latest")
    approval = creatoken_client.approvals.sign(creatoken_actors.director, asset.id, 1)
    creatoken_client.approvals.approve(asset.asset, 1, [approval])
    creatoken_studio.index.update()
    [found] = creatoken_studio.boundary(asset)
    assert found.approved_by == (creatoken_actors.director.address,)
    assert found.oversight is Oversight.HUMAN_VALIDATED


def test_boundary__given_a_work__has_each_asset_and_counts_each_step_once(
    creatoken_studio, creatoken_run, creatoken_work, creatoken_actors, draft, saved
):
    text = draft("the sea")
    saved(text, "one.txt")
    saved(edit(creatoken_run, text, creatoken_actors.designer), "two.txt")
    found = creatoken_studio.boundary(creatoken_work)
    assert [one.asset.file for one in found] == ["one.txt", "two.txt"]
    assert totals(found)[Standing.HUMAN] == (2, 40)
    assert totals(found)[Standing.AGENT] == (1, 60)


def test_boundary__given_a_work_without_assets__says_so(creatoken_studio):
    with pytest.raises(RecordError, match="no asset here"):
        creatoken_studio.boundary(Work(999, ""))


def test_svg_of__given_a_hostile_name__is_well_formed_and_says_it_in_words(
    creatoken_studio, creatoken_run, creatoken_actors, draft, saved
):
    text = edit(creatoken_run, draft("sea"), creatoken_actors.designer, name="<a>&\u202e")
    asset = saved(text, "a<b>&c.txt")
    root = ET.fromstring(svg_of(creatoken_studio.boundary(asset)))
    names = {child.tag.split("}")[1]: child.text for child in root if child.get("id")}
    assert root.get("aria-labelledby") == "title desc"
    assert names["title"] == "What people did, and what agents and tools did"
    assert names["desc"] == "a<b>&c.txt: steps 2 human, 1 agent; oversight prompt guided"
    fields = [one.text for one in root.iter("{http://www.w3.org/2000/svg}title")][1:]
    assert fields[2] == "edit#1: human, human:<a>&\ufffd, 40 shares"
