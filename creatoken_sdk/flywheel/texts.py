"""Tables written as text, CSV and JSONL, read without guesses.

DuckDB takes 0xba for 186, "t" for true and 1/2/2026 for the first of February; pyarrow drops the
zero of 01234. Here a column of CSV is numbers only if each cell is a JSON number, truth values only
if each is true or false. In both formats a column whose cells all are ISO 8601 with date and time
is times. Everything else is the text that stands there.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from glob import escape
from math import isinf
from pathlib import Path
from typing import TYPE_CHECKING

from creatoken_sdk.flywheel.errors import TableError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["NUMBER", "csv_query", "jsonl_query", "one_file", "typed"]

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
# Up to 15 digits without an exponent, a 64-bit float is exact.
_DOUBTFUL = """
SELECT number, text FROM (
    SELECT row_number() OVER () AS number, CAST(json AS VARCHAR) AS text
    FROM read_ndjson_objects({file})
) WHERE regexp_matches(text, '[0-9.]{{16}}|[0-9][eE]')
"""
_GUESSED = re.compile(r"\b(?:DATE|UUID|TIME(?:STAMP)?(?:_[A-Z]+)?(?: WITH TIME ZONE)?)\b")


def csv_query(path: Path) -> str:
    """Return the query of a CSV file with a header, all cells as text and empty ones null."""
    _check_csv(path)
    return (
        f"SELECT * FROM read_csv({one_file(path)}, header=true, delim=',', quote='\"',"
        " escape='\"', strict_mode=true, nullstr='', all_varchar=true)"
    )


def jsonl_query(connection: DuckDBPyConnection, path: Path) -> tuple[str, set[str]]:
    """Return the query of a file with one JSON object on each line, and which columns are numbers.

    Texts and whole numbers are read as they stand. Other numbers, and whole ones beyond 64 bits in
    a list or an object, are read as 64-bit floats: what that would round is refused.
    """
    options = f"{one_file(path)}, format='newline_delimited', maximum_depth=-1"
    found = connection.execute(f"DESCRIBE FROM read_json({options}, sample_size=-1)").fetchall()
    types = {str(name): _GUESSED.sub("VARCHAR", str(kind)) for name, kind, *_ in found}
    _check_names(connection, path, types)
    numbers = {name for name, kind in types.items() if kind == "DOUBLE"}
    types |= dict.fromkeys(numbers, "VARCHAR")
    _check_numbers(connection, path, types)
    columns = ", ".join(f"{_quoted(name)}: {_quoted(kind)}" for name, kind in types.items())
    return f"SELECT * FROM read_json({options}, columns={{{columns}}})", numbers


def typed(
    connection: DuckDBPyConnection,
    query: str,
    columns: Mapping[str, str],
    *,
    scalars: Collection[str],
) -> tuple[str, dict[str, str]]:
    """Return the query and types with columns of text read as times, or as scalars if in those."""
    patterns = {**_TIMES, **_SCALARS}
    texts = [name for name, kind in columns.items() if kind == "VARCHAR"]
    asked = [
        f"bool_and(regexp_full_match({_column(name)}, {_quoted(pattern)}))"
        for name in texts
        for pattern in patterns.values()
    ]
    if not asked:
        return query, dict(columns)
    answers = iter(connection.execute(f"SELECT {', '.join(asked)} FROM ({query})").fetchall()[0])
    types = dict(columns)
    for name in texts:
        fits = [k for k in patterns if next(answers) and (k in _TIMES or name in scalars)]
        types[name] = fits[0] if fits else "VARCHAR"
    chosen = ", ".join(_cast(name, kind) for name, kind in types.items())
    return f"SELECT {chosen} FROM ({query})", types


def one_file(path: Path) -> str:
    """Return a path as SQL writes it, of which * ? [ are names and no patterns."""
    return _quoted(escape(str(path)))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _column(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _cast(name: str, kind: str) -> str:
    column = _column(name)
    return column if kind == NUMBER else f"CAST({column} AS {kind}) AS {column}"


def _check_names(connection: DuckDBPyConnection, path: Path, found: Collection[str]) -> None:
    """Refuse names that DuckDB does not tell apart, and lines that hold no object."""
    objects = f"SELECT unnest(json_keys(json)) FROM read_ndjson_objects({one_file(path)})"
    names = {
        name for (name,) in connection.execute(f"SELECT DISTINCT * FROM ({objects})").fetchall()
    }
    if names != set(found):
        raise TableError(
            f"{path.name}: each line is an object, whose names are not empty and differ in more "
            "than case; correct the line, or rename a column"
        )


class _Fraction(Decimal):
    """A JSON number with a point or an exponent."""


def _check_numbers(connection: DuckDBPyConnection, path: Path, types: Mapping[str, str]) -> None:
    """Refuse numbers that the 64-bit float that they are read as does not stand for."""
    connection.execute(_DOUBTFUL.format(file=one_file(path)))
    while found := connection.fetchone():
        number, text = found
        row = json.loads(text, parse_float=_Fraction, parse_int=Decimal)
        for name, value in row.items():
            if not _is_exact(value, types[name]):
                raise TableError(
                    f"{path.name}: row {number} has a number in {name!r} that a 64-bit float would "
                    "round; write it as text, or save the table as CSV"
                )


def _is_exact(value: object, kind: str) -> bool:
    if isinstance(value, (dict, list)):
        items = value.values() if isinstance(value, dict) else value
        return all(_is_exact(item, kind) for item in items)
    if isinstance(value, _Fraction) or (isinstance(value, Decimal) and "DOUBLE" in kind):
        near = float(value)
        return isinf(near) or Decimal(repr(near)) == value
    return True


def _check_csv(path: Path) -> None:
    """Find what DuckDB would mend silently, or report without its line."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = next(reader, [])
            if (
                not any(header)
                or not all(map(str.strip, header))
                or len({name.casefold() for name in header}) < len(header)
            ):
                raise TableError(
                    f"{path.name}: a column has no name, or one twice but for case; rename it"
                )
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
