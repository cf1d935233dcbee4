"""A brand checker's word: recorded in the run, signed, and asked for by a gate on a chain."""

from __future__ import annotations

from dataclasses import replace

import pytest

from brand.voice import PALETTE, banner, banners, copy
from creatoken_sdk import Role
from creatoken_sdk.brand.attest import attest, brand_gate
from creatoken_sdk.brand.errors import BrandError, DriftedError, TooFewSamplesError
from creatoken_sdk.brand.index import BrandIndex
from creatoken_sdk.brand.rules import Rules
from creatoken_sdk.chain.reverts import ApprovalsGateRefusedError
from creatoken_sdk.record import Attestation, sign
from creatoken_sdk.record.structs import encode
from studio.kept import kept

OFF_BRAND = "Leverage synergies: optimise your KPI dashboard today, or fall behind!!!"


@pytest.fixture
def index(tmp_path):
    folder = tmp_path / "brand"
    folder.mkdir()
    rules = Rules(palette=PALETTE, sizes=((300, 160),))
    return BrandIndex([*copy(40), *banners(folder, 40)], rules=rules)


@pytest.fixture
def gate(creatoken_client, creatoken_actors):
    """The gate at 5 %, listed for the final stage, where the designer is the brand's checker."""
    gate = creatoken_client.gates.deploy(brand_gate(creatoken_client, 0.05))
    people = creatoken_actors
    project = creatoken_client.projects.create(
        treasury=people.studio, directors=[people.director], recorders=[people.recorder]
    )
    creatoken_client.projects.set_roles(project, people.designer.address, Role.COMPLIANCE)
    creatoken_client.projects.set_gates(project, 7, [gate])
    return gate, creatoken_client.works.open(project)


@pytest.fixture
def made(gate, creatoken_studio, creatoken_actors, tmp_path):
    """Makes and registers a picture as an asset of the gated project."""

    def make(colours, seed):
        path = banner(tmp_path / f"{seed}.png", colours, seed)
        about = {"work": gate[1], "brief": "a banner", "authorised_by": creatoken_actors.director}
        with creatoken_studio.run(f"run {seed}", **about) as run:
            asset = run.output(path)
        creatoken_studio.flush(wait="latest")
        return path, asset, run.request_approval(asset)

    return make


def test_attest__given_a_report_that_passes__lets_the_approval_through(
    index, gate, made, creatoken_client, creatoken_actors
) -> None:
    path, asset, ticket = made(PALETTE, 500)
    report = index.drift(path)
    signature = ticket.sign(creatoken_actors.director)
    with pytest.raises(ApprovalsGateRefusedError):
        ticket.approve(signature, gate_proofs=(b"",))
    about = {"gate": gate[0], "level": 0.05, "expires_at": creatoken_client.now() + 1_000}
    outsider = attest(report, asset, attester=creatoken_actors.buyer, **about)
    with pytest.raises(ApprovalsGateRefusedError):
        ticket.approve(signature, gate_proofs=(outsider,))
    proof = attest(report, asset, attester=creatoken_actors.designer, **about)
    ticket.approve(signature, gate_proofs=(proof,))
    assert ticket.is_approved
    assert report.hash in proof


def test_attest__given_a_report_that_fails__signs_nothing_and_a_signed_no_stops_it(
    index, gate, made, creatoken_client, creatoken_actors
) -> None:
    path, asset, ticket = made(("#FF0000", "#00FF00"), 501)
    report = index.drift(path)
    checker, expires_at = creatoken_actors.designer, creatoken_client.now() + 1_000
    about = {"gate": gate[0], "attester": checker, "expires_at": expires_at}
    with pytest.raises(DriftedError, match=r"its p-value is 0.0476, rule 'palette' is broken"):
        attest(report, asset, level=0.05, **about)
    verdict = Attestation(
        asset_id=asset.id,
        check=gate[0].check,
        passed=False,
        report_hash=report.hash,
        attester=checker.address,
        expires_at=expires_at,
    )
    fields = (report.hash, checker.address, expires_at)
    proof = encode(("bytes32", "address", "uint40"), fields)
    proof += sign(gate[0].domain, verdict, checker)
    signature = ticket.sign(creatoken_actors.director)
    with pytest.raises(ApprovalsGateRefusedError):
        ticket.approve(signature, gate_proofs=(proof,))
    assert not ticket.is_approved


def test_attest__given_another_asset_level_or_too_few_samples__refuses(
    index, gate, made, creatoken_client, creatoken_actors
) -> None:
    path, asset, _ = made(PALETTE, 502)
    report = index.drift(path)
    about = {"gate": gate[0], "attester": creatoken_actors.designer, "expires_at": 2**40 - 1}
    with pytest.raises(DriftedError, match="measure the file"):
        attest(replace(report, content=report.index_root), asset, level=0.05, **about)
    with pytest.raises(BrandError, match="asks for another check"):
        attest(report, asset, level=0.1, **about)
    about["gate"] = brand_gate(creatoken_client, 0.01)
    with pytest.raises(TooFewSamplesError, match="needs 99 calibration samples, there are 20"):
        attest(report, asset, level=0.01, **about)


def test_gate__given_a_drift_report__records_all_of_it(index, creatoken_run, creatoken_studio):
    report = index.drift(OFF_BRAND)
    assert creatoken_run.gate("brand", report) is report
    assert creatoken_run.unrecorded == []
    assert kept(creatoken_studio)[-1].made == report.to_json()


def test_retrieve__given_a_run__records_root_and_citations_and_no_text(
    index, creatoken_run, creatoken_studio
) -> None:
    found = creatoken_run.retrieve(index, "one more swim", k=3)
    assert found == index.retrieve("one more swim", k=3)
    step = kept(creatoken_studio)[-1]
    assert (step.key, step.record["actor"]) == ("retrieve#1", "tool:retrieve")
    assert step.given == "one more swim"
    recorded = step.made
    assert recorded["indexRoot"] == "0x" + index.root.hex()
    assert [one["id"] for one in recorded["citations"]] == [one.id for one in found.citations]
    assert found.citations[0].text not in str(step.record)

    @creatoken_studio.step("draft", actor="agent:copy")
    def draft(brief, context):
        return f"{brief}, by {len(context.citations)}"

    assert draft("a swim", found) == "a swim, by 3"
    assert kept(creatoken_studio)[-1].given["context"] == found.to_json()
    assert creatoken_run.unrecorded == []


def test_retrieve__when_the_retriever_fails__raises_and_records_nothing(
    index, creatoken_run, creatoken_studio
) -> None:
    class Failing:
        def retrieve(self, query, k):
            raise OSError("no index")

    before = len(kept(creatoken_studio))
    with pytest.raises(OSError, match="no index"):
        creatoken_run.retrieve(Failing(), "brief")
    creatoken_run.retrieve(index, "brief")
    assert [step.key for step in kept(creatoken_studio)[before:]] == ["retrieve#1"]


@pytest.mark.parametrize("level", [0, 1, 5, -0.1, float("nan")])
def test_brand_gate__given_a_level_that_is_none__says_so(creatoken_client, level) -> None:
    with pytest.raises(BrandError, match="between 0 and 1"):
        brand_gate(creatoken_client, level)
