"""Events as rows of the store, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from creatoken_sdk.chain.events import Event, decode_log
from creatoken_sdk.record.canonical import MAX_SAFE_INTEGER, Json
from creatoken_sdk.studio.errors import CorruptStoreError
from creatoken_sdk.studio.logs import Log
from creatoken_sdk.studio.store import Database
from creatoken_sdk.studio.subjects import Subjects

__all__ = ["COLUMNS", "IndexedEvent", "event_of", "insert"]

COLUMNS = (
    "position, contract, at, block_hash, address, topics, data, block_number, tx_hash, log_index"
)
"""What `event_of` takes of a row of events."""

_ROW = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)"
_ROWS_AT_ONCE = 100
_INSERT = (
    "INSERT INTO events (chain_id, position, block_number, block_hash, log_index, tx_hash, at,"
    " contract, address, name, work, asset, creator, arguments, topics, data, superseded) VALUES "
)
# A block that comes back after a reorg brings its events back, as new arrivals.
_AGAIN = (
    " ON CONFLICT (chain_id, block_hash, log_index) DO UPDATE"
    " SET superseded = 0, position = excluded.position, work = excluded.work"
    " WHERE events.superseded = 1"
)


@dataclass(frozen=True)
class IndexedEvent(Event):
    """An event of the index. `contract` is its emitter's name, `at` its block's UTC seconds.

    `position` counts arrivals: a watcher continues after the last one that it has seen.
    """

    contract: str
    block_hash: str
    at: int
    position: int


def event_of(
    position: int,
    contract: str,
    at: int,
    block_hash: str,
    address: str,
    topics: str,
    data: str,
    block_number: int,
    tx_hash: str,
    log_index: int,
) -> IndexedEvent:
    """Return the event of a row, read again from the raw log."""
    log = {"address": address, "topics": topics.split(), "data": data, "transactionHash": tx_hash}
    event = decode_log({**log, "blockNumber": hex(block_number), "logIndex": hex(log_index)})
    if event is None:
        raise CorruptStoreError(
            f"log {log_index} of block {block_hash} does not decode; delete the row from events, "
            "rewind the index below its block and update it"
        )
    return IndexedEvent(
        event.name,
        event.address,
        event.arguments,
        block_number,
        tx_hash,
        log_index,
        contract,
        block_hash,
        at,
        position,
    )


def insert(db: Database, chain_id: int, logs: Sequence[Log]) -> None:
    """Write events in order; those that are there already stay as they are."""
    found = db.rows("SELECT max(position) FROM events WHERE chain_id = ?", (chain_id,))
    first = (found[0][0] or 0) + 1
    works = _works(Subjects(db, chain_id), logs)
    for start in range(0, len(logs), _ROWS_AT_ONCE):
        part = logs[start : start + _ROWS_AT_ONCE]
        rows = [
            _row(chain_id, first + start + place, log, works[log.key])
            for place, log in enumerate(part)
        ]
        values = [value for row in rows for value in row]
        db.execute(_INSERT + ", ".join([_ROW] * len(rows)) + _AGAIN, values)
    for log in logs:
        if log.event.name == "AssetRegistered":
            _insert_parents(db, chain_id, log)


def _insert_parents(db: Database, chain_id: int, log: Log) -> None:
    asset = hex(log.event["asset_id"])
    for parent in log.event["asset"]["parents"]:
        db.execute(
            "INSERT INTO asset_parents VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (chain_id, *log.key, asset, hex(parent)),
        )


def _works(subjects: Subjects, logs: Sequence[Log]) -> dict[tuple[str, int], int | None]:
    """Return the work of each event by its key."""
    named = {log.key: _work(log.event.arguments) or log.emitter.work for log in logs}
    for log in logs:  # all first: a licence is given before it is announced as sold
        subjects.learn(log, named[log.key])
    return {log.key: named[log.key] or subjects.work_of(log) for log in logs}


def _row(chain_id: int, position: int, log: Log, work: int | None) -> tuple[object, ...]:
    event, given = log.event, log.event.arguments
    registered = given.get("asset", {})
    return (
        chain_id,
        position,
        event.block_number,
        log.block_hash,
        event.log_index,
        event.tx_hash,
        log.at,
        log.emitter.contract,
        event.address,
        event.name,
        work,
        _asset(log.emitter.contract, given),
        registered.get("creator"),
        json.dumps(_plain(given)),
        log.topics,
        log.data,
    )


def _work(arguments: Mapping[str, Any]) -> int | None:
    """The work an event names, itself or in a struct; 0 stands for none."""
    structs = [value for value in arguments.values() if isinstance(value, dict)]
    return next((one["work_id"] for one in (arguments, *structs) if one.get("work_id")), None)


def _asset(contract: str, arguments: Mapping[str, Any]) -> str | None:
    asset = arguments.get("asset_id")
    if contract == "AssetRegistry" and asset is None:
        asset = arguments.get("id", arguments.get("token_id"))
    return hex(asset) if asset else None


def _plain(value: Any) -> Json:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, int) and value > MAX_SAFE_INTEGER:
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    plain: Json = value
    return plain
