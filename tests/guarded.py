"""A stage that a gate guards: fixtures for the tests of gates, as a pytest plugin."""

import pytest

from approvals import NOTE
from reverts import reverts_with

STAGE = 5


@pytest.fixture
def asset(create_asset):
    """(asset id, preimage) of an asset in the work; one director approves."""
    return create_asset()


@pytest.fixture
def context(project_id, work_id):
    """`GateContext` of the approval of (asset id, preimage) at STAGE."""
    return lambda asset: (project_id, work_id, asset[0], STAGE, NOTE, *asset[1])


@pytest.fixture
def guard(projects, project_id, actors):
    """Makes this gate the only one of STAGE."""
    return lambda gate: projects.setGates(project_id, STAGE, [gate], sender=actors.studio)


@pytest.fixture
def relay(asset, directors, signed, approve):
    """Relays the director's approval at STAGE with this proof; of the asset, unless told."""

    def send(proof, asset=asset, **options):
        signature = signed(asset, directors[0], stage=STAGE)
        return approve(asset, [signature], stage=STAGE, proofs=[proof], **options)

    return send


@pytest.fixture
def passes(registry, guard, relay, asset):
    """Asserts that the gate lets the approval through."""

    def check(gate, proof, asset=asset):
        guard(gate)
        relay(proof, asset)
        assert registry.isApproved(asset[0], STAGE) is True

    return check


@pytest.fixture
def refuses(registry, guard, relay, asset):
    """Asserts that the gate, and nothing else, holds the approval back."""

    def check(gate, proof, asset=asset):
        guard(gate)
        about = {"assetId": asset[0], "stage": STAGE, "gate": gate}
        with reverts_with(registry, "ApprovalsGateRefused", **about):
            relay(proof, asset, call=True)

    return check
