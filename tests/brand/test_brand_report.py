"""Reports: which levels they can decide at, what is written of them, and many at once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creatoken_sdk.brand.errors import BrandError, TooFewSamplesError
from creatoken_sdk.brand.report import DriftReport, Finding, NearCopy, Neighbour, drifted
from creatoken_sdk.record import content_hash
from creatoken_sdk.record.canonical import dumps
from creatoken_sdk.studio.values import plain

ID = "0x" + "ab" * 32


def report(p_value: float = 0.5, samples: int = 19, **changes: object) -> DriftReport:
    usual = DriftReport(
        content=ID,
        kind="copy",
        score=0.25,
        p_value=p_value,
        n_calibration=samples,
        nearest=(Neighbour(ID, 0.125),),
        near_copy=None,
        rules=(Finding("banned words", True, "none", "none"),),
        embedder="model/1",
        index_root=ID,
    )
    return replace(usual, **changes)


@pytest.mark.parametrize(("level", "needed"), [(0.05, 19), (0.01, 99), (0.1, 9), (0.03, 33)])
def test_passes__given_one_sample_too_few__refuses_the_level(level: float, needed: int) -> None:
    with pytest.raises(TooFewSamplesError, match=f"needs {needed} calibration samples, there are "):
        report(samples=needed - 1).passes(level)
    assert report(samples=needed).passes(level)


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0, 5.0, float("nan"), float("inf")])
def test_passes__given_no_level__says_what_one_is(level: float) -> None:
    with pytest.raises(BrandError, match="between 0 and 1"):
        report().passes(level)


@given(st.integers(1, 2_000), st.data())
def test_passes__given_a_rank__rejects_exactly_those_at_or_below_the_level(samples, data) -> None:
    rank = data.draw(st.integers(1, samples + 1))
    percent = data.draw(st.integers(1, 99))
    if (samples + 1) * percent < 100:
        return
    found = report(rank / (samples + 1), samples).passes(percent / 100)
    assert found == (rank * 100 > percent * (samples + 1))


@pytest.mark.parametrize(("p_value", "samples", "level"), [(1 / 20, 19, 0.05), (3 / 100, 99, 0.03)])
def test_passes__given_a_p_value_at_the_level__is_false(p_value, samples, level) -> None:
    assert not report(p_value, samples).passes(level)


def test_passes__given_a_broken_rule__is_false_but_not_for_a_near_copy() -> None:
    broken = Finding("palette", False, "0.2", "0.9 or more")
    assert not report(rules=(broken,)).passes(0.05)
    assert report(near_copy=NearCopy(ID, "word shingles", 1.0)).passes(0.05)


def test_to_json__given_a_report__is_canonical_and_what_a_step_records() -> None:
    found = report(near_copy=NearCopy(ID, "word shingles", 0.75))
    document = found.to_json()
    assert found.hash == content_hash(dumps(document))
    assert plain(found) == document
    assert (document["score"], document["pValue"], document["nearCopy"]["similarity"]) == (
        "0.25",
        "0.5",
        "0.75",
    )
    assert found.hash != report().hash


def test_drifted__given_many_reports__is_benjamini_hochberg() -> None:
    p_values = [0.001, 0.02, 0.03, 0.04, 0.9]
    reports = [report(p, samples=999) for p in p_values]
    assert drifted(reports, 0.05) == [True, True, True, True, False]
    assert drifted(reports, 0.04) == [True, False, False, False, False]
    assert drifted([], 0.05) == []


def test_drifted__given_too_few_samples__refuses() -> None:
    with pytest.raises(TooFewSamplesError):
        drifted([report(samples=999), report(samples=18)], 0.05)
