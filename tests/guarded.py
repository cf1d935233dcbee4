"""A stage that a gate guards: fixtures for the tests of gates, as a pytest plugin."""

import pytest

from approvals import NOTE
from reverts import reverts_with

STAGE = 5
HONEST, RETURN, REVERT, BURN_GAS, CHANGE_STATE = range(5)  # MockAnswer.Mode
HOSTILE = {
    "says no": (RETURN, 0, 32),
    "returns two": (RETURN, 2, 32),
    "returns two words": (RETURN, 1, 64),
    "returns 31 bytes": (RETURN, 1 << 8, 31),
    "returns nothing": (RETURN, 1, 0),
    "returns a bomb": (RETURN, 1, 200_000),
    "reverts": (REVERT, 0, 0),
    "reverts with yes": (REVERT, 1, 32),
    "reverts with a bomb": (REVERT, 1, 200_000),
    "burns gas": (BURN_GAS, 0, 0),
    "changes state": (CHANGE_STATE, 0, 0),
}
"""What a gate can do instead of saying yes: mode, first word and size of its answer."""


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
