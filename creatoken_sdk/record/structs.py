"""Static Solidity values and structs as ABI words and as JSON text, with nothing coerced.

`encode` equals Solidity's `abi.encode` for value types, whose encoding is one 32-byte word each.
eth-abi and eth-account pad a short bytes32, read "1" as a number and ignore extra fields: two
people could then sign different things for the same screen. Here the Python type, the length,
the range, the checksum and the set of keys must be exact, or EncodingError is raised.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from eth_utils.address import is_checksum_address

from creatoken_sdk.errors import EncodingError

if TYPE_CHECKING:
    from typing_extensions import Self

__all__ = ["Struct", "encode", "from_json", "members", "to_json"]

_UINT = re.compile(r"0|[1-9][0-9]{0,77}")
_BYTES = re.compile("0x([0-9a-f]{2})*")


def encode(types: Sequence[str], values: Sequence[object]) -> bytes:
    """Return `abi.encode` of values of the types uint8 to uint256, address, bytes32 and bool."""
    if len(types) != len(values):
        raise EncodingError(f"{len(values)} values for {len(types)} types; give one for each")
    return b"".join([_word_encoder(kind)(value) for kind, value in zip(types, values, strict=True)])


@cache
def members(struct_type: str) -> tuple[tuple[str, str], ...]:
    """Return (Solidity type, name) of each field of a struct type, in order."""
    return tuple(re.findall(r"(\w+) (\w+)", struct_type))


@dataclass(frozen=True, slots=True, kw_only=True)
class Struct:
    """A Solidity struct of value types; subclasses list their fields in the order of `TYPE`.

    `TYPE` is the struct as Solidity and EIP-712 write it, e.g. `Pair(uint8 left,address right)`.
    """

    TYPE: ClassVar[str]

    def encode(self) -> bytes:
        """Return `abi.encode` of the struct: one 32-byte word per field."""
        return encode([kind for kind, _ in members(self.TYPE)], self._values())

    def to_json(self) -> dict[str, str | bool]:
        """Return the fields by Solidity name: integers as decimal strings, bytes as 0x hex."""
        names = [name for _, name in members(self.TYPE)]
        return {name: to_json(value) for name, value in zip(names, self._values(), strict=True)}

    @classmethod
    def from_json(cls, document: object) -> Self:
        """Return the struct of exactly these fields, written exactly as `to_json` writes them."""
        keys = {name for _, name in members(cls.TYPE)}
        if not isinstance(document, dict) or set(document) != keys:
            raise EncodingError(f"{cls.__name__} has exactly the keys {sorted(keys)}; send those")
        values = [from_json(kind, document[name]) for kind, name in members(cls.TYPE)]
        struct = cls(**dict(zip(cls._attributes(), values, strict=True)))
        struct.encode()
        return struct

    @classmethod
    @cache
    def _attributes(cls) -> tuple[str, ...]:
        return tuple(field.name for field in fields(cls))

    def _values(self) -> list[Any]:
        return [getattr(self, name) for name in self._attributes()]


@cache
def _word_encoder(kind: str) -> Callable[[object], bytes]:
    if kind.startswith("uint"):
        return _uint_encoder(kind, int(kind.removeprefix("uint")))
    return {"address": _address_word, "bytes32": _bytes32_word, "bool": _bool_word}[kind]


def _uint_encoder(kind: str, bits: int) -> Callable[[object], bytes]:
    limit = 1 << bits

    def word(value: object) -> bytes:
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < limit:
            raise EncodingError(f"{kind} takes an int of 0 to 2^{bits}-1, {_got(value)}")
        return value.to_bytes(32, "big")

    return word


def _address_word(value: object) -> bytes:
    if not isinstance(value, str):
        raise EncodingError(f"address takes a checksummed string, {_got(value)}")
    return _checked_address_word(value)


@lru_cache(maxsize=4096)
def _checked_address_word(address: str) -> bytes:
    if not is_checksum_address(address):
        raise EncodingError(
            "an address has no valid EIP-55 checksum; compare it with its source, "
            "then pass it through eth_utils.to_checksum_address"
        )
    return bytes(12) + bytes.fromhex(address[2:])


def _bytes32_word(value: object) -> bytes:
    if not isinstance(value, bytes) or len(value) != 32:
        raise EncodingError(f"bytes32 takes exactly 32 bytes, {_got(value)}")
    return bytes(value)


def _bool_word(value: object) -> bytes:
    if not isinstance(value, bool):
        raise EncodingError(f"bool takes True or False, {_got(value)}")
    return int(value).to_bytes(32, "big")


def _got(value: object) -> str:
    size = f" of {len(value)}" if isinstance(value, (bytes, str)) else ""
    return f"got {type(value).__name__}{size}; convert it before the call"


def to_json(value: bool | int | bytes | str) -> str | bool:
    """Return the JSON text of one Solidity value: decimal string, 0x hex, address or bool."""
    if isinstance(value, (bool, str)):
        return value
    return "0x" + value.hex() if isinstance(value, bytes) else str(int(value))


def from_json(kind: str, value: object) -> Any:
    """Return the value of a Solidity type that `to_json` wrote; addresses are checked later."""
    if kind.startswith("uint"):
        return int(_matched(_UINT, value, f"{kind} is written as a decimal string"))
    if kind == "bytes":
        rule = "bytes are written as 0x and pairs of lower-case hex digits"
        return bytes.fromhex(_matched(_BYTES, value, rule)[2:])
    if kind.startswith("bytes"):
        size = int(kind.removeprefix("bytes"))
        rule = f"{kind} is written as 0x and {2 * size} lower-case hex digits"
        return bytes.fromhex(_matched(re.compile(f"0x[0-9a-f]{{{2 * size}}}"), value, rule)[2:])
    return value


def _matched(pattern: re.Pattern[str], value: object, rule: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise EncodingError(f"{rule}; rewrite it that way")
    return value
