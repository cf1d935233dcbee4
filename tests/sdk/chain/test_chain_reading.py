"""The reader against eth-abi, over every struct, array and word in our ABIs."""

from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import decode, encode
from eth_abi.exceptions import DecodingError
from eth_utils.address import to_checksum_address
from hypothesis import given
from hypothesis import strategies as st

from creatoken_sdk.chain.artifacts import artifacts
from creatoken_sdk.chain.codec import types_of
from creatoken_sdk.chain.reading import reader, snake_case

LISTS = [
    entry[side]
    for one in artifacts()
    for entry in one.abi
    for side in ("inputs", "outputs")
    if entry.get(side)
]


def values(kind: str, component: dict[str, Any]) -> st.SearchStrategy:
    if kind.endswith("[]"):
        return st.lists(values(kind[:-2], component), max_size=3)
    if kind == "tuple":
        return st.tuples(*[values(item["type"], item) for item in component["components"]])
    if kind.startswith("uint"):
        return st.integers(0, 2 ** int(kind[4:]) - 1)
    if kind.startswith("bytes"):
        size = int(kind[5:] or 0)
        return st.binary(min_size=size, max_size=size or 70)
    return {
        "address": st.binary(min_size=20, max_size=20).map(to_checksum_address),
        "bool": st.booleans(),
        "string": st.text(max_size=40),
    }[kind]


def named(kind: str, component: dict[str, Any], value: Any) -> Any:
    if kind.endswith("[]"):
        return tuple(named(kind[:-2], component, item) for item in value)
    if kind == "tuple":
        pairs = zip(component["components"], value, strict=True)
        return {snake_case(item["name"]): named(item["type"], item, one) for item, one in pairs}
    return to_checksum_address(value) if kind == "address" else value


def expected(components: list[dict[str, Any]], data: bytes) -> tuple[Any, ...] | None:
    try:
        found = decode(types_of(components), data)
    except (DecodingError, OverflowError, UnicodeDecodeError):
        return None
    pairs = zip(components, found, strict=True)
    return tuple(named(item["type"], item, one) for item, one in pairs)


def read(components: list[dict[str, Any]], data: bytes) -> tuple[Any, ...] | None:
    try:
        return reader(components)(data)
    except ValueError:
        return None


@given(st.data(), st.sampled_from(LISTS))
def test_reader__given_values_of_any_of_our_types__returns_what_eth_abi_does(
    data: st.DataObject, components: list[dict[str, Any]]
) -> None:
    chosen = [data.draw(values(item["type"], item)) for item in components]
    encoded = encode(types_of(components), chosen)
    pairs = zip(components, chosen, strict=True)
    assert reader(components)(encoded) == tuple(named(item["type"], item, v) for item, v in pairs)
    assert reader(components)(encoded) == expected(components, encoded)


@given(st.data(), st.sampled_from(LISTS))
def test_reader__given_bytes_that_are_damaged__refuses_what_eth_abi_refuses(
    data: st.DataObject, components: list[dict[str, Any]]
) -> None:
    chosen = [data.draw(values(item["type"], item)) for item in components]
    encoded = bytearray(encode(types_of(components), chosen))
    at = data.draw(st.integers(0, len(encoded) - 1))
    encoded[at] ^= data.draw(st.integers(1, 255))
    assert read(components, bytes(encoded)) == expected(components, bytes(encoded))
    short = bytes(encoded[: data.draw(st.integers(0, len(encoded) - 1))])
    # Inside Ape, eth-abi reads missing numbers as 0.
    assert read(components, short) in (expected(components, short), None)


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("address", "ff" * 32),
        ("bool", "00" * 31 + "02"),
        ("uint8", "00" * 30 + "0100"),
        ("bytes4", "ff" * 5 + "00" * 27),
        ("uint256", "ff" * 31),
        ("uint256[]", "00" * 31 + "20" + "ff" * 32),
        ("bytes", "00" * 31 + "20" + "00" * 31 + "01" + "ffff" + "00" * 30),
    ],
)
def test_reader__given_dirty_padding_or_too_few_bytes__refuses(kind: str, word: str) -> None:
    with pytest.raises(ValueError, match="no such value"):
        reader([{"name": "it", "type": kind}])(bytes.fromhex(word))
