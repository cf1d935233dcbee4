import os

import pytest
from eth_account import Account

from creatoken_sdk.record import ZERO_HASH, ActorKind, Domain, SourceType, Step, name_hash


@pytest.fixture
def domain():
    return Domain(chain_id=31337, verifying_contract="0x5FbDB2315678afecb367f032d93F642f64180aa3")


@pytest.fixture
def director():
    return Account.from_key(name_hash("director"))


@pytest.fixture
def agent():
    return Account.from_key(name_hash("agent"))


@pytest.fixture
def create_step(agent):
    def create(**given):
        values = {
            "work_id": 7,
            "index": 0,
            "previous": ZERO_HASH,
            "actor": agent.address,
            "actor_kind": ActorKind.AGENT,
            "source_type": SourceType.TRAINED_ALGORITHMIC_MEDIA,
            "action": name_hash("draft"),
            "input": ZERO_HASH,
            "output": os.urandom(32),
            "detail": os.urandom(32),
            "shares": 10,
            "at": 1_790_000_000,
        }
        return Step(**(values | given))

    return create
