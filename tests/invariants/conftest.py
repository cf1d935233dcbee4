"""Property tests run on the EVM in this process, or on Anvil where that has no wheel.

`CREATOKEN_TEST_CHAIN=anvil pytest tests/invariants` runs them on Anvil anyway.
"""

import importlib.util
import os

import pytest
from hypothesis import HealthCheck, settings

from invariants.chain import InProcess, OnAnvil
from invariants.world import World

IN_PROCESS = os.environ.get("CREATOKEN_TEST_CHAIN") != "anvil" and bool(
    importlib.util.find_spec("pyrevm")
)


@pytest.fixture
def world(project):
    """Fresh accounts and currencies on a chain of their own."""
    chain = InProcess() if IN_PROCESS else OnAnvil()
    yield World(chain, project)
    chain.stop()


@pytest.fixture
def stateful():
    """Settings of a state machine: as many examples as the profile says, a 25th of them on Anvil.

    There a step and its checks take a tenth of a second or more, in this process some milliseconds.
    """
    examples = settings().max_examples
    return settings(
        max_examples=examples if IN_PROCESS else max(examples // 25, 1),
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
