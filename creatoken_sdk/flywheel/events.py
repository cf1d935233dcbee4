"""Events of performance in a DuckDB file: each counted once, its latest revision for good.

An event is a row with `asset` (0x hex of the id), `channel`, `metric` such as "clicks", `value` (a
whole number), `key` (by which the source tells its events apart) and `event_time` (a
time, or UTC seconds). With a `revision` of 1 or more it corrects the earlier ones of its key.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from creatoken_sdk.flywheel.errors import EventError
from creatoken_sdk.flywheel.tables import describe, load_duckdb, reading
from creatoken_sdk.record.canonical import check

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = ["HOUR", "Added", "Events"]

HOUR = 3600

_TABLES = """
CREATE TABLE IF NOT EXISTS events (
    source VARCHAR,       -- account that vouches for it
    key VARCHAR,
    revision INTEGER,
    asset VARCHAR,
    channel VARCHAR,
    metric VARCHAR,
    value BIGINT,
    event_time BIGINT,    -- UTC seconds, as all times
    ingest_time BIGINT,
    late BOOLEAN          -- its hour was sealed already
);
CREATE TABLE IF NOT EXISTS aggregates (
    source VARCHAR, asset VARCHAR, channel VARCHAR, metric VARCHAR, hour BIGINT,
    revision INTEGER, value HUGEINT, events BIGINT, late BIGINT, corrections BIGINT,
    root VARCHAR          -- it is anchored under
);
CREATE TABLE IF NOT EXISTS sealed (until BIGINT);
CREATE OR REPLACE VIEW counted AS SELECT * FROM events
    QUALIFY row_number() OVER (PARTITION BY source, key ORDER BY revision DESC) = 1;
CREATE OR REPLACE VIEW standing AS SELECT * FROM aggregates QUALIFY row_number() OVER
    (PARTITION BY source, asset, channel, metric, hour ORDER BY revision DESC) = 1;
"""
_COLUMNS = ("asset", "channel", "metric", "value", "key", "event_time")
_STAGE = """
CREATE OR REPLACE TEMP TABLE staged AS SELECT CAST(asset AS VARCHAR) AS asset,
    CAST(channel AS VARCHAR) AS channel, CAST(metric AS VARCHAR) AS metric,
    CAST(value AS BIGINT) AS value, CAST(key AS VARCHAR) AS key,
    CAST({time} AS BIGINT) AS event_time,
    CAST({revision} AS INTEGER) AS revision, row_number() OVER () AS number FROM ({query})
"""
_WRONG = """
SELECT min(number) FROM staged WHERE NOT coalesce(
    regexp_full_match(asset, '0x[1-9a-f][0-9a-f]{0,63}') AND channel <> '' AND metric <> ''
    AND channel = nfc_normalize(channel) AND metric = nfc_normalize(metric)
    AND key <> '' AND value >= 0 AND event_time BETWEEN 0 AND ? AND revision >= 0, false)
"""
_FRESH = """
CREATE OR REPLACE TEMP TABLE fresh AS
SELECT $source AS source, key, revision, asset, channel, metric, value, event_time,
    $now AS ingest_time, event_time < coalesce((SELECT max(until) FROM sealed), 0) AS late
FROM (SELECT * FROM staged
      QUALIFY row_number() OVER (PARTITION BY key, revision ORDER BY number) = 1) AS first
ANTI JOIN (SELECT * FROM events WHERE source = $source) AS known USING (key, revision)
"""
_NEW = "SELECT count(*), count(*) FILTER (late), count(*) FILTER (revision > 0) FROM fresh"
_CONFLICTS = """
SELECT count(*) FROM staged JOIN events USING (key, revision) WHERE source = ? AND
    (staged.asset, staged.channel, staged.metric, staged.value, staged.event_time)
    <> (events.asset, events.channel, events.metric, events.value, events.event_time)
"""


@dataclass(frozen=True)
class Added:
    """What became of a batch: `new` + `duplicates` + `conflicts` are its rows.

    Of the new, `late` came after their hour was sealed and `corrections` revise others. A conflict
    says something else than what came first under its key and revision, which stands.
    """

    new: int
    duplicates: int
    conflicts: int
    late: int
    corrections: int


class Events:
    """The tables of one file; one process at a time."""

    def __init__(self, path: str | Path) -> None:
        """Open the file, made if missing."""
        duckdb = load_duckdb()
        if os.path.exists(path) and not os.path.isfile(path):  # a named pipe would be waited for
            raise EventError(f"{Path(path).name} is no file; name another")
        try:
            self.connection: DuckDBPyConnection = duckdb.connect(str(path))
        except duckdb.Error as error:
            raise EventError(
                f"{Path(path).name} cannot be opened ({type(error).__name__}); name another file, "
                "or let the process that has it open finish"
            ) from None
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute(_TABLES)

    def add(self, table: object, source: str, now: int) -> Added:
        """Take a batch of one source, all of it or none; `now` is UTC seconds."""
        self._stage(table)
        connection = self.connection
        count = self._number("SELECT count(*) FROM staged")
        wrong = connection.execute(_WRONG, [now]).fetchall()[0][0]
        if wrong is not None:
            raise EventError(
                f"row {wrong} is no event: the asset is `hex(id)`, value and revision are 0 or "
                "more, the time is not in the future, texts are Unicode NFC, no cell is empty; "
                "correct it, then add again"
            )
        with self.transaction():
            connection.execute(_FRESH, {"source": source, "now": now})
            new, late, corrections = connection.execute(_NEW).fetchall()[0]
            connection.execute("INSERT INTO events FROM fresh")
            conflicts = self._number(_CONFLICTS, source)
        return Added(new, count - new - conflicts, conflicts, late, corrections)

    def rows(self, sql: str, values: Mapping[str, object]) -> list[dict[str, Any]]:
        """Run a query; return its rows by column. CanonicalError for texts that no row can hold."""
        check(dict(values))
        found = self.connection.execute(sql, dict(values))
        names = [column[0] for column in found.description or []]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    @contextmanager
    def transaction(self) -> Iterator[DuckDBPyConnection]:
        """Write all of the block or, if it raises, nothing."""
        self.connection.execute("BEGIN")
        try:
            yield self.connection
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def _number(self, sql: str, *values: object) -> int:
        return int(self.connection.execute(sql, list(values)).fetchall()[0][0])

    def _stage(self, table: object) -> None:
        query, kinds = describe(self.connection, table)
        missing = [column for column in _COLUMNS if column not in kinds]
        if missing:
            raise EventError(f"events have no column {missing[0]!r}; name it so in the table")
        for column in _COLUMNS:
            if kinds[column].startswith(("STRUCT", "MAP", "UNION")) or kinds[column].endswith("]"):
                raise EventError(f"column {column!r} of events holds lists or objects; write texts")
        self._require_whole("value", query, kinds)
        self._require_whole("revision", query, kinds)
        timed = kinds["event_time"].startswith(("DATE", "TIMESTAMP"))
        moment = "floor(epoch(event_time))" if timed else "event_time"
        revision = "coalesce(CAST(revision AS INTEGER), 0)" if "revision" in kinds else "0"
        with reading(table):
            self.connection.execute(_STAGE.format(query=query, time=moment, revision=revision))

    def _require_whole(self, column: str, query: str, kinds: Mapping[str, str]) -> None:
        if kinds.get(column, "INTEGER").endswith(("INT", "INTEGER")):
            return
        if self._number(f"SELECT count({column}) FROM ({query})"):
            raise EventError(
                f"the {column}s of events are whole numbers; report fractions in parts"
            )
