"""Tables of any kind as the same canonical rows. The rows of a folder are its files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from creatoken_sdk.errors import MissingExtraError, RecordError
from creatoken_sdk.flywheel.errors import TableError
from creatoken_sdk.flywheel.rows import canonical_row, row_hash
from creatoken_sdk.flywheel.texts import NUMBER, csv_query, jsonl_query, one_file, typed
from creatoken_sdk.record.canonical import Json
from creatoken_sdk.studio.values import content_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["describe", "file_hash", "load_duckdb", "reading", "row_hashes"]

_FORMATS = (".csv", ".jsonl", ".parquet")
_TIMES = ("DATE", "TIME", "TIMESTAMP")
_LINE = re.compile(r"(?:Line: |in line )(\d+)")
_FETCHED = 10_000


def load_duckdb() -> ModuleType:
    """Return DuckDB's module; MissingExtraError if it is not installed."""
    try:
        import duckdb
    except ModuleNotFoundError:
        raise MissingExtraError.of("duckdb", "flywheel") from None
    return duckdb


def describe(connection: DuckDBPyConnection, source: object) -> tuple[str, dict[str, str]]:
    """Return the query that reads a table, and the type of each column."""
    with reading(source):
        query, numbers = _query(connection, source)
        described = connection.execute(f"DESCRIBE {query}").fetchall()
        columns = {str(name): str(kind) for name, kind, *_ in described}
        _check_kinds(columns)
        ending = Path(source).suffix.lower() if isinstance(source, (str, Path)) else ""
        if ending in (".csv", ".jsonl"):
            scalars = numbers if ending == ".jsonl" else columns
            query, columns = typed(connection, query, columns, scalars=scalars)
    for name in numbers:
        if columns[name] == "VARCHAR":
            raise TableError(f"column {name!r} has an exponent beyond 999; write it as text")
    return query, columns


@contextmanager
def reading(source: object) -> Iterator[None]:
    """Turn an error of DuckDB into a TableError that quotes nothing of the table."""
    duckdb = load_duckdb()
    try:
        yield
    except (duckdb.Error, RuntimeError) as error:  # the latter of a name that is no Unicode
        line = _LINE.search(str(error))
        where = f"{_name(source)}{f': line {line[1]}' if line else ''}"
        raise TableError(
            f"{where} cannot be read ({type(error).__name__}); correct it there"
        ) from None


def row_hashes(source: object) -> tuple[list[bytes], list[str]]:
    """Return the SHA-256 of each canonical row, sorted, and the names of the columns.

    Rows stream through; what stays in memory is their hashes. TableError if there is no row, or
    one without a canonical form.
    """
    if isinstance(source, (str, Path)) and os.path.isdir(source):
        rows, columns = _files(Path(source)), ["file", "sha256", "bytes"]
    else:
        rows, columns = _rows(source)
    hashes = sorted(row_hash(row, number) for number, row in enumerate(rows, start=1))
    if not hashes:
        raise TableError(f"{_name(source)} has no rows; anchor it once it has one")
    return hashes, columns


def file_hash(path: Path) -> str:
    """Return SHA-256 of a file's bytes as 0x hex."""
    return str(_content(path)["sha256"])


def _rows(source: object) -> tuple[Iterator[dict[str, Json]], list[str]]:
    duckdb = load_duckdb()
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    query, columns = describe(connection, source)
    chosen = ", ".join(_column(name, kind) for name, kind in columns.items())
    with reading(source):
        connection.execute(f"SELECT {chosen} FROM ({query})")
    return _fetched(connection, source, columns), sorted(columns)


def _fetched(
    connection: DuckDBPyConnection, source: object, columns: Mapping[str, str]
) -> Iterator[dict[str, Json]]:
    numbers = {name for name, kind in columns.items() if kind == NUMBER}
    while True:
        with reading(source):
            batch = connection.fetchmany(_FETCHED)
        if not batch:
            return
        for values in batch:
            row = dict(zip(columns, values, strict=True))
            for name in numbers:
                row[name] = row[name] and Decimal(row[name])
            yield canonical_row(row)


def _query(connection: DuckDBPyConnection, source: object) -> tuple[str, set[str]]:
    """Return the query of a table, and which of its columns of text are numbers."""
    if not isinstance(source, (str, Path)):
        return _register(connection, source), set()
    path = Path(source)
    ending = path.suffix.lower()
    if not os.path.isfile(path):
        raise TableError(f"{path.name} is no file; check the path")
    if ending not in _FORMATS:
        raise TableError(f"{path.name} is none of {', '.join(_FORMATS)}; save it as one of these")
    if not path.stat().st_size:
        raise TableError(f"{path.name} is empty and has no rows; anchor it once it has one")
    if ending == ".parquet":
        return f"SELECT * FROM read_parquet({one_file(path)})", set()
    return (csv_query(path), set()) if ending == ".csv" else jsonl_query(connection, path)


def _register(connection: DuckDBPyConnection, source: object) -> str:
    duckdb = load_duckdb()
    try:
        connection.register("given", source)
    except (duckdb.Error, RuntimeError, TypeError):  # what it cannot cast is a RuntimeError
        kind = type(source).__name__
        raise TableError(f"a {kind} is no table; pass a path or an Arrow table") from None
    names = getattr(source, "column_names", [])
    if len({name.casefold() for name in names}) < len(names):
        raise TableError("two columns of the table have one name but for case; rename one")
    return "SELECT * FROM given"


def _check_kinds(columns: Mapping[str, str]) -> None:
    for name, kind in columns.items():
        if "JSON" in kind:
            raise TableError(f"column {name!r} is of mixed types; write all of it as one type")
        if "_NS" in kind:
            raise TableError(f"column {name!r} has nanoseconds; store microseconds, or as text")


def _column(name: str, kind: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    if kind.startswith(_TIMES) and not kind.endswith("]"):
        zoned = f"replace(CAST({quoted} AS VARCHAR), ' ', 'T')"
        return f"regexp_replace({zoned}, '\\+00$', 'Z')"
    return quoted


def _files(folder: Path) -> Iterator[dict[str, Json]]:
    for path in [path for path in sorted(folder.rglob("*")) if path.is_file()]:
        name = path.relative_to(folder).as_posix()
        yield {"file": name, **_content(path)}


def _content(path: Path) -> dict[str, Json]:
    try:
        content = content_of(path)
    except RecordError as error:
        raise TableError(str(error)) from None
    return {"sha256": content["sha256"], "bytes": content["bytes"]}


def _name(source: object) -> str:
    return Path(source).name if isinstance(source, (str, Path)) else "the table"
