"""The port for models that place content where alike things are near one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["Embedder", "Floats"]

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
