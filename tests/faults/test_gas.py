"""Money and blocks: fee spikes, stuck transactions, empty accounts, small blocks, slow miners."""

from __future__ import annotations

import json
import time
from itertools import pairwise
from typing import Any

import pytest

from creatoken_sdk.chain.errors import GasTooLowError, InsufficientFundsError
from creatoken_sdk.chain.projects import Role
from creatoken_sdk.studio import tracker
from creatoken_sdk.studio.errors import SettlementError
from creatoken_sdk.studio.jobs import JobState
from endpoint import FaultyEndpoint
from faults.conftest import RICH
from faults.scene import Scene

FEES = ("maxFeePerGas", "maxPriorityFeePerGas")


def fees(scene: Scene) -> list[tuple[int, ...]]:
    """What the stored transactions offer, in the order in which they were signed."""
    rows = scene.rows("SELECT fields FROM transactions ORDER BY nonce, variant")
    return [tuple(json.loads(fields)[name] for name in FEES) for (fields,) in rows]


def recording(scene: Scene, *drafts: str) -> Scene:
    """Record, queue and broadcast, unmined."""
    scene.record(*drafts)
    scene.waiting()
    scene.turn()
    return scene


@pytest.mark.threat("C6")
def test_drain__when_the_base_fee_jumps_over_the_offer__raises_both_fees_on_the_same_nonce(
    scene: Scene,
) -> None:
    recording(scene, "a")
    scene.tell("anvil_setNextBlockBaseFeePerGas", hex(fees(scene)[0][0] * 5))
    scene.mine()
    assert scene.recorded().total() == 0
    assert scene.settle() == {JobState.FINAL: 1}
    scene.assert_settled(drafts=1)
    assert scene.transactions() == [("replaced", 0, 0), ("final", 1, 0)]
    old, new = fees(scene)
    assert all(8 * after >= 9 * before for before, after in zip(old, new, strict=True))


@pytest.mark.threat("C4")
def test_drain__when_nothing_is_mined__raises_fees_up_to_a_multiple_of_the_price(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracker, "_ENOUGH", 2)
    recording(scene, "a")
    restarted = scene.sequencer(stuck_seconds=0)
    for _ in range(10):
        restarted.drain(timeout_seconds=0)
    restarted.store.close()
    offers = fees(scene)
    assert 2 < len(offers) < 10
    price = int(scene.tell("eth_gasPrice"), 16)
    assert 2 * price <= offers[-1][0] < 2.5 * price
    for old, new in pairwise(offers):
        assert all(8 * after >= 9 * before for before, after in zip(old, new, strict=True))
    scene.settle()
    scene.assert_settled(drafts=1)
    states = [state for state, _, _ in scene.transactions()]
    assert states == ["replaced"] * (len(offers) - 1) + ["final"]


@pytest.mark.threat("C4")
def test_drain__when_an_older_offer_is_mined_after_all__the_newer_one_is_replaced(
    scene: Scene,
) -> None:
    recording(scene, "a")
    scene.turn(stuck_seconds=0)
    first, second = scene.rows("SELECT hash, raw FROM transactions ORDER BY variant")
    scene.tell("anvil_dropTransaction", second[0])
    scene.tell("eth_sendRawTransaction", "0x" + first[1])
    scene.mine()
    scene.settle()
    scene.assert_settled(drafts=1)
    assert scene.transactions() == [("final", 0, 0), ("replaced", 1, 0)]


@pytest.mark.threat("C6")
def test_drain__when_the_account_is_empty__says_what_is_missing_and_settles_once_it_came(
    scene: Scene,
) -> None:
    scene.record("a")
    scene.waiting()
    scene.tell("anvil_setBalance", scene.signer.address, "0x1")
    with pytest.raises(InsufficientFundsError, match=f"{scene.signer.address} has 1; send"):
        scene.turn()
    assert scene.rows("SELECT state FROM jobs") == [("queued",)]
    scene.tell("anvil_setBalance", scene.signer.address, RICH)
    scene.settle()
    scene.assert_settled(drafts=1)


@pytest.mark.threat("C6")
def test_drain__when_the_account_is_emptied_after_signing__keeps_the_bytes_for_later(
    scene: Scene,
) -> None:
    recording(scene, "a")
    scene.tell("anvil_dropAllTransactions")
    scene.tell("anvil_setBalance", scene.signer.address, "0x1")
    with pytest.raises(InsufficientFundsError):
        scene.turn()
    scene.tell("anvil_setBalance", scene.signer.address, RICH)
    scene.settle()
    scene.assert_settled(drafts=1)
    assert scene.transactions() == [("final", 0, 0)]


@pytest.mark.threat("C6")
def test_drain__when_blocks_are_too_small__says_so_and_settles_once_they_grow(
    scene: Scene, proxy: FaultyEndpoint
) -> None:
    scene.record("a")
    scene.waiting()
    proxy.lies["eth_getBlockByNumber"] = lambda block: {**block, "gasLimit": "0x7530"}
    with pytest.raises(GasTooLowError, match="and a block of chain 31337 holds 30000; wait"):
        scene.via(proxy.url).turn()
    assert scene.rows("SELECT state FROM jobs") == [("queued",)]
    scene.settle()
    scene.assert_settled(drafts=1)


def test_drain__when_the_node_itself_refuses_for_small_blocks__can_be_retried(
    scene: Scene,
) -> None:
    scene.record("a")
    scene.tell("evm_setBlockGasLimit", hex(30_000))
    scene.mine()
    try:
        assert scene.settle() == {JobState.REVERTED: 1}
    finally:
        scene.tell("evm_setBlockGasLimit", hex(30_000_000))
        scene.mine()
    assert scene.transactions() == []
    scene.retry()
    scene.settle()
    scene.assert_settled(drafts=1)


@pytest.mark.parametrize("way", ["at once", "every second"])
def test_drain__when_the_chain_mines_by_itself__settles(scene: Scene, way: str) -> None:
    scene.record("a", "b")
    if way == "at once":
        scene.tell("evm_setAutomine", True)
    else:
        scene.tell("evm_setIntervalMining", 1)
    scene.waiting()
    begun = scene.sequencer("latest")
    try:
        assert begun.drain(timeout_seconds=30) == {JobState.FINAL: 1}
    finally:
        scene.tell("evm_setIntervalMining", 0)
        scene.tell("evm_setAutomine", False)
        begun.store.close()
    scene.assert_settled(drafts=2)


@pytest.mark.threat("C3")
@pytest.mark.parametrize(("finality", "blocks"), [("safe", 32), ("final", 64), (5, 5)])
def test_drain__when_asked_for_a_finality__waits_for_it(
    scene: Scene, finality: Any, blocks: int
) -> None:
    recording(scene, "a")
    scene.mine(blocks)
    assert scene.turn(finality) == {JobState.MINED: 1}
    scene.mine()
    assert scene.turn(finality) == {JobState.FINAL: 1}
    scene.assert_settled(drafts=1)


@pytest.mark.threat("C4")
def test_flush__when_the_contract_refuses__names_the_reason_and_retry_settles(
    scene: Scene,
) -> None:
    director = scene.client().with_signer(scene.director)
    scene.record("a")
    roles = director.projects.set_roles
    scene.at_once(director, roles.call(scene.project, scene.signer.address, Role(0)))
    studio = scene.studio()
    with pytest.raises(SettlementError) as caught:
        studio.flush(wait="latest", timeout_seconds=0)
    assert str(scene.signer.address) in caught.value.jobs[0].reason
    assert scene.transactions() == []
    scene.at_once(director, roles.call(scene.project, scene.signer.address, Role.RECORDER))
    assert studio.retry() == 1
    studio.close()
    scene.settle()
    scene.assert_settled(drafts=1)


@pytest.mark.threat("C4")
def test_drain__when_the_transaction_fails_in_its_block__is_reverted_with_the_reason(
    scene: Scene,
) -> None:
    director = scene.client().with_signer(scene.director)
    recording(scene, "a")
    scene.tell("anvil_dropAllTransactions")
    roles = director.projects.set_roles
    scene.at_once(director, roles.call(scene.project, scene.signer.address, Role(0)))
    (raw,) = scene.rows("SELECT raw FROM transactions")[0]
    scene.tell("eth_sendRawTransaction", "0x" + raw)
    assert scene.settle() == {JobState.REVERTED: 1}
    assert scene.transactions() == [("reverted", 0, 0)]
    assert scene.signer.address in scene.rows("SELECT reason FROM jobs")[0][0]
    scene.at_once(director, roles.call(scene.project, scene.signer.address, Role.RECORDER))
    scene.retry()
    scene.settle()
    scene.assert_settled(drafts=1)
    assert scene.transactions() == [("reverted", 0, 0), ("final", 0, 1)]


def test_drain__when_the_same_call_of_another_came_first__is_final_though_ours_failed(
    scene: Scene,
) -> None:
    scene.record("a")
    call = scene.waiting()[0].call
    scene.turn()
    scene.tell("anvil_dropAllTransactions")
    scene.at_once(scene.as_helper().client(), call)
    (raw,) = scene.rows("SELECT raw FROM transactions")[0]
    scene.tell("eth_sendRawTransaction", "0x" + raw)
    assert scene.settle() == {JobState.FINAL: 1}
    scene.assert_settled(drafts=1)
    assert scene.transactions() == [("reverted", 0, 0)]


@pytest.mark.threat("C2")
def test_drain__when_two_accounts_share_a_store__each_counts_its_own_transactions(
    scene: Scene,
) -> None:
    other = scene.as_helper()
    scene.record("a", run="summer")
    recording(scene)
    other.record("b", run="winter")
    other.waiting()
    other.turn()
    deadline = time.monotonic() + 30
    while other.turn() + scene.turn() != {JobState.FINAL: 2} and time.monotonic() < deadline:
        scene.mine()
    assert scene.rows("SELECT account, nonce, state FROM transactions ORDER BY created_at") == [
        (scene.signer.address, 0, "final"),
        (other.signer.address, 0, "final"),
    ]
    assert set(scene.recorded().values()) == {1}
    assert scene.client().contributions.total_shares(scene.work) == 20
