"""How fast logs become events: ours against web3's typed `get_logs`, in one run on Anvil.

python3 dev.py python bench/index.py
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from web3 import HTTPProvider, Web3

from creatoken_sdk import AssetInput, Creatoken
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.artifacts import artifact
from creatoken_sdk.chain.deploy import deploy
from creatoken_sdk.chain.deployments import Deployment
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.wallet import Wallet
from creatoken_sdk.record.keccak import keccak256
from creatoken_sdk.studio.index import Index
from creatoken_sdk.studio.logs import Log, Logs
from creatoken_sdk.studio.store import open_store

BATCHES = 20
EACH = 100
ROUNDS = 5
GOAL = 5.0


def fill(ct: Creatoken) -> None:
    """Register assets; each logs Transfer and AssetRegistered."""
    for batch in range(BATCHES):
        hashes = [keccak256(f"{batch} {place}".encode()) for place in range(EACH)]
        assets = [AssetInput(creator=ct.address, content_hash=h, record_root=h) for h in hashes]
        ct.assets.register_batch(assets, ct.address)


def timed(action: Callable[[], int], times: list[float]) -> int:
    """Run, note the time, and return what the action counted."""
    start = time.perf_counter()
    count = action()
    times.append(time.perf_counter() - start)
    return count


def compare(chain: Anvil, ct: Creatoken, head: int) -> tuple[int, float, float]:
    """Return how many logs there are, and the median seconds of web3 and ours for all of them."""
    registry = Web3(HTTPProvider(chain.url)).eth.contract(
        address=ct.assets.address, abi=list(artifact("AssetRegistry").abi)
    )
    logs = Logs(ct.wallet.rpc, ct.deployment)

    def theirs() -> int:
        typed = (registry.events.Transfer(), registry.events.AssetRegistered())
        return sum(len(event.get_logs(from_block=0, to_block=head)) for event in typed)

    def ours() -> int:
        found: list[Log] = logs.between(0, head)
        return len(found)

    slow: list[float] = []
    fast: list[float] = []
    for _ in range(ROUNDS):  # in turns, so that the machine's load is the same for both
        count = timed(theirs, slow)
        assert timed(ours, fast) == count
    return count, statistics.median(slow), statistics.median(fast)


def main() -> int:
    """Print rates and their ratio; fail below the goal."""
    with Anvil() as chain, tempfile.TemporaryDirectory() as folder:
        wallet = Wallet(Rpc.connect(chain.url), 31337, chain.accounts[0])
        ct = Creatoken(wallet, Deployment(31337, dict(deploy(wallet))))
        fill(ct)
        head = wallet.rpc.integer("eth_blockNumber")
        count, slow, fast = compare(chain, ct, head)
        store = open_store(Path(folder, "studio.db"))
        start = time.perf_counter()
        Index(store, ct).update()
        stored = time.perf_counter() - start
        store.close()
    load = os.getloadavg()[0]
    print(f"{count:,} logs, median of {ROUNDS} rounds in turns; load average {load:.1f}")
    print(f"web3 get_logs           {count / slow:>9,.0f} logs/s")
    print(f"read, decoded, checked  {count / fast:>9,.0f} logs/s, {slow / fast:.1f} times as fast")
    print(f"Index.update to SQLite  {count / stored:>9,.0f} logs/s, {slow / stored:.1f} times")
    return 0 if slow / fast >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
