"""Metric gate: whose figures count, how high, and of which moment."""

import pytest
from ape.utils import ZERO_ADDRESS
from eth_abi import encode
from eth_account import Account

from approvals import domain_of, sign
from creatoken_sdk import record

pytest_plugins = ["guarded"]

DIRECTOR, COMPLIANCE, REPORTER = 2, 8, 16
NAME = record.name_hash("creatoken.clicks")
REPORT = record.name_hash("report")
THRESHOLD = 10_000
MALFORMED = [b"", b"\x01", bytes(127), bytes(128), b"\xff" * 193, b"ten thousand" * 100]


@pytest.fixture(scope="module")
def analyst(projects, project_id, actors):
    """A REPORTER of the project."""
    key = Account.from_key(b"\x21" * 32)
    projects.setRoles(project_id, key.address, REPORTER, sender=actors.studio)
    return key


@pytest.fixture
def gate(project, projects, actors):
    return project.MetricGate.deploy(projects, NAME, THRESHOLD, sender=actors.studio)


@pytest.fixture
def proof(gate, asset, analyst, chain):
    """The analyst's figure, as the gate takes it; `told` is what the proof claims."""

    def make(*, key=analyst, domain=None, told=None, **overrides):
        terms = {
            "asset_id": asset[0],
            "name": NAME,
            "value": THRESHOLD,
            "report_hash": REPORT,
            "reporter": key.address,
            "at": chain.pending_timestamp - 10,
        } | overrides
        signature = sign(domain or domain_of(gate), record.Metric(**terms), key)
        shown = terms | (told or {})
        words = [shown[name] for name in ("value", "report_hash", "reporter", "at")]
        return encode(["uint256", "bytes32", "address", "uint40"], words) + signature

    return make


@pytest.mark.parametrize("value", [THRESHOLD, THRESHOLD + 1, 2**256 - 1])
def test_check__given_the_threshold_or_more__says_yes(gate, context, asset, proof, passes, value):
    assert (gate.NAME(), gate.THRESHOLD()) == (NAME, THRESHOLD)
    assert gate.check(context(asset), proof(value=value)) is True
    passes(gate, proof(value=value))


@pytest.mark.parametrize("value", [THRESHOLD - 1, 0])
def test_check__given_less__says_no(gate, context, asset, proof, refuses, value):
    assert gate.check(context(asset), proof(value=value)) is False
    refuses(gate, proof(value=value))
    refuses(gate, proof(value=value, told={"value": THRESHOLD}))


def test_check__given_a_figure_of_the_future__says_no_until_then(
    gate, guard, registry, relay, refuses, asset, proof, chain
):
    soon = chain.pending_timestamp + 1_000
    figure = proof(at=soon)
    refuses(gate, figure)
    chain.pending_timestamp = soon - 1
    early = relay(figure, gas=1_000_000, raise_on_revert=False)
    assert (early.failed, early.timestamp) == (True, soon - 1)
    chain.pending_timestamp = soon
    assert relay(figure).timestamp == soon
    assert registry.isApproved(asset[0], 5) is True


@pytest.mark.parametrize("roles", [0, DIRECTOR, COMPLIANCE, 63 - REPORTER - 1])
def test_check__given_a_signer_without_the_role__says_no(
    gate, projects, project_id, actors, proof, refuses, passes, roles
):
    key = Account.from_key(b"\x22" * 32)
    projects.setRoles(project_id, key.address, roles, sender=actors.studio)
    refuses(gate, proof(key=key))
    projects.setRoles(project_id, key.address, roles | REPORTER, sender=actors.studio)
    passes(gate, proof(key=key))


def test_check__given_a_reporter_of_another_project__says_no(gate, create_project, proof, refuses):
    key = Account.from_key(b"\x23" * 32)
    create_project(grants=[(key.address, REPORTER)])
    refuses(gate, proof(key=key))


@pytest.mark.parametrize(
    "stated",
    [
        {"asset_id": 1},
        {"name": record.name_hash("creatoken.sales")},
        {"reporter": "0x" + "77" * 20},
    ],
)
def test_check__given_a_statement_about_something_else__says_no(
    gate, analyst, proof, refuses, stated
):
    refuses(gate, proof(told={"reporter": analyst.address}, **stated))


def test_check__given_a_claim_that_was_not_signed__says_no(
    gate, projects, project_id, actors, proof, refuses
):
    other = Account.from_key(b"\x24" * 32).address
    projects.setRoles(project_id, other, REPORTER, sender=actors.studio)
    for told in (
        {"value": THRESHOLD + 1},
        {"report_hash": bytes(32)},
        {"at": 1},
        {"reporter": other},
        {"reporter": "0x" + "00" * 20},
    ):
        refuses(gate, proof(told=told))


@pytest.mark.threat("A1")
def test_check__given_a_signature_for_another_gate__says_no(
    project, projects, actors, gate, proof, refuses
):
    twin = project.MetricGate.deploy(projects, NAME, 1, sender=actors.studio)
    for other in (domain_of(twin), domain_of(gate, 1)):
        refuses(gate, proof(domain=other))


def test_check__given_a_proof_of_another_asset__says_no(gate, proof, create_asset, refuses):
    refuses(gate, proof(), create_asset())


@pytest.mark.parametrize("malformed", MALFORMED, ids=len)
def test_check__given_a_malformed_proof__says_no(gate, refuses, proof, passes, malformed):
    refuses(gate, malformed)
    for wrong in (proof() + b"\0", proof()[:-1], proof()[:128]):
        refuses(gate, wrong)
    passes(gate, proof())


def test_check__given_a_wallet_that_agreed_on_chain__takes_an_empty_signature(
    project, projects, project_id, actors, gate, proof, passes, refuses
):
    """A mock wallet of nobody agrees to whatever nobody signed."""
    wallet = project.MockWallet.deploy(ZERO_ADDRESS, sender=actors.studio)
    words = proof(reporter=wallet.address)[:128]
    refuses(gate, words)
    projects.setRoles(project_id, wallet, REPORTER, sender=actors.studio)
    passes(gate, words)
