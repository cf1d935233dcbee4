"""The store in one SQLite file: write-ahead log, one writer at a time, any number of readers."""

from __future__ import annotations

import fcntl
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from creatoken_sdk.studio.errors import CorruptStoreError, StoreBusyError, StoreError
from creatoken_sdk.studio.store import Row

__all__ = ["SqliteStore"]

_BUSY_SECONDS = 30
_CORRUPT = ("malformed", "not a database", "corrupt")


class SqliteStore:
    """One connection per thread."""

    def __init__(self, path: Path) -> None:
        """Open the file; its folder must exist."""
        self.name = str(path)
        self._path = path
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._writing = threading.Lock()
        with _explained(self.name):
            self._connection()

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[_Database]:
        """See `Store`."""
        connection = self._connection()
        with self._writing, _explained(self.name):
            connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield _Database(connection)
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """See `Store`."""
        with _explained(self.name):
            return self._connection().execute(sql, values).fetchall()

    def stream(self, sql: str, values: Sequence[object] = ()) -> Iterator[Row]:
        """See `Store`."""
        with _explained(self.name):
            yield from self._connection().execute(sql, values)

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
            yield

    def purge(self) -> None:
        """See `Store`; freed pages are zeroed at once, the log is emptied here."""
        with self._writing, _explained(self.name):
            self._connection().execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """See `Store`."""
        for connection in self._all:
            connection.close()
        self._all.clear()
        self._local = threading.local()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")
            self._local.connection = connection
            self._all.append(connection)
        return connection


class _Database:
    FOR_UPDATE = SKIP_LOCKED = ""  # there is one writer at a time

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Sequence[object] = ()) -> int:
        return self._connection.execute(sql, values).rowcount

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        return self._connection.execute(sql, values).fetchall()

    def script(self, sql: str) -> None:
        # executescript would commit first.
        for statement in sql.split(";\n"):
            if statement.strip():
                self._connection.execute(statement)


@contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except sqlite3.Error as error:
        text = str(error)
        if any(word in text for word in _CORRUPT):
            raise CorruptStoreError(
                f"{name} is damaged ({text}); `creatoken studio rescue` saves what is intact"
            ) from None
        if "locked" in text or "busy" in text:
            raise StoreBusyError(
                f"{name} stayed locked for {_BUSY_SECONDS} s; stop what holds it, then try again"
            ) from None
        raise StoreError(f"{name}: {text}; free space or fix access, then try again") from None
