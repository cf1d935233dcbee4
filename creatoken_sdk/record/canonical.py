"""RFC 8785 bytes of a JSON value, and a parser that accepts nothing ambiguous.

Two parties hash the same document only if it has one form. Refused, because JSON libraries
disagree about them or lose them silently: floats, integers beyond 2^53-1, duplicate keys,
strings that are not Unicode NFC, lone surrogates, and nesting deeper than `MAX_DEPTH`.
Decimals, seeds and token amounts travel as decimal strings. Errors name the place, never the value.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from typing import Any, NoReturn, TypeAlias

import rfc8785

from creatoken_sdk.errors import CanonicalError

__all__ = [
    "MAX_DEPTH",
    "MAX_SAFE_INTEGER",
    "Json",
    "check",
    "document_hash",
    "dumps",
    "loads",
    "require_document",
]

MAX_DEPTH = 64
MAX_SAFE_INTEGER = 2**53 - 1

# For what `check` lets through, the standard library writes what RFC 8785 asks for, and faster.
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")

# Values of None, bool, int, str, and lists, tuples and dicts (with str keys) of them.
Json: TypeAlias = Any


def check(value: Json, path: str = "", depth: int = 0) -> None:
    """Raise CanonicalError where `value`, at a path of that many levels, has no single form."""
    if isinstance(value, str):
        _check_text(value, path)
    elif value is None or isinstance(value, bool):
        return
    elif isinstance(value, int):
        if abs(value) > MAX_SAFE_INTEGER:
            raise CanonicalError(f"{path!r} is beyond 2^53-1; send it as a decimal string")
    elif isinstance(value, (list, tuple, dict)):
        if depth >= MAX_DEPTH:
            raise _too_deep(repr(path))
        _check_items(value, path, depth + 1)
    else:
        kind = type(value).__name__
        raise CanonicalError(f"{path!r} is of type {kind}; send it as a string (decimal or 0x hex)")


def dumps(value: Json) -> bytes:
    """Return the RFC 8785 bytes of `value`; raise CanonicalError where it has no single form."""
    check(value)
    text = _encode(value)
    # Code points and RFC 8785's UTF-16 units sort alike unless a key is beyond the basic plane.
    return text.encode() if text.isascii() else rfc8785.dumps(value)


def loads(data: bytes) -> Json:
    """Parse UTF-8 JSON as strictly as `dumps` writes it; the bytes need not be canonical."""
    try:
        text = data.decode("utf-8")
        _check_depth(text)
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
    except UnicodeDecodeError as error:
        raise CanonicalError(f"byte {error.start} is not UTF-8; save it as UTF-8") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise CanonicalError(f"not JSON at {where} ({error.msg}); correct it there") from None
    check(value)
    return value


def document_hash(document: Json) -> bytes:
    """Return SHA-256 over the canonical bytes of a document that says its `schema` and `v`."""
    require_document(document)
    return hashlib.sha256(dumps(document)).digest()


def require_document(document: Json) -> None:
    """Raise CanonicalError unless this is an object that says its `schema` and `v`."""
    if not isinstance(document, dict):
        raise CanonicalError(f"a document is a JSON object, not {type(document).__name__}")
    schema, version = document.get("schema"), document.get("v")
    if not (isinstance(schema, str) and schema and type(version) is int and version >= 1):
        raise CanonicalError('a document needs "schema" (its name) and "v" (1 or more); add both')


def _check_depth(text: str) -> None:
    # Before json sees it: where the recursion limit was raised, json's C code overflows the stack.
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise _too_deep("the document")


def _check_items(value: Json, path: str, depth: int) -> None:
    if not isinstance(value, dict):
        for index, item in enumerate(value):
            check(item, f"{path}/{index}", depth)
        return
    for key, item in value.items():
        if not isinstance(key, str):
            raise CanonicalError(f"{path!r} has a key that is no string; write keys as strings")
        _check_text(key, path)
        check(item, f"{path}/{key}", depth)


def _check_text(text: str, path: str) -> None:
    if text.isascii():
        return
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise CanonicalError(f"{path!r} holds a lone surrogate; decode its source again") from None
    if not unicodedata.is_normalized("NFC", text):
        fix = 'unicodedata.normalize("NFC", text)'
        raise CanonicalError(f"{path!r} holds text that is not NFC; pass it through {fix}")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise CanonicalError(f"key {twice!r} appears twice in one object; remove one")
    return value


def _integer(text: str) -> int:
    # 16 digits and a sign hold 2^53-1; a longer text need not be converted to be refused.
    if len(text) > 17:
        raise CanonicalError("an integer is beyond 2^53-1; send it as a decimal string")
    return int(text)


def _refuse_number(_text: str) -> NoReturn:
    raise CanonicalError("a number is not an integer; send decimals as strings")


def _too_deep(what: str) -> CanonicalError:
    return CanonicalError(f"{what} is nested deeper than {MAX_DEPTH} levels; flatten it")
