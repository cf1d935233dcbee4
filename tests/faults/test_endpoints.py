"""Endpoints that lose, delay, repeat, break or forge answers."""

from __future__ import annotations

from typing import Any

import pytest

from creatoken_sdk.chain import rpc as rpc_module
from creatoken_sdk.chain.errors import BadResponseError, UnreachableError, WrongChainError
from creatoken_sdk.studio.jobs import JobState
from endpoint import KINDS, LATE_SECONDS, FaultyEndpoint
from faults.scene import Scene

SEND, RECEIPT = "eth_sendRawTransaction", "eth_getTransactionReceipt"


@pytest.mark.threat("C5")
@pytest.mark.parametrize("kind", KINDS)
def test_drain__when_every_third_answer_goes_wrong__settles_each_step_once(
    scene: Scene, proxy: FaultyEndpoint, kind: str
) -> None:
    scene.record("a", "b")
    scene.record("c", run="winter")
    scene.waiting()
    proxy.rate, proxy.kinds = 1 / 3, (kind,)
    assert scene.via(proxy.url).settle() == {JobState.FINAL: 2}
    assert set(proxy.seen) == {kind}
    assert scene.rows("SELECT sum(shares) FROM steps") == [(30,)]
    assert set(scene.recorded().values()) == {1}
    assert scene.client().contributions.total_shares(scene.work) == 30
    scene.assert_ledger()


@pytest.mark.threat("C5")
@pytest.mark.parametrize("kind", ["lost", "null", "twice", "stale"])
def test_drain__when_the_broadcast_goes_wrong_each_time__settles_with_one_transaction(
    scene: Scene, proxy: FaultyEndpoint, kind: str
) -> None:
    scene.record("a")
    scene.waiting()
    proxy.fail(SEND, *[kind] * 20)
    scene.via(proxy.url).settle()
    scene.assert_settled(drafts=1)
    assert scene.transactions() == [("final", 0, 0)]


@pytest.mark.threat("C5")
def test_drain__when_nobody_answers__raises_at_the_timeout_and_keeps_all(
    scene: Scene, proxy: FaultyEndpoint
) -> None:
    scene.record("a")
    scene.waiting()
    proxy.rate, proxy.kinds = 1, ("reset",)
    with pytest.raises(UnreachableError, match="check the address and that it runs"):
        scene.via(proxy.url).turn()
    scene.settle()
    scene.assert_settled(drafts=1)


def lie(change: dict[str, Any]) -> Any:
    return lambda result: result and {**result, **change}


@pytest.mark.threat("C5")
@pytest.mark.parametrize("change", [{"status": "0x0"}, {"blockHash": "0x" + "ab" * 32}])
def test_drain__when_the_receipt_is_a_lie__ends_as_the_chain_has_it(
    scene: Scene, proxy: FaultyEndpoint, change: dict[str, Any]
) -> None:
    scene.record("a")
    scene.waiting()
    scene.turn()
    scene.mine(5)
    proxy.lies[RECEIPT] = lie(change)
    scene.via(proxy.url).turn()
    scene.via(proxy.url).turn()
    proxy.lies.clear()
    scene.settle()
    scene.assert_settled(drafts=1)
    assert scene.transactions() == [("final", 0, 0)]


@pytest.mark.threat("C5")
def test_drain__when_receipt_and_effect_are_lies__is_final_by_the_same_transaction_once_retried(
    scene: Scene, proxy: FaultyEndpoint
) -> None:
    scene.record("a")
    scene.waiting()
    scene.turn()
    scene.mine(5)
    proxy.lies[RECEIPT] = lie({"status": "0x0"})
    proxy.lies["eth_call"] = lambda _: "0x" + "00" * 32
    assert scene.via(proxy.url).turn() == {JobState.REVERTED: 1}
    scene.retry()
    scene.settle()
    scene.assert_settled(drafts=1)
    assert scene.transactions() == [("final", 0, 0)]


@pytest.mark.threat("C5")
@pytest.mark.parametrize("method", [SEND, RECEIPT, "eth_estimateGas"])
def test_drain__when_answers_come_too_late__settles_with_one_transaction(
    scene: Scene, proxy: FaultyEndpoint, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setattr(rpc_module, "_TIMEOUT_SECONDS", LATE_SECONDS / 2)
    scene.record("a")
    scene.waiting()
    proxy.fail(method, "late", "late")
    scene.via(proxy.url).settle()
    assert proxy.seen == ["late", "late"]
    scene.assert_settled(drafts=1)
    assert scene.transactions() == [("final", 0, 0)]


@pytest.mark.threat("C5")
def test_drain__when_a_failure_is_called_a_success__is_not_final(
    scene: Scene, proxy: FaultyEndpoint
) -> None:
    scene.record("a")
    scene.waiting()
    scene.turn()
    (raw,) = scene.rows("SELECT raw FROM transactions")[0]
    scene.tell("anvil_dropAllTransactions")
    code = scene.tell("eth_getCode", scene.work.token, "latest")
    scene.tell("anvil_setCode", scene.work.token, "0x60206000fd")  # refuses whatever is asked
    scene.tell("eth_sendRawTransaction", "0x" + raw)
    scene.mine(5)
    scene.tell("anvil_setCode", scene.work.token, code)
    proxy.lies[RECEIPT] = lie({"status": "0x1"})
    with pytest.raises(BadResponseError, match="and not what it did; use another endpoint"):
        scene.via(proxy.url).turn()
    assert scene.rows("SELECT state FROM jobs") != [("final",)]
    assert scene.settle() == {JobState.REVERTED: 1}
    assert scene.transactions() == [("reverted", 0, 0)]


@pytest.mark.threat("C5")
def test_drain__when_an_undone_block_is_still_served_by_hash__is_not_final(
    scene: Scene, proxy: FaultyEndpoint
) -> None:
    scene.record("a")
    scene.waiting()
    scene.turn()
    scene.mine()
    (tx_hash,) = scene.rows("SELECT hash FROM transactions")[0]
    receipt = scene.tell(RECEIPT, tx_hash)
    block = scene.tell("eth_getBlockByHash", receipt["blockHash"], False)
    scene.tell("anvil_reorg", 1, [])
    proxy.lies[RECEIPT] = lambda _: receipt
    proxy.lies["eth_getBlockByHash"] = lambda _: block
    proxy.lies["eth_call"] = lambda _: "0x" + "11" * 32
    assert scene.via(proxy.url).turn("latest") == {JobState.SENT: 1}
    scene.settle()
    scene.assert_settled(drafts=1)


@pytest.mark.threat("C5")
def test_drain__when_the_endpoint_serves_another_chain__does_nothing_there(
    scene: Scene, proxy: FaultyEndpoint
) -> None:
    scene.record("a")
    scene.waiting()
    scene.turn()
    proxy.lies["eth_chainId"] = lambda _: "0x1"
    with pytest.raises(WrongChainError, match="now serves chain 1, not 31337"):
        scene.via(proxy.url).turn()
    assert [row[0] for row in scene.transactions()] == ["sent"]
    scene.settle()
    scene.assert_settled(drafts=1)


def test_drain__when_one_job_is_in_trouble__settles_the_others(
    scene: Scene, proxy: FaultyEndpoint
) -> None:
    scene.record("a")
    scene.record("b", run="winter")
    scene.waiting()
    proxy.fail("eth_estimateGas", *["null"])
    with pytest.raises(BadResponseError, match="answered eth_estimateGas with no number"):
        scene.via(proxy.url).turn()
    assert scene.rows("SELECT state, count(*) FROM jobs GROUP BY state ORDER BY state") == [
        ("queued", 1),
        ("sent", 1),
    ]
    assert scene.settle() == {JobState.FINAL: 2}
    scene.assert_ledger()
