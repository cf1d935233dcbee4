"""Stores of both kinds, each on the real thing: a SQLite file, a PostgreSQL server."""

import pytest

from creatoken_sdk.studio.store import open_store
from studio.cluster import Cluster


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
