"""What went in and came out, as a document can hold it."""

from __future__ import annotations

import hashlib
import os
import tracemalloc
from collections import OrderedDict
from enum import IntEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creatoken_sdk.errors import RecordError
from creatoken_sdk.record import canonical
from creatoken_sdk.studio.values import MAX_TEXT, content_of, plain
from creatoken_sdk.testing.strategies import jsons

NFD = "cafe\u0301"
MIB = 1 << 20


class Size(IntEnum):
    SMALL = 1


class Shown(float):
    def __repr__(self) -> str:
        return f"Shown({float(self)})"


def sha256(data: bytes) -> str:
    return "0x" + hashlib.sha256(data).hexdigest()


PLAIN: dict[str, tuple[object, object]] = {
    "a 64-bit seed": (2**64 - 1, "18446744073709551615"),
    "a negative one": (-(2**63), "-9223372036854775808"),
    "the largest exact number": (2**53 - 1, 2**53 - 1),
    "the next": (2**53, "9007199254740992"),
    "a float": (0.1, "0.1"),
    "a whole float": (1e22, "1e+22"),
    "minus zero": (-0.0, "-0.0"),
    "a float that shows more": (Shown(0.25), "0.25"),
    "an enum": (Size.SMALL, 1),
    "true": (True, True),
    "bytes": (b"abc", {"sha256": sha256(b"abc"), "bytes": 3}),
    "a bytearray": ([bytearray(b"abc")], [{"sha256": sha256(b"abc"), "bytes": 3}]),
    "a tuple": ((1, (2.5,)), [1, ["2.5"]]),
    "a set": ({"b", "a"}, ["a", "b"]),
    "a mapping": (OrderedDict(a=range(2)), {"a": [0, 1]}),
    "text that is not NFC": ([NFD], [{"sha256": sha256(NFD.encode())}]),
    "long text": (["x" * (MAX_TEXT + 1)], [{"sha256": sha256(b"x" * (MAX_TEXT + 1))}]),
    "half a character": (["\ud800"], [{"sha256": sha256(b"\xed\xa0\x80")}]),
}


@pytest.mark.threat("D3")
@pytest.mark.parametrize(("value", "written"), PLAIN.values(), ids=PLAIN)
def test_plain__given_a_value__is_what_json_can_hold_exactly(value: object, written: Any) -> None:
    found = plain(value)
    assert (found, type(found)) == (written, type(written))
    canonical.dumps(found)


@pytest.mark.threat("A13")
@pytest.mark.parametrize(
    ("value", "why"),
    [
        (float("nan"), "NaN or infinite"),
        ([-float("inf")], "NaN or infinite"),
        ({1: "a"}, "key of type int"),
        ({b"secret": "a"}, "key of type bytes; write keys as strings"),
        (object(), "cannot record a object"),
        ([lambda: None], "cannot record a function"),
        (iter([1]), "cannot record a list_iterator"),
        (1 + 2j, "cannot record a complex"),
    ],
)
def test_plain__given_what_has_no_exact_form__says_what_to_do(value: object, why: str) -> None:
    with pytest.raises(RecordError, match=why) as raised:
        plain(value)
    assert "secret" not in str(raised.value)


def test_plain__given_what_holds_itself__says_what_to_do() -> None:
    mapping, items = dict[str, object](), list[object]()
    mapping["a"], items[:] = mapping, [items]
    for value in (mapping, items, [mapping]):
        with pytest.raises(RecordError, match="deeper than 64 levels, or holds itself"):
            plain(value)


def test_content_of__given_a_pipe__does_not_wait_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RecordError, match=r"pipe cannot be read \(it is no file\)"):
        content_of(tmp_path / "pipe")


def test_plain__given_an_iterator__does_not_consume_it() -> None:
    items = iter([1, 2])
    with pytest.raises(RecordError):
        plain({"items": items})
    assert next(items) == 1


@given(jsons())
def test_content_of__given_any_json__keeps_it_and_hashes_its_canonical_bytes(value: Any) -> None:
    content = content_of(value)
    if isinstance(value, str):
        assert content == {"sha256": sha256(value.encode()), "text": value}
    else:
        assert content == {"sha256": sha256(canonical.dumps(value)), "json": value}


@given(st.text(st.characters(exclude_categories=[]), max_size=50))
def test_content_of__given_any_text__hashes_it_and_keeps_it_if_it_has_one_form(text: str) -> None:
    content = content_of(text)
    assert content["sha256"] == sha256(text.encode("utf-8", "surrogatepass"))
    assert content.get("text", text) == text
    canonical.dumps(content)


@pytest.mark.threat("D3")
@pytest.mark.parametrize("text", ["x" * MAX_TEXT, "x" * (MAX_TEXT + 1), "\u00e9" * (2 * MIB), NFD])
def test_content_of__given_long_or_doubtful_text__keeps_the_hash_alone(text: str) -> None:
    content = content_of(text)
    assert content["sha256"] == sha256(text.encode())
    assert ("text" in content) is (len(text) == MAX_TEXT)


@pytest.mark.parametrize("wrap", [bytes, bytearray, memoryview, lambda data: memoryview(data)[::1]])
def test_content_of__given_bytes_of_any_kind__hashes_them(wrap: Any) -> None:
    assert content_of(wrap(b"banner")) == {"sha256": sha256(b"banner"), "bytes": 6}


def test_content_of__given_a_large_json__keeps_the_hash_alone() -> None:
    value = ["y" * 1000] * 100
    assert content_of(value) == {"sha256": sha256(canonical.dumps(value))}


def test_content_of__given_a_file__hashes_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / f"{NFD}.png"
    path.write_bytes(b"\x00\xffbanner")
    hashed = {"sha256": sha256(b"\x00\xffbanner"), "bytes": 8, "file": "caf\u00e9.png"}
    assert content_of(path) == hashed
    assert content_of({"file": path})["json"] == {"file": hashed}
    canonical.dumps(hashed)


@pytest.mark.parametrize("name", ["missing.png", "."])
def test_content_of__given_a_path_without_a_file__says_what_to_do(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(RecordError, match=r"cannot be read \(.*record it while it is there") as one:
        content_of(tmp_path / name)
    assert str(tmp_path.parent) not in str(one.value)


@pytest.mark.threat("D7")
def test_content_of__given_a_huge_file__stays_within_a_few_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "film.mov"
    with path.open("wb") as file:
        file.truncate(256 * MIB)
    assert peak_of(path) < 4 * MIB


def test_content_of__given_huge_text_and_bytes__copies_neither() -> None:
    assert peak_of({"text": "\u00e9" * (32 * MIB), "film": bytes(64 * MIB)}) < 8 * MIB


def peak_of(value: object) -> int:
    """Return how many bytes hashing a value takes at most beside the value."""
    tracemalloc.start()
    try:
        content_of(value)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
