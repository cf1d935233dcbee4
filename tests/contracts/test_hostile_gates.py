"""What a hostile gate cannot do: hold up money, another stage or another project, or be swapped."""

import pytest

from approvals import NOTE
from guarded import HOSTILE, STAGE
from money import NATIVE, gains
from reverts import reverts_with

pytest_plugins = ["guarded"]


@pytest.fixture(params=[*HOSTILE, "re-enters"])
def hostile_gate(request, project, registry, projects, project_id, guard, actors):
    """A gate that never says yes, and that is locked at STAGE."""
    gate = project.MockGate.deploy(sender=actors.studio)
    if request.param in HOSTILE:
        mode, word, size = HOSTILE[request.param]
        gate.set(mode, word.to_bytes(32, "big"), size, sender=actors.studio)
    else:
        gate.setCallback(registry.revokeSignatures.encode_input(), sender=actors.studio)
    guard(gate)
    projects.lockGates(project_id, STAGE, sender=actors.studio)
    return gate


@pytest.fixture
def release(vault, signed, directors, actors):
    """Approves and releases in one call."""

    def send(terms, asset, stage, *proofs):
        signature = signed(asset, directors[0], stage=stage)
        rest = asset[1], NOTE, [signature], list(proofs)
        return vault.approveAndRelease([terms], *rest, sender=actors.relayer)

    return send


@pytest.mark.threat("A9")
def test_refund__given_a_hostile_gate__pays_the_payer_back(
    vault, registry, hostile_gate, asset, funded, release, actors, chain
):
    terms = funded(stage=STAGE)
    about = {"assetId": asset[0], "stage": STAGE, "gate": hostile_gate}
    with reverts_with(registry, "ApprovalsGateRefused", **about):
        release(terms, asset, STAGE, b"")

    chain.pending_timestamp = terms.expiresAt + 1
    with gains(NATIVE, (actors.payer, terms.amount), (vault, -terms.amount)):
        vault.refund(terms, sender=actors.outsider)


def test_waive__given_a_hostile_gate__pays_the_payer_back(vault, hostile_gate, funded, actors):
    terms = funded(stage=STAGE)
    with gains(NATIVE, (actors.payer, terms.amount), (vault, -terms.amount)):
        vault.waive(terms, sender=actors.payee)


def test_release__given_a_hostile_gate_at_another_stage__pays(
    vault, hostile_gate, asset, funded, release, actors
):
    terms = funded(stage=STAGE - 1)
    with gains(NATIVE, (actors.payee, terms.amount), (vault, -terms.amount)):
        release(terms, asset, STAGE - 1)


def test_release__given_a_hostile_gate_of_another_project__pays(
    vault, hostile_gate, create_project, open_work, create_asset, funded, release, actors
):
    other = open_work(projectId=create_project())[0]
    terms = funded(stage=STAGE, workId=other)
    with gains(NATIVE, (actors.payee, terms.amount), (vault, -terms.amount)):
        release(terms, create_asset(workId=other), STAGE)


@pytest.mark.threat("A9")
def test_claim__given_a_hostile_gate__pays_the_contributors(hostile_gate, seal_work, actors):
    token = seal_work((actors.ana, 60), (actors.ben, 40))
    actors.payer.transfer(token, 1_000)
    with gains(NATIVE, (actors.ana, 600), (actors.ben, 400)):
        token.claimMany([actors.ana, actors.ben], sender=actors.outsider)


def test_set_gates__when_locked__cannot_swap_or_drop_the_gate(
    projects, project_id, hostile_gate, actors
):
    about = {"projectId": project_id, "stage": STAGE}
    for gates in ([], [actors.outsider], [hostile_gate, hostile_gate]):
        with reverts_with(projects, "ProjectsGatesLocked", **about):
            projects.setGates(project_id, STAGE, gates, sender=actors.studio)
    assert projects.gatesOf(project_id, STAGE) == [hostile_gate]
