"""Tables that are easily mistaken for others."""

from __future__ import annotations

import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from creatoken_sdk.errors import MissingExtraError
from creatoken_sdk.flywheel.errors import TableError
from creatoken_sdk.flywheel.tables import row_hashes


def hashes(folder: Path, name: str, text: str) -> list[bytes]:
    (folder / name).write_text(text)
    return row_hashes(folder / name)[0]


@pytest.mark.parametrize("name", ["x*", "x?", "[x]", "a*/x"])
@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_row_hashes__given_a_path_that_is_a_pattern_too__reads_that_file_only(
    tmp_path: Path, name: str, form: str
) -> None:
    found = []
    for place, value in (("x", 1), ("xy", 2), ("ab/x", 3), (name, 4), ("other", 4)):
        path = tmp_path / f"{place}.{form}"
        path.parent.mkdir(exist_ok=True)
        if form == "parquet":
            pa.parquet.write_table(pa.table({"a": [value]}), path)
        else:
            path.write_text(f"a\n{value}\n" if form == "csv" else f'{{"a": {value}}}\n')
        found.append(row_hashes(path)[0])
    assert found[-2] == found[-1]


@pytest.mark.parametrize("number", [2**53 + 1, 2**64 + 1, -(2**63) - 1, 10**30 + 1, 10**400])
def test_row_hashes__given_jsonl_with_any_integer__is_that_of_csv(
    tmp_path: Path, number: int
) -> None:
    lines = [f'{{"a": {one}}}\n' for one in (number, "0.5", "null")]
    exact = hashes(tmp_path, "t.jsonl", "".join(lines))
    assert exact == hashes(tmp_path, "t.csv", f"a\n{number}\n0.5\n\n")
    assert exact != hashes(
        tmp_path, "t.jsonl", "".join(lines).replace(str(number), str(number - 1))
    )


def test_row_hashes__given_an_exponent_that_would_fill_the_memory__is_refused(
    tmp_path: Path,
) -> None:
    with pytest.raises(TableError, match="exponent"):
        hashes(tmp_path, "t.jsonl", '{"a": 1e999999999}\n')


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.csv", "a,A\n1,2\n"),
        ("t.jsonl", '{"a": 1, "A": 2}\n'),
        ("t.jsonl", '{"a": 1}\n{"A": 2}\n'),
        ("t.jsonl", '{"": 1}\n'),
        ("t.jsonl", "[1, 2]\n"),
        ("t.jsonl", "7\n"),
    ],
)
def test_row_hashes__given_columns_that_duckdb_renames_or_drops__is_refused(
    tmp_path: Path, name: str, text: str
) -> None:
    with pytest.raises(TableError, match="case"):
        hashes(tmp_path, name, text)


def test_row_hashes__given_arrow_columns_that_differ_in_case_only__is_refused() -> None:
    with pytest.raises(TableError, match="case"):
        row_hashes(pa.table({"a": [1], "A": [2]}))


def test_row_hashes__without_duckdb__names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(MissingExtraError, match=r"creatoken-sdk\[flywheel\]"):
        hashes(tmp_path, "t.csv", "a\n1\n")
