"""The store in one SQLite file: write-ahead log, one writer at a time, any number of readers."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from creatoken_sdk.studio.connections import Connections
from creatoken_sdk.studio.errors import (
    CorruptStoreError,
    StoreAccessError,
    StoreBusyError,
    StoreError,
)
from creatoken_sdk.studio.store import Row, storable

__all__ = ["SqliteStore"]

_BUSY_SECONDS = 30
_CORRUPT = ("malformed", "not a database", "corrupt")
_FORBIDDEN = ("readonly", "unable to open", "access permission")


class SqliteStore:
    """A file on a local disk: SQLite's locks do not hold on network drives."""

    def __init__(self, path: Path) -> None:
        """Open the file; its folder must exist. A new one is only for the account that made it."""
        self.name = str(path)
        self._path = path
        if os.path.isdir(path):
            raise StoreAccessError(f"{path} is a folder; name a file in it")
        if not os.path.isdir(path.parent):
            raise StoreAccessError(f"folder {path.parent} does not exist; make it first")
        with suppress(OSError):  # it is there, or SQLite will say why not
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        self._connections = Connections(self._connect, lambda _: True)
        self._turns: defaultdict[int, threading.Lock] = defaultdict(threading.Lock)  # by process
        with _explained(self.name), self._connections.borrow() as connection:
            _write_ahead(connection)

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[_Database]:
        """See `Store`."""
        with _explained(self.name), self._turn(), self._connections.borrow() as connection:
            connection.sync(durable)
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield _Database(connection)
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:  # a full disk ends it by itself
                    connection.execute("ROLLBACK")

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """See `Store`."""
        with _explained(self.name), self._connections.borrow() as connection:
            return _Database(connection).rows(sql, values)

    def stream(self, sql: str, values: Sequence[object] = ()) -> Iterator[Row]:
        """See `Store`."""
        with (
            _explained(self.name),
            self._connections.borrow() as connection,
            closing(connection.execute(sql, values)) as cursor,
        ):
            yield from cursor

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """See `Store`; the lock is a file beside the database and dies with its process."""
        path = self._path.with_name(f"{self._path.name}.{name}.lock")
        with path.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StoreBusyError(
                    f"another process holds {name!r} of {self.name}; let it finish, or stop it"
                ) from None
            try:
                yield
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)  # also for children that inherited the file

    def purge(self) -> None:
        """See `Store`; freed pages are zeroed at once, the log is emptied here."""
        with _explained(self.name), self._turn(), self._connections.borrow() as connection:
            busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            raise StoreBusyError(
                f"{self.name} is being read, so its log still holds what was deleted; "
                "let the reader finish, then purge again"
            )

    def close(self) -> None:
        """See `Store`."""
        self._connections.close()

    def _connect(self) -> _Connection:
        with suppress(OSError):  # a new one is for its owner alone, and so is what comes beside it
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL, 0o600))
        connection = _Connection(
            self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("PRAGMA cell_size_check = ON")  # finds damage where it is first read
        connection.execute("PRAGMA wal_autocheckpoint = 4000")  # 16 MB; each waits for the disk
        return connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Let threads of this process write in turn: SQLite itself only polls."""
        turn = self._turns[os.getpid()]
        if not turn.acquire(timeout=_BUSY_SECONDS):
            raise _busy(self.name)
        try:
            yield
        finally:
            turn.release()


class _Connection(sqlite3.Connection):
    durable: bool | None = None

    def sync(self, durable: bool) -> None:
        """Let commits wait for the disk, or not."""
        if self.durable is not durable:
            self.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self.durable = durable


class _Database:
    FOR_UPDATE = SKIP_LOCKED = ""  # there is one writer at a time

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Sequence[object] = ()) -> int:
        with storable(), closing(self._connection.execute(sql, values)) as cursor:
            return cursor.rowcount

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        with storable(), closing(self._connection.execute(sql, values)) as cursor:
            return cursor.fetchall()

    def script(self, sql: str) -> None:
        # executescript would commit first.
        for statement in sql.split(";\n"):
            if statement.strip():
                self._connection.execute(statement)

    def take_turn(self, name: str) -> None:
        pass  # BEGIN IMMEDIATE did


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch the log on, once: only the first process that opens a new file has to."""
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        connection.execute("PRAGMA journal_mode = WAL")


def _busy(name: str) -> StoreBusyError:
    return StoreBusyError(
        f"{name} stayed locked for {_BUSY_SECONDS} s; stop what holds it, then try again"
    )


@contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise StoreError(
            f"{name}: {error}; it is there already or refers to what is missing; "
            "nothing was written"
        ) from None
    except sqlite3.Error as error:
        text = str(error)
        if any(word in text for word in _CORRUPT):
            raise CorruptStoreError(
                f"{name} is damaged ({text}); `creatoken rescue` saves what is intact"
            ) from None
        if "locked" in text or "busy" in text:
            raise _busy(name) from None
        if any(word in text for word in _FORBIDDEN):
            raise StoreAccessError(
                f"{name} cannot be opened for writing ({text}); change the rights of the file and "
                "of its folder, or use another account"
            ) from None
        raise StoreError(
            f"{name}: {text}; if the disk is full, free space, then try again: "
            "nothing of this was written"
        ) from None
