import json
from types import SimpleNamespace

import pytest

from adapters.model_server import ModelServer


@pytest.fixture
def model():
    with ModelServer() as server:
        yield server


@pytest.fixture
def steps(creatoken_studio):
    """Returns what is in the store: steps by key in the order written, without step 0."""

    def read():
        rows = creatoken_studio.store.rows(
            "SELECT key, shares, step, document FROM steps WHERE position > 0"
            " ORDER BY run_id, position"
        )
        return [
            SimpleNamespace(
                key=key,
                shares=shares,
                step=json.loads(step),
                **json.loads(document)["record"],
            )
            for key, shares, step, document in rows
        ]

    return read
