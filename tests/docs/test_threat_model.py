"""The threat model and the tests that carry its numbers must agree, in both directions."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODEL = ROOT / "docs" / "threat-model.md"
SECTIONS = {"A": 13, "B": 14, "C": 8, "D": 10, "E": 5}


def entries() -> list[tuple[str, str]]:
    """Number and text of each entry, in order."""
    text = re.sub(r"^## .*$", "", MODEL.read_text(), flags=re.M)
    return re.findall(r"^- \*\*([A-E]\d+)\*\* (.*?)(?=^- \*\*|\Z)", text, re.M | re.S)


def mapped() -> list[tuple[str, str]]:
    """Threat and test, as the model says."""
    named = re.compile(r"^  - `(tests/[\w/]+\.py::\w+)`$", re.M)
    return [(number, test) for number, text in entries() for test in named.findall(text)]


def marked() -> set[tuple[str, str]]:
    """Threat and test, as the marks say."""
    return {
        (number, f"{path.relative_to(ROOT).as_posix()}::{node.name}")
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        for number in threats(node)
    }


def threats(function: ast.FunctionDef) -> list[str]:
    """The numbers that a function is marked with."""
    marks = [mark for mark in function.decorator_list if isinstance(mark, ast.Call)]
    found = [mark for mark in marks if ast.unparse(mark.func) == "pytest.mark.threat"]
    return [ast.literal_eval(number) for mark in found for number in mark.args]


def test_model__given_the_tests__names_exactly_those_that_are_marked():
    assert set(mapped()) - marked() == set(), "named, but no such test has the mark"
    assert marked() - set(mapped()) == set(), "marked, but not named"


def test_model__when_read__has_every_number_once_and_in_order():
    expected = [f"{section}{n + 1}" for section, count in SECTIONS.items() for n in range(count)]
    assert [number for number, _ in entries()] == expected


def test_model__given_an_entry__has_a_test_or_says_what_is_assumed():
    covered = {number for number, _ in mapped()}
    stated = re.compile(r"\bAssumed: |\bNo such part in this version")
    assert [
        number for number, text in entries() if number not in covered and not stated.search(text)
    ] == []


def test_model__given_all_that_looks_like_a_test__lists_each_on_a_line_of_its_own():
    named = re.findall(r"`([^`]*::[^`]*)`", MODEL.read_text())
    assert named == [test for _, test in mapped()]
