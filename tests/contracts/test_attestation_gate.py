"""Attestation gate: whose word about an asset counts, for what, and until when."""

import pytest
from ape.utils import ZERO_ADDRESS
from eth_abi import encode
from eth_account import Account

from approvals import domain_of, sign
from creatoken_sdk import record

pytest_plugins = ["guarded"]

DIRECTOR, COMPLIANCE, REPORTER = 2, 8, 16
CHECK = record.name_hash("creatoken.copyright")
REPORT = record.name_hash("report")
DAY = 24 * 3600
MALFORMED = {
    "empty": b"",
    "one byte": b"\x01",
    "95 bytes": bytes(95),
    "96 bytes": bytes(96),
    "all ones": b"\xff" * 161,
    "text": b"yes, it passed" * 100,
    "long": bytes(10_000),
}


@pytest.fixture(scope="module")
def lawyer(projects, project_id, actors):
    """A COMPLIANCE signer of the project."""
    key = Account.from_key(b"\x11" * 32)
    projects.setRoles(project_id, key.address, COMPLIANCE, sender=actors.studio)
    return key


@pytest.fixture
def gate(project, projects, actors):
    return project.AttestationGate.deploy(projects, CHECK, sender=actors.studio)


@pytest.fixture
def expires_at(chain):
    return chain.pending_timestamp + DAY


@pytest.fixture
def proof(gate, asset, lawyer, expires_at):
    """The lawyer's verdict on the asset, as the gate takes it; `told` is what the proof claims."""

    def make(*, key=lawyer, domain=None, told=None, **overrides):
        terms = {
            "asset_id": asset[0],
            "check": CHECK,
            "passed": True,
            "report_hash": REPORT,
            "attester": key.address,
            "expires_at": expires_at,
        } | overrides
        signature = sign(domain or domain_of(gate), record.Attestation(**terms), key)
        shown = terms | (told or {})
        words = [shown[name] for name in ("report_hash", "attester", "expires_at")]
        return encode(["bytes32", "address", "uint40"], words) + signature

    return make


def test_check__when_compliance_attests__says_yes(gate, context, asset, proof, passes):
    assert gate.CHECK() == CHECK
    assert gate.domainSeparator() == domain_of(gate).separator()
    assert gate.check(context(asset), proof()) is True
    passes(gate, proof())


@pytest.mark.parametrize("roles", [0, DIRECTOR, REPORTER, 63 - COMPLIANCE - 1])
def test_check__given_a_signer_without_the_role__says_no(
    gate, projects, project_id, actors, proof, refuses, passes, roles
):
    key = Account.from_key(b"\x12" * 32)
    projects.setRoles(project_id, key.address, roles, sender=actors.studio)
    refuses(gate, proof(key=key))
    projects.setRoles(project_id, key.address, roles | COMPLIANCE, sender=actors.studio)
    passes(gate, proof(key=key))


def test_check__given_compliance_of_another_project__says_no(gate, create_project, proof, refuses):
    key = Account.from_key(b"\x13" * 32)
    create_project(grants=[(key.address, COMPLIANCE)])
    refuses(gate, proof(key=key))


def test_check__when_the_role_was_taken__says_no(
    gate, projects, project_id, actors, lawyer, proof, refuses
):
    projects.setRoles(project_id, lawyer.address, 0, sender=actors.studio)
    refuses(gate, proof())


@pytest.mark.threat("A5")
def test_check__given_the_second_after_it_expires__says_no(
    gate, context, asset, proof, expires_at, chain, refuses
):
    chain.pending_timestamp = expires_at + 1
    chain.mine()
    assert gate.check(context(asset), proof()) is False
    refuses(gate, proof())


@pytest.mark.threat("A5")
def test_check__given_the_second_it_expires__says_yes(
    gate, guard, relay, registry, asset, proof, expires_at, chain
):
    guard(gate)
    chain.pending_timestamp = expires_at
    assert relay(proof()).timestamp == expires_at
    assert registry.isApproved(asset[0], 5) is True


@pytest.mark.parametrize(
    "stated",
    [
        {"passed": False},
        {"asset_id": 1},
        {"check": record.name_hash("creatoken.privacy")},
        {"attester": "0x" + "77" * 20},
    ],
)
def test_check__given_a_statement_about_something_else__says_no(
    gate, lawyer, proof, refuses, stated
):
    refuses(gate, proof(told={"attester": lawyer.address}, **stated))


def test_check__given_a_claim_that_was_not_signed__says_no(
    gate, proof, refuses, expires_at, projects, project_id, actors
):
    other = Account.from_key(b"\x14" * 32).address
    projects.setRoles(project_id, other, COMPLIANCE, sender=actors.studio)
    for told in (
        {"report_hash": bytes(32)},
        {"expires_at": expires_at + 1},
        {"attester": other},
        {"attester": "0x" + "00" * 20},
    ):
        refuses(gate, proof(told=told))


@pytest.mark.threat("A1")
def test_check__given_a_signature_for_another_gate_or_contract__says_no(
    project, projects, actors, gate, registry, proof, refuses
):
    twin = project.AttestationGate.deploy(projects, CHECK, sender=actors.studio)
    for other in (domain_of(twin), domain_of(registry), domain_of(gate, 1)):
        refuses(gate, proof(domain=other))


def test_check__given_a_proof_of_another_asset__says_no(gate, proof, create_asset, refuses):
    refuses(gate, proof(), create_asset())


@pytest.mark.parametrize("how", MALFORMED)
def test_check__given_a_malformed_proof__says_no(gate, refuses, proof, passes, how):
    refuses(gate, MALFORMED[how])
    passes(gate, proof())


def test_check__given_a_proof_with_a_byte_more_or_less__says_no(gate, proof, refuses):
    for wrong in (proof() + b"\0", proof()[:-1], proof()[:96], b"\1" + proof()):
        refuses(gate, wrong)


def test_check__given_dirt_beside_the_address__says_no(gate, proof, refuses):
    dirty = bytearray(proof())
    dirty[32] = 1
    refuses(gate, bytes(dirty))


def test_check__given_a_wallet_that_signs_for_compliance__says_yes(
    project, projects, project_id, actors, lawyer, gate, proof, passes
):
    wallet = project.MockWallet.deploy(lawyer.address, sender=actors.studio)
    projects.setRoles(project_id, wallet, COMPLIANCE, sender=actors.studio)
    passes(gate, proof(attester=wallet.address))


def test_check__given_a_wallet_that_agreed_on_chain__takes_an_empty_signature(
    project, projects, project_id, actors, gate, proof, passes, refuses
):
    """A mock wallet of nobody agrees to whatever nobody signed."""
    wallet = project.MockWallet.deploy(ZERO_ADDRESS, sender=actors.studio)
    words = proof(attester=wallet.address)[:96]
    refuses(gate, words)
    projects.setRoles(project_id, wallet, COMPLIANCE, sender=actors.studio)
    passes(gate, words)
