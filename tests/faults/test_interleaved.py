"""Everything at once: recording, settling and faults in any order, then one quiet drain."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.wallet import Wallet
from creatoken_sdk.errors import ChainError
from creatoken_sdk.studio import postgres, sqlite
from creatoken_sdk.studio.errors import StoreBusyError
from creatoken_sdk.studio.transactions import Transactions
from endpoint import FaultyEndpoint
from faults.conftest import RICH, make_scene
from faults.scene import Scene, locked
from studio.cluster import Cluster

FINALITY = 9
"""Deeper than every reorganisation here."""


class Death(BaseException):
    """In the place of a SIGKILL: nothing after it runs, and what was in memory is gone."""


MOMENTS: dict[str, tuple[type, str, str]] = {
    "before signing": (Wallet, "sign", "before"),
    "after persisting": (Wallet, "broadcast", "before"),
    "after broadcasting": (Wallet, "broadcast", "after"),
    "in the commit": (Transactions, "add", "after"),
    "in the last commit": (Transactions, "close_others", "after"),
}
BETWEEN = 3
"""How many of them are in no transaction of the store."""

JUMPS = (-10_000, -30, -1, -0.01, 0.01, 1, 30, 3_000)
"""Days."""


@contextmanager
def at(moment: int, act: Callable[[], None]) -> Iterator[None]:
    """Do something at a moment of a turn."""
    where, name, when = list(MOMENTS.values())[moment]
    real = getattr(where, name)

    def changed(*args: Any, **kwargs: Any) -> Any:
        if when == "before":
            act()
        result = real(*args, **kwargs)
        if when == "after":
            act()
        return result

    setattr(where, name, changed)
    try:
        yield
    finally:
        setattr(where, name, real)


def die() -> None:
    raise Death


class World:
    """One scene and how it goes on."""

    def __init__(self, scene: Scene, proxy: FaultyEndpoint, patch: pytest.MonkeyPatch) -> None:
        self.scene = scene
        self.faulty = scene.via(proxy.url)
        self.proxy = proxy
        self.drafts: list[str] = []
        self.patch = patch
        self.clock = time.time

    def record(self, _: int) -> None:
        self.drafts.append(f"draft {len(self.drafts)}")
        self.scene.record(*self.drafts)
        self.scene.waiting()

    def turn(self, seconds: int) -> None:
        """A turn of a sequencer; transactions are stuck at once, or never."""
        with suppress(ChainError):
            self.faulty.turn(FINALITY, stuck_seconds=seconds % 2 * 60)

    def kill(self, number: int) -> None:
        with suppress(Death), at(number % len(MOMENTS), die):
            self.turn(number)

    def lock(self, number: int) -> None:
        """Another program holds the store, from some moment of a turn to its end."""
        with pytest.MonkeyPatch.context() as patch, ExitStack() as until_then:
            patch.setattr(sqlite, "_BUSY_SECONDS", 0.05)
            patch.setattr(postgres, "_BUSY_SECONDS", 0.05)
            holds = iter([locked(self.scene.where)])

            def hold() -> None:
                for lock in holds:
                    until_then.enter_context(lock)

            with suppress(StoreBusyError), at(number % BETWEEN, hold):
                self.turn(number)

    def jump(self, number: int) -> None:
        """The clock goes on from another day."""
        seconds = JUMPS[number - 1] * 86_400
        self.patch.setattr(time, "time", lambda: self.clock() + seconds)

    def mine(self, blocks: int) -> None:
        self.scene.mine(blocks)

    def reorganise(self, depth: int) -> None:
        self.scene.tell("anvil_reorg", depth, [])

    def drop(self, _: int) -> None:
        self.scene.tell("anvil_dropAllTransactions")

    def spike(self, times: int) -> None:
        self.scene.tell("anvil_setNextBlockBaseFeePerGas", hex(10**9 * times))
        self.scene.mine()

    def fund(self, number: int) -> None:
        """Empty the relayer's account, or fill it up again."""
        balance = RICH if number % 2 else "0x0"
        self.scene.tell("anvil_setBalance", self.scene.signer.address, balance)

    def take_nonce(self, _: int) -> None:
        """Another program fills the account up and uses the key."""
        self.fund(1)
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
        """With faults off, one drain settles each step exactly once, and no hash is lost."""
        self.proxy.rate = 0
        self.fund(1)
        for _ in range(3):
            self.scene.settle(FINALITY)
            refused = self.scene.rows("SELECT count(*) FROM jobs WHERE state = 'reverted'")
            if refused == [(0,)]:
                break
            self.scene.retry()
        self.scene.assert_settled(drafts=len(self.drafts))
        known = {tx_hash for (tx_hash,) in self.scene.rows("SELECT hash FROM transactions")}
        assert {log["transactionHash"] for log in self.scene.logs()} <= known


ACTIONS = (
    "record",
    "turn",
    "kill",
    "lock",
    "jump",
    "fund",
    "mine",
    "reorganise",
    "drop",
    "spike",
    "take_nonce",
    "trouble",
)
PLANS = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(1, 8)), min_size=6, max_size=20)


@pytest.mark.threat("C1")
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
@settings(
    max_examples=max(settings().max_examples // 25, 1),
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # shrinking would take an hour
    suppress_health_check=list(HealthCheck),
)
@example(plan=[("take_nonce", 1), ("turn", 1), ("reorganise", 3)], seed=0)
@given(plan=PLANS, seed=st.integers(0, 2**32))
def test_drain__when_all_goes_wrong_at_random__settles_each_step_exactly_once(
    node: Anvil, server: Cluster, kind: str, plan: list[tuple[str, int]], seed: int
) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        where = server.new_schema() if kind == "postgres" else str(Path(folder) / "studio.db")
        scene = make_scene(node, where)
        proxy = FaultyEndpoint(scene.node, seed)
        world = World(scene, proxy, patch)
        try:
            world.record(0)
            for action, number in plan:
                getattr(world, action)(number)
            world.assert_settled()
        finally:
            proxy.close()
