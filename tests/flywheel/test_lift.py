"""Lift against campaigns whose truth is known, and what it refuses to say."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from bench.flywheel import TRUTH, campaign
from creatoken_sdk.flywheel.errors import EventError, EvidenceError, FlywheelError
from creatoken_sdk.flywheel.lift import Lift, lift
from creatoken_sdk.flywheel.observations import Observation
from creatoken_sdk.record import canonical

EXACT = {"feed": ((100, 10), (300, 15)), "video": ((300, 60), (500, 50))}


def scene(rows: list[Observation], **options: object) -> Lift:
    return lift(rows, "scene", treated="shore", control="pool", **options)  # type: ignore[arg-type]


def exact(assets: int = 12) -> list[Observation]:
    """Shore: 10 % of feed, 20 % of video; pool: 5 % and 10 %; assets differ by a success."""
    return [
        Observation(f"{value}-{number}", value, channel, shown, won + (-1) ** number)
        for channel, sides in EXACT.items()
        for value, (shown, won) in zip(("shore", "pool"), sides, strict=True)
        for number in range(assets)
    ]


def test_lift__given_known_rates__weighs_strata_alike_on_both_sides():
    found = scene(exact())
    # A third of the impressions are in feed: (5 % + 2 * 10 %) / 3. Naive: 70/400 - 65/800.
    assert found.difference == pytest.approx(0.25 / 3)
    assert found.naive == pytest.approx(0.09375)
    assert found.interval[0] < 0.25 / 3 < found.interval[1]
    assert (found.treated.assets, found.treated.impressions, found.treated.successes) == (
        12,
        4800,
        840,
    )
    assert (found.control.value, found.control.successes) == ("pool", 780)
    assert (found.strata, found.dropped) == (("feed", "video"), {})


def test_lift__given_a_confounding_channel__corrects_what_the_naive_difference_gets_wrong():
    found = scene(campaign(1, assets=200))
    assert found.naive > 5 * TRUTH
    assert found.interval[0] <= TRUTH <= found.interval[1]
    assert found.interval[1] < found.naive
    assert found.told_apart


@pytest.mark.parametrize(("crossed", "assets"), [(True, 20), (False, 40)])
def test_lift__given_many_campaigns__covers_the_truth_about_as_often_as_it_says(crossed, assets):
    # With 300 seeds, 95 % has a standard error of 1.3 %.
    found = [scene(campaign(seed, assets, crossed=crossed), seed=seed) for seed in range(300)]
    covered = sum(one.interval[0] <= TRUTH <= one.interval[1] for one in found) / len(found)
    assert 0.925 <= covered <= 0.985
    assert abs(sum(one.difference for one in found) / len(found) - TRUTH) < 0.0005


def test_lift__given_no_effect__seldom_tells_the_values_apart():
    blind = [
        [replace(row, value=("shore", "pool")[int(row.asset.split("-")[1]) % 2]) for row in rows]
        for rows in (campaign(seed, 40) for seed in range(200))
    ]
    assert sum(scene(rows).told_apart for rows in blind) <= 18


def test_lift__given_one_asset_counted_as_many__would_be_too_sure():
    rows = campaign(3, assets=30)
    split = [
        replace(row, asset=f"{row.asset}/{part}", impressions=row.impressions // 10, successes=won)
        for row in rows
        for part in range(10)
        for won in [(row.successes + part) // 10]
    ]
    by_asset, by_part = scene(rows).interval, scene(split).interval
    assert by_asset[1] - by_asset[0] > 2 * (by_part[1] - by_part[0])


def test_lift__given_the_same_rows_in_another_order_and_split__is_the_same():
    rows = campaign(5)
    hours = [replace(row, impressions=0, successes=row.successes) for row in rows]
    hours += [replace(row, successes=0) for row in rows]
    random.Random(0).shuffle(hours)
    assert scene(rows) == scene(hours)
    assert scene(rows).interval != scene(rows, seed=1).interval


def test_lift__given_a_higher_level__reaches_further():
    rows = campaign(6)
    narrow, wide = scene(rows, level=0.8).interval, scene(rows, level=0.99).interval
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_lift__given_other_values__leaves_their_assets_aside():
    rows = exact()
    others = [Observation("city-1", "city", "radio", 10_000, 9_000)]
    assert scene(rows + others) == scene(rows)


def test_lift__given_a_stratum_that_one_side_lacks__drops_it_and_says_how_much():
    radio = [Observation(f"radio-{number}", "shore", "radio", 400, 300) for number in range(6)]
    radio += [Observation("pool-0", "pool", "radio", 0, 0)]
    single = [Observation("pool-1", "pool", "cinema", 1200, 3)]
    single += [Observation(f"shore-{number}", "shore", "cinema", 100, 3) for number in range(12)]
    found, plain = scene(exact() + radio + single), scene(exact())
    assert (found.interval, found.treated) == (plain.interval, plain.treated)
    assert found.strata == ("feed", "video")
    assert found.dropped == {"cinema": 2400 / 19200, "radio": 2400 / 19200}
    assert found.naive != plain.naive
    assert "Not compared, for one side is missing or too small: cinema (12.5%)" in found.summary


def test_lift__when_no_stratum_has_both_sides__is_refused():
    rows = [replace(row, stratum=f"{row.value}/{row.stratum}") for row in exact()]
    with pytest.raises(EvidenceError, match="no stratum has 2 assets or more of each value"):
        scene(rows)


@pytest.mark.parametrize("value", ["shore", "pool"])
def test_lift__when_a_side_has_too_few_assets__is_refused(value):
    assert scene(exact(10)).treated.assets == 10
    fewer = [row for row in exact(10) if row.asset != f"{value}-9"]
    with pytest.raises(EvidenceError, match=rf"={value} has 9 assets .* 10 are needed; publish"):
        scene(fewer)


def test_lift__when_no_asset_has_the_value__is_refused_with_those_there_are():
    with pytest.raises(EvidenceError, match=r"'pool'; there are: 'shore'"):
        scene([row for row in exact() if row.value == "shore"])
    with pytest.raises(EvidenceError, match="there are: none"):
        scene([])


@pytest.mark.parametrize("won", [0, 1])
def test_lift__when_successes_are_too_few_to_vary__is_refused(won):
    rows = [replace(row, successes=0) for row in exact()]
    rows[0] = replace(rows[0], successes=won)
    with pytest.raises(EvidenceError, match="wait for more"):
        scene(rows)


def test_lift__when_an_asset_has_two_values__is_refused():
    rows = [*exact(), Observation("shore-3", "pool", "feed", 10, 1)]
    with pytest.raises(EventError, match="'shore-3' has two values"):
        scene(rows)


def test_lift__when_successes_exceed_impressions__is_refused():
    rows = [*exact(), Observation("shore-3", "shore", "feed", 0, 100)]
    with pytest.raises(EventError, match=r"'shore-3' has more successes .* in 'feed'; count each"):
        scene(rows)


@pytest.mark.parametrize("counts", [(-1, 0), (1, -1), (1.0, 0), (True, 0), (2**53, 0), ("1", 0)])
def test_observation__when_a_count_is_none__is_refused(counts):
    with pytest.raises(EventError, match="give an int of 0 to"):
        Observation("a", "shore", "feed", *counts)


@pytest.mark.parametrize("level", [0, 0.4, 0.999, 95, float("nan")])
def test_lift__when_the_level_is_out_of_range__is_refused(level):
    with pytest.raises(FlywheelError, match=r"ask for 0\.95"):
        scene(exact(), level=level)


def test_lift__when_a_value_is_compared_with_itself__is_refused():
    with pytest.raises(FlywheelError, match="name two values"):
        lift(exact(), "scene", treated="shore", control="shore")


def test_lift__when_the_seed_is_negative__is_refused():
    with pytest.raises(EventError, match="the seed is -1"):
        scene(exact(), seed=-1)


def test_to_json__given_a_lift__is_canonical_with_floats_as_text():
    found = scene(exact())
    document = found.to_json()
    assert canonical.loads(canonical.dumps(document)) == document
    assert float(document["difference"]) == found.difference
    assert tuple(map(float, document["interval"])) == found.interval
    assert document["treated"] == {
        "value": "shore",
        "assets": 12,
        "impressions": 4800,
        "successes": 840,
    }
    assert found.hash == canonical.document_hash(document)


def test_summary__given_a_lift__says_it_in_words():
    found = scene(exact())
    low, high = found.interval
    assert found.summary == (
        "scene=shore against pool: +8.333% of impressions, with 95% confidence "
        f"{low:+.3%} to {high:+.3%}. 12 and 12 assets, 4,800 and 9,600 impressions, in 2 strata. "
        "Without strata it would be +9.375%."
    )


def test_summary__given_an_interval_over_zero__says_that_nothing_is_told_apart():
    found = scene(campaign(0, 10))
    assert found.interval[0] < 0 < found.interval[1]
    assert "The data do not tell them apart." in found.summary
