"""What a step took and gave, as a document can hold it: a hash, and the text where there is one.

Contents stay here: what leaves is a salted commitment to the hash. Numbers that JSON cannot hold
exactly (64-bit seeds, floats) are written as strings.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from creatoken_sdk.errors import RecordError
from creatoken_sdk.record import canonical
from creatoken_sdk.record.canonical import MAX_DEPTH, MAX_SAFE_INTEGER, Json
from creatoken_sdk.studio.files import opened

__all__ = ["Content", "Document", "content_of", "plain"]

MAX_TEXT = 64 * 1024
"""Characters of text that a document keeps beside the hash."""

_CHUNK = 1 << 20

Content = dict[str, Json]


@runtime_checkable
class Document(Protocol):
    """A value that says itself what a step records of it: a report, say."""

    def to_json(self) -> Mapping[str, Json]:
        """Return it as JSON."""


def content_of(value: object) -> Content:
    """Return `{"sha256": 0x..., ...}` of a value.

    Text, bytes and files are hashed as they are, files in constant memory; everything else by its
    canonical JSON. Text of up to 64 Ki characters is kept as "text", other JSON as "json".
    """
    if isinstance(value, str):
        return {"sha256": _sha256_of_text(value)} | ({"text": value} if _is_kept(value) else {})
    if isinstance(value, (bytes, bytearray, memoryview)):
        data = value if isinstance(value, bytes) else bytes(value)
        return {"sha256": _sha256(data), "bytes": len(data)}
    if isinstance(value, os.PathLike):
        return _of_file(Path(value))
    written = plain(value)
    data = canonical.dumps(written)
    kept = {"json": written} if len(data) <= MAX_TEXT else {}
    return {"sha256": _sha256(data)} | kept


def plain(value: object, depth: int = 0) -> Json:
    """Return a value as canonical JSON can hold it, or raise RecordError.

    Floats and integers beyond 2^53-1 become decimal strings. Of bytes, files, and text that is
    long or not Unicode NFC there is the hash; of what has `to_json`, what that returns.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value if _is_kept(value) else content_of(value)
    if isinstance(value, int):
        return int(value) if abs(value) <= MAX_SAFE_INTEGER else str(int(value))
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise RecordError("a number is NaN or infinite; give the step a finite one")
        return float.__repr__(value)
    if isinstance(value, (bytes, bytearray, memoryview, os.PathLike)):
        return content_of(value)
    if depth > MAX_DEPTH:
        raise RecordError(f"a value is deeper than {MAX_DEPTH} levels, or holds itself; flatten it")
    if isinstance(value, Mapping):
        return {_key(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (Sequence, set, frozenset)):
        items = [plain(item, depth + 1) for item in value]
        return sorted(items, key=canonical.dumps) if isinstance(value, (set, frozenset)) else items
    document = value.to_json() if isinstance(value, Document) else None
    if isinstance(document, Mapping):  # a table's to_json, for one, is all of it as one text
        return plain(document, depth)
    raise RecordError(
        f"a step cannot record a {type(value).__name__}; pass text, bytes, a path or JSON, "
        "or give the step `content=` to turn it into one"
    )


def _key(key: object) -> str:
    if isinstance(key, str):
        return key
    raise RecordError(f"a mapping has a key of type {type(key).__name__}; write keys as strings")


def _of_file(path: Path) -> Content:
    digest, size = hashlib.sha256(), 0
    with opened(path, RecordError, "record it while it is there") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return {"sha256": "0x" + digest.hexdigest(), "bytes": size, "file": _file_name(path)}


def _file_name(path: Path) -> str:
    """Its name as text that every system can hold: macOS takes accents apart."""
    return unicodedata.normalize("NFC", os.fsencode(path.name).decode("utf-8", "replace"))


def _is_kept(text: str) -> bool:
    if len(text) > MAX_TEXT or text.isascii():
        return len(text) <= MAX_TEXT
    try:
        canonical.dumps(text)
    except RecordError:
        return False
    return True


def _sha256_of_text(text: str) -> str:
    digest = hashlib.sha256()
    for start in range(0, len(text), _CHUNK):
        digest.update(text[start : start + _CHUNK].encode("utf-8", "surrogatepass"))
    return "0x" + digest.hexdigest()


def _sha256(data: bytes) -> str:
    return "0x" + hashlib.sha256(data).hexdigest()
