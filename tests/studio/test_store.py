"""One suite for both stores, with real threads, processes and deaths."""

import os
import signal
import threading
from itertools import islice

import pytest

from creatoken_sdk.studio import store as port
from creatoken_sdk.studio.errors import (
    SchemaError,
    StoreBusyError,
    StoreError,
)
from creatoken_sdk.studio.store import open_store
from studio.processes import BEGIN, finish, start

KNOWN = len(port.MIGRATIONS)
LATER = (
    "ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT '';\nCREATE TABLE more (a BIGINT);\n"
)


RUN = "INSERT INTO runs VALUES (?, 'a', 1, '0x', 1, 0, 1)"


def add_run(db, run_id):
    db.execute(RUN, (run_id,))


def write(store, *statements):
    """Run statements with their values in one transaction."""
    with store.transaction() as db:
        for sql, *values in statements:
            db.execute(sql, values)


def run_ids(store):
    return [row[0] for row in store.rows("SELECT id FROM runs ORDER BY id")]


def test_transaction__when_the_block_ends__commits(store):
    with store.transaction() as db:
        add_run(db, "1")
        assert db.execute("UPDATE runs SET settled = ? WHERE id = ?", (7, "1")) == 1
        assert db.rows("SELECT settled FROM runs") == [(7,)]
    assert run_ids(store) == ["1"]


def test_transaction__when_the_block_raises__rolls_back_and_passes_the_error(store):
    def fail():
        with store.transaction() as db:
            add_run(db, "1")
            _ = 1 // 0

    with pytest.raises(ZeroDivisionError):
        fail()
    assert run_ids(store) == []
    with store.transaction() as db:
        add_run(db, "2")
    assert run_ids(store) == ["2"]


def test_transaction__when_a_row_is_there_already__is_refused_whole(store):
    write(store, (RUN, "1"))
    with pytest.raises(StoreError, match="nothing was written"):
        write(store, (RUN, "2"), (RUN, "1"))
    assert run_ids(store) == ["1"]


@pytest.mark.parametrize(
    ("column", "value"), [("name", "\ud800"), ("settled", 2**63), ("settled", -(2**70))]
)
def test_execute__given_a_value_that_no_column_holds__is_refused(store, column, value):
    with pytest.raises(StoreError, match="nothing was written"):
        write(store, (RUN, "1"), (f"UPDATE runs SET {column} = ?", value))
    assert run_ids(store) == []


def test_rows__given_percent_signs_and_sums__are_the_same_in_both(store):
    write(store, (RUN, "10%"), (RUN, "2%0"))
    assert store.rows("SELECT id FROM runs WHERE id LIKE '2%'") == [("2%0",)]
    assert store.rows("SELECT id FROM runs WHERE id LIKE ? AND id LIKE '%%'", ("1%",)) == [("10%",)]
    counted = store.rows("SELECT count(*), sum(work_id), avg(work_id), max(id) FROM runs")
    assert counted == [(2, 2, 1.0, "2%0")]
    assert [type(value) for value in counted[0]] == [int, int, float, str]


def test_rows__given_a_thread__do_not_see_what_another_has_not_committed(store):
    seen = []
    with store.transaction() as db:
        add_run(db, "1")
        thread = threading.Thread(target=lambda: seen.append(run_ids(store)))
        thread.start()
        thread.join()
        assert run_ids(store) == []
    assert seen == [[]]
    assert run_ids(store) == ["1"]


def test_rows__given_a_process__do_not_see_what_another_has_not_committed(store, where):
    code = "with store.transaction() as db:\n  add_run(db, '1')\n  say('added')\nsay('committed')"
    with start(where, code) as other:
        assert other.stdout.readline() == "added\n"
        assert run_ids(store) == []
        other.stdin.write("\n")
        other.stdin.flush()
        assert other.stdout.readline() == "committed\n"
        assert run_ids(store) == ["1"]
        assert finish(other) == 0


@pytest.mark.threat("C2")
def test_transaction__given_threads_and_processes_at_once__loses_nothing(store, where):
    code = (
        "for i in range(50):\n  with store.transaction() as db: add_run(db, sys.argv[2] + str(i))"
    )
    others = [start(where, code.replace("sys.argv[2]", f"'{name}'")) for name in "ab"]

    def add(name):
        for i in range(50):
            with store.transaction(durable=False) as db:
                add_run(db, f"{name}{i}")

    threads = [threading.Thread(target=add, args=(name,)) for name in "cd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [finish(other) for other in others] == [0, 0]
    assert run_ids(store) == sorted(f"{name}{i}" for name in "abcd" for i in range(50))


def test_transaction__given_rows_for_update__counts_up_without_losing_one(store, where):
    write(store, (RUN, "1"))
    code = """
for _ in range(50):
    with store.transaction() as db:
        count = db.rows(f"SELECT settled FROM runs {db.FOR_UPDATE}")[0][0]
        db.execute("UPDATE runs SET settled = ?", (count + 1,))
"""
    others = [start(where, code) for _ in range(2)]
    assert [finish(other) for other in others] == [0, 0]
    assert store.rows("SELECT settled FROM runs") == [(100,)]


@pytest.mark.threat("C1")
@pytest.mark.parametrize("durable", [True, False])
def test_transaction__when_its_process_is_killed_after_it__is_kept(store, where, durable):
    code = f"""
with store.transaction(durable={durable}) as db: add_run(db, '1')
with store.transaction(durable={durable}) as db:
    add_run(db, '2')
    die()
"""
    assert finish(start(where, code)) == -signal.SIGKILL
    assert run_ids(store) == ["1"]


def test_stream__given_many_rows__reads_them_as_they_are_asked_for(store):
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})"
    endless = store.stream(numbers.format(10**12) + " SELECT i FROM n WHERE i > ?", (2,))
    if "postgres" not in store.name:  # a server computes what one query recurses over, whole
        assert list(islice(endless, 3)) == [(3,), (4,), (5,)]
    endless.close()
    assert sum(i for (i,) in store.stream(numbers.format(5000) + " SELECT i FROM n")) == 12502500


def test_stream__while_it_is_read__lets_the_same_thread_write(store):
    with store.transaction() as db:
        for i in range(3000):
            add_run(db, f"{i:04}")
    for (run_id,) in islice(store.stream("SELECT id FROM runs ORDER BY id"), 3):
        with store.transaction() as db:
            db.execute("UPDATE runs SET settled = 1 WHERE id = ?", (run_id,))
    assert store.rows("SELECT id FROM runs WHERE settled = 1 ORDER BY id") == [
        ("0000",),
        ("0001",),
        ("0002",),
    ]


@pytest.mark.threat("C2")
def test_lock__when_another_process_holds_it__is_refused_until_that_is_killed(store, where):
    with start(where, "with store.lock('sequencer'): say('held')") as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(StoreBusyError, match="another process holds 'sequencer'"):
            store.lock("sequencer").__enter__()
        with store.lock("another"):
            os.kill(other.pid, signal.SIGKILL)
            other.wait()
        wait_until_free(store)


def wait_until_free(store):
    """A server needs a moment to see that its client is gone."""
    for _ in range(1000):
        try:
            with store.lock("sequencer"):
                return
        except StoreBusyError:
            threading.Event().wait(0.01)
    raise AssertionError("the lock outlived its process")


def test_lock__when_its_block_ends__is_free_again(store):
    with store.lock("sequencer"), pytest.raises(StoreBusyError):
        store.lock("sequencer").__enter__()
    with pytest.raises(ZeroDivisionError), store.lock("sequencer"):
        _ = 1 // 0
    with store.lock("sequencer"):
        pass


def test_fork__given_an_open_store__leaves_the_parents_connections_alone(where):
    code = """
with store.transaction() as db: add_run(db, 'parent')
child = os.fork()
if not child:
    with store.transaction() as db: add_run(db, 'child')
    store.close()
    sys.exit(len(store.rows('SELECT id FROM runs')))
with store.transaction() as db: add_run(db, 'parent too')
_, status = os.waitpid(child, 0)
with store.transaction() as db: add_run(db, 'parent after')
assert os.waitstatus_to_exitcode(status) in (2, 3), status
"""
    assert finish(start(where, code)) == 0
    store = open_store(where)
    assert run_ids(store) == ["child", "parent", "parent after", "parent too"]
    store.close()


def test_open_store__given_an_older_schema__migrates_it_and_keeps_its_rows(where, monkeypatch):
    store = open_store(where)
    write(store, (RUN, "1"))
    store.close()
    monkeypatch.setattr(port, "MIGRATIONS", (*port.MIGRATIONS, LATER))
    store = open_store(where)
    assert store.rows("SELECT id, note FROM runs") == [("1", "")]
    assert store.rows("SELECT version FROM schema_version") == [(KNOWN + 1,)]
    assert store.rows("SELECT a FROM more") == []
    store.close()


@pytest.mark.threat("C8")
def test_open_store__given_a_newer_schema__refuses_and_changes_nothing(where, monkeypatch):
    with monkeypatch.context() as newer:
        newer.setattr(port, "MIGRATIONS", (*port.MIGRATIONS, LATER))
        store = open_store(where)
    with pytest.raises(
        SchemaError, match=f"has schema {KNOWN + 1}, this SDK knows {KNOWN}; upgrade"
    ):
        open_store(where)
    assert store.rows("SELECT version FROM schema_version") == [(KNOWN + 1,)]
    store.close()


@pytest.mark.threat("C8")
@pytest.mark.parametrize("statement", [1, 9])
def test_open_store__when_the_last_migration_was_killed__does_all_of_it(where, statement):
    code = f"""
import importlib
from contextlib import suppress
for name in ('sqlite', 'postgres'):
    database = importlib.import_module('creatoken_sdk.studio.' + name)._Database
    def script(self, sql):
        for statement in sql.split(';\\n')[:{statement}]:
            self.execute(statement)
        die()
    database.script = script
open_store(sys.argv[1])
"""
    begin = BEGIN.replace("store = open_store(sys.argv[1])", "")
    assert finish(start(where, code, begin=begin)) == -signal.SIGKILL
    store = open_store(where)
    assert store.rows("SELECT version FROM schema_version") == [(KNOWN,)]
    assert run_ids(store) == []
    store.close()


@pytest.mark.threat("C2")
def test_open_store__given_processes_that_open_it_at_once__makes_it_once(where):
    others = [start(where, "") for _ in range(4)]
    assert [finish(other) for other in others] == [0, 0, 0, 0]
    store = open_store(where)
    assert store.rows("SELECT version FROM schema_version") == [(KNOWN,)]
    store.close()
