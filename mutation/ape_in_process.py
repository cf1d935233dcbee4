"""Ape's fixtures `project`, `accounts` and `chain` on a chain in this process, as a pytest plugin.

The contract tests run on it unchanged. It has what most of them use of Ape, and no more: a test
that needs a trace, EIP-7702 or the gas of optimized code fails here, and stays with Ape.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mutation.chain import CHAIN, Chain
from mutation.contract import Container, Person


class Project:
    def __getattr__(self, name: str) -> Container:
        return Container(name)


@pytest.fixture(scope="session")
def project() -> Project:
    return Project()


@pytest.fixture(scope="session")
def chain() -> Chain:
    return CHAIN


@pytest.fixture(scope="session")
def accounts() -> list[Person]:
    people = [Person(bytes([9] * 31 + [i])) for i in range(1, 11)]
    for person in people:
        CHAIN.evm.set_balance(person.address, 2**96)
    return people


@pytest.fixture(scope="session", autouse=True)
def _everything_shared(request: Any) -> None:
    """Sets up all that tests share before any module, which would take it back at its end."""
    for name, found in request.session._fixturemanager._arg2fixturedefs.items():
        shared = found[-1].scope == "session" and found[-1].baseid in ("", "tests/contracts")
        if shared and name != request.fixturename:
            request.getfixturevalue(name)


@pytest.fixture(scope="module", autouse=True)
def _module_isolation() -> Iterator[None]:
    with CHAIN.isolate():
        yield


@pytest.fixture(autouse=True)
def _isolation() -> Iterator[None]:
    with CHAIN.isolate():
        yield
