"""A chain that forgets blocks: signed bytes that were kept bring the transaction back, once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from creatoken_sdk import Creatoken
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.deploy import deploy
from creatoken_sdk.chain.errors import ReceiptTimeoutError
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.wallet import Wallet


@pytest.fixture(scope="module")
def forgetful() -> Iterator[Anvil]:
    with Anvil() as anvil:
        list(deploy(Wallet(Rpc.connect(anvil.url), 31337, anvil.accounts[9])))
        yield anvil


@pytest.mark.threat("C3")
@pytest.mark.parametrize("depth", [1, 2, 8])
def test_broadcast__when_the_chain_forgot_the_block__brings_it_back_once(
    forgetful: Anvil, depth: int
) -> None:
    ct = Creatoken.connect(forgetful.url, signer=forgetful.accounts[0], timeout_seconds=10)
    root = bytes([depth]) * 32
    kept = ct.sign(ct.anchors.anchor.call(root, topic=bytes(32), count=1))
    ct.broadcast(kept)
    first = ct.wait(kept)
    for _ in range(depth - 1):
        forgetful.request("evm_mine")
    forgetful.request("anvil_reorg", depth, [])

    assert ct.anchors.anchored_at(ct.address, root) == 0
    ct.wallet.timeout_seconds = 0.2
    with pytest.raises(ReceiptTimeoutError, match="wait again") as caught:
        ct.wait(kept)
    assert caught.value.transaction == kept

    ct.wallet.timeout_seconds = 10
    ct.broadcast(kept)
    again = ct.wait(kept)
    assert (again.tx_hash, again.block_hash != first.block_hash) == (first.tx_hash, True)
    assert ct.anchors.anchored_at(ct.address, root) == again.timestamp
    assert ct.wallet.rpc.integer("eth_getTransactionCount", ct.address, "latest") == kept.nonce + 1
