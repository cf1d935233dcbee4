from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from creatoken_sdk import Creatoken
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.deploy import deploy
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.wallet import Wallet
from flows.coin import Coin


@pytest.fixture
def chain(monkeypatch: pytest.MonkeyPatch) -> Iterator[Anvil]:
    """A fresh chain with all contracts, where gas is free: balances change by payments alone."""
    monkeypatch.setattr(Wallet, "_fees", lambda *_: {"gasPrice": 0})
    with Anvil(base_fee=0, gas_price=0) as anvil:
        list(deploy(Wallet(Rpc.connect(anvil.url), 31337, anvil.accounts[9])))
        yield anvil


@pytest.fixture
def clients(chain: Anvil) -> list[Creatoken]:
    """One client for each rich account."""
    first = Creatoken.connect(chain.url, signer=chain.accounts[0])
    return [first.with_signer(account) for account in chain.accounts]


@pytest.fixture
def dollar(clients: list[Creatoken], project: Any) -> Coin:
    """An ERC-20 with 6 decimals that anybody may mint; `project` is Ape's, which compiled it."""
    code = project.MockERC20.contract_type.deployment_bytecode.bytecode
    return Coin.create(clients[9], bytes.fromhex(code.removeprefix("0x")))
