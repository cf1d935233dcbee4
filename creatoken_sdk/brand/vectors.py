"""Where vectors are kept and found again: in memory, and in a SQLite file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from creatoken_sdk.brand.embedder import Floats
from creatoken_sdk.studio.sqlite import SqliteStore

__all__ = ["MemoryVectors", "SqliteVectors", "VectorStore"]

_TABLE = (
    "CREATE TABLE IF NOT EXISTS vectors (space TEXT NOT NULL, id TEXT NOT NULL,"
    " vector BLOB NOT NULL, PRIMARY KEY (space, id)) WITHOUT ROWID"
)


class VectorStore(Protocol):
    """Keeps vectors of length 1 by id in separate spaces; all vectors of a space are as long.

    Bring your own by these four methods. What `put` and `keep` did, a later opening finds.
    """

    def put(self, space: str, vectors: Mapping[str, Floats]) -> None:
        """Keep vectors under their ids, all or none of them; what an id had is replaced."""

    def keep(self, space: str, ids: Collection[str]) -> None:
        """Forget every vector of a space but these."""

    def get(self, space: str, ids: Collection[str]) -> dict[str, Floats]:
        """Return the vectors that are there."""

    def nearest(self, space: str, vectors: Floats, k: int) -> list[list[tuple[str, float]]]:
        """Return the (up to) k ids with the least cosine distance to each row, nearest first."""


class MemoryVectors:
    """Finds by comparing with all, which is exact and enough for some 100,000 vectors."""

    def __init__(self) -> None:
        """Start empty."""
        self._spaces: dict[str, dict[str, Floats]] = {}
        self._matrices: dict[str, tuple[list[str], NDArray[np.float64]]] = {}

    def put(self, space: str, vectors: Mapping[str, Floats]) -> None:
        """See `VectorStore`."""
        self._matrices.pop(space, None)
        self._space(space).update(vectors)

    def keep(self, space: str, ids: Collection[str]) -> None:
        """See `VectorStore`."""
        self._matrices.pop(space, None)
        held, wanted = self._space(space), set(ids)
        self._spaces[space] = {id: vector for id, vector in held.items() if id in wanted}

    def get(self, space: str, ids: Collection[str]) -> dict[str, Floats]:
        """See `VectorStore`."""
        held = self._space(space)
        return {id: held[id] for id in ids if id in held}

    def nearest(self, space: str, vectors: Floats, k: int) -> list[list[tuple[str, float]]]:
        """See `VectorStore`."""
        ids, matrix = self._matrix(space)
        if not ids:
            return [[] for _ in vectors]
        distances = 1.0 - vectors.astype(np.float64) @ matrix.T
        return [_least(ids, row, k) for row in distances]

    def _space(self, space: str) -> dict[str, Floats]:
        return self._spaces.setdefault(space, {})

    def _matrix(self, space: str) -> tuple[list[str], NDArray[np.float64]]:
        if space not in self._matrices:
            held = self._space(space)
            ids = sorted(held)  # so that nothing depends on the order in which they came
            # In 64 bits: what is left of rounding errors lies beyond the 6 decimals that count.
            matrix = np.array([held[id] for id in ids], np.float64)
            self._matrices[space] = ids, matrix
        return self._matrices[space]


class SqliteVectors(MemoryVectors):
    """The same, written through to a SQLite file that survives the death of its process.

    Another process sees what was written before it opened the file.
    """

    def __init__(self, path: str | Path) -> None:
        """Open the file, or make it."""
        super().__init__()
        self._file = SqliteStore(Path(path))
        with self._file.transaction() as db:
            db.execute(_TABLE)

    def put(self, space: str, vectors: Mapping[str, Floats]) -> None:
        """See `VectorStore`."""
        with self._file.transaction() as db:
            for id, vector in vectors.items():
                blob = vector.astype("<f4").tobytes()
                db.execute("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", (space, id, blob))
        super().put(space, vectors)

    def keep(self, space: str, ids: Collection[str]) -> None:
        """See `VectorStore`."""
        gone = self._space(space).keys() - set(ids)
        with self._file.transaction() as db:
            for id in gone:
                db.execute("DELETE FROM vectors WHERE space = ? AND id = ?", (space, id))
        super().keep(space, ids)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _space(self, space: str) -> dict[str, Floats]:
        if space not in self._spaces:
            rows = self._file.rows("SELECT id, vector FROM vectors WHERE space = ?", (space,))
            self._spaces[space] = dict(_loaded(rows))
        return self._spaces[space]


def _loaded(rows: Iterable[tuple[str, bytes]]) -> Iterable[tuple[str, Floats]]:
    return ((id, np.frombuffer(blob, "<f4")) for id, blob in rows)


def _least(ids: list[str], distances: NDArray[Any], k: int) -> list[tuple[str, float]]:
    count = min(k, len(ids))
    found = np.argpartition(distances, count - 1)[:count]
    # Rounded, so that a processor's last bits do not decide which of equals comes first.
    pairs = [(ids[i], round(float(distances[i]), 6)) for i in found]
    return sorted(pairs, key=lambda pair: (pair[1], pair[0]))
