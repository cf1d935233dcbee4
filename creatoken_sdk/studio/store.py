"""Where a studio keeps everything: SQLite by path, PostgreSQL by URL, one schema.

A store speaks plain SQL with `?` for values. Writes happen in `with store.transaction() as db:`,
all of them or none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from creatoken_sdk.studio.errors import SchemaError, StoreAccessError, StoreError
from creatoken_sdk.studio.schema import MIGRATIONS, VERSION_TABLE

__all__ = ["Database", "Row", "Store", "open_store", "storable"]

Row = tuple[Any, ...]


class Database(Protocol):
    """A connection inside a transaction.

    `FOR_UPDATE` ends a query whose rows this transaction will change, `SKIP_LOCKED` one that
    leaves out rows which another transaction is changing; empty where writers take turns anyway.
    """

    FOR_UPDATE: str
    SKIP_LOCKED: str

    def execute(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run one statement; return how many rows it changed."""

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Run one query; return its rows."""

    def script(self, sql: str) -> None:
        """Run statements without values."""

    def take_turn(self, name: str) -> None:
        """Wait until no other transaction has this turn; keep it to the end of this one."""


class Store(Protocol):
    """A database that several threads of this process may use at once."""

    name: str

    def transaction(self, *, durable: bool = True) -> AbstractContextManager[Database]:
        """Begin; commit at the end of the block, roll back if it raises.

        A commit survives the death of this process; a durable one also the loss of power.
        """

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Run one query outside any transaction of the caller."""

    def stream(self, sql: str, values: Sequence[object] = ()) -> Iterator[Row]:
        """Run one query and hand out its rows one by one, in constant memory."""

    def lock(self, name: str) -> AbstractContextManager[None]:
        """Hold a named lock among all processes that use this store; StoreBusyError if taken."""

    def purge(self) -> None:
        """Make sure that nothing deleted or overwritten is left in the database's files."""

    def close(self) -> None:
        """Close all connections."""


def open_store(where: str | Path) -> Store:
    """Open, and create or migrate, the store at a path or a postgresql:// URL."""
    store = _store(where)
    try:
        _migrate(store)
    except BaseException:
        store.close()
        raise
    return store


@contextmanager
def storable() -> Iterator[None]:
    """Turn what Python raises for a value that no database takes into a StoreError."""
    try:
        yield
    except (OverflowError, UnicodeError) as error:
        raise StoreError(f"a value cannot be stored ({error}); nothing was written") from None


def _store(where: str | Path) -> Store:
    if isinstance(where, str) and "://" in where:
        if not where.startswith(("postgresql://", "postgres://")):
            raise StoreAccessError("a store is a path or a URL that begins with postgresql://")
        try:
            from creatoken_sdk.studio.postgres import PostgresStore
        except ImportError:
            raise StoreAccessError(
                "PostgreSQL needs one more package: pip install 'creatoken-sdk[postgres]'"
            ) from None
        return PostgresStore(where)
    from creatoken_sdk.studio.sqlite import SqliteStore

    return SqliteStore(Path(where))


def _migrate(store: Store) -> None:
    """Change all or nothing; what a killed process left out, the next one to open does."""
    with store.transaction() as db:
        db.take_turn("migration")
        db.execute(VERSION_TABLE)
        found = db.rows("SELECT version FROM schema_version")
        version = found[0][0] if found else 0
        if version > len(MIGRATIONS):
            raise SchemaError(
                f"{store.name} has schema {version}, this SDK knows {len(MIGRATIONS)}; "
                "upgrade creatoken-sdk here, nothing was changed"
            )
        for migration in MIGRATIONS[version:]:
            db.script(migration)
        if version < len(MIGRATIONS):
            db.execute("DELETE FROM schema_version")
            db.execute("INSERT INTO schema_version VALUES (?)", (len(MIGRATIONS),))
