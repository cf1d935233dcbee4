"""Between Python values and ABI bytes: objects in, named values out, nothing coerced.

A struct goes in as any object whose attributes are its fields in snake_case, or as a tuple; an
address as a checksummed string or anything that has an `address`. What comes out is the other way
round: a struct as a dict by snake_case names, an address checksummed.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from eth_abi.abi import encode as abi_encode
from eth_utils.abi import collapse_if_tuple, function_abi_to_4byte_selector

from creatoken_sdk.chain.artifacts import artifact
from creatoken_sdk.chain.errors import BadResponseError
from creatoken_sdk.chain.reading import Component, reader, snake_case
from creatoken_sdk.errors import EncodingError
from creatoken_sdk.record.structs import encode as encode_words

__all__ = [
    "decode_arguments",
    "decode_result",
    "encode_arguments",
    "encode_call",
    "types_of",
]


def types_of(components: Sequence[Component]) -> list[str]:
    """Return the canonical types of ABI components."""
    return [collapse_if_tuple(dict(component)) for component in components]


def encode_call(contract: str, function: str, arguments: Sequence[object]) -> bytes:
    """Return the calldata of a function of a packaged contract."""
    entry = _function(contract, function, len(arguments))
    return _selector(contract, function, len(arguments)) + encode_arguments(
        entry["inputs"], arguments
    )


def encode_arguments(components: Sequence[Component], values: Sequence[object]) -> bytes:
    """Return `abi.encode` of values; EncodingError names the one that does not fit exactly."""
    prepared = [_prepared(*pair) for pair in zip(components, values, strict=True)]
    return bytes(abi_encode(types_of(components), prepared))


def decode_result(contract: str, function: str, count: int, data: bytes) -> Any:
    """Return what a function with `count` arguments returned: one value, or a tuple of several."""
    values = decode_arguments(_function(contract, function, count)["outputs"], data)
    return values[0] if len(values) == 1 else values


def decode_arguments(components: Sequence[Component], data: bytes) -> tuple[Any, ...]:
    """Return decoded values; BadResponseError if the bytes are not what the ABI says."""
    try:
        return reader(components)(data)
    except ValueError:
        raise BadResponseError(
            f"{len(data)} bytes do not decode as ({','.join(types_of(components))}); "
            "check that the contract at this address is the one expected"
        ) from None


@cache
def _function(contract: str, function: str, count: int) -> Component:
    for entry in artifact(contract).abi:
        named = entry["type"] == "function" and entry["name"] == function
        if named and len(entry["inputs"]) == count:
            return entry
    raise EncodingError(f"{contract} has no function {function} with {count} arguments")


@cache
def _selector(contract: str, function: str, count: int) -> bytes:
    return function_abi_to_4byte_selector(dict(_function(contract, function, count)))  # type: ignore[arg-type]


def _prepared(component: Component, value: Any) -> Any:
    kind = component["type"]
    if kind.endswith("]"):
        return [_prepared(_element(component), item) for item in value]
    if kind == "tuple":
        members = component["components"]
        return tuple(
            _prepared(*pair) for pair in zip(members, _fields(members, value), strict=True)
        )
    if kind == "address":
        value = getattr(value, "address", value)
    try:
        _check(kind, value)
    except (EncodingError, UnicodeEncodeError) as error:
        raise EncodingError(f"{component['name']}: {error}") from None
    return value


def _fields(members: Sequence[Component], value: Any) -> Sequence[Any]:
    if isinstance(value, tuple) and len(value) == len(members):
        return value
    try:
        return [getattr(value, snake_case(member["name"])) for member in members]
    except AttributeError as error:
        raise EncodingError(f"{type(value).__name__} lacks a field: {error}") from None


def _check(kind: str, value: Any) -> None:
    if kind not in ("bytes", "string"):
        encode_words((kind,), (value,))
    elif not isinstance(value, str if kind == "string" else bytes):
        raise EncodingError(f"takes {kind}, got {type(value).__name__}; convert it before the call")
    elif isinstance(value, str):
        value.encode("utf-8")


def _element(component: Component) -> Component:
    return {**component, "type": component["type"][: component["type"].rindex("[")]}
