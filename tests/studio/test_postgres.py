"""What only a PostgreSQL server can do to a store."""

import socket
import threading
import time
import traceback

import psycopg
import pytest

from creatoken_sdk.studio import postgres as port
from creatoken_sdk.studio.errors import (
    StoreAccessError,
    StoreBusyError,
    StoreError,
    StoreUnreachableError,
)
from creatoken_sdk.studio.store import open_store
from studio.cluster import PASSWORD

RUN = "INSERT INTO runs VALUES (?, 'a', 1, '0x', 1, 0, 1)"


@pytest.fixture
def postgres_store(postgres_url):
    store = open_store(postgres_url)
    yield store
    store.close()


def cut(postgres):
    """End every other connection to the server, as a restart of it would."""
    with psycopg.connect(postgres.url(), autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )


def refusal(url):
    """All that a person may come to see of the error with which the URL is refused."""
    with pytest.raises(StoreError) as caught:
        open_store(url)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert PASSWORD not in shown
    assert url not in shown
    assert "s3cret" not in shown
    return caught.value


def test_open_store__given_a_wrong_password__says_so(postgres):
    error = refusal(postgres.url(password="s3cret"))
    assert isinstance(error, StoreAccessError)
    assert 'password authentication failed for user "studio"; correct user and password' in str(
        error
    )


def test_open_store__given_no_password__asks_for_it(postgres):
    error = refusal(postgres.url(password=""))
    assert isinstance(error, StoreAccessError)
    assert "asks for a password; put it into the URL or ~/.pgpass" in str(error)


def test_open_store__given_an_unknown_database__says_to_create_it(postgres):
    error = refusal(postgres.url(database="nowhere"))
    assert isinstance(error, StoreAccessError)
    assert 'database "nowhere" does not exist; create it (createdb)' in str(error)


@pytest.mark.threat("C8")
@pytest.mark.parametrize("host", ["/nowhere", "127.0.0.1", "nowhere.invalid"])
def test_open_store__given_no_server__is_unreachable(host):
    error = refusal(f"postgresql://studio:s3cret@/studio?host={host}&port=1")
    assert isinstance(error, StoreUnreachableError)
    assert f"postgresql://{host}:1/studio does not answer (" in str(error)
    assert "start the server or correct the URL" in str(error)


@pytest.mark.threat("D2")
@pytest.mark.parametrize(
    "url",
    [
        "postgresql://studio:/s3cret@localhost/studio",
        "postgresql://studio:5/s3cret@localhost/studio",
        "postgresql://studio:s3cret/1@localhost/studio",
        "postgresql://studio:1@s3cret@localhost/studio",
        "postgresql://studio:1?s3cret=/@localhost/studio",
        "postgresql://studio:%s3cret@localhost/studio",
        "mysql://studio:s3cret@localhost/studio",
        "postgresql+psycopg://studio:s3cret@localhost/studio",
    ],
)
def test_open_store__given_an_unreadable_url__shows_nothing_of_it(url):
    error = refusal(url)
    assert isinstance(error, StoreAccessError)
    assert "postgresql://" in str(error)


@pytest.mark.threat("D2")
def test_store__when_shown__hides_the_password(postgres_store, postgres):
    assert postgres_store.name == f"postgresql://{postgres.folder}:5432/postgres"
    assert PASSWORD not in repr(postgres_store)


def test_transaction__given_a_cut_connection_before_it__uses_a_new_one(postgres_store, postgres):
    cut(postgres)
    with postgres_store.transaction() as db:
        db.execute(RUN, ("1",))
    cut(postgres)
    assert postgres_store.rows("SELECT id FROM runs") == [("1",)]
    cut(postgres)
    assert list(postgres_store.stream("SELECT id FROM runs")) == [("1",)]


@pytest.mark.threat("C8")
def test_transaction__when_cut_within__writes_nothing_and_says_to_look(postgres_store, postgres):
    def write():
        with postgres_store.transaction() as db:
            db.execute(RUN, ("1",))
            cut(postgres)
            db.execute(RUN, ("2",))

    with pytest.raises(StoreUnreachableError, match="it may have been written: look"):
        write()
    assert postgres_store.rows("SELECT id FROM runs") == []


@pytest.mark.threat("C2")
def test_lock__when_its_connection_is_cut__lets_no_transaction_begin(postgres_store, postgres):
    def write():
        with postgres_store.lock("sequencer"):
            cut(postgres)
            with postgres_store.transaction() as db:
                db.execute(RUN, ("1",))

    with pytest.raises(StoreUnreachableError, match=r"held 'sequencer' .* start again"):
        write()
    assert postgres_store.rows("SELECT id FROM runs") == []
    with postgres_store.lock("sequencer"), postgres_store.transaction() as db:
        db.execute(RUN, ("1",))


def test_transaction__given_a_deadlock__ends_one_of_the_two_as_busy(postgres_store):
    with postgres_store.transaction() as db:
        for run_id in ("1", "2"):
            db.execute(RUN, (run_id,))
    both, ends = threading.Barrier(2), []

    def write(*run_ids):
        try:
            with postgres_store.transaction() as db:
                for run_id in run_ids:
                    db.execute("UPDATE runs SET settled = settled + 1 WHERE id = ?", (run_id,))
                    if run_id == run_ids[0]:
                        both.wait()
            ends.append("written")
        except StoreBusyError as error:
            ends.append(str(error).partition("; ")[2])

    threads = [threading.Thread(target=write, args=order) for order in ("12", "21")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    busy = "another writer was first, nothing was written: do it again"
    assert sorted(ends) == [busy, "written"]
    assert postgres_store.rows("SELECT settled FROM runs") == [(1,), (1,)]


@pytest.mark.parametrize(("durable", "setting"), [(True, "on"), (False, "off")])
def test_transaction__given_durable__waits_for_the_disk(postgres_store, durable, setting):
    with postgres_store.transaction(durable=durable) as db:
        assert db.rows("SHOW synchronous_commit") == [(setting,)]
        assert db.rows("SHOW transaction_isolation") == [("read committed",)]
    with postgres_store.transaction() as db:
        assert db.rows("SHOW synchronous_commit") == [("on",)]


@pytest.mark.threat("C8")
def test_transaction__when_another_holds_a_row_too_long__is_busy_and_writes_nothing(
    postgres_url, monkeypatch
):
    monkeypatch.setattr(port, "_BUSY_SECONDS", 0.05)
    store = open_store(postgres_url)
    with store.transaction() as db:
        db.execute(RUN, ("1",))

    def write():
        with store.transaction() as db:
            db.execute(RUN, ("2",))
            db.execute("UPDATE runs SET settled = 1")

    with psycopg.connect(postgres_url) as other:
        other.execute("SET idle_in_transaction_session_timeout = '10s'")  # who waits, fails
        other.execute("UPDATE runs SET settled = 5")
        with pytest.raises(StoreBusyError, match="stop what holds it, then try again"):
            write()
    assert store.rows("SELECT id, settled FROM runs") == [("1", 5)]
    write()
    assert store.rows("SELECT id, settled FROM runs ORDER BY id") == [("1", 1), ("2", 1)]
    store.close()


def test_open_store__given_no_limit__waits_as_long_for_a_lock_as_sqlite_does(postgres_store):
    assert postgres_store.rows("SHOW lock_timeout") == [("30s",)]


@pytest.mark.parametrize("own", ["0", "7s"])
def test_open_store__given_a_url_with_a_limit_of_its_own__keeps_that(postgres_url, own):
    store = open_store(f"{postgres_url}%20-clock_timeout%3D{own}")
    assert store.rows("SHOW lock_timeout") == [(own,)]
    store.close()


@pytest.mark.threat("C8")
def test_open_store__given_a_server_that_never_answers__gives_up_as_soon_as_the_url_says():
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        where = f"127.0.0.1:{deaf.getsockname()[1]}/studio?connect_timeout=2"
        start = time.monotonic()
        error = refusal(f"postgresql://studio:s3cret@{where}")
    assert isinstance(error, StoreUnreachableError)
    assert time.monotonic() - start < 5


def test_rows__given_skip_locked__leaves_out_what_another_changes(postgres_store):
    with postgres_store.transaction() as db:
        for run_id in ("1", "2"):
            db.execute(RUN, (run_id,))
    with postgres_store.transaction() as one, postgres_store.transaction() as other:
        query = "SELECT id FROM runs ORDER BY id LIMIT 1 "
        assert one.rows(query + one.SKIP_LOCKED) == [("1",)]
        assert other.rows(query + other.SKIP_LOCKED) == [("2",)]


def test_stream__given_many_rows__fetches_them_in_parts(postgres_store):
    with postgres_store.transaction() as db:
        db.execute(
            "INSERT INTO runs SELECT CAST(i AS TEXT), 'a', 1, '0x', 1, 0, 1"
            " FROM generate_series(1, 5000) AS i"
        )
    # The division fails only if the last row is computed.
    rows = postgres_store.stream("SELECT 1 / (5000 - CAST(id AS BIGINT)) FROM runs")
    assert [next(rows) for _ in range(1000)] == [(0,)] * 1000
    rows.close()


@pytest.mark.threat("D9")
def test_purge__given_a_deleted_row__leaves_nothing_of_it_in_the_tables(postgres_store, postgres):
    def found():
        with psycopg.connect(postgres.url(), autocommit=True) as admin:
            admin.execute("CHECKPOINT")
        files = (postgres.folder / "data/base").rglob("*")
        return any(b"secret run" in file.read_bytes() for file in files if file.is_file())

    with postgres_store.transaction() as db:
        db.execute(RUN, ("secret run " * 9,))
    with postgres_store.transaction() as db:
        db.execute("DELETE FROM runs")
    assert found()
    postgres_store.purge()
    assert not found()
