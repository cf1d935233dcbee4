"""The hash that stands for an asset's bytes."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

__all__ = ["content_hash"]

_CHUNK_BYTES = 1 << 20


def content_hash(content: bytes | BinaryIO) -> bytes:
    """Return SHA-256 of `content`, bytes or an open binary file, read in chunks from where it is.

    Warning: hash the file before a C2PA manifest is embedded, or the id cannot be put into it.
    """
    if isinstance(content, bytes):
        return hashlib.sha256(content).digest()
    digest = hashlib.sha256()
    while chunk := content.read(_CHUNK_BYTES):
        digest.update(chunk)
    return digest.digest()
