from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from eth_account import Account

from creatoken_sdk import AssetInput, Creatoken, Deployment, License, Offer, Role, SourceType, Work
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.gates import Gate
from creatoken_sdk.chain.reverts import ApprovalsGateRefusedError
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.wallet import Wallet
from creatoken_sdk.errors import RecordError
from creatoken_sdk.record import (
    NATIVE,
    ZERO_HASH,
    ActorKind,
    Attestation,
    Certificate,
    Metric,
    SignedStep,
    Step,
    asset_document,
    name_hash,
    new_key,
    sign,
    steps_tree,
)
from finals import approve, asset_of

REPORT = name_hash("report")
Gated = Callable[..., None]


@pytest.fixture
def gated(ct: Creatoken, project: int) -> Gated:
    """Deploys a gate and lists it at a stage of the project."""

    def use(gate: Gate, stage: int = 7) -> None:
        ct.projects.set_gates(project, stage, [ct.gates.deploy(gate)])

    return use


@pytest.fixture
def asset(ct: Creatoken, work: Work) -> AssetInput:
    made = asset_of(ct, work, "gated")
    ct.assets.register(made)
    return made


def steps_of(ct: Creatoken, work: Work, kinds: Sequence[ActorKind]) -> list[SignedStep]:
    """A chain of steps, each by an actor of the kind with a key of its own."""
    steps: list[SignedStep] = []
    for index, kind in enumerate(kinds):
        actor = Account.from_key(name_hash(f"{kind} {index}"))
        step = Step(
            work_id=work.id,
            index=index,
            previous=steps[-1].step.struct_hash() if steps else ZERO_HASH,
            actor=actor.address,
            actor_kind=kind,
            source_type=SourceType.HUMAN_EDITS,
            action=name_hash("edit"),
            input=ZERO_HASH,
            output=ZERO_HASH,
            detail=ZERO_HASH,
            shares=1,
            at=1_790_000_000,
        )
        steps.append(SignedStep(step, sign(ct.works.domain, step, actor)))
    return steps


def test_deploy__when_called_twice__is_at_the_address_known_before(
    ct: Creatoken, artist: Creatoken
) -> None:
    gate = ct.gates.metric("creatoken.likes", 7)
    assert not ct.gates.is_deployed(gate)
    assert artist.gates.deploy(gate) is gate
    assert ct.gates.is_deployed(gate)
    count = artist.wallet.rpc.integer("eth_getTransactionCount", artist.address, "latest")
    artist.gates.deploy(gate)
    assert count == artist.wallet.rpc.integer("eth_getTransactionCount", artist.address, "latest")


def test_gates__given_other_arguments__are_elsewhere_and_the_same_on_every_chain(
    ct: Creatoken,
) -> None:
    def gates_of(client: Creatoken) -> list[Gate]:
        gates = client.gates
        made: list[Gate] = [gates.attestation("a"), gates.attestation("b"), gates.lineage()]
        made += [gates.metric("a", 1), gates.metric("a", 2), gates.metric("b", 1)]
        return [*made, gates.human_intent(1), gates.human_intent(2)]

    contracts = Deployment.packaged(31337).contracts
    offline = Wallet(Rpc(object()), 5, Account.create())  # type: ignore[arg-type]
    other = Creatoken(offline, Deployment(5, contracts))
    here = [gate.address for gate in gates_of(ct)]
    assert here == [gate.address for gate in gates_of(other)]
    assert len(set(here)) == 8
    assert other.gates.lineage().domain.chain_id == 5
    assert ct.gates.lineage().domain.chain_id == 31337


def test_attestation_gate__when_compliance_signs__lets_the_approval_through(
    ct: Creatoken, chain: Anvil, project: int, asset: AssetInput, gated: Gated
) -> None:
    gate = ct.gates.attestation("creatoken.copyright")
    gated(gate)
    attester, director = chain.accounts[4], chain.accounts[1]
    asset_id = ct.assets.id_of(asset)
    terms = {"report_hash": REPORT, "expires_at": ct.now() + 1_000}
    proof = gate.sign(attester, asset_id, **terms)
    with pytest.raises(ApprovalsGateRefusedError) as caught:
        approve(ct, director, asset, proofs=[proof])
    assert (caught.value.asset_id, caught.value.stage) == (asset_id, 7)
    assert caught.value.gate == gate.address
    ct.projects.set_roles(project, attester.address, Role.COMPLIANCE)
    stale = gate.sign(attester, asset_id, report_hash=REPORT, expires_at=ct.now() - 1)
    with pytest.raises(ApprovalsGateRefusedError):
        approve(ct, director, asset, proofs=[stale])
    approve(ct, director, asset, proofs=[proof])
    assert ct.approvals.is_approved(asset_id, 7)


def test_metric_gate__when_the_figure_reaches_the_threshold__lets_the_approval_through(
    ct: Creatoken, chain: Anvil, project: int, asset: AssetInput, gated: Gated
) -> None:
    gate = ct.gates.metric("creatoken.clicks", 1_000)
    gated(gate, stage=6)
    reporter, asset_id, now = chain.accounts[4], ct.assets.id_of(asset), ct.now()
    ct.projects.set_roles(project, reporter.address, Role.REPORTER)
    below = gate.sign(reporter, asset_id, 999, report_hash=REPORT, at=now)
    early = gate.sign(reporter, asset_id, 1_000, report_hash=REPORT, at=now + 10_000)
    for proof in (below, early):
        with pytest.raises(ApprovalsGateRefusedError):
            approve(ct, chain.accounts[1], asset, stage=6, proofs=[proof])
    reached = gate.sign(reporter, asset_id, 1_000, report_hash=REPORT, at=now)
    approve(ct, chain.accounts[1], asset, stage=6, proofs=[reached])
    assert ct.approvals.is_approved(asset_id, 6)


def test_proof__when_the_statement_is_for_another_gate__says_what_to_do(ct: Creatoken) -> None:
    zero = "0x" + "0" * 40
    verdict = Attestation(
        asset_id=1,
        check=name_hash("a"),
        passed=False,
        report_hash=REPORT,
        attester=zero,
        expires_at=1,
    )
    for check in ("a", "b"):
        with pytest.raises(RecordError, match="have this one attested"):
            ct.gates.attestation(check).proof(verdict, bytes(65))
    figure = Metric(
        asset_id=1, name=name_hash("a"), value=1, report_hash=REPORT, reporter=zero, at=1
    )
    with pytest.raises(RecordError, match="have this one reported"):
        ct.gates.metric("b", 1).proof(figure, bytes(65))
    assert ct.gates.metric("a", 1).proof(figure, bytes(65))[:32] == (1).to_bytes(32, "big")


@pytest.mark.parametrize("minimum", [1, 3])
def test_human_intent_gate__given_enough_human_steps__lets_the_approval_through(
    ct: Creatoken, chain: Anvil, work: Work, asset: AssetInput, gated: Gated, minimum: int
) -> None:
    gate = ct.gates.human_intent(minimum)
    gated(gate)
    human, agent = ActorKind.HUMAN, ActorKind.AGENT
    steps = steps_of(ct, work, (human, agent, human, agent, agent, human, human))
    proof = gate.proof(steps[::-1])
    with pytest.raises(ApprovalsGateRefusedError):
        approve(ct, chain.accounts[1], asset, proofs=[proof])
    root = steps_tree([signed.step for signed in steps]).root
    ct.contributions.record(work, root, len(steps), {})
    approve(ct, chain.accounts[1], asset, proofs=[proof])
    assert ct.approvals.is_approved(ct.assets.id_of(asset), 7)


def test_human_intent_gate__given_too_few_human_steps__says_so_before_anything_is_sent(
    ct: Creatoken, work: Work
) -> None:
    steps = steps_of(ct, work, (ActorKind.HUMAN, ActorKind.AGENT))
    with pytest.raises(RecordError, match="1 of 2 steps are by people, the gate asks for 2"):
        ct.gates.human_intent(2).proof(steps)
    with pytest.raises(RecordError, match="ask for 1 or more"):
        ct.gates.human_intent(0)


def test_lineage_gate__given_parents_of_both_kinds__lets_the_approval_through(
    ct: Creatoken, maya: Creatoken, chain: Anvil, work: Work, asset: AssetInput, gated: Gated
) -> None:
    gate = ct.gates.lineage()
    license, foreign = bought_from(maya, ct, chain)
    parents = (ct.assets.id_of(asset), foreign)
    child, certificate = derived(ct, work, parents)
    ct.assets.register(child)
    gated(gate)
    for licenses in ({}, {foreign: license.id + 1}):
        with pytest.raises(ApprovalsGateRefusedError):
            approve(
                ct, chain.accounts[1], child, proofs=[gate.proof(certificate, parents, licenses)]
            )
    shown = certificate.erase("/steps", "/details", "/parents")
    approve(
        ct, chain.accounts[1], child, proofs=[gate.proof(shown, parents, {foreign: license.id})]
    )
    assert ct.approvals.is_approved(ct.assets.id_of(child), 7)


def test_lineage_gate__when_a_parent_is_left_out__says_so(ct: Creatoken, work: Work) -> None:
    _, certificate = derived(ct, work, (5, 6))
    with pytest.raises(RecordError, match="commits to other parents"):
        ct.gates.lineage().proof(certificate, (5,))


def bought_from(other: Creatoken, ct: Creatoken, chain: Anvil) -> tuple[License, int]:
    """A licence for derivatives of another studio's final asset, and that asset."""
    project = other.projects.create(
        treasury=other.address, directors=[other.address], recorders=[other.address]
    )
    work = other.works.open(project)
    final = asset_of(other, work, "another studio's")
    other.assets.register(final)
    asset_id = approve(other, chain.accounts[1], final)
    offer = Offer(
        work_id=work.id,
        currency=NATIVE,
        price=10,
        deployment_fee=0,
        duration=0,
        max_supply=0,
        uses=1,
        derivative_bps=500,
        derivatives=True,
        exclusive=False,
        transferable=False,
        territory=bytes(32),
        terms_hash=REPORT,
        salt=0,
    )
    other.licenses.post(offer, asset_id)
    return ct.licenses.buy(offer), asset_id


def derived(ct: Creatoken, work: Work, parents: tuple[int, ...]) -> tuple[AssetInput, Certificate]:
    """An asset made from others, with its record."""
    steps = steps_of(ct, work, [ActorKind.HUMAN])
    certificate = Certificate.issue(asset_document(ct.works.domain, steps, parents), new_key())
    made = AssetInput(
        creator=ct.address,
        content_hash=name_hash("derived"),
        record_root=certificate.root,
        work_id=work.id,
        parents=parents,
    )
    return made, certificate
