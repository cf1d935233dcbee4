"""The port for models that place content where alike things are near one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from creatoken_sdk.brand.errors import BrandError

__all__ = ["Embedder", "Floats", "embedded"]

Floats: TypeAlias = NDArray[np.float32]

C = TypeVar("C", str, Any, contravariant=True)


class Embedder(Protocol[C]):
    """Embeds texts (`str`), or pictures (Pillow images in RGB).

    `fingerprint` names what decides the vectors: the model, a hash of its weights, the version. It
    is part of the index root; the vectors are not, for they differ in the last bits by machine.
    """

    fingerprint: str

    def embed(self, contents: Sequence[C]) -> Floats:
        """Return a row for each content; only directions count, lengths do not."""


def embedded(embedder: Embedder[Any], contents: Sequence[Any]) -> Floats:
    """Return vectors of length 1, or 0 where there is nothing to embed."""
    vectors = np.asarray(embedder.embed(contents), np.float32)
    if vectors.ndim != 2 or len(vectors) != len(contents) or not np.isfinite(vectors).all():
        raise BrandError(
            f"embedder {embedder.fingerprint} gave {vectors.shape} for {len(contents)} contents; "
            "it must give a row of finite numbers for each"
        )
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), np.float32)
