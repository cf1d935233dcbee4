"""Tables that are easily mistaken for others."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from creatoken_sdk.errors import MissingExtraError
from creatoken_sdk.flywheel.errors import TableError
from creatoken_sdk.flywheel.rows import canonical_row
from creatoken_sdk.flywheel.tables import _files, row_hashes


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
    "cell",
    [
        "0.1000000000000000055",
        "[0.1000000000000000055]",
        '{"b": [0.30000000000000003]}',
        "1e-400",
        "9007199254740993.0",
        "[18446744073709551617]",
        "[0.5, 9007199254740993]",
    ],
)
def test_row_hashes__given_jsonl_with_a_number_that_would_be_rounded__is_refused(
    tmp_path: Path, cell: str
) -> None:
    with pytest.raises(TableError, match=r"t\.jsonl: row 2 has a number in 'a' .* would round"):
        hashes(tmp_path, "t.jsonl", f'{{"a": null}}\n{{"a": {cell}}}\n')


@pytest.mark.parametrize("cell", ["0.1", "0.30000000000000004", "1.5e300", "5e-324", "-0.0"])
def test_row_hashes__given_jsonl_with_a_fraction_that_a_float_is__is_that_of_csv(
    tmp_path: Path, cell: str
) -> None:
    jsonl = hashes(tmp_path, "t.jsonl", f'{{"a": {cell}, "b": "1e5 0.1000000000000000055"}}\n')
    assert jsonl == hashes(tmp_path, "t.csv", f"a,b\n{cell},1e5 0.1000000000000000055\n")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.csv", "\n\n\n"),
        ("t.csv", " \n1\n"),
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


def test_row_hashes__given_a_number_too_long_to_write__is_refused(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="column 'a' holds too long a number"):
        hashes(tmp_path, "t.csv", f"a\n{'9' * 5000}\n")


def test_row_hashes__given_arrow_columns_that_differ_in_case_only__is_refused() -> None:
    with pytest.raises(TableError, match="case"):
        row_hashes(pa.table({"a": [1], "A": [2]}))


def test_row_hashes__without_duckdb__names_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(MissingExtraError, match=r"creatoken-sdk\[flywheel\]"):
        hashes(tmp_path, "t.csv", "a\n1\n")


def test_canonical_row__given_a_value_that_holds_itself__is_refused() -> None:
    mapping, items = dict[str, object](), list[object]()
    mapping["a"], items[:] = mapping, [items]
    for value in (mapping, items):
        with pytest.raises(TableError, match="'a' is deeper than 64 levels"):
            canonical_row({"a": value})


def test_row_hashes__when_a_file_of_a_folder_cannot_be_read__is_refused(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text(name)
    rows = _files(tmp_path)
    next(rows)
    (tmp_path / "c").unlink()
    next(rows)
    with pytest.raises(TableError, match="c cannot be read"):
        next(rows)


@pytest.mark.parametrize("name", ["x" * 300 + ".csv", "\udcff.csv", "\udcff.jsonl"])
def test_row_hashes__given_a_name_that_no_table_can_have__is_refused(
    tmp_path: Path, name: str
) -> None:
    with suppress(OSError):
        (tmp_path / name).write_text("a\n1\n")
    with pytest.raises(TableError, match=r"is no file|cannot be read"):
        row_hashes(tmp_path / name)


@pytest.mark.parametrize("source", [(), {1}, range(3)])
def test_row_hashes__given_what_holds_no_columns__is_refused(source: object) -> None:
    with pytest.raises(TableError, match="is no table; pass a path or an Arrow table"):
        row_hashes(source)
