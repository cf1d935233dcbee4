"""Rows in the one form that is hashed, whatever held them.

A row is a JSON object by column. A number stands for its value, whatever its type: 2, 2.0 and
2.00 are the integer 2, others and integers beyond 2^53-1 are plain decimal strings. Times are
ISO 8601 text, in UTC with a Z if they have a zone; bytes are 0x hex. So the same table has the
same rows in CSV, JSONL, Parquet and memory.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

from creatoken_sdk.errors import CanonicalError, RecordError
from creatoken_sdk.flywheel.errors import TableError
from creatoken_sdk.record import canonical
from creatoken_sdk.record.canonical import MAX_DEPTH, MAX_SAFE_INTEGER, Json

__all__ = ["canonical_row", "cell", "row_hash"]


def canonical_row(row: Mapping[str, object]) -> dict[str, Json]:
    """Return a row as it is hashed; TableError if a value has no canonical form."""
    return {column: cell(value, column) for column, value in row.items()}


def row_hash(row: Mapping[str, Json], number: int) -> bytes:
    """Return SHA-256 of the canonical JSON of a canonical row; errors tell its number."""
    try:
        return hashlib.sha256(canonical.dumps(row)).digest()
    except CanonicalError as error:
        raise TableError(f"row {number}: {error}") from None


def cell(value: object, column: str, depth: int = 0) -> Json:
    """Return a value as it is hashed; TableError names the column if it has no canonical form."""
    write = _WRITERS.get(type(value))
    try:
        if write is not None:
            return write(value)
        if depth > MAX_DEPTH:
            raise RecordError(f"is deeper than {MAX_DEPTH} levels, or holds itself; flatten it")
        if isinstance(value, (list, tuple)):
            return [cell(item, column, depth + 1) for item in value]
        if isinstance(value, Mapping):
            return {key: cell(item, column, depth + 1) for key, item in value.items()}
    except RecordError as error:
        raise TableError(f"column {column!r} {error}") from None
    except ValueError:  # Python writes no whole number of more than 4300 digits
        raise TableError(f"column {column!r} holds too long a number; store it as text") from None
    raise TableError(f"column {column!r} holds a {type(value).__name__}; store it as text")


def _same(value: Any) -> Json:
    return value


def _integer(value: Any) -> Json:
    return value if abs(value) <= MAX_SAFE_INTEGER else str(value)


def _float(value: Any) -> Json:
    if not math.isfinite(value):
        raise RecordError("holds NaN or an infinity; leave the cell empty, or drop the row")
    return _decimal(Decimal(repr(value)))


def _decimal(value: Any) -> Json:
    if not value.is_finite():
        raise RecordError("holds NaN or an infinity; leave the cell empty, or drop the row")
    if value == value.to_integral_value():
        return _integer(int(value))
    return format(value, "f").rstrip("0")


def _moment(value: Any) -> Json:
    if value.tzinfo is None:
        return _short(value.isoformat())
    return _short(value.astimezone(timezone.utc).replace(tzinfo=None).isoformat()) + "Z"


def _short(text: str) -> str:
    return text.rstrip("0") if "." in text else text


_WRITERS: dict[type, Callable[[Any], Json]] = {
    type(None): _same,
    bool: _same,
    str: _same,
    int: _integer,
    float: _float,
    Decimal: _decimal,
    datetime: _moment,
    date: lambda value: value.isoformat(),
    time: lambda value: _short(value.isoformat()),
    bytes: lambda value: "0x" + value.hex(),
    UUID: str,
}
