"""What a brand says and shows, to be cited and to measure drift against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np

from creatoken_sdk.brand.content import Readable, read
from creatoken_sdk.brand.embedder import Embedder, Floats, embedded
from creatoken_sdk.brand.errors import BrandError, ContentError
from creatoken_sdk.brand.exemplar import Exemplar, roles_of
from creatoken_sdk.brand.near_copies import NearTexts
from creatoken_sdk.brand.ngrams import HashedNgrams
from creatoken_sdk.brand.pictures import PaletteHash, PerceptualHash
from creatoken_sdk.brand.report import DriftReport, NearCopy, Neighbour
from creatoken_sdk.brand.retrieved import Citation, Retrieved
from creatoken_sdk.brand.rules import Rules, require_colours
from creatoken_sdk.brand.vectors import MemoryVectors, VectorStore
from creatoken_sdk.errors import quoted
from creatoken_sdk.record import MerkleTree, leaf_hash, name_hash

__all__ = ["BrandIndex"]

NEIGHBOURS = 10
"""Exemplars that a score is the mean distance to; all of them where there are fewer."""

_BATCH = 64
_MAX_TEXT = 1_000_000
_NEAR_BITS = 10
_LEAF = ("bytes32", "bytes32", "bytes32")


class BrandIndex:
    """Exemplars of a brand, its rules, and what they say of other content.

    Half of the copy and half of the images, chosen by `seed` and the hashes of the contents, are
    not compared with: they calibrate. Drift is therefore only known to err as often as it says for
    content that is exchangeable with the exemplars: made for the same uses, by the same kind of
    people or models, in the same time. Another set of exemplars is another index, calibrated anew.

    Vectors stay in `store`, by default in memory, so that only new content is embedded; a store
    belongs to one index at a time. Not for several threads at once.
    """

    def __init__(
        self,
        exemplars: Iterable[Exemplar],
        embedder: Embedder[str] | None = None,
        store: VectorStore | None = None,
        *,
        image_embedder: Embedder[Any] | None = None,
        rules: Rules | None = None,
        seed: int = 0,
    ) -> None:
        """Embed what the store does not hold; `embedder` is for texts."""
        self.rules = rules or Rules()
        self._store = MemoryVectors() if store is None else store
        texts, images = embedder or HashedNgrams(), image_embedder or PaletteHash()
        self._embedders: Mapping[str, Embedder[Any]] = {
            "guide": texts,
            "copy": texts,
            "image": images,
        }
        self._roles = roles_of(exemplars, seed)
        self._calibrations: dict[str, Floats] = {}
        for role, items in self._roles.items():
            self._fill(role, items, self._embedders[_kind(role)])
        pictures = {**self._roles["image"], **self._roles["image.calibration"]}
        self._fill("image.hash", pictures, PerceptualHash())

    @cached_property
    def root(self) -> bytes:
        """Merkle root of (content hash, kind, embedder fingerprint) of every item, and the rules.

        The kind of what calibrates is `copy.calibration` or `image.calibration`: the root tells
        which p-value any content gets. Hashed as `leaf_hash` of bytes32 and two name hashes.
        """
        leaves = [
            _leaf(id, role, self.fingerprint(_kind(role)))
            for role, items in self._roles.items()
            for id in items
        ]
        return MerkleTree([_leaf("0x" + self.rules.hash.hex(), "rules", ""), *leaves]).root

    def __len__(self) -> int:
        """Return the number of items, without the rules."""
        return sum(map(len, self._roles.values()))

    def exemplar(self, id: str) -> Exemplar:
        """Return the item with an id that a report or a citation names."""
        for items in self._roles.values():
            if id in items:
                return items[id]
        raise BrandError(f"{quoted(id)} is not in this index; open the index that the report names")

    def counts(self, kind: str) -> tuple[int, int]:
        """Return how many items of a kind (copy, image) are compared with, and calibrate."""
        return len(self._roles[kind]), len(self._roles[f"{kind}.calibration"])

    def fingerprint(self, kind: str) -> str:
        """Return the fingerprint of the embedder of a kind."""
        return self._embedders[kind].fingerprint

    def retrieve(self, query: str, k: int = 5) -> Retrieved:
        """Return the k texts (guide and copy) nearest to a query, for a prompt."""
        if k < 1:
            raise BrandError(f"{k} texts cannot be cited; ask for 1 or more")
        embedder = self._embedders["guide"]
        vector = embedded(embedder, [query])
        found = [
            (distance, id, role)
            for role in ("guide", "copy", "copy.calibration")
            for id, distance in self._nearest(role, embedder, vector, k)[0]
        ]
        citations = [
            Citation(id, one.kind, one.licence, one.source, distance, one.text)
            for distance, id, role in sorted(found)[:k]
            for one in [self._roles[role][id]]
        ]
        return Retrieved("0x" + self.root.hex(), embedder.fingerprint, tuple(citations))

    def drift(
        self, content: Readable, *, text_colours: tuple[str, str] | None = None
    ) -> DriftReport:
        """Say how far a text, or a file or the bytes of a text or a picture, is from the brand.

        `text_colours` declares text and ground of a picture (#RRGGBB) for the rule of contrast;
        without it they are guessed.
        """
        if text_colours is not None:
            require_colours(text_colours)
        item = read(content)
        if isinstance(item.value, str) and len(item.value) > _MAX_TEXT:
            raise ContentError(
                f"{item.name} has more than {_MAX_TEXT:,} characters; measure its parts"
            )
        kind, embedder = item.kind, self._embedders[item.kind]
        near = self._near_exemplars(kind, embedded(embedder, [item.value]))[0]
        score, calibration = _score(near), self._calibration(kind)
        as_high = int((calibration >= score).sum())
        return DriftReport(
            content=item.id,
            kind=kind,
            score=score,
            p_value=(1 + as_high) / (len(calibration) + 1),
            n_calibration=len(calibration),
            nearest=tuple(Neighbour(id, distance) for id, distance in near),
            near_copy=self._near_copy(item.value),
            rules=self.rules.findings(item, text_colours),
            embedder=self.fingerprint(kind),
            index_root="0x" + self.root.hex(),
        )

    def _fill(self, role: str, items: Mapping[str, Exemplar], embedder: Embedder[Any]) -> None:
        space = _space(role, embedder)
        known = self._store.get(space, list(items))
        missing = [id for id in sorted(items) if id not in known]
        for start in range(0, len(missing), _BATCH):
            ids = missing[start : start + _BATCH]
            vectors = embedded(embedder, [_value(items[id]) for id in ids])
            self._store.put(space, dict(zip(ids, vectors, strict=True)))
        self._store.keep(space, list(items))

    def _near_exemplars(self, kind: str, vectors: Floats) -> list[list[tuple[str, float]]]:
        if not self._roles[kind]:
            raise ContentError(f"the index has no exemplars of kind {kind}; add some of the brand")
        return self._nearest(kind, self._embedders[kind], vectors, NEIGHBOURS)

    def _nearest(
        self, role: str, embedder: Embedder[Any], vectors: Floats, k: int
    ) -> list[list[tuple[str, float]]]:
        return self._store.nearest(_space(role, embedder), vectors, k)

    def _calibration(self, kind: str) -> Floats:
        if kind not in self._calibrations:
            role = f"{kind}.calibration"
            held = self._store.get(_space(role, self._embedders[kind]), list(self._roles[role]))
            vectors = list(held.values())
            scores = [
                _score(near)
                for start in range(0, len(vectors), _BATCH)
                for near in self._near_exemplars(kind, np.stack(vectors[start : start + _BATCH]))
            ]
            self._calibrations[kind] = np.array(scores)
        return self._calibrations[kind]

    def _near_copy(self, value: Any) -> NearCopy | None:
        if isinstance(value, str):
            return self._near_texts.find(value)
        hasher = PerceptualHash()
        near = self._nearest("image.hash", hasher, embedded(hasher, [value]), 1)[0]
        bits = round(near[0][1] * hasher.bits / 2) if near else hasher.bits
        if bits > _NEAR_BITS:
            return None
        return NearCopy(near[0][0], "perceptual hash", 1 - bits / hasher.bits)

    @cached_property
    def _near_texts(self) -> NearTexts:
        copies = {**self._roles["copy"], **self._roles["copy.calibration"]}
        return NearTexts({id: item.text for id, item in copies.items()})


def _kind(role: str) -> str:
    return role.partition(".")[0]


def _space(role: str, embedder: Embedder[Any]) -> str:
    return f"{role}-{sha256(embedder.fingerprint.encode()).hexdigest()[:16]}"


def _leaf(id: str, role: str, fingerprint: str) -> bytes:
    return leaf_hash(_LEAF, (bytes.fromhex(id[2:]), name_hash(role), name_hash(fingerprint)))


def _value(item: Exemplar) -> Any:
    return read(item.content).picture if item.kind == "image" else item.text


def _score(near: Sequence[tuple[str, float]]) -> float:
    return round(sum(distance for _, distance in near) / len(near), 6)
