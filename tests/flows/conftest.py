from __future__ import annotations

from typing import Any

import pytest

from creatoken_sdk import Creatoken
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.wallet import Wallet
from flows.coin import Coin


@pytest.fixture
def chain(creatoken_chain: Anvil, monkeypatch: pytest.MonkeyPatch) -> Anvil:
    """The chain with gas for free: balances change by payments alone."""
    monkeypatch.setattr(Wallet, "_fees", lambda *_: {"gasPrice": 0})
    return creatoken_chain


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
