"""Performance: each event counts once, sums are anchored by the hour, figures open a gate."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest
from eth_account import Account

from creatoken_sdk import AssetInput
from creatoken_sdk.chain.reverts import ApprovalsGateRefusedError
from creatoken_sdk.errors import RecordError
from creatoken_sdk.flywheel.dataset import Dataset
from creatoken_sdk.flywheel.errors import EventError, EvidenceError, TableError
from creatoken_sdk.flywheel.events import Added
from creatoken_sdk.flywheel.feedback import feedback
from creatoken_sdk.flywheel.metrics import Metrics
from creatoken_sdk.flywheel.observations import Observation
from creatoken_sdk.record import Domain, name_hash, verify
from creatoken_sdk.record.structs import to_json
from creatoken_sdk.studio.run import Run
from creatoken_sdk.studio.studio import Studio

START = 1_767_268_800  # a full hour
HOUR = 3600
BANNER, OTHER = 0xBA, 0x0F
REPORTER = Account.from_key(name_hash("reporter"))
DOMAIN = Domain(chain_id=31337, verifying_contract=REPORTER.address)


@dataclass
class Clock:
    now: int = START

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def metrics(creatoken_studio: Studio, tmp_path: Path, clock: Clock) -> Iterator[Metrics]:
    metrics = Metrics(creatoken_studio, tmp_path / "metrics.duckdb", clock=clock)
    yield metrics
    metrics.close()


def event(key: object, value: int = 1, **changed: object) -> dict[str, object]:
    told = {"asset": hex(BANNER), "channel": "web", "metric": "clicks", "event_time": START - HOUR}
    return {**told, "key": str(key), "value": value, "revision": 0, **changed}


def add(metrics: Metrics, *events: dict[str, object], source: str = REPORTER.address) -> Added:
    return metrics.add(pa.Table.from_pylist(list(events)), source=source)


def value(metrics: Metrics, asset: int = BANNER, metric: str = "clicks") -> dict[str, Any]:
    report = metrics.report(asset, metric, by=REPORTER, domain=DOMAIN)
    assert verify(DOMAIN, report.figure, report.signature, REPORTER.address)
    assert report.figure.value == report.document["value"]
    return dict(report.document)


def test_add__given_an_event_again__counts_it_once(metrics: Metrics) -> None:
    first = add(metrics, event("a", 3), event("b", 4), event("b", 4))
    assert first == Added(new=2, duplicates=1, conflicts=0, late=0, corrections=0)
    again = add(metrics, event("b", 4), event("a", 5), event("c", 6))
    assert again == Added(new=1, duplicates=1, conflicts=1, late=0, corrections=0)
    other = Account.create().address
    assert add(metrics, event("a", 100), source=other).new == 1  # its keys are its own
    metrics.anchor()
    assert value(metrics)["value"] == 3 + 4 + 6


def test_add__given_any_format__takes_the_same_events(metrics: Metrics, tmp_path: Path) -> None:
    events = [event(key, key, event_time=START - key * HOUR) for key in range(1, 4)]
    table = pa.Table.from_pylist(events)
    pa.parquet.write_table(table, tmp_path / "events.parquet")
    timed = table.set_column(
        table.column_names.index("event_time"),
        "event_time",
        table["event_time"].cast(pa.timestamp("s", "UTC")),
    )
    pa.csv.write_csv(timed, tmp_path / "events.csv")
    (tmp_path / "events.jsonl").write_text("\n".join(map(json.dumps, events)))
    made = [
        metrics.add(one, source=REPORTER.address)
        for one in (timed, *(tmp_path / f"events.{end}" for end in ("parquet", "csv", "jsonl")))
    ]
    assert [(one.new, one.duplicates, one.conflicts) for one in made] == [(3, 0, 0)] + [
        (0, 3, 0)
    ] * 3


@pytest.mark.parametrize(
    "wrong",
    [
        {"asset": "186"},
        {"asset": "0xBA"},
        {"asset": "0x0ba"},
        {"asset": "0x" + "f" * 65},
        {"asset": None},
        {"channel": ""},
        {"metric": None},
        {"key": ""},
        {"value": -1},
        {"value": None},
        {"event_time": START + 1},
        {"event_time": -1},
        {"revision": -1},
    ],
)
def test_add__given_a_row_that_is_no_event__takes_none_of_the_batch(
    metrics: Metrics, wrong: dict[str, object]
) -> None:
    with pytest.raises(EventError, match="row 2 is no event"):
        add(metrics, event("a"), {**event("b"), **wrong})
    assert add(metrics, event("a")).new == 1


def test_add__given_a_table_of_something_else__says_what_is_missing(
    metrics: Metrics, tmp_path: Path
) -> None:
    table = pa.Table.from_pylist([event("a")])
    with pytest.raises(EventError, match="no column 'key'"):
        metrics.add(table.drop_columns(["key"]), source=REPORTER.address)
    with pytest.raises(EventError, match="whole numbers"):
        add(metrics, {**event("a"), "value": 1.5})
    with pytest.raises(TableError, match="no file"):
        metrics.add(tmp_path / "gone.parquet", source=REPORTER.address)


def test_anchor__given_hours__seals_those_that_are_over(
    metrics: Metrics, clock: Clock, creatoken_studio: Studio
) -> None:
    add(metrics, event("a", 1, event_time=START - 1), event("b", 2, event_time=START))
    first = metrics.anchor()
    assert first is not None
    assert first.document["rows"] == 1
    assert metrics.anchor() is None
    clock.now += HOUR
    second = metrics.anchor()
    assert second is not None
    creatoken_studio.flush(wait="latest")
    assert first.anchored_at > 0
    assert second.anchored_at >= first.anchored_at
    assert value(metrics)["value"] == 3


def test_report__given_late_events_and_corrections__says_how_many_and_revises_the_sums(
    metrics: Metrics, clock: Clock
) -> None:
    add(metrics, event("a", 10), event("b", 20))
    first = metrics.anchor()
    late = add(metrics, event("c", 5), event("a", 7, revision=1))
    assert late == Added(new=2, duplicates=0, conflicts=0, late=2, corrections=1)
    assert value(metrics)["value"] == 30  # until it is anchored
    second = metrics.anchor()
    told = value(metrics)
    assert (told["value"], told["events"], told["late"], told["corrections"]) == (32, 3, 2, 1)
    add(metrics, event("b", 0, revision=3, asset=hex(OTHER)))
    metrics.anchor()
    assert value(metrics)["value"] == 12  # the correction took the event away from this asset
    assert value(metrics, OTHER)["value"] == 0
    assert add(metrics, event("b", 99, revision=2)).new == 1  # an older one that comes after
    assert metrics.anchor() is None
    assert isinstance(first, Dataset)
    assert isinstance(second, Dataset)
    row = {"source": REPORTER.address, "asset": hex(BANNER), "channel": "web", "metric": "clicks"}
    row |= {"hour": START - HOUR, "value": 30, "events": 2, "late": 0, "corrections": 0}
    assert first.prove({**row, "revision": 0}).verify(first.root)
    row |= {"value": 32, "events": 3, "late": 2, "corrections": 1}
    assert second.prove({**row, "revision": 1}).verify(second.root)


def test_report__when_a_correction_takes_the_only_event_away__says_zero(metrics: Metrics) -> None:
    add(metrics, event("a", 10))
    metrics.anchor()
    add(metrics, event("a", 10, revision=1, asset=hex(OTHER)))
    metrics.anchor()
    told = value(metrics)
    assert (told["value"], told["events"]) == (0, 0)
    assert value(metrics, OTHER)["value"] == 10


def test_report__given_channels__adds_up_from_sums_that_are_proved_on_chain(
    metrics: Metrics, clock: Clock, creatoken_studio: Studio
) -> None:
    add(metrics, event("a", 10), event("b", 20, channel="mail"), event("v", 9, metric="views"))
    metrics.anchor()
    clock.now += 2 * HOUR
    add(metrics, event("c", 5, event_time=START))
    metrics.anchor()
    creatoken_studio.flush(wait="latest")
    report = metrics.report(BANNER, "clicks", by=REPORTER, domain=DOMAIN)
    told = report.document
    assert (told["channels"], told["value"], told["sums"]) == ({"mail": 20, "web": 15}, 35, 3)
    assert (told["from"], told["until"]) == (START - HOUR, START + HOUR)
    anchors, hashes = creatoken_studio.chain.anchors, []
    for root, rows in report.sums.items():
        batch = metrics.batch(root)
        for row in rows:
            proof = batch.prove(row)
            assert anchors.verify(batch.anchorer, root, proof.leaf, proof.proof)
            hashes.append(
                hashlib.sha256(
                    json.dumps(row, sort_keys=True, separators=(",", ":")).encode()
                ).digest()
            )
    assert told["sumsHash"] == "0x" + hashlib.sha256(b"".join(sorted(hashes))).hexdigest()
    assert sum(row["value"] for rows in report.sums.values() for row in rows) == 35
    with pytest.raises(RecordError):
        batch.prove({**row, "value": 36})


def test_observations__given_sums__joins_successes_to_impressions_by_channel(
    metrics: Metrics,
) -> None:
    add(metrics, event("a", 3), event("b", 100, metric="views"), event("m", 9, metric="sales"))
    add(metrics, event("c", 50, metric="views", channel="mail"), event("d", 1, channel="shop"))
    add(metrics, event("e", 7, asset=hex(OTHER)))
    add(metrics, event("a", 999), source=Account.create().address)
    metrics.anchor()
    told = {"source": REPORTER.address, "successes": "clicks", "impressions": "views"}
    assert metrics.observations({BANNER: "shore"}, **told) == [
        Observation(hex(BANNER), "shore", "mail", 50, 0),
        Observation(hex(BANNER), "shore", "shop", 0, 1),
        Observation(hex(BANNER), "shore", "web", 100, 3),
    ]


def test_report__given_what_an_output_returned__is_of_its_asset(
    metrics: Metrics, creatoken_run: Run, tmp_path: Path
) -> None:
    (tmp_path / "banner.txt").write_text("the banner")
    banner = creatoken_run.output(tmp_path / "banner.txt")
    add(metrics, event("a", 7, asset=hex(banner.id)), event("b", 9))
    metrics.anchor()
    report = metrics.report(banner, "clicks", by=REPORTER, domain=DOMAIN)
    assert (report.figure.asset_id, report.figure.value) == (banner.id, 7)


def test_report__given_nothing_anchored__is_refused(metrics: Metrics) -> None:
    add(metrics, event("a"))
    for _ in range(2):
        with pytest.raises(EvidenceError, match="no sum of 'clicks'"):
            metrics.report(OTHER, "clicks", by=REPORTER, domain=DOMAIN)
        metrics.anchor()
    with pytest.raises(EvidenceError, match="no sum"):
        metrics.report(BANNER, "clicks", by=Account.create(), domain=DOMAIN)


def test_report__when_the_file_is_opened_again__is_the_same(
    metrics: Metrics, clock: Clock, creatoken_studio: Studio, tmp_path: Path
) -> None:
    add(metrics, event("a", 2**40))
    metrics.anchor()
    before = value(metrics)
    metrics.close()
    opened = Metrics(creatoken_studio, tmp_path / "metrics.duckdb", clock=clock)
    assert value(opened) == before
    assert add(opened, event("a", 2**40)).duplicates == 1
    opened.close()
    (tmp_path / "metrics.duckdb").write_bytes(b"damaged" * 1000)
    with pytest.raises(EventError, match="cannot be opened"):
        Metrics(creatoken_studio, tmp_path / "metrics.duckdb")


def test_report__given_a_metric_gate__opens_it_from_the_threshold_on(
    metrics: Metrics, creatoken_client: Any, creatoken_actors: Any
) -> None:
    ct, people = creatoken_client, creatoken_actors
    project = ct.projects.create(
        treasury=people.studio,
        directors=[people.director],
        recorders=[people.studio],
        reporters=[REPORTER],
    )
    work = ct.works.open(project)
    gate = ct.gates.deploy(ct.gates.metric("creatoken.clicks", 100))
    ct.projects.set_gates(project, 6, [gate])
    digest = hashlib.sha256(b"banner").digest()
    banner = AssetInput(
        creator=people.studio.address, content_hash=digest, record_root=digest, work_id=work.id
    )
    ct.assets.register(banner)
    asset_id = ct.assets.id_of(banner)
    approval = ct.approvals.sign(people.director, asset_id, 6, deadline=2**40 - 1)

    def approve() -> None:
        report = metrics.report(asset_id, "clicks", by=REPORTER, domain=gate.domain)
        proof = gate.proof(report.figure, report.signature)
        ct.approvals.approve(banner, 6, [approval], gate_proofs=[proof])

    add(metrics, event("a", 99, asset=hex(asset_id)))
    metrics.anchor()
    with pytest.raises(ApprovalsGateRefusedError):
        approve()
    add(metrics, event("b", 1, asset=hex(asset_id)))
    metrics.anchor()
    approve()
    assert ct.assets.get(asset_id).stages == (6,)


def test_feedback__when_the_next_run_is_authorised__opens_to_the_hash_of_the_report(
    metrics: Metrics, creatoken_studio: Studio, creatoken_work: Any, creatoken_actors: Any
) -> None:
    add(metrics, event("a", 12))
    metrics.anchor()
    report = metrics.report(BANNER, "clicks", by=REPORTER, domain=DOMAIN)
    brief = feedback("Golden hour, again", clicks=report)
    director = creatoken_actors.director
    with creatoken_studio.run(
        "second", work=creatoken_work, brief=brief, authorised_by=director
    ) as run:
        [step] = run.steps
    record = to_json(step.step.struct_hash())
    opened = creatoken_studio.memory.disclose(record, "/input/json/feedback/clicks/hash")
    assert opened.field.value == to_json(report.hash) == to_json(report.figure.report_hash)
    assert opened.verify(step.step.detail)
    assert step.step.actor == director.address
    value = creatoken_studio.memory.disclose(record, "/input/json/feedback/clicks/value")
    assert (value.field.value, value.verify(step.step.detail)) == (12, True)


def test_anchor__given_values_whose_sum_is_beyond_64_bits__adds_them_up(metrics: Metrics) -> None:
    most = 2**63 - 1
    assert add(metrics, event("a", most), event("b", most)).new == 2
    assert metrics.anchor() is not None
    report = metrics.report(BANNER, "clicks", by=REPORTER, domain=DOMAIN)
    assert report.figure.value == 2 * most


def test_add__given_a_text_that_has_no_canonical_form__refuses_it_before_it_blocks_all(
    metrics: Metrics,
) -> None:
    with pytest.raises(EventError, match=r"row 1 .* NFC"):
        add(metrics, event("a", channel="cafe\u0301"))
    add(metrics, event("b"))
    assert metrics.anchor() is not None


@pytest.mark.parametrize(("revision", "corrections"), [("", 0), ("0", 0), ("1", 1)])
def test_add__given_csv_with_a_column_of_revisions__takes_empty_cells_for_none(
    metrics: Metrics, tmp_path: Path, revision: str, corrections: int
) -> None:
    header = "asset,channel,metric,value,key,event_time,revision\n"
    path = tmp_path / "events.csv"
    path.write_text(f"{header}{hex(BANNER)},web,clicks,1,a,{START - HOUR},{revision}\n")
    assert metrics.add(path, source=REPORTER.address) == Added(1, 0, 0, 0, corrections)
    assert metrics.add(path, source=REPORTER.address) == Added(0, 1, 0, 0, 0)
    path.write_text(header)
    assert metrics.add(path, source=REPORTER.address) == Added(0, 0, 0, 0, 0)
    path.write_text(f"{header}{hex(BANNER)},web,clicks,1,b,{START - HOUR},1.5\n")
    with pytest.raises(EventError, match="revisions of events are whole numbers"):
        metrics.add(path, source=REPORTER.address)


@pytest.mark.parametrize("wrong", [{"asset": ["0xba"]}, {"channel": {"name": "web"}}])
def test_add__given_lists_or_objects_for_a_text__names_the_column(
    metrics: Metrics, wrong: dict[str, object]
) -> None:
    with pytest.raises(EventError, match=rf"{next(iter(wrong))}.* holds lists or objects"):
        add(metrics, {**event("a"), **wrong})


@pytest.mark.parametrize("source", ["shop", "", REPORTER.address.lower(), "\ud800"])
def test_metrics__given_a_source_that_is_no_address__do_not_count_for_it(
    metrics: Metrics, source: str
) -> None:
    with pytest.raises(RecordError, match="checksum"):
        add(metrics, event("a"), source=source)
    with pytest.raises(RecordError, match="checksum"):
        metrics.observations({BANNER: "a"}, source=source, successes="s", impressions="i")


def test_report__given_a_metric_that_is_no_unicode__says_so(metrics: Metrics) -> None:
    with pytest.raises(RecordError, match="lone surrogate"):
        metrics.report(BANNER, "\ud800", by=REPORTER, domain=DOMAIN)


def test_metrics__given_a_pipe_or_a_folder__say_so_and_do_not_wait(
    creatoken_studio: Studio, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(EventError, match="is no file; name another"):
            Metrics(creatoken_studio, path)
