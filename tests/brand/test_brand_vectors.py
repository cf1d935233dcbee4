"""Stores: exact or nearly so, reopened, killed half-way."""

from __future__ import annotations

import signal
import subprocess
import sys

import numpy as np
import pytest

from brand.voice import Scattered, copy, lines
from creatoken_sdk.brand.approximate import UsearchVectors
from creatoken_sdk.brand.index import BrandIndex
from creatoken_sdk.brand.vectors import MemoryVectors, SqliteVectors
from creatoken_sdk.errors import CreatokenError

KILLED = """
import os, sys
import numpy as np
from creatoken_sdk.brand.vectors import SqliteVectors

class Fatal(dict):
    def items(self):
        yield "half", np.ones(3, np.float32)
        os.kill(os.getpid(), 9)

store = SqliteVectors(sys.argv[1])
store.put("space", {"whole": np.ones(3, np.float32)})
store.put("space", Fatal())
"""


class Counting(Scattered):
    """Counts what it embeds."""

    def __init__(self):
        self.count = 0

    def embed(self, contents):
        self.count += len(contents)
        return super().embed(contents)


def unit(rows: int, seed: int = 0, width: int = 16) -> np.ndarray:
    found = np.random.default_rng(seed).normal(size=(rows, width))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(params=["memory", "sqlite", "usearch"])
def store(request, tmp_path):
    """Every store that ships."""
    if request.param == "memory":
        return MemoryVectors()
    kind = SqliteVectors if request.param == "sqlite" else UsearchVectors
    return kind(tmp_path / "vectors.db")


def test_nearest__given_vectors__is_by_cosine_distance_nearest_first(store) -> None:
    vectors = unit(200)
    store.put("space", {f"{at:03}": vector for at, vector in enumerate(vectors)})
    store.put("other", {"000": vectors[7]})
    for query in unit(20, seed=1):
        distances = 1 - vectors.astype(np.float64) @ query
        expected = [f"{at:03}" for at in np.argsort(distances)[:5]]
        [found] = store.nearest("space", query[None], 5)
        assert [id for id, _ in found] == expected
        assert [one for _, one in found] == pytest.approx(sorted(distances)[:5], abs=1e-6)
    assert store.nearest("space", vectors[:2], 1) == [[("000", 0.0)], [("001", 0.0)]]
    assert len(store.nearest("other", vectors[:1], 5)[0]) == 1
    assert store.nearest("empty", vectors[:2], 5) == [[], []]


def test_keep__given_ids__forgets_the_others_and_put_replaces(store) -> None:
    first, second, third, fourth = unit(4)
    store.put("space", {"a": first, "b": second})
    assert store.nearest("space", second[None], 1) == [[("b", 0.0)]]
    store.keep("space", ["a", "unknown"])
    assert list(store.get("space", ["a", "b"])) == ["a"]
    assert [id for id, _ in store.nearest("space", second[None], 2)[0]] == ["a"]
    store.put("space", {"a": third, "c": fourth, "d": second})
    for id, vector in (("a", third), ("c", fourth), ("d", second)):
        assert store.nearest("space", vector[None], 1) == [[(id, 0.0)]]


def test_keep__when_reopened__has_forgotten(tmp_path) -> None:
    first, second = unit(2)
    store = SqliteVectors(tmp_path / "v.db")
    store.put("space", {"a": first, "b": second})
    store.keep("space", ["b"])
    store.close()
    assert list(SqliteVectors(tmp_path / "v.db").get("space", ["a", "b"])) == ["b"]


def test_index__when_an_exemplar_is_taken_away__no_longer_finds_it(tmp_path) -> None:
    items, store = copy(30), SqliteVectors(tmp_path / "v.db")
    BrandIndex(items, store=store)
    fewer = BrandIndex(items[:20], store=store)
    assert fewer.drift("a swim") == BrandIndex(items[:20]).drift("a swim")
    assert fewer.retrieve("a swim", 30) == BrandIndex(items[:20]).retrieve("a swim", 30)


@pytest.mark.parametrize("kind", [SqliteVectors, UsearchVectors])
def test_index__when_its_store_is_reopened__embeds_only_what_is_new(tmp_path, kind) -> None:
    embedder, texts = Counting(), lines(41)
    items = copy(40)
    first = BrandIndex(items, embedder, kind(tmp_path / "v.db"))
    report = first.drift(texts[40])
    assert embedder.count == 41
    again = BrandIndex(items[::-1], embedder, kind(tmp_path / "v.db"))
    assert again.drift(texts[40]) == report
    assert embedder.count == 42
    BrandIndex(copy(42), embedder, kind(tmp_path / "v.db"))
    assert embedder.count <= 45  # two are new, and one may change sides


def test_index__given_each_store__reports_the_same(store) -> None:
    items, text = copy(60), "a text of another voice"
    usual, other = BrandIndex(items), BrandIndex(items, store=store)
    assert other.root == usual.root
    assert other.drift(text) == usual.drift(text)


def test_usearch__given_thousands__misses_few_of_the_nearest(tmp_path) -> None:
    vectors, queries = unit(3_000, width=64), unit(50, seed=1, width=64)
    stores = [MemoryVectors(), UsearchVectors(tmp_path / "v.db")]
    found = []
    for store in stores:
        store.put("space", {f"{at:04}": vector for at, vector in enumerate(vectors)})
        rows = store.nearest("space", queries, 10)
        found.append([{id for id, _ in row} for row in rows])
    shared = sum(len(exact & near) for exact, near in zip(*found, strict=True))
    assert shared >= 0.98 * 500


def test_put__when_killed_half_way__keeps_what_was_whole(tmp_path) -> None:
    path = tmp_path / "v.db"
    done = subprocess.run([sys.executable, "-c", KILLED, path], check=False)
    assert done.returncode == -signal.SIGKILL
    store = SqliteVectors(path)
    assert list(store.get("space", ["whole", "half"])) == ["whole"]
    store.put("space", {"half": unit(1)[0]})
    store.close()


def test_sqlite_vectors__given_a_damaged_file__is_a_typed_error(tmp_path) -> None:
    (tmp_path / "v.db").write_bytes(b"not a database, by far" * 100)
    with pytest.raises(CreatokenError, match="damaged"):
        SqliteVectors(tmp_path / "v.db")
