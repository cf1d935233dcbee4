"""A real sentence model as an embedder: all-MiniLM-L6-v2, from the weights that a package has."""

import numpy as np
import pytest

from brand.voice import copy, lines
from creatoken_sdk.brand.index import BrandIndex
from examples.minilm import MiniLM

OFF_BRAND = [
    "Refactor the scheduler before the release. The build is red.",
    "Our quarterly revenue grew by nine per cent. Margins held.",
    "The patient received two doses in the clinic. No fever was seen.",
]


@pytest.fixture(scope="module")
def model():
    return MiniLM()


def test_embed__given_sentences__places_them_by_meaning(model) -> None:
    vectors = model.embed(["A happy person", "A very happy human being", "The invoice is overdue"])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    near, far = vectors[0] @ vectors[1], vectors[0] @ vectors[2]
    assert (vectors.shape, near > 0.7, far < 0.2) == ((3, 384), True, True)


def test_embed__given_the_model__is_the_known_one(model) -> None:
    assert model.fingerprint.endswith(
        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    )
    sentences = ["That is a happy person", "That is a happy dog", "Today is a sunny day"]
    vectors = model.embed(sentences)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    assert vectors[0] @ vectors[1:].T == pytest.approx([0.6946, 0.2569], abs=1e-3)


def test_drift__given_a_sentence_model__finds_what_is_off_and_keeps_what_is_not(model) -> None:
    index = BrandIndex(copy(80), model)
    assert [index.drift(text).passes(0.05) for text in OFF_BRAND] == [False] * 3
    assert sum(index.drift(text).passes(0.05) for text in lines(120)[80:]) >= 32
    assert index.drift(OFF_BRAND[0]).embedder == model.fingerprint
