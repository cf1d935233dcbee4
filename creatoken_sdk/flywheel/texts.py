"""Tables written as text, CSV and JSONL, read without guesses.

DuckDB takes 0xba for 186, "t" for true and 1/2/2026 for the first of February; pyarrow drops the
zero of 01234. Here a column of CSV is numbers only if each cell is a JSON number, truth values only
if each is true or false. In both formats a column whose cells all are ISO 8601 with date and time
is times. Everything else is the text that stands there.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from creatoken_sdk.flywheel.errors import TableError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["NUMBER", "csv_query", "jsonl_query", "quoted", "typed"]

NUMBER = "NUMBER"
"""Type of a column of texts that are decimal numbers."""

_ISO = "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?"
_TIMES = {"TIMESTAMP WITH TIME ZONE": _ISO + "(Z|[-+][0-9]{2}(:?[0-9]{2})?)", "TIMESTAMP": _ISO}
_SCALARS = {
    "BOOLEAN": "true|false",
    "HUGEINT": "0|-?[1-9][0-9]{0,36}",
    NUMBER: r"-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][-+]?[0-9]{1,3})?"
    "|[-+]?([nN][aA][nN]|[iI][nN][fF](inity)?)",
}
_GUESSED = re.compile(r"\b(?:DATE|UUID|TIME(?:STAMP)?(?:_[A-Z]+)?(?: WITH TIME ZONE)?)\b")


def csv_query(path: Path) -> str:
    """Return the query of a CSV file with a header, all cells as text and empty ones null."""
    _check_csv(path)
    return (
        f"SELECT * FROM read_csv({quoted(str(path))}, header=true, delim=',', quote='\"',"
        " escape='\"', strict_mode=true, nullstr='', all_varchar=true)"
    )


def jsonl_query(connection: DuckDBPyConnection, path: Path) -> str:
    """Return the query of a file with one JSON object on each line, all texts as they stand."""
    options = f"{quoted(str(path))}, format='newline_delimited', maximum_depth=-1"
    found = connection.execute(f"DESCRIBE FROM read_json({options}, sample_size=-1)").fetchall()
    types = {str(name): _GUESSED.sub("VARCHAR", str(kind)) for name, kind, *_ in found}
    columns = ", ".join(f"{quoted(name)}: {quoted(kind)}" for name, kind in types.items())
    return f"SELECT * FROM read_json({options}, columns={{{columns}}})"


def typed(
    connection: DuckDBPyConnection, query: str, columns: Mapping[str, str], *, scalars: bool
) -> tuple[str, dict[str, str]]:
    """Return the query and types with columns of text read as times, and as `scalars` if asked."""
    patterns = {**_TIMES, **(_SCALARS if scalars else {})}
    texts = [name for name, kind in columns.items() if kind == "VARCHAR"]
    asked = [
        f"bool_and(regexp_full_match({_column(name)}, {quoted(pattern)}))"
        for name in texts
        for pattern in patterns.values()
    ]
    if not asked:
        return query, dict(columns)
    answers = iter(connection.execute(f"SELECT {', '.join(asked)} FROM ({query})").fetchall()[0])
    types = dict(columns)
    for name in texts:
        fits = [kind for kind in patterns if next(answers)]
        types[name] = fits[0] if fits else "VARCHAR"
    chosen = ", ".join(_cast(name, kind) for name, kind in types.items())
    return f"SELECT {chosen} FROM ({query})", types


def quoted(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def _column(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _cast(name: str, kind: str) -> str:
    column = _column(name)
    return column if kind == NUMBER else f"CAST({column} AS {kind}) AS {column}"


def _check_csv(path: Path) -> None:
    """Find what DuckDB would mend silently, or report without its line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            if not all(header) or len(set(header)) < len(header):
                raise TableError(f"{path.name}: a column has no name, or one twice; rename it")
            for row in reader:
                if row and len(row) != len(header):
                    raise TableError(
                        f"{path.name}: line {reader.line_num} has {len(row)} cells, the header "
                        f"{len(header)}; quote cells that hold commas, or fill it up"
                    )
    except UnicodeDecodeError:
        raise TableError(f"{path.name} is not UTF-8; save it as UTF-8") from None
    except csv.Error as error:
        where = f"{path.name}: line {reader.line_num}"
        raise TableError(f"{where} is no CSV ({error}); correct it, or save as Parquet") from None
