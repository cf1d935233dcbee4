"""How works perform: events in, signed aggregates out.

Events stay in the house. Their sums by source, asset, channel, metric and hour are anchored once
the hour is over; what comes late, or corrects an earlier event, changes a sum, whose next revision
is then anchored too. A report adds up from anchored sums, each of which can be proved.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from creatoken_sdk.chain.signers import refuse_dev_key
from creatoken_sdk.flywheel.dataset import Dataset, rows_hash
from creatoken_sdk.flywheel.errors import EvidenceError
from creatoken_sdk.flywheel.events import HOUR, Added, Events
from creatoken_sdk.flywheel.observations import Observation
from creatoken_sdk.flywheel.rows import canonical_row, row_hash
from creatoken_sdk.record import Domain, Metric, name_hash, sign
from creatoken_sdk.record.canonical import Json, document_hash
from creatoken_sdk.record.signatures import Signer
from creatoken_sdk.record.structs import encode, to_json
from creatoken_sdk.studio.outputs import Output
from creatoken_sdk.studio.selection import asset_number

if TYPE_CHECKING:
    from creatoken_sdk.studio.studio import Studio

__all__ = ["Metrics", "Report"]

_CHANGE = f"""
CREATE OR REPLACE TEMP TABLE changed AS WITH sums AS (
    SELECT source, asset, channel, metric, event_time // {HOUR} * {HOUR} AS hour,
        sum(value) AS value, count(*) AS events, count_if(late) AS late,
        count_if(revision > 0) AS corrections
    FROM counted WHERE event_time < $until GROUP BY ALL
)
SELECT source, asset, channel, metric, hour, coalesce(last.revision + 1, 0) AS revision,
    coalesce(sums.value, 0) AS value, coalesce(sums.events, 0) AS events,
    coalesce(sums.late, 0)::BIGINT AS late, coalesce(sums.corrections, 0)::BIGINT AS corrections
FROM sums FULL JOIN standing AS last USING (source, asset, channel, metric, hour)
WHERE coalesce(sums.value, 0) IS DISTINCT FROM last.value
    OR coalesce(sums.events, 0) IS DISTINCT FROM last.events
"""
_STANDING = """
SELECT * FROM standing WHERE source = $source AND asset = $asset AND metric = $metric
ORDER BY hour, channel
"""
_EARNED = """
SELECT asset, channel AS stratum,
    coalesce(sum(value) FILTER (metric = $impressions), 0) AS impressions,
    coalesce(sum(value) FILTER (metric = $successes), 0) AS successes
FROM standing WHERE source = $source AND metric IN ($impressions, $successes)
GROUP BY asset, channel ORDER BY asset, channel
"""


@dataclass(frozen=True)
class Report:
    """A source's figure for one asset, signed in `domain`.

    `sums` are the anchored rows that it adds up from, by the root that each is under.
    """

    document: Mapping[str, Json]
    figure: Metric
    domain: Domain
    signature: bytes
    sums: Mapping[bytes, list[dict[str, Json]]] = field(repr=False)

    @property
    def hash(self) -> bytes:
        """SHA-256 of the document; the signed figure holds it."""
        return self.figure.report_hash

    def to_json(self) -> dict[str, Json]:
        """Return the document: the figure by channel, over which time and from how many events."""
        return dict(self.document)


class Metrics:
    """Counts events and reports on them. Roots prove that sums were not altered since, no more."""

    def __init__(
        self,
        studio: Studio,
        path: str | Path,
        *,
        clock: Callable[[], int] = lambda: int(time.time()),
    ) -> None:
        """Keep events in a DuckDB file, made if missing, and anchor their sums by the studio."""
        self._studio = studio
        self._clock = clock
        self.events = Events(path)

    def add(self, table: object, *, source: str) -> Added:
        """Take a batch of events that the account `source` vouches for, all of it or none.

        Any table that `Ingest.anchor` takes but a folder; its columns are those of `events`. An
        event that was taken before, by its key, counts once.
        """
        _require_account(source)
        return self.events.add(table, source, self._clock())

    def anchor(self) -> Dataset | None:
        """Seal the hours that are over: queue a root over the sums that changed, if any did.

        Call it every hour or so; the next `studio.flush` anchors it.
        """
        until = self._clock() // HOUR * HOUR
        with self.events.transaction() as connection:
            connection.execute(_CHANGE, {"until": until})
            connection.execute("DELETE FROM sealed")
            connection.execute("INSERT INTO sealed VALUES (?)", [until])
            rows = self.events.rows("SELECT * FROM changed", {})
            if not rows:
                return None
            hashes = sorted(row_hash(canonical_row(row), n) for n, row in enumerate(rows, start=1))
            about = {"schema": "creatoken.sums", "until": until}
            batch = Dataset.queue(self._studio, about, hashes, "metrics")
            root = to_json(batch.root)
            connection.execute("INSERT INTO aggregates SELECT *, ? FROM changed", [root])
            return batch

    def batch(self, root: bytes) -> Dataset:
        """Return the batch of sums under a root, to prove one of them."""
        for one in Dataset.all(self._studio):
            if one.root == root:
                return one
        raise EvidenceError("no batch of this studio has the root; take it from a report's `sums`")

    def report(self, asset: int | Output, metric: str, *, by: Signer, domain: Domain) -> Report:
        """Return the sum of a metric over all sealed hours, signed by the source that counted it.

        `domain` is where the signature shall count, such as `gate.domain`; what a metric gate of
        "creatoken.<metric>" takes is then `gate.proof(report.figure, report.signature)`.
        """
        chain, asset_id = self._studio.chain, asset_number(asset)
        refuse_dev_key(by.address, chain.chain_id)
        asked = {"source": by.address, "asset": hex(asset_id), "metric": metric}
        found = self.events.rows(_STANDING, asked)
        if not found:
            raise EvidenceError(
                f"no sum of {metric!r} by this source is anchored for the asset; "
                "add events, and call `anchor` once their hour is over"
            )
        sums: defaultdict[bytes, list[dict[str, Json]]] = defaultdict(list)
        for row in found:
            root = bytes.fromhex(str(row.pop("root"))[2:])
            sums[root].append(canonical_row(row))
        document = {**asked, **_totals([row for rows in sums.values() for row in rows])}
        figure = Metric(
            asset_id=asset_id,
            name=name_hash(f"creatoken.{metric}"),
            value=int(document["value"]),
            report_hash=document_hash(document),
            reporter=by.address,
            at=chain.now(),
        )
        return Report(document, figure, domain, sign(domain, figure, by), dict(sums))

    def observations(
        self, decided: Mapping[int, str], *, source: str, successes: str, impressions: str
    ) -> list[Observation]:
        """Return what assets earned by channel, for `lift`: sums of two metrics of one source.

        `decided` says what was decided for each asset id, such as "shore"; other assets are left
        out.
        """
        _require_account(source)
        found = self.events.rows(
            _EARNED, {"source": source, "successes": successes, "impressions": impressions}
        )
        values = {hex(asset_id): value for asset_id, value in decided.items()}
        return [
            Observation(**row, value=values[row["asset"]])
            for row in found
            if row["asset"] in values
        ]

    def close(self) -> None:
        """Close the file."""
        self.events.connection.close()


def _require_account(source: str) -> None:
    """Raise EncodingError unless this is an address with its checksum, as signers have it."""
    encode(("address",), (source,))


def _totals(rows: list[dict[str, Json]]) -> dict[str, Json]:
    channels: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        channels[row["channel"]] += int(row["value"])
    hours = [row["hour"] for row in rows]
    return {
        "schema": "creatoken.performance",
        "v": 1,
        "from": min(hours),
        "until": max(hours) + HOUR,
        **canonical_row({"value": sum(channels.values()), "channels": channels}),
        **{name: sum(row[name] for row in rows) for name in ("events", "late", "corrections")},
        "sums": len(rows),
        "sumsHash": rows_hash([row_hash(row, n) for n, row in enumerate(rows, start=1)]),
    }
