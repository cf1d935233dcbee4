"""What everything costs is written down, and stays within its budget."""

import json

import pytest

from bench.gas import BUDGETS, RESULTS, measure, over_budget


@pytest.mark.threat("B14")
def test_measure__given_this_code__matches_the_committed_numbers(project):
    assert project.MockERC20, "compiles what measure() reads"
    assert measure() == json.loads(RESULTS.read_text())


def test_readme__given_the_committed_numbers__shows_each():
    text = RESULTS.with_name("README.md").read_text()
    missing = [
        job for job, gas in json.loads(RESULTS.read_text())["gas"].items() if f"{gas:,}" not in text
    ]
    assert missing == []


@pytest.mark.threat("B14")
def test_over_budget__given_the_committed_numbers__is_empty():
    results = json.loads(RESULTS.read_text())
    assert set(results["gas"]) == set(BUDGETS)
    assert over_budget(results) == []


def test_over_budget__given_one_gas_or_byte_too_many__names_it():
    gas = {"open": BUDGETS["open"] + 1}
    deployments = {"Works": {"bytes": 24_577, "gas": 1}, "Anchors": {"bytes": 1, "gas": 2**24}}
    over = over_budget({"gas": gas, "deployments": deployments})
    assert [line.split(":")[0] for line in over] == ["open", "Works", "Anchors"]
