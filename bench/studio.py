"""How fast a studio records and settles, against a transaction for each record, in one run.

python3 dev.py python bench/studio.py [STEPS]
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from web3 import HTTPProvider, Web3

from creatoken_sdk import Creatoken, Studio
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.artifacts import artifact
from creatoken_sdk.chain.deploy import deploy
from creatoken_sdk.chain.deployments import Deployment
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.wallet import Wallet
from creatoken_sdk.chain.works import Work
from creatoken_sdk.record import MerkleTree, name_hash, verify_proof
from creatoken_sdk.record.keccak import keccak256
from creatoken_sdk.studio.jobs import JobState

STEPS = 100_000
SYNCED_STEPS = 1_000
SINGLE = 300
LEAVES = 1_000_000
PROOFS = 1_000
FINAL_BLOCKS = 96  # Anvil calls a block final 64 blocks later
TOPIC = name_hash("bench")


@dataclass
class Pace:
    """What `count` records took, by the clock and of this process's processor time."""

    count: int
    seconds: float
    busy: float

    @property
    def each_second(self) -> float:
        """Records a second by the clock."""
        return self.count / self.seconds

    def __str__(self) -> str:
        """Both rates, for people."""
        return f"{self.each_second:>8,.0f}/s {self.count / self.busy:>8,.0f}/s"


def paced(count: int, action: Callable[[], object]) -> Pace:
    """Do it, and say how long it took."""
    start, used = time.perf_counter(), time.process_time()
    action()
    return Pace(count, time.perf_counter() - start, time.process_time() - used)


def told(count: int, what: str) -> Iterator[int]:
    """Count up, and say how far at each tenth."""
    for number in range(count):
        if number % max(count // 10, 1) == 0:
            print(f"{what}: {number:,} of {count:,}", flush=True)
        yield number


def client(chain: Anvil) -> Creatoken:
    """A client that may record, on a chain with all contracts."""
    rpc, account = Rpc.connect(chain.url), chain.accounts[0]
    wallet = Wallet(rpc, 31337, account)
    return Creatoken(wallet, Deployment(31337, dict(deploy(wallet))))


def record(studio: Studio, work: Work, steps: int, *, durable: bool) -> Pace:
    """Record signed steps of one run."""

    @studio.step("draft", actor="agent:copy", model="writer-2", parameters={"seed": 2**60})
    def draft(brief: str, number: int) -> str:
        return f"{brief}, take {number}"

    def draft_all() -> None:
        for number in told(steps, "recorded and synced" if durable else "recorded"):
            draft("an ad", number)

    name, director = "synced" if durable else "committed", studio.signer
    with studio.run(name, work=work, brief="an ad", authorised_by=director, durable=durable) as run:
        pace = paced(steps, draft_all)
    assert not run.unrecorded
    return pace


def settle(chain: Anvil, studio: Studio, steps: int) -> Pace:
    """Settle everything until it is final."""

    def mine(states: Counter[JobState]) -> None:
        print("settling", {state.value: count for state, count in states.items()}, flush=True)
        if states[JobState.MINED]:
            chain.request("anvil_mine", hex(FINAL_BLOCKS))

    pace = paced(steps, lambda: studio.flush(progress=mine))
    assert set(studio.status().jobs) == {JobState.FINAL}
    return pace


def one_by_one(ct: Creatoken) -> None:
    """Anchor each record by a transaction of the SDK, and wait for it."""
    for number in told(SINGLE, "a transaction each"):
        ct.anchors.anchor(keccak256(b"ours %d" % number), topic=TOPIC, count=1)


def web3_only(chain: Anvil, ct: Creatoken) -> None:
    """Anchor each record by a transaction of web3 alone: all are sent before any is waited for."""
    web3 = Web3(HTTPProvider(chain.url))
    account = chain.accounts[1]
    anchors = web3.eth.contract(address=ct.anchors.address, abi=list(artifact("Anchors").abi))
    first = web3.eth.get_transaction_count(account.address)
    price = {"maxFeePerGas": 10**11, "maxPriorityFeePerGas": 10**9, "gas": 100_000}
    sent = []
    for number in told(SINGLE, "a transaction each, web3"):
        root = web3.keccak(b"theirs %d" % number)
        place = {"from": account.address, "chainId": 31337, "nonce": first + number}
        transaction = anchors.functions.anchor(TOPIC, root, 1, "").build_transaction(place | price)
        signed = account.sign_transaction(transaction)
        sent.append(web3.eth.send_raw_transaction(signed.raw_transaction))
    for tx_hash in sent:
        assert web3.eth.wait_for_transaction_receipt(tx_hash)["status"] == 1


def gas_each(chain: Anvil, studio: Studio, steps: int) -> tuple[float, int]:
    """Gas of one record: settled by the studio, and in the last transaction of its own."""
    hashes = [row[0] for row in studio.store.rows("SELECT hash FROM transactions")]
    receipts = [chain.request("eth_getTransactionReceipt", tx_hash) for tx_hash in hashes]
    block = chain.request("eth_getBlockByNumber", "latest", False)
    single = chain.request("eth_getTransactionReceipt", block["transactions"][-1])
    settled = sum(int(receipt["gasUsed"], 16) for receipt in receipts)
    return settled / steps, int(single["gasUsed"], 16)


def tree() -> None:
    """A tree of a million leaves, and proofs of it."""
    made: list[MerkleTree] = []
    leaves = [keccak256(number.to_bytes(4, "big")) for number in range(LEAVES)]
    built = paced(LEAVES, lambda: made.append(MerkleTree(leaves)))
    print(f"{LEAVES:,} leaves into a tree: {built.seconds:.1f} s, busy {built.busy:.1f} s")

    def prove() -> None:
        for leaf in leaves[:: LEAVES // PROOFS]:
            assert verify_proof(made[0].root, leaf, made[0].proof(leaf))

    proven = paced(PROOFS, prove)
    print(f"proof and verification of one: {1000 * proven.seconds / PROOFS:.3f} ms")


def main(steps: int) -> None:
    """Measure and print."""
    load = os.getloadavg()[0]
    with Anvil() as chain, tempfile.TemporaryDirectory() as folder:
        ct, account = client(chain), chain.accounts[0]
        project = ct.projects.create(treasury=account, directors=[account], recorders=[account])
        studio = Studio.open(Path(folder, "studio.db"), chain=ct, signer=account)
        work = ct.works.open(project)
        committed = record(studio, work, steps, durable=False)
        settled = settle(chain, studio, steps)
        synced = record(studio, ct.works.open(project), SYNCED_STEPS, durable=True)
        single = paced(SINGLE, lambda: one_by_one(ct))
        theirs = paced(SINGLE, lambda: web3_only(chain, ct))
        gas, gas_single = gas_each(chain, studio, steps)
        studio.close()
    whole = Pace(steps, committed.seconds + settled.seconds, committed.busy + settled.busy)
    print(f"\n{steps:,} records; load average {load:.1f} before, {os.getloadavg()[0]:.1f} after")
    print("                                      by the clock  processor time")
    for name, pace in (
        ("recorded, signed, each committed", committed),
        ("recorded, signed, each synced", synced),
        ("settled to final", settled),
        ("recorded and settled to final", whole),
        ("a transaction each, SDK", single),
        ("a transaction each, web3 only", theirs),
    ):
        print(f"{name:<36}{pace}")
    for name, pace in (("SDK", single), ("web3", theirs)):
        print(f"times a transaction each, {name}: {whole.each_second / pace.each_second:,.1f}")
    print(f"gas of a record: {gas:,.1f}, in a transaction of its own {gas_single:,}")
    tree()


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else STEPS)
