"""The store in PostgreSQL: many writers at once, rows locked one by one."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.adapt import Buffer, Loader
from psycopg.conninfo import conninfo_to_dict

from creatoken_sdk.studio.connections import Connections
from creatoken_sdk.studio.errors import StoreBusyError, StoreUnreachableError
from creatoken_sdk.studio.postgres_errors import explained, public_name, refused
from creatoken_sdk.studio.store import Row, storable

__all__ = ["PostgresStore"]

_BUSY_SECONDS = 30
_CONNECT_SECONDS = 10
_LIMIT_WAITING = (  # unless the URL, the user, the database or the server has a limit of its own
    "SELECT set_config('lock_timeout', %s, false) FROM pg_settings"
    " WHERE name = 'lock_timeout' AND source = 'default'"
)
_ROWS_AT_ONCE = 1000


class PostgresStore:
    """A database on a server; each thread at work has a connection of its own."""

    def __init__(self, url: str) -> None:
        """Open a postgresql:// URL; the database must exist. The URL appears in no message."""
        self.name = public_name(url)
        self._url = url
        self._locks: dict[tuple[int, str], psycopg.Connection[Row]] = {}  # by process and name
        self._connections = Connections(self._connect, _is_alive)
        with self._connections.borrow():
            pass

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[_Database]:
        """See `Store`. Each statement sees what others committed before it."""
        self._check_locks()
        with self._borrow() as connection, connection.transaction():
            if not durable:
                connection.execute("SET LOCAL synchronous_commit = off")
            yield _Database(connection)

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """See `Store`."""
        with self._borrow() as connection:
            return _Database(connection).rows(sql, values)

    def stream(self, sql: str, values: Sequence[object] = ()) -> Iterator[Row]:
        """See `Store`."""
        with (
            self._borrow() as connection,
            connection.transaction(),
            connection.cursor(name="stream") as cursor,
        ):
            cursor.itersize = _ROWS_AT_ONCE
            cursor.execute(_translated(sql), values)
            yield from cursor

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """See `Store`. Should the lock be lost with its connection, no transaction begins."""
        with self._borrow() as connection:
            key = _key(connection, name)
            taken = connection.execute("SELECT pg_try_advisory_lock(%s)", (key,)).fetchone()
            if taken != (True,):
                raise StoreBusyError(
                    f"another process holds {name!r} of {self.name}; let it finish, or stop it"
                )
            holder = (os.getpid(), name)
            self._locks[holder] = connection
            try:
                yield
            finally:
                del self._locks[holder]
                if not connection.closed:
                    connection.execute("SELECT pg_advisory_unlock(%s)", (key,))

    def purge(self) -> None:
        """See `Store`; the server's own log and its backups are for its owner to clear."""
        tables = self.rows(
            "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = current_schema()"
        )
        with self._borrow() as connection:
            for (table,) in tables:
                connection.execute(f"VACUUM FULL {table}".encode())

    def close(self) -> None:
        """See `Store`."""
        self._connections.close()

    @contextmanager
    def _borrow(self) -> Iterator[psycopg.Connection[Row]]:
        with self._connections.borrow() as connection:
            try:
                yield connection
            except psycopg.Error as error:
                raise explained(self.name, error, connection) from None

    def _check_locks(self) -> None:
        for (process, name), connection in list(self._locks.items()):
            if process == os.getpid() and not _is_alive(connection):
                raise StoreUnreachableError(
                    f"the connection that held {name!r} of {self.name} is lost, and another "
                    "process may hold it by now; nothing was written, start again"
                )

    def _connect(self) -> psycopg.Connection[Row]:
        try:
            asked: dict[str, Any] = conninfo_to_dict(self._url)
            parameters = {"connect_timeout": _CONNECT_SECONDS} | asked
            connection = psycopg.connect(**parameters, autocommit=True)
            connection.execute(_LIMIT_WAITING, (f"{int(_BUSY_SECONDS * 1000)}ms",))
        except psycopg.Error as error:
            raise refused(self.name, error) from None
        connection.isolation_level = psycopg.IsolationLevel.READ_COMMITTED
        connection.adapters.register_loader("numeric", _Number)
        return connection


class _Database:
    FOR_UPDATE = "FOR UPDATE"
    SKIP_LOCKED = "FOR UPDATE SKIP LOCKED"

    def __init__(self, connection: psycopg.Connection[Row]) -> None:
        self._connection = connection

    def execute(self, sql: str, values: Sequence[object] = ()) -> int:
        with storable():
            return self._connection.execute(_translated(sql), values).rowcount

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        with storable():
            return self._connection.execute(_translated(sql), values).fetchall()

    def script(self, sql: str) -> None:
        self._connection.execute(sql.encode())

    def take_turn(self, name: str) -> None:
        key = _key(self._connection, name)
        self._connection.execute("SELECT pg_advisory_xact_lock(%s)", (key,))


class _Number(Loader):
    """A sum of BIGINT is NUMERIC: read it as SQLite gives it."""

    def load(self, data: Buffer) -> int | float:
        text = bytes(data).decode()
        return float(text) if "." in text else int(text)


def _translated(sql: str) -> bytes:
    return sql.replace("%", "%%").replace("?", "%s").encode()


def _key(connection: psycopg.Connection[Row], name: str) -> int:
    digest = hashlib.sha256(f"{connection.info.dbname}\0{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _is_alive(connection: psycopg.Connection[Row]) -> bool:
    try:
        connection.execute("")
    except psycopg.Error:
        return False
    return True
