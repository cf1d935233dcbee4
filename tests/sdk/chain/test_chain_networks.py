"""Chains unlike a public one: no base fee, no price, old transactions, proof of authority."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from eth_account import Account

from creatoken_sdk import Creatoken, Deployment
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.deploy import deploy
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.wallet import Wallet
from endpoint import FaultyEndpoint

CHAIN_ID = 20260


@pytest.fixture(scope="module")
def consortium() -> Iterator[Anvil]:
    with Anvil(chain_id=CHAIN_ID, base_fee=0, gas_price=0) as anvil:
        yield anvil


@pytest.fixture
def node(consortium: Anvil) -> Iterator[FaultyEndpoint]:
    faulty = FaultyEndpoint(consortium.url)
    yield faulty
    faulty.close()


@pytest.fixture
def client(consortium: Anvil, node: FaultyEndpoint) -> Creatoken:
    signer = Account.create()
    consortium.request("anvil_setBalance", signer.address, hex(10**18))
    contracts = dict(deploy(Wallet(Rpc.connect(node.url), CHAIN_ID, signer)))
    return Creatoken.connect(node.url, signer=signer, deployment=Deployment(CHAIN_ID, contracts))


def test_send__when_the_base_fee_is_zero__pays_only_the_tip(client: Creatoken) -> None:
    assert client.projects.create(treasury=client.address) > 0
    block = client.wallet.rpc.mapping("eth_getBlockByNumber", "latest", False)
    assert block["baseFeePerGas"] == "0x0"


def test_send__when_the_gas_price_is_zero__an_account_without_money_can_send(
    client: Creatoken, node: FaultyEndpoint
) -> None:
    node.lies["eth_gasPrice"] = lambda _: "0x0"
    poor = client.with_signer(Account.create())
    receipt = poor.anchors.anchor(b"\x01" * 32, topic=bytes(32), count=1)
    assert receipt.gas_price == 0
    sent = poor.wallet.rpc.mapping("eth_getTransactionByHash", receipt.tx_hash)
    assert (sent["type"], sent["gasPrice"]) == ("0x0", "0x0")


def test_send__when_blocks_have_no_base_fee__sends_a_legacy_transaction(
    client: Creatoken, node: FaultyEndpoint
) -> None:
    node.lies["eth_getBlockByNumber"] = _without_base_fee
    receipt = client.anchors.anchor(b"\x02" * 32, topic=bytes(32), count=1)
    sent = client.wallet.rpc.mapping("eth_getTransactionByHash", receipt.tx_hash)
    assert sent["type"] == "0x0"
    assert int(sent["v"], 16) in (CHAIN_ID * 2 + 35, CHAIN_ID * 2 + 36)


def test_send__when_blocks_carry_proof_of_authority_data__reads_them(
    client: Creatoken, node: FaultyEndpoint
) -> None:
    node.lies["eth_getBlockByNumber"] = _with_authority_data
    node.lies["eth_getBlockByHash"] = _with_authority_data
    receipt = client.anchors.anchor(b"\x03" * 32, topic=bytes(32), count=1)
    assert client.now() == receipt.timestamp


def _without_base_fee(block: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in block.items() if key != "baseFeePerGas"}


def _with_authority_data(block: dict[str, Any]) -> dict[str, Any]:
    return {**block, "extraData": "0x" + "00" * 32 + "ab" * 20 * 4 + "cd" * 65}
