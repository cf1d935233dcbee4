from __future__ import annotations

from collections.abc import Iterator

import pytest

from creatoken_sdk import Creatoken, Work
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain import rpc as rpc_module
from creatoken_sdk.chain.deploy import deploy
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.wallet import Wallet
from endpoint import FaultyEndpoint


@pytest.fixture(scope="module")
def chain() -> Iterator[Anvil]:
    """A fresh chain with all contracts; tests of a module share it and keep to their own works."""
    with Anvil() as anvil:
        list(deploy(Wallet(Rpc.connect(anvil.url), 31337, anvil.accounts[9])))
        yield anvil


@pytest.fixture
def ct(chain: Anvil) -> Creatoken:
    """The studio: admin, director and recorder."""
    return Creatoken.connect(chain.url, signer=chain.accounts[0])


@pytest.fixture
def maya(chain: Anvil, ct: Creatoken) -> Creatoken:
    """A director."""
    return ct.with_signer(chain.accounts[1])


@pytest.fixture
def artist(chain: Anvil, ct: Creatoken) -> Creatoken:
    """A contributor without a role."""
    return ct.with_signer(chain.accounts[2])


@pytest.fixture
def project(ct: Creatoken, maya: Creatoken) -> int:
    return ct.projects.create(
        treasury=ct.address, directors=[maya.address, ct.address], recorders=[ct.address]
    )


@pytest.fixture
def work(ct: Creatoken, project: int) -> Work:
    return ct.works.open(project)


@pytest.fixture
def endpoint(chain: Anvil, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyEndpoint]:
    """The chain behind an endpoint that can fail, with short pauses between attempts."""
    monkeypatch.setattr(rpc_module, "_FIRST_PAUSE_SECONDS", 0.001)
    faulty = FaultyEndpoint(chain.url)
    yield faulty
    faulty.close()


@pytest.fixture
def faulty(chain: Anvil, endpoint: FaultyEndpoint) -> Creatoken:
    """A client of that endpoint, with an account of its own."""
    return Creatoken.connect(endpoint.url, signer=chain.accounts[3], timeout_seconds=2)
