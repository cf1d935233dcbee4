"""A thief shows what others made, with their own signatures, as his: no answer says yes."""

import copy
import time

import pytest
from eth_account import Account

from creatoken_sdk import AssetInput
from creatoken_sdk.record import Approval, BulkApproval, approval_leaf, sign
from creatoken_sdk.record.structs import to_json
from creatoken_sdk.studio.bundle import Bundle
from creatoken_sdk.studio.findings import State
from creatoken_sdk.studio.gather import gather
from creatoken_sdk.studio.verify import file_hash, judge, verify
from studio.both import by_script, by_sdk, failed
from studio.scene import made

HOLDS, FAILS, UNKNOWN = State.HOLDS, State.FAILS, State.UNKNOWN


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    with made(tmp_path_factory.mktemp("thief")) as scene:
        yield scene


@pytest.fixture(scope="module")
def evidence(scene):
    return dict(Bundle.read(scene.studio.pack(scene.banner, scene.folder / "b.zip")).evidence)


@pytest.mark.threat("A8")
def test_verify__given_a_draft_that_a_thief_registered_in_his_own_work__fails(scene):
    path, draft = scene.make("poster", b"a poster", final=False)
    scene.studio.flush(wait="latest")
    thief = Account.create()
    scene.chain.request("anvil_setBalance", thief.address, hex(10**20))
    ct = scene.stranger.with_signer(thief)
    project = ct.projects.create(treasury=thief, directors=[thief], recorders=[thief])
    work = ct.works.open(project)
    root = bytes.fromhex(draft.certificate().record["stepsRoot"][2:])
    ct.contributions.record(work, root, 3, {thief.address: 1})
    stolen = AssetInput(
        creator=thief.address,
        content_hash=file_hash(path),
        record_root=draft.certificate().root,
        work_id=work.id,
    )
    deadline = int(time.time()) + 3600
    signature = ct.assets.sign(thief, stolen, thief.address, deadline)
    ct.assets.register_for(stolen, thief.address, deadline, signature)
    report = verify(scene.stranger, file=path, certificate=draft.certificate(), known=scene.known)
    assert (report.integrity.state, report.trust.state) == (FAILS, UNKNOWN), str(report)
    assert "another work" in report.integrity["step signatures"].reason
    assert f"{thief.address} (creator): not known" in report.trust["signers"].reason
    known = {**scene.known, thief.address: "a thief"}
    told = gather(scene.stranger, stolen, draft.certificate())
    assert judge(told, None, scene.stranger, known).trust.state is HOLDS
    for verifier in (by_sdk, by_script):
        assert failed(verifier(told, file_hash(path))) == {"integrity": {"step signatures"}}


def test_verifiers__given_a_bulk_approval_of_another_type__agree_that_it_fails(scene, evidence):
    leaf = approval_leaf(int(evidence["asset"]["id"], 16), 5, bytes(32))
    message = BulkApproval(root=leaf, count=1, director=scene.maya.address, epoch=0, deadline=2**39)
    about = {"stage": "5", "noteHash": to_json(bytes(32)), "proof": []}
    signature = to_json(sign(scene.stranger.approvals.domain, message, scene.maya))
    bulk = {"type": "BulkApproval", "message": message.to_json(), "signature": signature, **about}
    for kind, wrong in (("BulkApproval", {}), ("Vote", {"trust": {"approval 1"}})):
        changed = {**evidence, "signatures": [*evidence["signatures"], bulk | {"type": kind}]}
        for verifier in (by_sdk, by_script):
            assert failed(verifier(changed, None)) == wrong


@pytest.mark.threat("A3")
def test_judge__given_an_approval_of_a_stranger__leaves_trust_unknown(scene, evidence):
    assert judge(evidence, None, scene.stranger, scene.known).trust.state is HOLDS
    stranger = Account.create()
    asset_id, domain = int(evidence["asset"]["id"], 16), scene.stranger.approvals.domain
    message = Approval(
        asset_id=asset_id,
        stage=6,
        note_hash=bytes(32),
        director=stranger.address,
        epoch=0,
        deadline=2**39,
    )
    forged = copy.deepcopy(evidence)
    forged["signatures"].append(
        {
            "type": "Approval",
            "message": message.to_json(),
            "signature": to_json(sign(domain, message, stranger)),
            "stage": "6",
            "noteHash": to_json(bytes(32)),
            "proof": [],
        }
    )
    trust = judge(forged, None, scene.stranger, scene.known).trust
    assert trust.state is UNKNOWN, trust.findings
    assert f"{stranger.address} (approver): not known" in trust["signers"].reason
