"""Everything at once: recording, settling and faults in any order, then one quiet drain."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.wallet import Wallet
from creatoken_sdk.errors import ChainError
from creatoken_sdk.studio.transactions import Transactions
from endpoint import FaultyEndpoint
from faults.conftest import RICH, make_scene
from faults.scene import Scene

FINALITY = 9
"""Deeper than every reorganisation here."""


class Death(BaseException):
    """In the place of a SIGKILL: nothing after it runs, and what was in memory is gone."""


MOMENTS = {
    "before signing": (Wallet, "sign", "before"),
    "in the commit": (Transactions, "add", "after"),
    "after persisting": (Wallet, "broadcast", "before"),
    "after broadcasting": (Wallet, "broadcast", "after"),
    "in the last commit": (Transactions, "close_others", "after"),
}


class World:
    """One scene and how it goes on."""

    def __init__(self, scene: Scene, proxy: FaultyEndpoint) -> None:
        self.scene = scene
        self.faulty = scene.via(proxy.url)
        self.proxy = proxy
        self.drafts: list[str] = []

    def record(self, _: int) -> None:
        self.drafts.append(f"draft {len(self.drafts)}")
        self.scene.record(*self.drafts)
        self.scene.waiting()

    def turn(self, seconds: int) -> None:
        """A turn of a sequencer; transactions are stuck at once, or never."""
        with suppress(ChainError):
            self.faulty.turn(FINALITY, stuck_seconds=seconds % 2 * 60)

    def kill(self, number: int) -> None:
        where, name, when = list(MOMENTS.values())[number % len(MOMENTS)]
        real = getattr(where, name)

        def deadly(*args: Any, **kwargs: Any) -> Any:
            if when == "after":
                real(*args, **kwargs)
            raise Death

        setattr(where, name, deadly)
        try:
            with suppress(Death):
                self.turn(1)
        finally:
            setattr(where, name, real)

    def mine(self, blocks: int) -> None:
        self.scene.mine(blocks)

    def reorganise(self, depth: int) -> None:
        self.scene.tell("anvil_reorg", depth, [])

    def drop(self, _: int) -> None:
        self.scene.tell("anvil_dropAllTransactions")

    def spike(self, times: int) -> None:
        self.scene.tell("anvil_setNextBlockBaseFeePerGas", hex(10**9 * times))
        self.scene.mine()

    def take_nonce(self, _: int) -> None:
        """Another program uses the key."""
        account = self.scene.signer
        nonce = self.scene.tell("eth_getTransactionCount", account.address, "latest")
        transaction = {"chainId": 31337, "nonce": int(nonce, 16), "gas": 21_000, "value": 1}
        fees = {"to": account.address, "maxFeePerGas": 10**12, "maxPriorityFeePerGas": 10**11}
        raw = account.sign_transaction(transaction | fees).raw_transaction.hex()
        self.scene.tell("anvil_dropAllTransactions")
        self.scene.tell("eth_sendRawTransaction", "0x" + raw)
        self.scene.mine()

    def trouble(self, tenths: int) -> None:
        self.proxy.rate = tenths / 20

    def assert_settled(self) -> None:
        """With faults off, one drain settles each step exactly once."""
        self.proxy.rate = 0
        self.scene.tell("anvil_setBalance", self.scene.signer.address, RICH)
        for _ in range(3):
            self.scene.settle(FINALITY)
            refused = self.scene.rows("SELECT count(*) FROM jobs WHERE state = 'reverted'")
            if refused == [(0,)]:
                break
            self.scene.retry()
        self.scene.assert_settled(drafts=len(self.drafts))


ACTIONS = ("record", "turn", "kill", "mine", "reorganise", "drop", "spike", "take_nonce", "trouble")
PLANS = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(1, 8)), min_size=6, max_size=16)


@pytest.mark.threat("C1")
@settings(
    max_examples=max(settings().max_examples // 25, 1),
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # shrinking would take an hour
    suppress_health_check=list(HealthCheck),
)
@given(plan=PLANS, seed=st.integers(0, 2**32))
def test_drain__when_all_goes_wrong_at_random__settles_each_step_exactly_once(
    node: Anvil, plan: list[tuple[str, int]], seed: int
) -> None:
    with TemporaryDirectory() as folder:
        scene = make_scene(node, str(Path(folder) / "studio.db"))
        proxy = FaultyEndpoint(scene.node, seed)
        world = World(scene, proxy)
        try:
            world.record(0)
            for action, number in plan:
                getattr(world, action)(number)
            world.assert_settled()
        finally:
            proxy.close()
