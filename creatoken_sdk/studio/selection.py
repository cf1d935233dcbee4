"""Events of the index that match what was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from eth_utils.address import is_address, to_checksum_address

from creatoken_sdk.chain.events import names
from creatoken_sdk.chain.works import Work
from creatoken_sdk.errors import MissingExtraError
from creatoken_sdk.studio.errors import QueryError
from creatoken_sdk.studio.indexed import COLUMNS, IndexedEvent, event_of
from creatoken_sdk.studio.outputs import Output
from creatoken_sdk.studio.store import Store

__all__ = ["Condition", "Selection", "asset_number", "matching"]

_OF_ASSETS = (
    "({0} = ? OR asset IN (SELECT asset FROM events"
    " WHERE chain_id = ? AND superseded = 0 AND name = 'AssetRegistered' AND {0} = ?))"
)


_PLACE = [field.name for field in fields(IndexedEvent) if field.name != "arguments"]


@dataclass(frozen=True, slots=True)
class Condition:
    """What stands after WHERE, and its values."""

    sql: str
    values: tuple[object, ...]

    def also(self, sql: str, *values: object) -> Condition:
        """Return both conditions as one."""
        return Condition(f"{self.sql} AND {sql}", self.values + values)

    def within(self, height: int | None) -> Condition:
        """Return the condition for events up to a block; None is no limit."""
        return self if height is None else self.also("block_number <= ?", height)


def matching(
    chain_id: int,
    name: str | None = None,
    work: Work | int | None = None,
    asset: int | Output | None = None,
    creator: str | None = None,
    since: int | datetime | None = None,
    until: int | datetime | None = None,
) -> Condition:
    """Return the condition for events on the chain that match all that is given.

    QueryError says which value cannot be meant.
    """
    found = Condition("chain_id = ? AND superseded = 0", (chain_id,))
    if name is not None:
        found = found.also("name = ?", _event_name(name))
    if work is not None:
        work_id = _number("work", work.id if isinstance(work, Work) else work, 63)
        found = found.also(_OF_ASSETS.format("work"), work_id, chain_id, work_id)
    if asset is not None:
        found = found.also("asset = ?", hex(asset_number(asset)))
    if creator is not None:
        address = _address(creator)
        found = found.also(_OF_ASSETS.format("creator"), address, chain_id, address)
    if since is not None:
        found = found.also("at >= ?", _seconds("since", since))
    if until is not None:
        found = found.also("at < ?", _seconds("until", until))
    return found


@dataclass(frozen=True)
class Selection:
    """Events in the order of the chain. Each iteration reads the store again, row by row."""

    store: Store
    condition: Condition

    def __iter__(self) -> Iterator[IndexedEvent]:
        """Read the events."""
        return self._read(self.condition, "block_number, log_index")

    def after(self, position: int) -> Iterator[IndexedEvent]:
        """Read the events that arrived later than another, as they arrived."""
        return self._read(self.condition.also("position > ?", position), "position")

    def last_position(self) -> int:
        """Return the position of the event that arrived last; 0 without any."""
        sql = f"SELECT max(position) FROM events WHERE {self.condition.sql}"
        return self.store.rows(sql, self.condition.values)[0][0] or 0

    def to_df(self) -> Any:
        """Return a pandas DataFrame, a row for each event and a column for each argument.

        A struct's fields are columns like `asset.creator`, `at` is a UTC timestamp, and bytes are
        0x hex. Numbers are exact, as Python's.
        """
        try:
            import pandas as pd  # type: ignore[import-untyped]
        except ImportError:
            raise MissingExtraError(
                "to_df needs one more package; run `pip install 'creatoken-sdk[pandas]'`"
            ) from None
        rows = [_flat(event) for event in self]
        names = [
            *_PLACE,
            *dict.fromkeys(name for row in rows for name in row if name not in _PLACE),
        ]
        # As objects: with one value missing, pandas would turn amounts into floats.
        frame = pd.DataFrame(rows, columns=names, dtype=object)
        frame["at"] = pd.to_datetime(frame["at"], unit="s", utc=True)
        return frame

    def _read(self, condition: Condition, order: str) -> Iterator[IndexedEvent]:
        sql = f"SELECT {COLUMNS} FROM events WHERE {condition.sql} ORDER BY {order}"
        for row in self.store.stream(sql, condition.values):
            yield event_of(*row)


def _flat(event: IndexedEvent) -> dict[str, Any]:
    return {name: getattr(event, name) for name in _PLACE} | dict(_fields("", event.arguments))


def _fields(prefix: str, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _fields(f"{prefix}{name}.", value)
        else:
            yield prefix + name, "0x" + value.hex() if isinstance(value, bytes) else value


def _event_name(name: object) -> str:
    if name in names():
        return str(name)
    close = get_close_matches(str(name), names(), 1)
    meant = f"did you mean {close[0]}?" if close else f"there are {', '.join(names())}"
    raise QueryError(f"no contract has an event {name!r}; {meant}")


def asset_number(asset: int | Output) -> int:
    """Return the id of an asset; QueryError if it is none."""
    return _number("asset", asset.id if isinstance(asset, Output) else asset, 256)


def _number(what: str, value: object, bits: int) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << bits:
        return value
    raise QueryError(f"{what} is a whole number from 0 on, not {value!r}")


def _address(creator: object) -> str:
    if isinstance(creator, str) and is_address(creator):
        return str(to_checksum_address(creator))
    raise QueryError(f"creator is an address, 0x and 40 hex digits, not {creator!r}")


def _seconds(what: str, moment: object) -> int:
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise QueryError(f"{what} has no time zone; give an aware datetime")
        return int(moment.timestamp())
    if isinstance(moment, str):
        raise QueryError(f"{what} is UTC seconds or an aware datetime, not {moment!r}")
    return _number(what, moment, 63)
