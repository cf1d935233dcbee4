"""Same bytes as RFC 8785 where it leaves one choice; a clear refusal where JSON tools disagree."""

import decimal
import enum
import hashlib
import json
import sys
import time
import unicodedata

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from creatoken_sdk.errors import CanonicalError
from creatoken_sdk.record import canonical

DEEP = canonical.MAX_DEPTH
TEXT = st.text().map(lambda text: unicodedata.normalize("NFC", text))
INTEGERS = st.integers(-canonical.MAX_SAFE_INTEGER, canonical.MAX_SAFE_INTEGER)
VALUES = st.recursive(
    st.none() | st.booleans() | INTEGERS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)

# Inputs and outputs of RFC 8785 (sections 3.2.2 to 3.2.4) and of its authors' test data,
# without the values that Creatoken refuses.
VECTORS = {
    '[56,{"d":true,"10":null,"1":[ ]}]': '[56,{"1":[],"10":null,"d":true}]',
    '{"peach":"1","p\\u00e9ch\\u00e9":"2","p\\u00eache":"3","sin":"4"}': (
        '{"peach":"1","péché":"2","pêche":"3","sin":"4"}'
    ),
    '{"1":{"f":{"f":"hi","F":5},"\\n":56},"10":{},"":"empty","111":[{"e":"y","E":"n"}],"A":{}}': (
        '{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{"E":"n","e":"y"}],"A":{}}'
    ),
    '{"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/"}': (
        '{"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    ),
    '{"literals":[null, true, false]}': '{"literals":[null,true,false]}',
    # UTF-16 order: the emoji's surrogates sort before U+FF21, though its code point is higher.
    '{"\\uff21":"A","\\r":"CR","1":"One","\\ud83d\\ude00":"Grin","\\u0080":"C1","\\u00f6":"o"}': (
        '{"\\r":"CR","1":"One","\x80":"C1","ö":"o","😀":"Grin","\uff21":"A"}'
    ),
    "[-0]": "[0]",
    "[9007199254740991,-9007199254740991]": "[9007199254740991,-9007199254740991]",
}


@pytest.mark.threat("D3")
@pytest.mark.parametrize(("text", "expected"), VECTORS.items())
def test_dumps__given_an_rfc_8785_vector__writes_its_bytes(text, expected):
    assert canonical.dumps(canonical.loads(text.encode())) == expected.encode()


@given(VALUES)
@example({"\ue000": 1, "\U00010000": 2})
def test_dumps__when_read_back__gives_the_same_value_and_bytes(value):
    data = canonical.dumps(value)
    assert canonical.loads(data) == value
    assert canonical.dumps(canonical.loads(data)) == data
    assert json.loads(data) == value


@given(st.lists(st.tuples(TEXT, INTEGERS), unique_by=lambda pair: pair[0]), st.randoms())
def test_dumps__when_keys_come_in_another_order__writes_the_same_bytes(pairs, random):
    shuffled = random.sample(pairs, len(pairs))
    assert canonical.dumps(dict(pairs)) == canonical.dumps(dict(shuffled))


class Word(str):
    pass


class Level(enum.IntEnum):
    ONE = 1


def test_dumps__when_values_are_subclasses_or_tuples__writes_the_plain_form():
    assert canonical.dumps((Word("a"), Level.ONE)) == b'["a",1]'


def nested(depth, value=1):
    for _ in range(depth):
        value = [value]
    return value


def test_dumps__given_the_deepest_allowed_nesting__writes_it():
    data = canonical.dumps(nested(DEEP))
    assert canonical.loads(data) == nested(DEEP)


def test_loads__given_a_duplicate_among_many_keys__finds_it_in_linear_time():
    keys = [f'"k{number}":0' for number in range(50_000)]
    started = time.process_time()
    with pytest.raises(CanonicalError, match="'k49999' appears twice"):
        canonical.loads(("{" + ",".join([*keys, keys[-1]]) + "}").encode())
    assert time.process_time() - started < 3


LOOP: list = []
LOOP.append(LOOP)

REFUSED = {
    "an integer beyond 2^53-1": (2**53, "decimal string"),
    "a negative integer beyond": (-(2**53), "decimal string"),
    "a huge integer": (10**5000, "decimal string"),
    "a float": (0.5, "of type float; send it as a string"),
    "a whole float": (1.0, "of type float"),
    "negative zero": (-0.0, "of type float"),
    "nan": (float("nan"), "of type float"),
    "infinity": (float("inf"), "of type float"),
    "a decimal": (decimal.Decimal("1.10"), "of type Decimal"),
    "bytes": (b"\x00", "of type bytes"),
    "a set": ({1}, "of type set"),
    "a number as key": ({1: "a"}, "key that is no string"),
    "text that is not NFC": ("A\u030a", "not NFC"),
    "a key that is not NFC": ({"A\u030a": 1}, "not NFC"),
    "RFC 8785's own key U+FB33": ({"\ufb33": "Hebrew Letter Dalet With Dagesh"}, "not NFC"),
    "a lone surrogate": ("\ud800", "lone surrogate"),
    "a lone surrogate in a key": ({"\udead": 1}, "lone surrogate"),
    "one level too deep": (nested(DEEP + 1), "deeper than 64"),
    "one empty list too deep": (nested(DEEP - 1, []), "deeper than 64"),
    "depth 10,000": (nested(10_000), "deeper than 64"),
    "a list inside itself": (LOOP, "deeper than 64"),
}


@pytest.mark.threat("D3")
@pytest.mark.parametrize(("value", "reason"), REFUSED.values(), ids=REFUSED)
def test_dumps__when_a_value_has_no_single_form__says_why(value, reason):
    with pytest.raises(CanonicalError, match=reason):
        canonical.dumps({"field": value})


@pytest.mark.threat("D2")
def test_dumps__when_it_refuses__names_the_place_but_not_the_value():
    with pytest.raises(CanonicalError) as caught:
        canonical.dumps({"steps": [{"prompt": "secret Cafe\u0301"}]})
    assert "/steps/0/prompt" in str(caught.value)
    assert "secret" not in str(caught.value)


UNREADABLE = {
    "a duplicate key": (b'{"a":1,"b":{"x":1,"x":2}}', "'x' appears twice"),
    "a duplicate by escape": (b'{"a":1,"\\u0061":2}', "'a' appears twice"),
    "NaN": (b"[NaN]", "not an integer"),
    "-Infinity": (b"[-Infinity]", "not an integer"),
    "a decimal": (b"[0.1]", "not an integer"),
    "an exponent": (b"[1e3]", "not an integer"),
    "2^53": (b"[9007199254740992]", "decimal string"),
    "a number of 5,000 digits": (b"[" + b"9" * 5000 + b"]", "decimal string"),
    "depth 100,000": (b"[" * 100_000, "deeper than 64"),
    "depth 100,000, closed": (b"[" * 100_000 + b"]" * 100_000, "deeper than 64"),
    "UTF-16": ('{"a":1}'.encode("utf-16"), "not UTF-8"),
    "a byte order mark": (b"\xef\xbb\xbf{}", "not JSON at line 1"),
    "an encoded surrogate": (b'["\xed\xa0\x80"]', "not UTF-8"),
    "an escaped lone surrogate": (b'["\\ud800"]', "lone surrogate"),
    "text that is not NFC": (b'["A\xcc\x8a"]', "not NFC"),
    "a trailing comma": (b"[1,]", "not JSON at line 1"),
    "a raw control character": (b'["\x01"]', "not JSON at line 1"),
    "two values": (b"{} {}", "not JSON at line 1"),
    "nothing": (b"", "not JSON at line 1"),
}


@pytest.mark.threat("D3")
@pytest.mark.parametrize(("data", "reason"), UNREADABLE.values(), ids=UNREADABLE)
def test_loads__when_tools_would_read_it_differently__says_why(data, reason):
    with pytest.raises(CanonicalError, match=reason):
        canonical.loads(data)


@given(st.binary(max_size=40) | st.text(max_size=40).map(str.encode))
def test_loads__given_any_bytes__returns_a_value_or_a_typed_error(data):
    try:
        value = canonical.loads(data)
    except CanonicalError:
        return
    assert canonical.loads(rfc8785.dumps(value)) == value


def test_loads__when_brackets_are_inside_strings__does_not_count_them():
    value = {"[{" * 200: ["\\", '"' + "[" * 200, '\\"[']}
    assert canonical.loads(json.dumps(value).encode()) == value


@pytest.mark.threat("D3")
def test_loads__when_the_recursion_limit_was_raised__still_refuses_depth():
    """There, json's C code would overflow the stack and end the process."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(10**6)
    try:
        with pytest.raises(CanonicalError, match="deeper than 64"):
            canonical.loads(b'{"a":[' * 500_000)
    finally:
        sys.setrecursionlimit(before)


@pytest.mark.threat("D3")
def test_loads__given_ten_megabytes_of_text__returns_it_whole():
    text = "ä" * 5_000_000
    assert canonical.loads(canonical.dumps([text])) == [text]


def test_document_hash__given_a_document__is_sha256_of_its_canonical_bytes():
    document = {"v": 1, "schema": "creatoken.test", "b": [], "a": "ä"}
    data = '{"a":"ä","b":[],"schema":"creatoken.test","v":1}'.encode()
    assert canonical.document_hash(document) == hashlib.sha256(data).digest()


@pytest.mark.parametrize(
    "document",
    [
        {"schema": "x"},
        {"v": 1},
        {"schema": "", "v": 1},
        {"schema": "x", "v": "1"},
        {"schema": "x", "v": 0},
        {"schema": "x", "v": True},
        [],
        None,
    ],
)
def test_document_hash__when_schema_or_version_is_missing__refuses(document):
    with pytest.raises(CanonicalError, match=r"schema|object"):
        canonical.document_hash(document)
