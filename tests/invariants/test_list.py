"""The list of invariants and the tests that check them must agree."""

import ast
import re
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent
LIST = HERE.parents[1] / "docs" / "invariants.md"


def listed() -> dict[str, set[str]]:
    """The functions that the list names, by invariant."""
    entry = re.compile(r"^- \*\*(INV-\d+)\*\* .*?Checked by ([^.]*)\.$", re.M | re.S)
    return {
        number: set(re.findall(r"`(\w+)`", by)) for number, by in entry.findall(LIST.read_text())
    }


def checked() -> dict[str, set[str]]:
    """The functions whose docstring names an invariant, by invariant."""
    found = defaultdict(set)
    for path in HERE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                for number in re.findall(r"INV-\d+", ast.get_docstring(node) or ""):
                    found[number].add(node.name)
    return dict(found)


def test_list__given_the_tests__names_exactly_those_that_check_each_invariant():
    assert checked() == listed()


def test_list__when_read__numbers_invariants_without_gap():
    assert list(listed()) == [f"INV-{n}" for n in range(1, len(listed()) + 1)]
