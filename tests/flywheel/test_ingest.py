"""Anchoring what models learn from: the same rows whatever the format, each with a proof."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from creatoken_sdk.errors import ErasedError, RecordError
from creatoken_sdk.flywheel import ingest as ingest_module
from creatoken_sdk.flywheel.dataset import DOCUMENT
from creatoken_sdk.flywheel.errors import TableError
from creatoken_sdk.flywheel.ingest import Ingest
from creatoken_sdk.flywheel.tables import row_hashes
from creatoken_sdk.record import verify_proof
from creatoken_sdk.studio.studio import Studio

NOON = datetime(2026, 1, 2, 12, 0, 0, 120_000, tzinfo=timezone.utc)
ROWS = [
    {"id": 1, "text": "a calm sea", "score": 0.5, "at": NOON, "day": date(2026, 1, 2), "ok": True},
    {"id": 2, "text": "été", "score": 2.0, "at": NOON, "day": date(2026, 1, 3), "ok": False},
    {"id": 2**60, "text": None, "score": None, "at": NOON, "day": date(2026, 1, 3), "ok": True},
]
ROWS.append(ROWS[0])


@pytest.fixture
def ingest(creatoken_studio: Studio) -> Ingest:
    return Ingest(creatoken_studio)


@pytest.fixture
def table() -> pa.Table:
    return pa.Table.from_pylist(ROWS)


def written(table: pa.Table, folder: Path) -> list[Any]:
    """The table in every form, by several engines and in another order of rows and columns."""
    turned = table.take([3, 2, 1, 0]).select([*reversed(table.column_names)])
    pa.parquet.write_table(turned, folder / "arrow.parquet")
    pa.csv.write_csv(turned, folder / "arrow.csv")
    engine = duckdb.connect()
    engine.register("rows", table)
    for name in ("duck.parquet", "duck.csv"):
        engine.execute(f"COPY rows TO '{folder / name}'")
    lines = [json.dumps({**row, "at": str(row["at"]), "day": str(row["day"])}) for row in ROWS]
    (folder / "python.jsonl").write_text("\n".join(lines))
    return [table, *sorted(folder.iterdir())]


def test_anchor__given_a_table_in_any_format__has_one_rows_hash(
    ingest: Ingest, table: pa.Table, tmp_path: Path
) -> None:
    folder = tmp_path / "forms"
    folder.mkdir()
    made = [ingest.anchor(form) for form in written(table, folder)]
    assert len(made) == 6
    assert len({one.document["rowsHash"] for one in made}) == 1
    assert len({one.root for one in made}) == 6  # each has a key, and a file hash, of its own
    changed = table.set_column(0, "id", pa.array([1, 2, 2**60 + 1, 1]))
    assert ingest.anchor(changed).document["rowsHash"] != made[0].document["rowsHash"]


def test_anchor__given_rows__hashes_them_as_documented(ingest: Ingest) -> None:
    made = ingest.anchor(pa.table({"b": [Decimal("1.50"), Decimal("3.00")], "a": [b"\1", None]}))
    rows = [b'{"a":"0x01","b":"1.5"}', b'{"a":null,"b":3}']
    hashes = sorted(hashlib.sha256(row).digest() for row in rows)
    assert made.document == {
        "schema": "creatoken.dataset",
        "v": 1,
        "name": "",
        "sha256": None,
        "columns": ["a", "b"],
        "rows": 2,
        "rowsHash": "0x" + hashlib.sha256(b"".join(hashes)).hexdigest(),
    }


TEXTS = ["0xba", "01234", "t", "1/2/2026", "03:04", "+5", "1_000", "5.", ".5", " 5", "0b11"]
TEXTS += ["2026-01-02", "2026-01-02 12:00", "4E5A1B8C-0000-4000-8000-00000000000F"]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_anchor__given_text_that_engines_take_for_something_else__keeps_it_as_it_stands(
    ingest: Ingest, tmp_path: Path, form: str
) -> None:
    row, path = {f"c{n}": text for n, text in enumerate(TEXTS)}, tmp_path / f"a.{form}"
    path.write_text(json.dumps(row) if form == "jsonl" else f"{','.join(row)}\n{','.join(TEXTS)}")
    assert ingest.anchor(path).prove(row)


def test_anchor__given_a_csv_of_numbers_truth_and_times__takes_each_for_its_exact_value(
    ingest: Ingest, tmp_path: Path
) -> None:
    cells = {"-1.50e1": -15, "0.10000000000000000001": Decimal("0.10000000000000000001")}
    cells |= {"2.0": 2, str(2**80): 2**80, "true": True, "-0.5": -0.5, "": None}
    cells |= {"2026-01-02 12:00:00.50+02": "2026-01-02T10:00:00.5Z"}
    row = {f"c{n}": value for n, value in enumerate(cells.values())}
    (tmp_path / "a.csv").write_text(f"{','.join(row)}\n{','.join(cells)}")
    assert ingest.anchor(tmp_path / "a.csv").prove(row)


def test_anchor__when_flushed__has_a_time_and_a_proof_of_each_row_on_chain(
    ingest: Ingest, creatoken_studio: Studio, table: pa.Table, tmp_path: Path
) -> None:
    path = tmp_path / "train.parquet"
    pa.parquet.write_table(table, path)
    made = ingest.anchor(path)
    assert (made.anchored_at, len(made.tree)) == (0, 5)
    creatoken_studio.flush(wait="latest")
    ct = creatoken_studio.chain
    assert made.anchored_at == ct.now()
    for row in ROWS[:3]:
        proof = made.prove(row)
        assert proof.verify(made.root)
        assert ct.anchors.verify(made.anchorer, made.root, proof.leaf, proof.proof)
    whole = made.prove_document()
    assert whole.verify(made.root)
    assert whole.field.path == DOCUMENT
    assert whole.field.value["sha256"] == "0x" + hashlib.sha256(path.read_bytes()).hexdigest()


def test_prove__given_a_row_that_is_not_there__is_refused(ingest: Ingest, table: pa.Table) -> None:
    made = ingest.anchor(table)
    for wrong in ({**ROWS[0], "score": 0.25}, {"id": 1}, {**ROWS[0], "more": None}):
        with pytest.raises(RecordError, match="not in this tree"):
            made.prove(wrong)
    other = ingest.anchor(pa.table({"id": [1]})).root
    assert not made.prove(ROWS[0]).verify(other)


def test_prove__given_few_possible_rows__cannot_be_guessed_without_the_key(
    ingest: Ingest,
) -> None:
    """Two tables of the same rows share no leaf."""
    table = pa.table({"clicked": [True, False]})
    first = ingest.anchor(table)
    first.erase()
    with pytest.raises(ErasedError):
        first.prove({"clicked": True})
    second = ingest.anchor(pa.table({"clicked": [False, True, True]}))
    assert not set(first.tree.leaves) & set(second.tree.leaves)
    proof = second.prove({"clicked": True})
    assert not verify_proof(first.root, proof.leaf, proof.proof)


def test_anchor__given_the_same_again__adds_nothing_even_after_a_restart(
    ingest: Ingest, creatoken_studio: Studio, table: pa.Table, tmp_path: Path
) -> None:
    path = tmp_path / "train.csv"
    pa.csv.write_csv(table, path)
    made = ingest.anchor(path)
    assert [job.kind for job in creatoken_studio.preview()] == ["anchor"]
    creatoken_studio.flush(wait="latest")
    opened = Studio.open(
        tmp_path / "studio.db", chain=creatoken_studio.chain, signer=creatoken_studio.signer
    )
    again = Ingest(opened).anchor(path)
    assert (again.root, again.anchored_at) == (made.root, made.anchored_at)
    assert opened.preview() == []
    assert [one.root for one in Ingest(opened).datasets()] == [made.root]
    assert again.prove(ROWS[1]).verify(made.root)
    opened.close()


def test_anchor__given_a_folder__proves_each_file(ingest: Ingest, tmp_path: Path) -> None:
    (tmp_path / "images/deep").mkdir(parents=True)
    for name, content in (("a.png", b"a"), ("deep/b.png", b"b"), ("deep/copy.png", b"a")):
        (tmp_path / "images" / name).write_bytes(content)
    made = ingest.anchor(tmp_path / "images")
    digest = "0x" + hashlib.sha256(b"b").hexdigest()
    proof = made.prove({"file": "deep/b.png", "sha256": digest, "bytes": 1})
    assert (proof.verify(made.root), made.document["rows"]) == (True, 3)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", "id,text\n1,a\n2,b,c\n", "line 3 has 3 cells, the header 2"),
        ("a.csv", "id,text\n1\n", "line 2 has 1 cells"),
        ("a.csv", "id,id\n1,2\n", "one twice"),
        ("a.csv", "id,\n1,2\n", "has no name"),
        ("a.csv", "id,x\n1,nan\n", "column 'x' holds NaN"),
        ("a.csv", "id,x\n1,-Infinity\n2,3.5\n", "column 'x' holds NaN or an inf"),
        ("a.csv", "id,x\n", "no rows"),
        ("a.csv", "", "is empty"),
        ("a.csv", b"id,x\n1,\xff\n", "not UTF-8"),
        ("a.csv", 'id,x\n1,"open\n', "line 2 is no CSV"),
        ("a.jsonl", '{"a": 1}\n{"a": "secret"}\n', "mixed types"),
        ("a.jsonl", '{"a": {"b": 1}}\n{"a": {"b": "secret"}}\n', "mixed types"),
        ("a.jsonl", '{"a": 1, "a": 2}\n', "line 1 cannot be read"),
        ("a.jsonl", '{"a": NaN}\n', "NaN"),
        ("a.jsonl", '{"a": 1}\nsecret\n', "line [23] cannot be read"),
        ("a.jsonl", "", "is empty"),
        ("a.jsonl", '{"a": "e\\u0301"}\n', "row 1.*NFC"),
        ("a.parquet", "secret", "cannot be read"),
        ("a.xlsx", "secret", "none of .csv, .jsonl, .parquet"),
    ],
)
def test_anchor__given_a_file_that_is_no_table__says_where_and_quotes_nothing(
    ingest: Ingest, tmp_path: Path, name: str, content: str | bytes, reason: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(TableError, match=reason) as caught:
        ingest.anchor(path)
    assert "secret" not in str(caught.value)
    assert ingest.datasets() == []


def test_anchor__when_the_file_changes_meanwhile__is_refused(
    ingest: Ingest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id\n1\n")

    def read_and_append(source: object) -> tuple[list[bytes], list[str]]:
        read = row_hashes(source)
        path.write_text("id\n1\n2\n")
        return read

    monkeypatch.setattr(ingest_module, "row_hashes", read_and_append)
    with pytest.raises(TableError, match="changed while it was read"):
        ingest.anchor(path)
    assert ingest.datasets() == []


def test_anchor__given_something_else__is_refused(ingest: Ingest, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    fine = pa.array([1], pa.timestamp("ns"))
    for source, reason in (
        (tmp_path / "gone.csv", "no file"),
        (tmp_path / "empty", "no rows"),
        (17, "a int is no table"),
        (pa.table({"a": pa.array([], pa.int8())}), "no rows"),
        (twice, "one name"),
        (pa.table({"a": fine}), "nanoseconds"),
        (pa.table({"a": [float("nan")]}), "NaN"),
        (pa.table({"a": pa.array([1], pa.duration("s"))}), "timedelta"),
    ):
        with pytest.raises(TableError, match=reason):
            ingest.anchor(source)
