"""Files by their hash: a store keeps names and hashes of pictures, not the pictures."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path

from creatoken_sdk.errors import RecordError
from creatoken_sdk.studio.trace_steps import Piece
from creatoken_sdk.studio.verify import file_hash

__all__ = ["Contents"]


class Contents:
    """A folder, with all below it, in which files are found by what they hold."""

    def __init__(self, folder: str | Path | None) -> None:
        """Look into a folder; None has no files. RecordError if it is no folder."""
        self._by_size: defaultdict[int, list[Path]] = defaultdict(list)
        self._hashes: dict[Path, str] = {}
        if folder is None:
            return
        if not os.path.isdir(folder):
            raise RecordError(f"{folder} is no folder; name the one that holds the run's files")
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file():
                self._by_size[path.stat().st_size].append(path)

    def find(self, piece: Piece) -> Path | None:
        """Return the file that holds exactly this, None if it is not here."""
        sizes = [piece.size] if piece.size else list(self._by_size)
        paths = [path for size in sizes for path in self._by_size.get(size, ())]
        return next((path for path in paths if self._hash(path) == piece.id), None)

    def _hash(self, path: Path) -> str:
        if path not in self._hashes:
            self._hashes[path] = "0x" + file_hash(path).hex()
        return self._hashes[path]
