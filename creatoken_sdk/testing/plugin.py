"""Fixtures for pytest: a chain, people with roles on it, and a studio in a folder of the test.

pytest loads this module in every run, so it imports nothing else until a test asks for a fixture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

    from creatoken_sdk.anvil import Anvil
    from creatoken_sdk.chain.client import Creatoken
    from creatoken_sdk.chain.works import Work
    from creatoken_sdk.studio.run import Run
    from creatoken_sdk.studio.studio import Studio

__all__ = [
    "Actors",
    "creatoken_actors",
    "creatoken_chain",
    "creatoken_client",
    "creatoken_run",
    "creatoken_studio",
    "creatoken_work",
]


@dataclass(frozen=True)
class Actors:
    """Rich accounts, by what they do in `creatoken_work`.

    `studio` is the project's admin and treasury, `director` and `recorder` have these roles, the
    others have none: `agent` and `designer` contribute, `buyer` licenses.
    """

    studio: LocalAccount
    director: LocalAccount
    recorder: LocalAccount
    agent: LocalAccount
    designer: LocalAccount
    buyer: LocalAccount


@pytest.fixture(scope="session")
def _creatoken_anvil() -> Iterator[Anvil]:
    from creatoken_sdk.anvil import Anvil
    from creatoken_sdk.chain.deploy import deploy
    from creatoken_sdk.chain.rpc import Rpc
    from creatoken_sdk.chain.wallet import Wallet

    with Anvil(base_fee=0) as chain:
        list(deploy(Wallet(Rpc.connect(chain.url), 31337, chain.accounts[-1])))
        yield chain


@pytest.fixture
def creatoken_chain(_creatoken_anvil: Anvil) -> Iterator[Anvil]:
    """A chain with all contracts, whose base fee is zero.

    All tests share it; what a test does to its state, its time and its mining is undone. Do not
    leave threads behind that go on sending.
    """
    snapshot = _creatoken_anvil.request("evm_snapshot")
    yield _creatoken_anvil
    # Anvil prunes its pool after a receipt shows: reverted too soon, it would lose what comes next.
    _creatoken_anvil.request("anvil_dropAllTransactions")
    assert _creatoken_anvil.request("evm_revert", snapshot), "the chain lost its snapshot"
    _creatoken_anvil.request("evm_setAutomine", True)


@pytest.fixture
def creatoken_actors(creatoken_chain: Anvil) -> Actors:
    """People, agents and wallets of the test, as accounts with keys."""
    return Actors(*creatoken_chain.accounts[:6])


@pytest.fixture
def creatoken_client(creatoken_chain: Anvil, creatoken_actors: Actors) -> Creatoken:
    """The chain as the studio's admin; `with_signer` for anybody else."""
    from creatoken_sdk.chain.client import Creatoken

    return Creatoken.connect(creatoken_chain.url, signer=creatoken_actors.studio)


@pytest.fixture
def creatoken_work(creatoken_client: Creatoken, creatoken_actors: Actors) -> Work:
    """A new work of a new project of the studio."""
    project = creatoken_client.projects.create(
        treasury=creatoken_actors.studio,
        directors=[creatoken_actors.director],
        recorders=[creatoken_actors.recorder],
    )
    return creatoken_client.works.open(project)


@pytest.fixture
def creatoken_studio(
    creatoken_client: Creatoken, creatoken_actors: Actors, tmp_path: Path
) -> Iterator[Studio]:
    """A studio in `tmp_path / "studio.db"`, which the recorder signs and settles for."""
    from creatoken_sdk.studio.studio import Studio

    recorder = creatoken_actors.recorder
    client = creatoken_client.with_signer(recorder)
    studio = Studio.open(tmp_path / "studio.db", chain=client, signer=recorder)
    yield studio
    studio.close()


@pytest.fixture
def creatoken_run(
    creatoken_studio: Studio, creatoken_work: Work, creatoken_actors: Actors
) -> Iterator[Run]:
    """A run that the director authorised: steps of the test belong to it."""
    director = creatoken_actors.director
    with creatoken_studio.run(
        "test", work=creatoken_work, brief="the brief", authorised_by=director
    ) as run:
        yield run
