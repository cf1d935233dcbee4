"""Gates of a project's stages: how they are set and locked, and what an approval asks of them."""

import pytest
from ape.utils import ZERO_ADDRESS

from approvals import NOTE
from events import events_of
from guarded import HONEST, HOSTILE
from reverts import reverts_with

STAGE = 3


@pytest.fixture
def gated_work(open_work):
    """A second work, so that its number is not that of its project."""
    return open_work()[0]


@pytest.fixture
def asset(create_asset, gated_work):
    """(asset id, preimage) of an asset in the work; one director approves."""
    return create_asset(workId=gated_work)


@pytest.fixture
def gates(project, actors):
    """Two gates that say yes."""
    return [project.MockGate.deploy(sender=actors.studio) for _ in range(2)]


@pytest.fixture
def misbehave(actors):
    """Makes a gate hostile."""

    def tell(gate, how):
        mode, word, size = HOSTILE[how]
        gate.set(mode, word.to_bytes(32, "big"), size, sender=actors.studio)

    return tell


@pytest.fixture
def set_gates(projects, project_id, actors):
    """Sets the gates of STAGE in the project."""

    def send(*gates):
        return projects.setGates(project_id, STAGE, gates, sender=actors.studio)

    return send


@pytest.fixture
def relay(asset, directors, signed, approve):
    """Relays the first director's approval of the asset at STAGE, with these gate proofs."""

    def send(*proofs, **options):
        signature = signed(asset, directors[0], stage=STAGE)
        return approve(asset, [signature], stage=STAGE, proofs=proofs, **options)

    return send


@pytest.fixture
def refused(registry, asset, relay):
    """Says that this gate holds the approval back."""

    def check(gate, *proofs):
        about = {"assetId": asset[0], "stage": STAGE, "gate": gate}
        with reverts_with(registry, "ApprovalsGateRefused", **about):
            relay(*proofs, call=True)

    return check


@pytest.mark.parametrize("stage", [0, 7])
def test_set_gates__when_admin__replaces_those_of_this_stage(
    projects, project_id, actors, gates, stage
):
    projects.setGates(project_id, 4, gates[:1], sender=actors.studio)
    projects.setGates(project_id, stage, gates, sender=actors.studio)

    receipt = projects.setGates(project_id, stage, gates[1:], sender=actors.studio)

    told = {"projectId": project_id, "stage": stage, "gates": [gates[1].address]}
    assert events_of(receipt, projects) == [("GatesSet", told)]
    assert projects.gatesOf(project_id, stage) == [gates[1]]
    assert projects.gatesOf(project_id, 4) == [gates[0]]
    gated = [projects.policyOf(project_id, n).gated for n in range(8)]
    assert gated == [n in (4, stage) for n in range(8)]


def test_set_gates__when_empty__opens_this_stage_only(projects, project_id, actors, gates):
    for stage in (2, 3):
        projects.setGates(project_id, stage, gates, sender=actors.studio)

    receipt = projects.setGates(project_id, 3, [], sender=actors.studio)

    told = {"projectId": project_id, "stage": 3, "gates": []}
    assert events_of(receipt, projects) == [("GatesSet", told)]
    assert [projects.policyOf(project_id, n) for n in (2, 3)] == [(1, True), (1, False)]
    assert projects.gatesOf(project_id, 3) == []


@pytest.mark.threat("B13")
def test_set_gates__given_eight__is_the_most(projects, project_id, actors, gates):
    eight = [gates[0].address] * 8
    projects.setGates(project_id, 0, eight, sender=actors.studio)

    assert projects.gatesOf(project_id, 0) == eight
    about = {"projectId": project_id, "stage": 0, "count": 9, "max": 8}
    with reverts_with(projects, "ProjectsTooManyGates", **about):
        projects.setGates.call(project_id, 0, [*eight, gates[0]], sender=actors.studio)


@pytest.mark.parametrize("stage", [8, 9, 255])
@pytest.mark.parametrize(("function", "rest"), [("setGates", [[]]), ("lockGates", [])])
def test_gates__when_stage_is_out_of_range__reverts(
    projects, project_id, actors, function, rest, stage
):
    with reverts_with(projects, "ProjectsStageInvalid", stage=stage):
        getattr(projects, function).call(project_id, stage, *rest, sender=actors.studio)


def test_policy_of__when_stage_is_out_of_range__has_no_gates(projects, project_id, actors, gates):
    for stage in range(8):
        projects.setGates(project_id, stage, gates, sender=actors.studio)
        projects.lockGates(project_id, stage, sender=actors.studio)

    for stage in (8, 16, 255):
        assert projects.policyOf(project_id, stage) == (1, False)
        assert projects.gatesLocked(project_id, stage) is False


def test_lock_gates__when_admin__is_for_ever_and_for_this_stage(
    projects, project_id, actors, gates
):
    projects.setGates(project_id, 3, gates, sender=actors.studio)

    receipt = projects.lockGates(project_id, 3, sender=actors.studio)

    told = {"projectId": project_id, "stage": 3}
    assert events_of(receipt, projects) == [("GatesLocked", told)]
    assert [projects.gatesLocked(project_id, n) for n in range(8)] == [n == 3 for n in range(8)]
    with reverts_with(projects, "ProjectsGatesLocked", **told):
        projects.setGates.call(project_id, 3, [], sender=actors.studio)
    with reverts_with(projects, "ProjectsGatesLocked", **told):
        projects.lockGates.call(project_id, 3, sender=actors.studio)
    projects.setGates(project_id, 2, gates, sender=actors.studio)
    assert projects.gatesOf(project_id, 3) == gates


def test_lock_gates__given_another_project__leaves_its_gates_open(
    projects, project_id, create_project, actors, gates
):
    other = create_project()
    projects.lockGates(project_id, STAGE, sender=actors.studio)
    assert projects.gatesLocked(other, STAGE) is False
    projects.setGates(other, STAGE, gates, sender=actors.studio)
    assert projects.gatesOf(other, STAGE) == gates


def test_lock_gates__when_admin_changes__stays_locked(projects, project_id, actors):
    projects.lockGates(project_id, 3, sender=actors.studio)
    projects.transferAdmin(project_id, actors.ana, sender=actors.studio)
    projects.acceptAdmin(project_id, sender=actors.ana)

    with reverts_with(projects, "ProjectsGatesLocked", projectId=project_id, stage=3):
        projects.setGates.call(project_id, 3, [], sender=actors.ana)


def test_approve__when_all_gates_say_yes__approves(
    registry, asset, gated_work, directors, gates, set_gates, relay
):
    set_gates(*gates)

    receipt = relay(b"", b"")

    told = {"assetId": asset[0], "workId": gated_work, "stage": STAGE, "noteHash": NOTE}
    told |= {"directors": [directors[0].address]}
    assert events_of(receipt, registry) == [("AssetApproved", told)]
    assert registry.isApproved(asset[0], STAGE) is True


def test_approve__given_gates__tells_each_all_of_the_approval_and_its_own_proof(
    registry, actors, asset, gated_work, project_id, gates, set_gates, relay, refused
):
    asset_id, (creator, content_hash, record_root) = asset
    context = (project_id, gated_work, asset_id, STAGE, NOTE, creator, content_hash, record_root)
    assert gated_work != project_id
    proofs = [b"first", b"second" * 40]
    for gate, proof in zip(gates, proofs, strict=True):
        gate.expect(context, proof, sender=actors.studio)
    set_gates(*gates)

    refused(gates[0], *proofs[::-1])
    refused(gates[1], proofs[0], proofs[0])
    relay(*proofs)
    assert registry.isApproved(asset_id, STAGE) is True


@pytest.mark.parametrize("given", [0, 1, 3])
def test_approve__when_proofs_are_not_one_per_gate__reverts(
    registry, gates, set_gates, relay, given
):
    set_gates(*gates)

    with reverts_with(registry, "ApprovalsGateProofsMismatch", given=given, gates=2):
        relay(*[b""] * given, call=True)


def test_approve__given_proof_without_gates__reverts(registry, relay):
    with reverts_with(registry, "ApprovalsGateProofsMismatch", given=1, gates=0):
        relay(b"", call=True)


@pytest.mark.parametrize("position", [0, 1])
@pytest.mark.parametrize("mode", HOSTILE)
def test_approve__when_any_gate_does_not_say_yes__waits_until_it_does(
    registry, actors, asset, gates, misbehave, set_gates, relay, refused, mode, position
):
    gate = gates[position]
    misbehave(gate, mode)
    set_gates(*gates)

    refused(gate, b"", b"")
    assert gate.calls() == 0
    gate.set(HONEST, bytes(32), 0, sender=actors.studio)
    relay(b"", b"")
    assert registry.isApproved(asset[0], STAGE) is True


@pytest.mark.parametrize("mode", ["burns gas", "returns a bomb", "reverts with a bomb"])
def test_approve__when_gate_is_greedy__costs_a_bounded_amount(
    actors, gates, misbehave, set_gates, relay, mode
):
    misbehave(gates[0], mode)
    set_gates(gates[0])

    receipt = relay(b"", gas=5_000_000, raise_on_revert=False)

    assert receipt.failed
    assert receipt.gas_used < 300_000


@pytest.mark.parametrize(
    "address", [ZERO_ADDRESS, "0x" + "00" * 19 + "04", "0x" + "00" * 19 + "aa"]
)
def test_approve__when_gate_has_no_code__counts_as_no(set_gates, refused, address):
    """The fourth address is a precompile that returns what it is given."""
    set_gates(address)

    refused(address, b"")


@pytest.mark.threat("B1")
def test_approve__when_gate_calls_back__may_read_but_not_write(
    registry, actors, asset, directors, gates, set_gates, relay, refused, signed
):
    set_gates(gates[0])
    signature = signed(asset, directors[0], stage=0)
    nested = registry.approve.encode_input(asset[1], 0, NOTE, [signature], [])
    for callback in (nested, registry.revokeSignatures.encode_input()):
        gates[0].setCallback(callback, sender=actors.studio)
        refused(gates[0], b"")

    gates[0].setCallback(registry.isApproved.encode_input(asset[0], 0), sender=actors.studio)
    relay(b"")
    assert registry.assetOf(asset[0]).stages == 1 << STAGE


def test_approve__when_gates_change_after_signing__asks_those_of_now(
    registry, actors, asset, gates, misbehave, set_gates, relay, refused
):
    misbehave(gates[0], "says no")
    set_gates(gates[0])
    refused(gates[0], b"")

    set_gates(gates[1])
    relay(b"")

    assert registry.isApproved(asset[0], STAGE) is True


def test_approve__given_closed_gate__other_stages_and_projects_go_on(
    registry,
    projects,
    actors,
    asset,
    gates,
    misbehave,
    set_gates,
    refused,
    create_project,
    open_work,
    create_asset,
    directors,
    signed,
    approve,
):
    misbehave(gates[0], "says no")
    set_gates(gates[0])
    refused(gates[0], b"")

    other = create_asset(workId=open_work(projectId=create_project())[0])
    approve(other, [signed(other, directors[0], stage=STAGE)], stage=STAGE)
    approve(asset, [signed(asset, directors[0])])

    assert registry.isApproved(other[0], STAGE) is True
    assert registry.assetOf(asset[0]).stages == 1
