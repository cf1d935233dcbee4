"""How fast a studio records and settles, against a transaction for each record, in one run.

python3 dev.py python bench/studio.py [STEPS]
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from creatoken_sdk import Creatoken, Studio
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.deploy import deploy
from creatoken_sdk.chain.deployments import Deployment
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.wallet import Wallet
from creatoken_sdk.record import MerkleTree, name_hash, verify_proof
from creatoken_sdk.record.keccak import keccak256

STEPS = 10_000
DURABLE_STEPS = 2_000
SINGLE = 200
LEAVES = 1_000_000


def client(chain: Anvil) -> Creatoken:
    """A client that may record, on a chain with all contracts."""
    rpc, account = Rpc.connect(chain.url), chain.accounts[0]
    wallet = Wallet(rpc, 31337, account)
    return Creatoken(wallet, Deployment(31337, dict(deploy(wallet))))


def rate(count: int, seconds: float) -> str:
    """A rate for people."""
    return f"{count / seconds:,.0f}/s"


def record(studio: Studio, work: object, director: object, steps: int, *, durable: bool) -> None:
    """Record signed steps and print how many a second."""

    @studio.step("draft", actor="agent:copy", model="writer-2", parameters={"seed": 2**60})
    def draft(brief: str, number: int) -> str:
        return f"{brief}, take {number}"

    name = "durable" if durable else "fast"
    with studio.run(name, work=work, brief="an ad", authorised_by=director, durable=durable):
        start, used = time.perf_counter(), time.process_time()
        for number in range(steps):
            draft("an ad", number)
        seconds, used = time.perf_counter() - start, time.process_time() - used
    synced = "each synced to disk" if durable else "each committed"
    print(f"{steps:,} steps recorded and signed, {synced}: {rate(steps, seconds)};", end=" ")
    print(f"{rate(steps, used)} of processor time")


def settle(studio: Studio, steps: int) -> float:
    """Settle everything; return steps a second."""
    start = time.perf_counter()
    states = studio.flush(wait="latest")
    seconds = time.perf_counter() - start
    print(f"settled in {seconds:.1f} s, {dict(states)}: {rate(steps, seconds)}")
    return steps / seconds


def one_by_one(ct: Creatoken) -> float:
    """A transaction for each record, as one would without a studio; return records a second."""
    start = time.perf_counter()
    for number in range(SINGLE):
        ct.anchors.anchor(keccak256(str(number).encode()), topic=name_hash("bench"), count=1)
    seconds = time.perf_counter() - start
    print(f"{SINGLE} records, a transaction each: {rate(SINGLE, seconds)}")
    return SINGLE / seconds


def tree() -> None:
    """A tree of a million leaves, and one proof of it."""
    start = time.perf_counter()
    made = MerkleTree(keccak256(number.to_bytes(4, "big")) for number in range(LEAVES))
    built = time.perf_counter() - start
    leaf = keccak256((LEAVES // 2).to_bytes(4, "big"))
    start = time.perf_counter()
    assert verify_proof(made.root, leaf, made.proof(leaf))
    print(f"{LEAVES:,} leaves in {built:.1f} s; prove and verify one in", end=" ")
    print(f"{(time.perf_counter() - start) * 1000:.2f} ms")


def main(steps: int) -> None:
    """Measure and print."""
    print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")
    with Anvil() as chain, tempfile.TemporaryDirectory() as folder:
        ct = client(chain)
        account = chain.accounts[0]
        project = ct.projects.create(treasury=account, directors=[account], recorders=[account])
        work = ct.works.open(project)
        studio = Studio.open(Path(folder, "studio.db"), chain=ct, signer=account)
        record(studio, work, account, steps, durable=False)
        record(studio, work, account, DURABLE_STEPS, durable=True)
        batched, single = settle(studio, steps + DURABLE_STEPS), one_by_one(ct)
        print(f"settling in batches is {batched / single:,.0f} times a transaction each")
        studio.close()
    tree()


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else STEPS)
