"""A branch that no test takes is reported, and so is a reason that no longer holds."""

import pytest

from creatoken_sdk.anvil import Anvil
from tools.coverage.places import Place
from tools.coverage.plugin import compiled, speaking
from tools.coverage.report import Report

FILE = "contracts/Door.sol"
SOURCE = """\
// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
contract Door {
    constructor() {
        pass(5, true);
    }
    function pass(uint256 age, bool open) internal pure returns (uint256) {
        require(age > 3 && (open || age < 2));
        if (age == 4) return 0;
        else if (age > 4) age = open ? 7 : 8;
        for (uint256 i; i < 2; ++i) age += i;
        return age;
    }
    function leave() external pure {}
}
"""
NOT_REACHED = """\
pass: age > 3: false
pass: open: false
pass: age < 2: true
pass: age < 2: false
pass: age == 4: true
pass: return 0: runs
pass: age > 4: false
pass: open (2): false
leave: function leave() external pure: runs"""


@pytest.fixture(scope="module")
def door():
    """All places of the door, and those that its constructor reaches."""
    settings = {
        "viaIR": True,
        "evmVersion": "cancun",
        "outputSelection": {FILE: {"Door": ["evm.bytecode.object"]}},
    }
    sources = {FILE: {"content": SOURCE}}
    places = []
    source = speaking({"language": "Solidity", "sources": sources, "settings": settings}, places)
    with Anvil(hardfork="cancun") as chain:
        creation = {"data": "0x" + compiled(source)["Door"]}
        trace = chain.request("debug_traceCall", creation, "latest", {"tracer": "callTracer"})
    return places, {int(call["input"][10:], 16) for call in trace["calls"]}


def test_speaking__given_one_side_of_each_branch__tells_the_other(door):
    places, reached = door
    missing = [place for index, place in enumerate(places) if index not in reached]
    names = sorted(place.name.removeprefix(f"{FILE} ") for place in missing)
    assert names == sorted(NOT_REACHED.splitlines())


def test_table__given_one_side_of_each_branch__counts_both(door):
    table = Report(*door, {}).table()
    rows = [line.split() for line in table.splitlines()]
    assert ["Door.sol", "7/9", "77.8", "7/14", "50.0"] in rows
    assert ["all", "7/9", "77.8", "7/14", "50.0"] in rows
    assert f"{FILE}:9: `age == 4` never true: NOT REACHED" in table


def test_lcov__given_one_side_of_each_branch__marks_the_other(door):
    rows = Report(*door, {}).lcov().splitlines()
    assert (rows[0], rows[-1]) == (f"SF:{FILE}", "end_of_record")
    assert [row for row in rows if row.startswith("DA:") and row.endswith(",0")] == [
        "DA:9,0",
        "DA:14,0",
    ]
    assert sum(row.startswith("BRDA:") and row.endswith(",0") for row in rows) == 7


def test_problems__given_reasons_for_some__names_the_others_and_the_stale():
    places = [Place("a.sol", 1, "f", "x", "true"), Place("a.sol", 1, "f", "x", "false")]
    reasons = {"a.sol f: x: true": "no such x", "a.sol f: y: true": "no such y"}
    assert Report(places, {1}, reasons).problems() == [
        "reached, or gone from the sources: a.sol f: y: true"
    ]
    assert Report(places, {0}, {}).problems() == ["not reached: a.sol f: x: false"]
    assert Report(places, {0, 1}, reasons).problems() == [
        f"reached, or gone from the sources: {name}" for name in sorted(reasons)
    ]
