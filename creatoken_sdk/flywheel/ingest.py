"""What a model learns from, anchored before it learns: which rows, and since when."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from creatoken_sdk.flywheel.dataset import Dataset
from creatoken_sdk.flywheel.errors import TableError
from creatoken_sdk.flywheel.tables import file_hash, row_hashes

if TYPE_CHECKING:
    from creatoken_sdk.studio.studio import Studio

__all__ = ["Ingest"]

_SCHEMA = "creatoken.dataset"


class Ingest:
    """Anchors tables through a studio. A root proves that data was not altered since, no more."""

    def __init__(self, studio: Studio) -> None:
        """Belong to the studio whose account anchors, and whose store keeps trees and keys."""
        self._studio = studio

    def anchor(self, source: object) -> Dataset:
        """Commit to every row of a table; the next `studio.flush` anchors the root.

        `source` is a path to .csv, .jsonl, .parquet or to a folder, whose rows are its files, or
        an Arrow table. The same bytes of the same name, or the same rows in memory, are the same
        dataset: nothing is added. Rows stream; the tree takes about 0.5 kB of memory for each.
        """
        if not isinstance(source, (str, Path)) or os.path.isdir(source):
            return self._queue(*row_hashes(source), "", None)
        path = Path(source)
        if not os.path.isfile(path):
            raise TableError(f"{path.name} is no file and no folder; check the path")
        sha256 = file_hash(path)
        hashes, columns = row_hashes(path)
        if file_hash(path) != sha256:
            raise TableError(f"{path.name} changed while it was read; anchor it once it is whole")
        return self._queue(hashes, columns, path.name, sha256)

    def datasets(self) -> list[Dataset]:
        """Return all that was anchored, or is queued, the oldest first."""
        return [one for one in Dataset.all(self._studio) if one.document["schema"] == _SCHEMA]

    def _queue(
        self, hashes: list[bytes], columns: list[str], name: str, sha256: str | None
    ) -> Dataset:
        about = {"schema": _SCHEMA, "name": name, "sha256": sha256, "columns": columns}
        return Dataset.queue(self._studio, about, hashes, "inputs")
