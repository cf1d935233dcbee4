"""Chains that forget: reorganisations, dropped and replaced transactions."""

from __future__ import annotations

import pytest
from eth_account import Account

from creatoken_sdk.studio.jobs import JobState
from faults.scene import Scene

DEPTHS = range(1, 9)


def use_nonce(scene: Scene) -> None:
    """Mine a transaction by another program that has the pipeline's key."""
    stranger = scene.signer.sign_transaction(
        {
            "chainId": 31337,
            "nonce": 0,
            "gas": 21000,
            "to": Account.create().address,
            "value": 1,
            "maxFeePerGas": 10**12,
            "maxPriorityFeePerGas": 10**9,
        }
    )
    scene.tell("eth_sendRawTransaction", "0x" + stranger.raw_transaction.hex())
    scene.mine()


@pytest.mark.threat("C3")
@pytest.mark.parametrize("depth", DEPTHS)
def test_drain__when_reorgs_come_before_and_after_mining__sends_the_same_bytes_again(
    scene: Scene, depth: int
) -> None:
    scene.record("a", "b")
    scene.waiting()
    scene.turn(finality=8)
    scene.tell("anvil_reorg", depth, [])
    scene.tell("anvil_dropAllTransactions")
    assert scene.turn(finality=8) == {JobState.SENT: 1}
    scene.mine(depth)
    assert scene.turn(finality=8) == {JobState.MINED: 1}
    assert scene.recorded().total() == 1
    scene.tell("anvil_reorg", depth, [])
    assert scene.recorded().total() == 0
    assert scene.settle(finality=8) == {JobState.FINAL: 1}
    scene.assert_settled(drafts=2)
    assert scene.transactions() == [("final", 0, 0)]


@pytest.mark.threat("C3")
def test_drain__when_a_reorg_goes_behind_what_was_final__settles_it_again(scene: Scene) -> None:
    scene.record("a")
    assert scene.settle(finality="latest") == {JobState.FINAL: 1}
    scene.tell("anvil_reorg", 5, [])
    assert sum(scene.recorded().values()) == 0
    scene.record("b")
    assert scene.settle(finality="latest") == {JobState.FINAL: 2}
    scene.assert_settled(drafts=2)


@pytest.mark.threat("C4")
def test_drain__when_the_node_drops_the_transaction__broadcasts_the_same_bytes(
    scene: Scene,
) -> None:
    scene.record("a")
    scene.waiting()
    scene.turn()
    (tx_hash,) = scene.rows("SELECT hash FROM transactions")[0]
    assert scene.tell("anvil_dropTransaction", tx_hash) == tx_hash
    assert scene.tell("eth_getTransactionByHash", tx_hash) is None
    scene.settle()
    scene.assert_settled(drafts=1)
    assert scene.rows("SELECT hash, state FROM transactions") == [(tx_hash, "final")]


@pytest.mark.threat("C4")
def test_drain__when_a_stranger_with_the_key_takes_the_nonce__settles_with_the_next(
    scene: Scene,
) -> None:
    scene.record("a")
    scene.waiting()
    scene.turn()
    scene.tell("anvil_dropAllTransactions")
    use_nonce(scene)
    assert scene.settle() == {JobState.FINAL: 1}
    scene.assert_settled(drafts=1)
    assert scene.transactions() == [("dropped", 0, 0), ("final", 0, 1)]


def flush_until_final(scene: Scene) -> None:
    """As a program does that flushes in between and never waits."""
    for _ in range(8):
        studio = scene.studio()
        states = studio.flush(wait=8, timeout_seconds=0)
        studio.close()
        if set(states) == {JobState.FINAL}:
            return
        scene.mine(8)


@pytest.mark.threat("C4")
def test_flush__given_no_time_and_a_stranger_took_the_nonce__settles_when_repeated(
    scene: Scene,
) -> None:
    scene.record("a")
    scene.waiting()
    scene.turn()
    scene.tell("anvil_dropAllTransactions")
    use_nonce(scene)
    flush_until_final(scene)
    scene.assert_settled(drafts=1)
    assert scene.transactions() == [("dropped", 0, 0), ("final", 0, 1)]


@pytest.mark.threat("C4")
def test_flush__given_no_time_and_a_gap_before_our_nonces__settles_when_repeated(
    scene: Scene,
) -> None:
    use_nonce(scene)
    scene.record("a")
    scene.waiting()
    scene.turn(finality=8)
    scene.tell("anvil_reorg", 2, [])
    flush_until_final(scene)
    scene.assert_settled(drafts=1)
    assert scene.transactions() == [("final", 0, 0), ("dropped", 0, 1)]


@pytest.mark.threat("C4")
def test_drain__when_a_reorg_undoes_a_strangers_transaction_before_ours__fills_the_gap(
    scene: Scene,
) -> None:
    use_nonce(scene)
    scene.record("a")
    scene.record("b", run="winter")
    scene.waiting()
    scene.turn(finality=8)
    scene.tell("anvil_reorg", 2, [])
    assert scene.settle(finality=8) == {JobState.FINAL: 2}
    assert set(scene.recorded().values()) == {1}
    assert scene.client().contributions.total_shares(scene.work) == 20
    scene.assert_ledger()
    assert scene.transactions() == [("final", 0, 0), ("final", 0, 1), ("dropped", 0, 2)]


@pytest.mark.threat("C4")
def test_drain__when_somebody_else_relays_the_same_call__is_final_without_paying(
    scene: Scene,
) -> None:
    scene.record("a")
    scene.at_once(scene.as_helper().client(), scene.waiting()[0].call)
    assert scene.settle() == {JobState.FINAL: 1}
    scene.assert_settled(drafts=1)
    assert scene.transactions() == []


@pytest.mark.threat("C3")
def test_drain__when_the_effect_by_somebody_else_is_reorganised_away__sends_it_itself(
    scene: Scene,
) -> None:
    scene.record("a")
    scene.at_once(scene.as_helper().client(), scene.waiting()[0].call)
    assert scene.turn() == {JobState.MINED: 1}
    scene.tell("anvil_reorg", 1, [])
    assert scene.settle() == {JobState.FINAL: 1}
    scene.assert_settled(drafts=1)
