"""Verifying with a node: what a stranger learns from a file, a certificate or an asset id."""

import subprocess
import sys

import pytest
from eth_account import Account
from hypothesis import settings

from creatoken_sdk import AssetInput, Creatoken, Role
from creatoken_sdk.chain.approvals import Signature
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.wallet import Wallet
from creatoken_sdk.errors import RecordError
from creatoken_sdk.record import Approval, Certificate, content_hash
from creatoken_sdk.studio.evidence import verify_bundle
from creatoken_sdk.studio.findings import Report, State
from creatoken_sdk.studio.verify import verify
from studio.scene import BANNER, made

HOLDS, FAILS, UNKNOWN = State.HOLDS, State.FAILS, State.UNKNOWN


@pytest.fixture(scope="module")
def scene(tmp_path_factory):
    with made(tmp_path_factory.mktemp("verify")) as scene:
        yield scene


def answers(report: Report) -> tuple[State, State, State]:
    return report.integrity.state, report.trust.state, report.chain.state


def test_studio_verify__given_its_own_approved_file__holds_in_all_three(scene):
    report = scene.studio.verify(scene.banner, known=scene.known)
    assert answers(report) == (HOLDS, HOLDS, HOLDS)
    assert "stages approved: 7" in report.chain["registered"].reason
    assert "director of project 1" in report.trust["signers"].reason
    assert report.trust["oversight"].reason == "prompt_guided, as the steps say"
    assert f"{scene.maya.address} approved stage 7" == report.trust["approval 0"].reason
    assert report.chain["anchored"].state is HOLDS


def test_verify__given_the_file_alone__says_what_the_chain_knows_and_no_more(scene):
    report = verify(scene.stranger, file=scene.banner)
    assert answers(report) == (HOLDS, UNKNOWN, HOLDS)
    assert report.trust["signers"].reason == "no steps are shown"


def test_verify__given_the_certificate_alone__finds_its_asset(scene):
    report = verify(scene.stranger, certificate=scene.certificate.to_json(), known=scene.known)
    assert answers(report) == (UNKNOWN, HOLDS, HOLDS)
    assert report.integrity["file"].state is UNKNOWN
    assert report.integrity["record"].state is HOLDS


def test_verify__given_the_asset_id_alone__tells_who_registered_it(scene):
    report = verify(scene.stranger, asset=scene.final.id)
    assert report.chain["registered"].state is HOLDS
    assert scene.pipe.address in report.chain["registered"].reason


def test_verify__given_a_stranger_among_the_signers__leaves_trust_unknown_and_names_it(scene):
    report = verify(scene.stranger, file=scene.banner, certificate=scene.certificate)
    assert answers(report) == (HOLDS, UNKNOWN, HOLDS)
    assert f"{scene.ana.address} (human): not known" in report.trust["signers"].reason


def test_verify__given_one_bit_changed__fails_integrity_by_the_file_alone(scene, tmp_path):
    path = tmp_path / "banner.png"
    path.write_bytes(BANNER[:-1] + bytes([BANNER[-1] ^ 1]))
    report = verify(scene.stranger, file=path, certificate=scene.certificate, known=scene.known)
    assert answers(report) == (FAILS, HOLDS, HOLDS)
    assert report.integrity.reasons == (
        "file: its bytes are not those that were registered; get the original file",
    )


def test_verify__given_an_altered_certificate__fails_integrity_by_the_record(scene):
    document = scene.certificate.to_json()
    document["record"] = {**document["record"], "oversight": "human_validated"}
    report = verify(scene.stranger, file=scene.banner, certificate=document)
    assert report.integrity["record"].reason.startswith("the certificate was altered")
    assert report.integrity.state is FAILS


@pytest.mark.threat("D9")
def test_verify__given_an_erased_prompt__lists_it_and_still_holds(scene):
    erased = scene.certificate.erase("/details/file")
    report = verify(scene.stranger, file=scene.banner, certificate=erased, known=scene.known)
    assert answers(report) == (HOLDS, HOLDS, HOLDS)
    assert report.integrity["record"].reason.endswith("1 erased /details/file")


@pytest.mark.threat("D9")
def test_verify__given_an_erased_step__cannot_tell_the_order_and_says_so(scene):
    report = verify(scene.stranger, certificate=scene.certificate.erase("/steps[1]"))
    assert report.integrity["step order"].state is UNKNOWN
    assert report.integrity["step signatures"].reason == "2 steps are signed by their actors"


def test_verify__given_bytes_that_nobody_registered__fails_the_chain_only(scene, tmp_path):
    path = tmp_path / "new.png"
    path.write_bytes(b"new")
    report = verify(scene.stranger, file=path)
    assert answers(report) == (UNKNOWN, UNKNOWN, FAILS)
    assert report.chain.reasons == ("registered: nobody registered this",)


def test_verify__given_an_anchored_draft__names_the_anchor_and_no_registration(scene):
    report = scene.studio.verify(scene.folder / "sketch.png", known=scene.known)
    assert report.integrity.state is HOLDS
    assert report.chain["anchored"].state is HOLDS
    assert report.chain["registered"].state is UNKNOWN


@pytest.mark.threat("D8")
def test_verify__when_another_registers_the_same_content__names_both_with_their_times(scene):
    thief = Creatoken(
        scene.stranger.wallet.with_signer(scene.chain.accounts[8]), scene.stranger.deployment
    )
    copied = AssetInput(
        creator=thief.address, content_hash=content_hash(BANNER), record_root=scene.certificate.root
    )
    thief.assets.register(copied)
    report = verify(scene.stranger, file=scene.banner, certificate=scene.certificate)
    assert scene.pipe.address in report.chain["registered"].reason
    assert f"also registered by {thief.address} at " in report.chain["same content"].reason


def test_verify__when_the_asset_is_withdrawn__fails_the_chain_and_integrity_stays(scene):
    path, output = scene.make("withdrawn", b"soon withdrawn")
    scene.studio.flush(wait="latest")
    scene.stranger.with_signer(scene.maya).assets.withdraw(output.id)
    report = scene.studio.verify(path, known=scene.known)
    assert answers(report) == (HOLDS, HOLDS, FAILS)
    assert report.chain.reasons == ("registered: it was withdrawn",)


def test_verify__when_a_signer_has_a_role__says_so_and_leaves_trust_to_whom_you_know(scene):
    owner = scene.stranger.with_signer(scene.chain.accounts[0])
    project = scene.stranger.works.project_of(scene.work.id)
    owner.projects.set_roles(project, scene.ana, Role.REPORTER)
    report = scene.studio.verify(scene.banner)
    owner.projects.set_roles(project, scene.ana, Role(0))
    assert report.trust.state is UNKNOWN
    said = f"{scene.ana.address} (human): not known, reporter of project {project}"
    assert said in report.trust["signers"].reason


def test_verify__given_a_record_of_another_chain__names_that_chain(scene):
    document = scene.certificate.record
    domain = {**document["domain"], "chainId": "1"}
    foreign = Certificate.issue({**document, "domain": domain}, b"\1" * 32)
    report = verify(scene.stranger, file=scene.banner, certificate=foreign)
    assert report.chain.state is UNKNOWN
    assert "the record is of chain 1," in report.chain.reasons[0]
    assert "ask a node of chain 1" in report.chain.reasons[0]


class Silent:
    """A node that has forgotten its receipts."""

    endpoint_uri = "http://silent"

    def __init__(self, inner):
        self.inner = inner

    def make_request(self, method, params):
        if method == "eth_getTransactionReceipt":
            return {"error": {"code": -32000, "message": "pruned"}}
        return self.inner.make_request(method, params)


@pytest.mark.threat("C5")
def test_verify__when_the_node_does_not_answer_some_questions__says_unknown_not_tampered(scene):
    inner = scene.stranger.wallet.rpc._provider
    client = Creatoken(Wallet(Rpc(Silent(inner)), 31337), scene.stranger.deployment)
    report = verify(client, file=scene.banner, certificate=scene.certificate, known=scene.known)
    assert answers(report) == (HOLDS, HOLDS, UNKNOWN)
    assert "pruned" in report.chain["event 0"].reason


def test_verify__given_a_missing_file__says_so(scene, tmp_path):
    with pytest.raises(RecordError, match=r"gone.png cannot be read"):
        verify(scene.stranger, file=tmp_path / "gone.png")


SCRIPT = """
import resource, sys
from pathlib import Path
from creatoken_sdk.studio.verify import file_hash
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
file_hash(Path(sys.argv[1]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


SIZES = [200_000_000, *([1 << 30] if settings().max_examples >= 2000 else [])]


@pytest.mark.threat("D7")
@pytest.mark.parametrize("size", SIZES)
def test_file_hash__given_a_huge_file__takes_no_more_memory(tmp_path, size):
    path = tmp_path / "film.mov"
    with path.open("wb") as file:
        file.truncate(size)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path)], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 20_000  # KiB


YES = "0x631626ba7e60e01b5f5260205ff3"  # an EIP-1271 wallet that vouches for every signature
NO = "0x5f5f5260205ff3"


@pytest.mark.threat("A4")
def test_verify__given_the_approval_of_a_contract_wallet__asks_the_wallet(scene, tmp_path):
    wallet, owner = Account.create().address, Account.create()
    scene.chain.request("anvil_setCode", wallet, YES)
    admin = scene.stranger.with_signer(scene.chain.accounts[0])
    admin.projects.set_roles(1, wallet, Role.DIRECTOR)
    message = Approval(
        asset_id=scene.final.id,
        stage=6,
        note_hash=bytes(32),
        director=wallet,
        epoch=0,
        deadline=admin.now() + 1000,
    )
    signed = owner.unsafe_sign_hash(message.digest(admin.approvals.domain)).signature
    approval = Signature(wallet, message.deadline, 0, (), bytes(signed))
    admin.approvals.approve(scene.final.asset, 6, [approval])

    held = scene.studio.verify(scene.banner, known=scene.known)
    bundle = scene.studio.pack(scene.banner, tmp_path / "b.zip")
    offline = verify_bundle(bundle)
    scene.chain.request("anvil_setCode", wallet, NO)
    refused = scene.studio.verify(scene.banner, known=scene.known)

    assert held.trust["approval 1"].state is HOLDS
    assert offline.trust["approval 1"].state is UNKNOWN
    assert refused.trust["approval 1"].state is FAILS
    assert f"is not signed by {wallet}" in refused.trust["approval 1"].reason
