"""Property tests run on the EVM in this process, or on Anvil where that has no wheel.

`CREATOKEN_TEST_CHAIN=anvil pytest tests/invariants` runs them on Anvil anyway.
"""

import importlib.util
import os

import pytest

from invariants.chain import InProcess, OnAnvil
from invariants.world import World


@pytest.fixture
def world(project):
    """Fresh accounts and currencies on a chain of their own."""
    if os.environ.get("CREATOKEN_TEST_CHAIN") != "anvil" and importlib.util.find_spec("pyrevm"):
        yield World(InProcess(), project)
        return
    chain = OnAnvil()
    yield World(chain, project)
    chain.stop()
