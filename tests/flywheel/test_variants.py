"""Variants are chosen by how likely each is the best, and the likelihoods are told."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from creatoken_sdk.flywheel.errors import EventError
from creatoken_sdk.flywheel.variants import Choice, Variant, next_variant
from creatoken_sdk.record import canonical

SOME = (Variant("sea", 100, 12), Variant("sun", 100, 9), Variant("sand", 20, 2))


def test_next_variant__given_two_posteriors__tells_their_exact_probability():
    # Beta(2, 1) above Beta(1, 2): 1 - integral of (1-x)^2 * 2x = 5/6.
    found = next_variant([Variant("up", 1, 1), Variant("down", 1, 0)], seed=0).propensities
    assert found["up"] == pytest.approx(5 / 6, abs=0.0165)  # 4 standard errors of 8192 draws


def test_next_variant__given_many_seeds__chooses_as_often_as_its_propensities():
    chosen = [next_variant(SOME, seed=seed) for seed in range(2000)]
    frequency = Counter(choice.name for choice in chosen)
    for variant in SOME:
        told = np.mean([choice.propensities[variant.name] for choice in chosen])
        error = (told * (1 - told) / len(chosen)) ** 0.5
        assert abs(frequency[variant.name] / len(chosen) - told) < 4 * error
    assert all(sum(choice.propensities.values()) == 1 for choice in chosen)


def test_next_variant__given_no_data__is_as_likely_for_each():
    found = next_variant([Variant("a"), Variant("b"), Variant("c"), Variant("d")], seed=3)
    assert found.propensities == pytest.approx(dict.fromkeys("abcd", 0.25), abs=0.02)


def test_next_variant__given_a_variant_without_data__explores_it():
    found = next_variant([Variant("known", 10_000, 5_000), Variant("new")], seed=0)
    assert found.propensities["new"] == pytest.approx(0.5, abs=0.03)


def test_next_variant__given_a_clear_winner__leaves_the_rest_aside():
    found = next_variant([Variant("good", 9_000, 900), Variant("bad", 9_000, 300)], seed=0)
    assert (found.name, found.propensities) == ("good", {"good": 1.0, "bad": 0.0})


def test_next_variant__given_one_variant__chooses_it():
    assert next_variant([Variant("only", 5, 0)]).propensities == {"only": 1.0}


def test_next_variant__given_the_same_seed__is_the_same():
    again = next_variant(SOME)
    assert next_variant(SOME, seed=again.seed) == again
    assert len({next_variant(SOME).seed for _ in range(5)}) == 5


def successes(seed: int, rates: list[float], rounds: int, batch: int, *, learn: bool) -> int:
    """What so many rounds earn, of a batch each: by what was learnt, or in turns."""
    chance = np.random.default_rng(seed)
    variants = [Variant(str(number)) for number in range(len(rates))]
    for turn in range(rounds):
        at = turn % len(rates)
        if learn:
            at = int(next_variant(variants, seed=seed * rounds + turn).name)
        old, won = variants[at], int(chance.binomial(batch, rates[at]))
        variants[at] = Variant(old.name, old.trials + batch, old.successes + won)
    return sum(variant.successes for variant in variants)


def test_next_variant__given_rates_to_learn__earns_more_than_an_equal_split():
    rates = [0.02, 0.025, 0.03, 0.03, 0.035, 0.05]
    earned = np.array(
        [
            [successes(seed, rates, 120, 150, learn=learn) for learn in (True, False)]
            for seed in range(10)
        ]
    )
    regret = max(rates) * 120 * 150 - earned.mean(axis=0)
    assert regret[0] < 0.5 * regret[1]
    assert (earned[:, 0] > earned[:, 1]).all()


@pytest.mark.parametrize("counts", [(-1, 0), (1, -1), (1.0, 0), (True, 0), (2**53, 0), ("1", 0)])
def test_variant__when_a_count_is_none__is_refused(counts):
    with pytest.raises(EventError, match=r"a count of variant 'sea' is .*; give an int of 0 to"):
        Variant("sea", *counts)


def test_variant__when_successes_exceed_trials__is_refused():
    with pytest.raises(EventError, match="variant 'sea' has 3 successes in 2 trials; count each"):
        Variant("sea", 2, 3)


def test_next_variant__when_there_is_none__is_refused():
    with pytest.raises(EventError, match="pass one or more"):
        next_variant([])


def test_next_variant__when_two_have_one_name__is_refused():
    with pytest.raises(EventError, match="rename one, or add up"):
        next_variant([Variant("sea", 1, 1), Variant("sea", 2, 0)])


def test_next_variant__when_the_seed_is_negative__is_refused():
    with pytest.raises(EventError, match="the seed is -1"):
        next_variant(SOME, seed=-1)


def test_to_json__given_a_choice__holds_all_it_was_made_by():
    found = next_variant(SOME, seed=7)
    document = found.to_json()
    assert canonical.loads(canonical.dumps(document)) == document
    variants = tuple(Variant(**one) for one in document["variants"])
    assert next_variant(variants, seed=int(document["seed"])) == found
    shares = {name: float(share) for name, share in document["propensities"].items()}
    assert Choice(document["name"], shares, variants, 7) == found
    assert found.hash == canonical.document_hash(document)
