"""Saving what can still be read of a damaged SQLite file."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from creatoken_sdk.studio.errors import CorruptStoreError, StoreAccessError, StoreError
from creatoken_sdk.studio.schema import MIGRATIONS, VERSION_TABLE
from creatoken_sdk.studio.store import Row

__all__ = ["Rescue", "rescue"]

_ROWS_AT_ONCE = 1000
_ROW_BYTES = 64  # the least that a row takes, but for tables of few rows


@dataclass(frozen=True, slots=True)
class Rescue:
    """`damaged` is where the damaged file is now; `saved` says how many rows of which table."""

    damaged: Path
    saved: Mapping[str, int]


def rescue(path: Path) -> Rescue:
    """Put a new file with every readable row in the place of a damaged one, which is kept.

    Stop whatever uses the store first. StoreError if the file is intact, CorruptStoreError if
    nothing of it can be read: then nothing is changed.
    """
    if not path.is_file():
        raise StoreAccessError(f"{path} is no file; name the damaged store")
    with TemporaryDirectory(dir=path.parent) as folder:
        fresh = Path(folder, path.name)
        copy = Path(folder, "copy")
        for suffix in ("", "-wal"):
            if (part := path.with_name(path.name + suffix)).exists():
                shutil.copyfile(part, copy.with_name(copy.name + suffix))
        with closing(_damaged(path, copy)) as old, closing(sqlite3.connect(fresh)) as new:
            saved = _copy(old, new, path.stat().st_size)
        if not any(saved.values()):
            raise CorruptStoreError(f"no row of {path} can be read; restore it from a backup")
        return Rescue(_replace(path, fresh), saved)


def _damaged(path: Path, copy: Path) -> sqlite3.Connection:
    """Open the copy, with what its log holds."""
    connection = sqlite3.connect(copy)
    connection.execute("PRAGMA writable_schema = ON")  # reads on where the schema is damaged
    connection.execute("PRAGMA cell_size_check = ON")
    try:
        intact = connection.execute("PRAGMA integrity_check(1)").fetchall() == [("ok",)]
    except sqlite3.DatabaseError:
        intact = False
    if intact:
        connection.close()
        raise StoreError(f"{path} is intact; nothing was changed")
    return connection


def _copy(old: sqlite3.Connection, new: sqlite3.Connection, size: int) -> dict[str, int]:
    versions = [row[1] for row in _rows(old, "schema_version", "version", size)]
    known = len(MIGRATIONS)
    version = versions[0] if versions and versions[0] in range(1, known) else known
    new.executescript(";".join((VERSION_TABLE, *MIGRATIONS[:version])))
    new.execute("INSERT INTO schema_version VALUES (?)", (version,))
    new.commit()
    _mend(old, new)
    tables = new.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'schema_version'"
    ).fetchall()
    saved = {table: _copy_table(old, new, table, size) for (table,) in tables}
    new.commit()
    return saved


def _mend(old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    """Give the copy the schema that it should have: one flipped bit in it hides a table."""
    with suppress(sqlite3.Error):
        for name, sql in new.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"):
            change = "UPDATE sqlite_schema SET sql = ? WHERE name = ? AND sql <> ?"
            old.execute(change, (sql, name, sql))
        old.commit()
    old.execute("PRAGMA writable_schema = RESET")
    old.execute("PRAGMA writable_schema = ON")


def _copy_table(old: sqlite3.Connection, new: sqlite3.Connection, table: str, size: int) -> int:
    saved = 0
    for _, *row in _rows(old, table, "*", size):
        marks = ", ".join("?" * len(row))
        with suppress(sqlite3.Error):  # a row that does not fit its table is none
            saved += new.execute(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", row).rowcount
    return saved


def _rows(db: sqlite3.Connection, table: str, columns: str, size: int) -> Iterator[Row]:
    """Yield every readable row after its rowid; none of a table whose very name is lost."""
    try:
        db.execute(f"SELECT 1 FROM {table} LIMIT 0")
    except sqlite3.DatabaseError:
        return
    for low in range(1, _last(db, table, size) + 1, _ROWS_AT_ONCE):
        yield from _between(db, table, columns, low, low + _ROWS_AT_ONCE - 1)


def _last(db: sqlite3.Connection, table: str, size: int) -> int:
    """The last rowid, or as many as a file of this many bytes has room for."""
    try:
        last = db.execute(f"SELECT max(rowid) FROM {table}").fetchone()[0] or 0
    except sqlite3.DatabaseError:
        return size // _ROW_BYTES
    return min(int(last), size)  # a damaged one may be anything


def _between(
    db: sqlite3.Connection, table: str, columns: str, low: int, high: int
) -> Iterator[Row]:
    """Halve the range wherever reading fails, down to the single row that is lost."""
    try:
        rows = db.execute(
            f"SELECT rowid, {columns} FROM {table} NOT INDEXED WHERE rowid BETWEEN ? AND ? LIMIT ?",
            (low, high, high - low + 1),  # the limit keeps it off the page after the last row
        ).fetchall()
    except sqlite3.DatabaseError:
        if low < high:
            middle = (low + high) // 2
            yield from _between(db, table, columns, low, middle)
            yield from _between(db, table, columns, middle + 1, high)
        return
    yield from rows


def _replace(path: Path, fresh: Path) -> Path:
    """Never leave the name empty: who opens it meanwhile would begin an empty store."""
    when = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    damaged = path.with_name(f"{path.name}.damaged-{when}")
    shutil.copymode(path, fresh)
    os.link(path, damaged)
    for suffix in ("-wal", "-shm"):
        side = path.with_name(path.name + suffix)
        if side.exists():
            side.rename(damaged.with_name(damaged.name + suffix))
    os.replace(fresh, path)
    return damaged
