"""The example of the page on writing a gate: it works, and the page shows exactly it."""

import re
from pathlib import Path

import pytest

from events import events_of
from reverts import reverts_with

pytest_plugins = ["guarded"]

ROOT = Path(__file__).parents[2]
ADMIN, COMPLIANCE = 1, 8


@pytest.fixture
def gate(project, projects, actors):
    return project.AllowListGate.deploy(projects, sender=actors.studio)


@pytest.fixture
def officer(projects, project_id, actors):
    """The project's COMPLIANCE account."""
    projects.setRoles(project_id, actors.cleo, COMPLIANCE, sender=actors.studio)
    return actors.cleo


def test_page__given_its_first_code_block__is_the_example():
    page = (ROOT / "docs/how-to/write-a-gate.md").read_text()
    example = (ROOT / "contracts/gates/examples/AllowListGate.sol").read_text()
    assert re.findall(r"```solidity\n(.*?)```", page, re.DOTALL)[0] == example


def test_page__given_its_commands__work_as_written(projects, project_id, actors, gate):
    """The page lists the gate at stage 7; the tests of this file guard another."""
    page = (ROOT / "docs/how-to/write-a-gate.md").read_text()
    assert "projects.setGates(projectId, 7, [allowListGate]);" in page
    assert "projects.lockGates(projectId, 7);" in page
    projects.setGates(project_id, 7, [gate], sender=actors.studio)
    projects.lockGates(project_id, 7, sender=actors.studio)
    assert projects.gatesOf(project_id, 7) == [gate]


def test_set_listed__when_compliance__lists_and_unlists(gate, project_id, officer, actors):
    told = {"projectId": project_id, "creator": actors.pipeline.address}
    for old, new in ((False, True), (True, True), (True, False)):
        receipt = gate.setListed(project_id, actors.pipeline, new, sender=officer)
        changed = {"oldListed": old, "newListed": new}
        assert events_of(receipt, gate) == [("ListingSet", told | changed)]
        assert gate.isListed(project_id, actors.pipeline) is new


@pytest.mark.parametrize("who", ["studio", "treasurer", "pipeline", "outsider"])
def test_set_listed__given_no_compliance__reverts(gate, projects, project_id, actors, who):
    account = getattr(actors, who)
    about = {"projectId": project_id, "account": account, "anyOf": COMPLIANCE}
    with reverts_with(projects, "ProjectsUnauthorized", **about):
        gate.setListed(project_id, actors.pipeline, True, sender=account)


def test_check__when_the_creator_is_listed__says_yes(
    gate, project_id, officer, actors, asset, context, refuses, passes
):
    refuses(gate, b"")
    gate.setListed(project_id, actors.pipeline, True, sender=officer)
    assert gate.check(context(asset), b"") is True
    passes(gate, b"")


def test_check__when_the_creator_was_taken_off__says_no(gate, project_id, officer, actors, refuses):
    for listed in (True, False):
        gate.setListed(project_id, actors.pipeline, listed, sender=officer)
    refuses(gate, b"")


def test_check__when_another_project_or_creator_is_listed__says_no(
    gate, project_id, create_project, officer, actors, refuses
):
    other = create_project(grants=[(officer, COMPLIANCE)])
    gate.setListed(other, actors.pipeline, True, sender=officer)
    gate.setListed(project_id, actors.ana, True, sender=officer)
    refuses(gate, b"")


def test_check__given_any_proof__ignores_it(gate, project_id, officer, actors, refuses, passes):
    refuses(gate, b"\1" * 32)
    gate.setListed(project_id, actors.pipeline, True, sender=officer)
    passes(gate, bytes(1_000))
