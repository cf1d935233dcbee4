"""Stores of both kinds, and chains, each the real thing."""

import pytest

from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain import rpc as rpc_module
from creatoken_sdk.studio.store import open_store
from endpoint import FaultyEndpoint
from studio.cluster import Cluster
from studio.ledger import Ledger


@pytest.fixture(scope="session")
def postgres():
    """The server; it starts with the first test that asks for it."""
    cluster = Cluster()
    yield cluster
    cluster.stop()


@pytest.fixture
def postgres_url(postgres):
    """URL of a place in it where nothing is yet."""
    return postgres.new_schema()


@pytest.fixture(params=["sqlite", "postgres"])
def where(request, tmp_path):
    """Place for a new store: a path, then a URL."""
    if request.param == "sqlite":
        return str(tmp_path / "studio.db")
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def store(where):
    """A new store of each kind."""
    store = open_store(where)
    yield store
    store.close()


@pytest.fixture
def ledger():
    """A fresh chain with all contracts."""
    with Anvil() as anvil:
        yield Ledger(anvil)


@pytest.fixture
def endpoint(ledger, monkeypatch):
    """Its chain behind an endpoint that can fail, with short pauses between attempts."""
    monkeypatch.setattr(rpc_module, "_FIRST_PAUSE_SECONDS", 0.001)
    faulty = FaultyEndpoint(ledger.anvil.url)
    yield faulty
    faulty.close()
