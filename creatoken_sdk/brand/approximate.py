"""A store for more vectors than can all be compared: nearly always the nearest, in less time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from creatoken_sdk.brand.embedder import Floats
from creatoken_sdk.brand.vectors import SqliteVectors

if TYPE_CHECKING:
    from usearch.index import Index

__all__ = ["UsearchVectors"]

_SEARCHED = 256
"""Candidates looked at: the more, the fewer of the nearest are missed."""


class UsearchVectors(SqliteVectors):
    """The same file, searched by usearch's graph, which is made anew when first asked.

    Warning: now and then it misses one of the nearest. That moves scores a little, of calibration
    samples and of content alike, and p-values with them.
    """

    def __init__(self, path: str | Path) -> None:
        """See `SqliteVectors`."""
        super().__init__(path)
        self._graphs: dict[str, tuple[object, Index]] = {}

    def nearest(self, space: str, vectors: Floats, k: int) -> list[list[tuple[str, float]]]:
        """See `VectorStore`."""
        ids, matrix = self._matrix(space)
        if not ids:
            return [[] for _ in vectors]
        found = self._graph(space).search(vectors, min(k, len(ids)), exact=len(ids) <= _SEARCHED)
        keys = np.asarray(found.keys).reshape(len(vectors), -1)
        # Distances exactly, as the graph's are those of 32-bit floats.
        return [
            sorted(
                ((ids[key], round(float(1 - matrix[key] @ vector), 6)) for key in row),
                key=lambda pair: (pair[1], pair[0]),
            )
            for vector, row in zip(vectors.astype(np.float64), keys, strict=True)
        ]

    def _graph(self, space: str) -> Index:
        from usearch.index import Index

        ids, matrix = self._matrix(space)
        made = self._graphs.get(space)
        if made is None or made[0] is not matrix:
            graph = Index(
                ndim=matrix.shape[1], metric="ip", dtype="f32", expansion_search=_SEARCHED
            )
            graph.add(np.arange(len(ids)), matrix.astype(np.float32), threads=1)
            made = self._graphs[space] = matrix, graph
        return made[1]
