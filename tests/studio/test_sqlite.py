"""What can happen to a file."""

import os
import pwd
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from creatoken_sdk.studio import sqlite
from creatoken_sdk.studio.errors import (
    CorruptStoreError,
    StoreAccessError,
    StoreBusyError,
)
from creatoken_sdk.studio.store import open_store
from studio.processes import finish, start

RUN = "INSERT INTO runs VALUES (?, 'a', 1, '0x', 1, 0, 1)"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "studio.db"


@pytest.fixture
def file_store(path):
    store = open_store(path)
    yield store
    store.close()


def write(store, *run_ids):
    with store.transaction() as db:
        for run_id in run_ids:
            db.execute(RUN, (run_id,))


def test_open_store__given_a_new_path__lets_nobody_else_read_what_is_private(path):
    old = os.umask(0o022)
    try:
        store = open_store(path)
        write(store, "a")
    finally:
        os.umask(old)
    modes = {one.name: one.stat().st_mode & 0o777 for one in path.parent.iterdir()}
    store.close()
    assert modes == dict.fromkeys(("studio.db", "studio.db-wal", "studio.db-shm"), 0o600)


def test_open_store__given_a_folder__says_so(tmp_path):
    with pytest.raises(StoreAccessError, match="is a folder; name a file in it"):
        open_store(tmp_path)


def test_open_store__given_no_folder__says_to_make_it(tmp_path):
    with pytest.raises(StoreAccessError, match="missing does not exist; make it first"):
        open_store(tmp_path / "missing/studio.db")
    assert not (tmp_path / "missing").exists()


@pytest.mark.threat("C8")
def test_open_store__given_a_file_of_something_else__leaves_it_alone(path):
    path.write_text("dear diary, " * 1000)
    with pytest.raises(CorruptStoreError, match="is damaged"):
        open_store(path)
    assert path.read_text() == "dear diary, " * 1000


@pytest.fixture
def shared_folder():
    """A folder that accounts other than root can reach."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o777)
        yield Path(name)


def write_without_root(path):
    """Write in a process that rights apply to; return the last line of what it says, in parts."""
    code = (
        "import os, sys; from creatoken_sdk.studio import sqlite, store\n"
        "if os.geteuid() == 0: os.setuid(int(sys.argv[2]))\n"
        "with store.open_store(sys.argv[1]).transaction() as db:\n"
        "    db.execute('DELETE FROM runs WHERE id = ?', ('none',))\n"
        "    db.execute('UPDATE schema_version SET version = version')"
    )
    command = [sys.executable, "-c", code, path, str(pwd.getpwnam("nobody").pw_uid)]
    return subprocess.run(command, capture_output=True, text=True).stderr.rpartition("Error: ")


@pytest.mark.threat("C8")
@pytest.mark.parametrize(
    ("of_file", "of_folder", "problem"),
    [
        (0o444, 0o777, "attempt to write a readonly database"),
        (0o000, 0o777, "unable to open database file"),
        (0o666, 0o555, "attempt to write a readonly database"),
    ],
)
def test_transaction__given_no_right_to_write__says_to_change_it(
    shared_folder, of_file, of_folder, problem
):
    path = shared_folder / "studio.db"
    open_store(path).close()
    path.chmod(0o666)
    assert write_without_root(path) == ("", "", "")
    path.chmod(of_file)
    shared_folder.chmod(of_folder)
    kind, _, message = write_without_root(path)
    assert kind.endswith("StoreAccess")
    assert f"studio.db cannot be opened for writing ({problem}); change the rights" in message


@pytest.mark.threat("C8")
def test_transaction__when_the_disk_is_full__keeps_what_was_there_and_goes_on(path):
    code = """
import resource
from creatoken_sdk.studio.errors import StoreError
with store.transaction() as db: add_run(db, 'before')
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
try:
    with store.transaction() as db:
        for i in range(10_000): add_run(db, str(i) * 100)
    sys.exit('the disk had room')
except StoreError as error:
    assert 'free space, then try again' in str(error), error
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
with store.transaction() as db: add_run(db, 'then')
"""
    assert finish(start(path, code)) == 0
    assert open_store(path).rows("SELECT id FROM runs ORDER BY id") == [("before",), ("then",)]


@pytest.mark.threat("C8")
def test_transaction__when_another_process_holds_the_file__waits_then_is_busy(path, monkeypatch):
    with start(path, "with store.transaction() as db: say('held')") as other:
        assert other.stdout.readline() == "held\n"
        monkeypatch.setattr(sqlite, "_BUSY_SECONDS", 0.2)
        store = sqlite.SqliteStore(path)
        with pytest.raises(StoreBusyError, match=r"stayed locked for 0\.2 s; stop what holds it"):
            write(store, "1")
        assert store.rows("SELECT id FROM runs") == []
        assert finish(other) == 0
    write(store, "1")
    store.close()


def test_transaction__given_one_in_the_same_thread__is_busy_instead_of_waiting_for_ever(
    path, monkeypatch
):
    monkeypatch.setattr(sqlite, "_BUSY_SECONDS", 0.2)
    store = open_store(path)
    with store.transaction(), pytest.raises(StoreBusyError):
        write(store, "1")
    write(store, "2")
    assert store.rows("SELECT id FROM runs") == [("2",)]


def test_connections__given_threads_that_ended__are_used_again(file_store, path):
    def descriptors():
        links = [os.path.realpath(f"/dev/fd/{name}") for name in os.listdir("/dev/fd")]
        return sum(link == str(path) for link in links)

    for i in range(20):
        thread = threading.Thread(target=write, args=(file_store, str(i)))
        thread.start()
        thread.join()
    assert len(file_store.rows("SELECT id FROM runs")) == 20
    assert descriptors() <= 2


@pytest.mark.threat("D9")
def test_purge__given_a_deleted_row__leaves_nothing_of_it_in_the_files(file_store, path):
    write(file_store, "secret run " * 9)
    with file_store.transaction() as db:
        db.execute("DELETE FROM runs")
    assert b"secret run" in bytes_of(path)
    file_store.purge()
    assert b"secret run" not in bytes_of(path)


def test_purge__when_somebody_reads__is_busy(file_store, path, monkeypatch):
    write(file_store, "1", "2")
    reading = file_store.stream("SELECT id FROM runs")
    next(reading)
    write(file_store, "3")
    monkeypatch.setattr(sqlite, "_BUSY_SECONDS", 0.2)
    store = open_store(path)
    with pytest.raises(StoreBusyError, match="let the reader finish, then purge again"):
        store.purge()
    reading.close()
    store.purge()
    store.close()


def bytes_of(path):
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


@pytest.mark.threat("D2")
def test_open__given_a_new_file__keeps_it_for_its_owner(tmp_path):
    store = open_store(tmp_path / "studio.db")
    with store.transaction() as db:
        db.execute("INSERT INTO record_keys VALUES ('a', 'b')")
    files = list(tmp_path.glob("studio.db*"))
    assert {path.stat().st_mode & 0o077 for path in files} == {0}
    assert len(files) >= 2
    store.close()


def test_transaction__when_durability_changes__waits_for_the_disk_as_asked(file_store):
    full, normal = [(2,)], [(1,)]
    for durable, setting in ((True, full), (False, normal), (False, normal), (True, full)):
        with file_store.transaction(durable=durable) as db:
            assert db.rows("PRAGMA synchronous") == setting
