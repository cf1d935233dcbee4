"""What a person must look at: more faults by the policy than by chance, and honest estimates."""

from __future__ import annotations

import json
import random
from statistics import mean

import pytest

from creatoken_sdk.errors import RecordError
from creatoken_sdk.record import Oversight
from creatoken_sdk.studio.review import Policy
from studio.faulty import FAULTS, Line, brand_of, copy

EACH, CLEAN, BUDGET = 8, 128, 40


@pytest.fixture
def line(creatoken_studio, creatoken_work, creatoken_actors, tmp_path):
    (tmp_path / "made").mkdir()
    about = {"work": creatoken_work, "authorised_by": creatoken_actors.director}
    brand, editor = brand_of(tmp_path / "brand"), creatoken_actors.designer
    return Line(creatoken_studio, brand, tmp_path / "made", about, editor)


@pytest.fixture
def drafted(creatoken_studio, creatoken_run, tmp_path):
    """Makes some assets of one short text each, outside of any brand."""

    def make(count):
        found = []
        for number in range(count):
            path = tmp_path / f"{number}.txt"
            path.write_text(copy(random.Random(number)))
            found.append(creatoken_run.output(path))
        return found

    return make


def test_review__over_injected_faults__catches_more_than_chance_at_the_same_budget(line, capsys):
    made = [line.make(seed, fault) for fault in FAULTS for seed in range(EACH)]
    made += [line.make(seed) for seed in range(CLEAN)]
    faulty = {one.output.id for one in made if one.fault}
    outputs = [one.output for one in made]
    queue = line.studio.review(
        Policy(budget=BUDGET, seed=1), outputs, brand=line.brand, contents=line.folder
    )
    by_policy = len(faulty & {one.asset.id for one in queue.reviews})
    ids = [one.id for one in outputs]
    dice = random.Random(1)
    by_chance = mean(len(faulty & set(dice.sample(ids, BUDGET))) for _ in range(200))
    with capsys.disabled():
        print(f"\n{BUDGET} of {len(made)} assets looked at, {len(faulty)} of them faulty")
        print(f"policy  {by_policy} caught\nchance  {by_chance:.2f} caught on average of 200 draws")
    assert len(queue.reviews) == BUDGET
    assert by_policy >= 0.9 * len(faulty) > 3 * by_chance


def test_review__given_a_seed__audits_a_random_sample_that_says_its_rate(creatoken_studio, drafted):
    assets = drafted(12)
    queue = creatoken_studio.review(Policy(budget=6, audit=0.5, seed=3), assets)
    again = creatoken_studio.review(Policy(budget=6, audit=0.5, seed=3), reversed(assets))
    other = creatoken_studio.review(Policy(budget=6, audit=0.5, seed=4), assets)
    drawn = [{r.asset.id for r in q.reviews if r.audited} for q in (queue, again, other)]
    assert (len(drawn[0]), drawn[0] == drawn[1], drawn[0] == drawn[2]) == (3, True, False)
    assert (queue.rate, queue.seed, queue.assets) == (0.25, 3, 12)
    told = json.loads(json.dumps(queue.to_json()))
    assert told["sample"] == {"seed": 3, "rate": 0.25, "assets": 12}
    drawn_ones = [one for one in told["reviews"] if one["audited"]]
    assert {one["reasons"][0] for one in drawn_ones} == {"drawn at random: rate 0.25, seed 3"}


def test_estimate__over_all_seeds__is_unbiased_though_the_queue_is_not(creatoken_studio, drafted):
    assets = drafted(10)
    faulty = [one.id for one in assets[:3]]
    estimates = [
        creatoken_studio.review(
            Policy(budget=5, audit=0.8, seed=seed, costs=dict.fromkeys(faulty, 9.0)), assets
        ).estimate(faulty)
        for seed in range(120)
    ]
    assert mean(one.share for one in estimates) == pytest.approx(0.3, abs=0.06)
    assert all(0 <= one.standard_error <= 0.5 for one in estimates)


def test_estimate__when_nothing_was_audited__refuses(creatoken_studio, drafted):
    queue = creatoken_studio.review(Policy(budget=2, audit=0, seed=1), drafted(2))
    with pytest.raises(RecordError, match="nothing was audited"):
        queue.estimate([])


def test_review__given_costs__puts_what_costs_most_first(creatoken_studio, drafted):
    assets = drafted(4)
    policy = Policy(budget=4, audit=0, seed=1, costs={assets[2].id: 50.0, assets[3].id: 0.5})
    queue = creatoken_studio.review(policy, assets)
    order = [one.asset.id for one in queue.reviews]
    assert order == [assets[i].id for i in (2, 0, 1, 3)]
    assert "a fault costs 50" in queue.reviews[0].reasons


def test_review__when_a_person_records_it__is_a_step_with_its_reasons_and_proves_oversight(
    creatoken_studio, creatoken_run, creatoken_actors, drafted
):
    [asset] = drafted(1)
    [one] = creatoken_studio.review(Policy(budget=1, seed=1), [asset]).reviews
    accepted = {"accepted": True}
    creatoken_run.human("review", one.to_json(), by=creatoken_actors.designer, output=accepted)
    [found] = creatoken_studio.boundary(asset)
    assert found.oversight is Oversight.HUMAN_VALIDATED
    written = creatoken_studio.store.rows("SELECT document FROM steps WHERE key = 'review#1'")
    assert json.loads(written[0][0])["record"]["input"]["json"]["reasons"] == list(one.reasons)


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ({"budget": 0}, "a budget is a whole number"),
        ({"budget": 2.5}, "a budget is a whole number"),
        ({"budget": True}, "a budget is a whole number"),
        ({"audit": 2}, "a share of it"),
        ({"audit": float("nan")}, "a share of it"),
        ({"seed": "1"}, "the seed is no int"),
        ({"seed": 1.0}, "the seed is no int"),
        ({"costs": {1: 0.0}}, "above 0, at most 1e"),
        ({"costs": {1: float("nan")}}, "above 0, at most 1e"),
        ({"costs": {1: float("inf")}}, "above 0, at most 1e"),
        ({"costs": {1: 10**400}}, "above 0, at most 1e"),
    ],
)
def test_policy__given_what_cannot_be_meant__says_so(terms, told):
    with pytest.raises(RecordError, match=told):
        Policy(**{"budget": 1, "seed": 1, **terms})
