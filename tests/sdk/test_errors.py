"""One tree of errors: drawn where the classes are, and every custom error of a contract in it."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from eth_utils.abi import abi_to_signature, function_signature_to_4byte_selector

import creatoken_sdk
from creatoken_sdk.chain.reading import snake_case
from creatoken_sdk.chain.reverts import CustomRevertError, revert_classes
from creatoken_sdk.errors import CreatokenError, RevertError

ROOT = re.compile(r"^([A-Z]\w+Error)$")
BRANCH = re.compile(r"^((?:│   |    )*)[├└]── ([A-Z]\w+)")
# Adapters need their frameworks, and have no errors of their own.
ELSEWHERE = ("creatoken_sdk.__main__", "creatoken_sdk.adapters.")

Edge = tuple[str, str]


def modules() -> Iterator[Any]:
    for found in pkgutil.walk_packages(creatoken_sdk.__path__, "creatoken_sdk."):
        if not found.name.startswith(ELSEWHERE):
            yield importlib.import_module(found.name)


def drawn(docstring: str) -> Iterator[Edge]:
    """Return (parent, child) of each branch of the trees in a docstring."""
    path: list[str] = []
    for line in docstring.splitlines():
        if root := ROOT.match(line):
            path = [root[1]]
        elif path and (branch := BRANCH.match(line)):
            depth = len(branch[1]) // 4
            path = [*path[: depth + 1], branch[2]]
            yield path[-2], path[-1]


def real(parent: type[BaseException]) -> Iterator[Edge]:
    """Return (parent, child) of each class of ours below, but not one by one what ABIs make."""
    for child in parent.__subclasses__():
        if child.__module__.startswith("creatoken_sdk."):
            yield parent.__name__, child.__name__
            yield from () if child is CustomRevertError else real(child)


def errors_of_abis() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in (files("creatoken_sdk.chain") / "abi").iterdir():
        for entry in json.loads(path.read_text())["abi"]:
            if entry["type"] == "error":
                known = found.setdefault(abi_to_signature(entry), entry)
                assert known["inputs"] == entry["inputs"], f"{path.name} names arguments otherwise"
    return found


ERRORS = errors_of_abis()


def test_trees__given_all_modules__are_exactly_the_classes() -> None:
    edges = Counter(edge for module in modules() for edge in drawn(module.__doc__ or ""))
    assert [edge for edge, times in edges.items() if times > 1] == []
    assert set(edges) == set(real(CreatokenError))
    assert len(edges) > 35


def test_drawn__given_a_tree__returns_its_branches() -> None:
    tree = "Text.\n\nTopError\n├── Left  a\n│   └── Leaf  b\n│        more\n└── Right  c\n"
    assert [*drawn(tree)] == [("TopError", "Left"), ("Left", "Leaf"), ("TopError", "Right")]


def test_revert_classes__given_all_abis__are_one_class_for_each_error_and_no_other() -> None:
    selectors = {function_signature_to_4byte_selector(one): one for one in ERRORS}
    assert len(selectors) == len(ERRORS) > 60
    classes = revert_classes()
    assert {selector: one.SIGNATURE for selector, one in classes.items()} == selectors
    assert sorted(one.__name__ for one in classes.values()) == sorted(
        ERRORS[signature]["name"].removesuffix("Error") + "Error" for signature in ERRORS
    )
    assert len(set(classes.values())) == len(classes)
    assert {one.__mro__[1:3] for one in classes.values()} == {(CustomRevertError, RevertError)}


@pytest.mark.parametrize("signature", ERRORS)
def test_revert_class__given_its_arguments__has_an_attribute_of_its_own_for_each(
    signature: str,
) -> None:
    found = revert_classes()[function_signature_to_4byte_selector(signature)]
    names = [snake_case(item["name"]) for item in ERRORS[signature]["inputs"]]
    values = [object() for _ in names]
    error = found(*values)
    assert all(name.isidentifier() for name in names)
    assert [name for name in names if hasattr(CustomRevertError, name)] == []
    assert {name: vars(error)[name] for name in names} == dict(zip(names, values, strict=True))
    assert vars(error).keys() == set(names)
    assert error.args == tuple(values)
