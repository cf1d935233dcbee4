"""ABI bytes into values, strictly: padding has to be zero and nothing may be missing.

What reads a list of components is put together once and then only slices: logs come by the
thousand. A struct becomes a dict by snake_case names, an address is checksummed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from eth_utils.address import to_checksum_address

__all__ = ["Component", "Read", "reader", "snake_case"]

Component = Mapping[str, Any]
Read = Callable[[bytes, int], Any]
"""Returns the value whose own bytes begin at an offset; ValueError if they are no such value."""

_WORD = 32


@cache
def snake_case(name: str) -> str:
    """Return the Python spelling of a Solidity name: `payoutId` becomes `payout_id`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).strip("_").lower()


def reader(components: Sequence[Component]) -> Callable[[bytes], tuple[Any, ...]]:
    """Return what turns `abi.encode` of the components into their values, or raises ValueError."""
    read = _members([_read(component) for component in components])
    return lambda data: read(data, 0)


def _read(component: Component) -> tuple[Read, int]:
    """Return what reads a component, and how many bytes it takes in place; 0 if it is dynamic."""
    kind = component["type"]
    if kind.endswith("[]"):
        return _array(*_read({**component, "type": kind[:-2]})), 0
    if kind == "tuple":
        return _struct(component["components"])
    if kind in ("string", "bytes"):
        return (_bytes if kind == "bytes" else lambda data, at: _bytes(data, at).decode()), 0
    return _word(kind), _WORD


def _word(kind: str) -> Read:
    if kind.startswith("uint"):
        return _uint(1 << int(kind[4:]))
    if kind.startswith("bytes"):
        return _fixed_bytes(int(kind[5:]))
    return {"address": _address, "bool": _bool}[kind]


def _struct(components: Sequence[Component]) -> tuple[Read, int]:
    names = [snake_case(component["name"]) for component in components]
    members = [_read(component) for component in components]
    read = _members(members)
    sizes = [size for _, size in members]
    return lambda data, at: dict(zip(names, read(data, at), strict=True)), (
        sum(sizes) if all(sizes) else 0
    )


def _members(members: Sequence[tuple[Read, int]]) -> Callable[[bytes, int], tuple[Any, ...]]:
    """Values side by side; in place of a dynamic one is how far from the first it begins."""
    places, end = [], 0
    for read, size in members:
        places.append((read, end, bool(size)))
        end += size or _WORD

    def read_all(data: bytes, first: int) -> tuple[Any, ...]:
        _need(data, first + end)
        return tuple(
            [
                read(data, first + (at if in_place else _number(data, first + at)))
                for read, at, in_place in places
            ]
        )

    return read_all


def _array(read: Read, size: int) -> Read:
    step = size or _WORD

    def read_all(data: bytes, at: int) -> tuple[Any, ...]:
        first = at + _WORD
        _need(data, first)
        end = first + step * _number(data, at)
        _need(data, end)
        places = range(first, end, step)
        if size:
            return tuple([read(data, place) for place in places])
        return tuple([read(data, first + _number(data, place)) for place in places])

    return read_all


def _bytes(data: bytes, at: int) -> bytes:
    first = at + _WORD
    _need(data, first)
    end = first + _number(data, at)
    padded = end + (first - end) % _WORD
    _need(data, padded)
    _check(not any(data[end:padded]))
    return data[first:end]


def _uint(limit: int) -> Read:
    def read(data: bytes, at: int) -> int:
        value = int.from_bytes(data[at : at + _WORD], "big")
        _check(value < limit)
        return value

    return read


def _fixed_bytes(size: int) -> Read:
    def read(data: bytes, at: int) -> bytes:
        _check(not any(data[at + size : at + _WORD]))
        return data[at : at + size]

    return read


def _bool(data: bytes, at: int) -> bool:
    value = _number(data, at)
    _check(value < 2)
    return value == 1


def _address(data: bytes, at: int) -> str:
    return _checksummed(data[at : at + _WORD])


@lru_cache(maxsize=65536)
def _checksummed(word: bytes) -> str:
    _check(not any(word[:12]))
    return str(to_checksum_address(word[12:]))


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + _WORD], "big")


def _need(data: bytes, size: int) -> None:
    _check(size <= len(data))


def _check(holds: bool) -> None:
    if not holds:
        raise ValueError("no such value")
