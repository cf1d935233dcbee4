"""A pipeline that records into a store and settles on a chain; and what must be true after."""

from __future__ import annotations

import json
import sqlite3
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import psycopg
from eth_account import Account
from eth_account.signers.local import LocalAccount

from creatoken_sdk import Call, Creatoken, Work
from creatoken_sdk.chain.deployments import Deployment
from creatoken_sdk.chain.events import decode_log, topic
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.wallet import Wallet
from creatoken_sdk.studio.finality import Finality
from creatoken_sdk.studio.jobs import Job, JobState
from creatoken_sdk.studio.sequencer import Sequencer
from creatoken_sdk.studio.studio import Studio

CHAIN_ID = 31337

SHARES = 10
"""What each new draft earns."""

DEPTH = 2
"""Blocks on top that make a block final here."""

BOUND_SECONDS = 30
"""For whatever has to end."""

ENDS = {"final": ["0x1"], "reverted": ["0x0"], "replaced": [None], "dropped": [None, "0x0"]}
"""The status on chain of a transaction in each state that is an end.

One that was dropped behind a gap may be mined once that is filled, and fails: its job is done.
"""


def ask(url: str, method: str, *params: Any) -> Any:
    """Return a node's answer."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as response:
        answer = json.load(response)
    assert "error" not in answer, answer
    return answer["result"]


@contextmanager
def locked(where: str) -> Iterator[None]:
    """Another program holds what a pipeline or a sequencer would write to."""
    if where.startswith("postgresql://"):
        with psycopg.connect(where) as other:
            other.execute("SET idle_in_transaction_session_timeout = '10s'")  # who waits, fails
            other.execute("LOCK TABLE steps, transactions, jobs IN EXCLUSIVE MODE")
            yield
            other.rollback()
        return
    with closing(sqlite3.connect(where, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@dataclass(frozen=True)
class Scene:
    """Can be handed to other processes. Clients connect to `url`, the chain itself is at `node`.

    `key` is of the pipeline, `helper_key` of another account that may record.

    The chain mines only when told: `mine`, or every turn of `settle`.
    """

    node: str
    url: str
    where: str
    key: bytes
    helper_key: bytes
    director_key: bytes
    project: int
    work: Work

    def as_helper(self) -> Scene:
        """Return the same with the other account as the pipeline."""
        return replace(self, key=self.helper_key)

    @property
    def director(self) -> LocalAccount:
        return Account.from_key(self.director_key)

    def via(self, url: str) -> Scene:
        """Return the same with clients that connect elsewhere."""
        return replace(self, url=url)

    @property
    def signer(self) -> LocalAccount:
        return Account.from_key(self.key)

    def studio(self) -> Studio:
        return Studio.open(self.where, chain=self.client(self.url), signer=self.signer)

    def client(self, url: str = "") -> Creatoken:
        """Connecting, with its checks, is not what goes wrong here."""
        wallet = Wallet(Rpc.connect(url or self.node), CHAIN_ID, self.signer)
        return Creatoken(wallet, Deployment.packaged(CHAIN_ID))

    def record(self, *drafts: str, run: str = "summer") -> None:
        """Record a step for each draft; the same one again is the same step."""
        studio = self.studio()
        with studio.run(run, work=self.work, brief="b", authorised_by=self.director) as opened:
            for draft in drafts:
                write = studio.step(draft, actor="agent:copy", shares=SHARES)
                write(lambda brief: brief * 2)(draft)
        assert opened.unrecorded == []
        studio.close()

    def waiting(self) -> list[Job]:
        """Queue what is recorded; return what a sequencer would send."""
        studio = self.studio()
        jobs = studio.preview()
        studio.close()
        return jobs

    def sequencer(self, finality: Finality = DEPTH, **options: Any) -> Sequencer:
        """Return a new one over a new connection to the store, as a restarted process has."""
        studio = self.studio()
        options = {"pause_seconds": 0.005} | options
        return Sequencer(studio.store, studio.chain, finality=finality, **options)

    def turn(self, finality: Finality = DEPTH, **options: Any) -> Counter[JobState]:
        """One turn of a new sequencer; raises its trouble."""
        sequencer = self.sequencer(finality, **options)
        try:
            return sequencer.drain(timeout_seconds=0)
        finally:
            sequencer.store.close()

    def settle(self, finality: Finality = DEPTH, **options: Any) -> Counter[JobState]:
        """Queue and send all there is, with a block after each turn."""
        self.waiting()
        sequencer = self.sequencer(finality, **options)
        try:
            return sequencer.drain(timeout_seconds=BOUND_SECONDS, progress=lambda _: self.mine())
        finally:
            sequencer.store.close()

    def retry(self) -> None:
        """Queue what was refused again."""
        studio = self.studio()
        assert studio.retry() > 0
        studio.close()

    def tell(self, method: str, *params: Any) -> Any:
        """Ask the chain itself, past all that may be in between."""
        return ask(self.node, method, *params)

    def at_once(self, client: Creatoken, call: Call[Any]) -> None:
        """Send a call by another program, mined in a block of its own."""
        self.tell("evm_setAutomine", True)
        client.send(call)
        self.tell("evm_setAutomine", False)

    def mine(self, blocks: int = 1) -> None:
        self.tell("anvil_mine", hex(blocks))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        studio = self.studio()
        rows = studio.store.rows(sql)
        studio.close()
        return rows

    def logs(self) -> list[Any]:
        """All there is on chain of recorded steps."""
        topics = [topic("ContributionToken", "StepsRecorded")]
        query = {"address": self.work.token, "fromBlock": "0x0", "topics": topics}
        logs: list[Any] = self.tell("eth_getLogs", query)
        return logs

    def recorded(self) -> Counter[str]:
        """How often the chain says that each root of steps was recorded."""
        events = [decode_log(log) for log in self.logs()]
        return Counter(event["steps_root"].hex() for event in events if event)

    def assert_settled(self, drafts: int) -> None:
        """Each step is on chain exactly once, all is through, and no nonce served two jobs."""
        counts = self.rows("SELECT count(*), sum(shares) FROM steps")[0]
        assert counts == (drafts + 1, drafts * SHARES)
        client = self.client()
        assert client.contributions.total_shares(self.work) == drafts * SHARES
        assert client.contributions.shares_of(self.work, self.signer) == drafts * SHARES
        recorded = self.recorded()
        assert set(recorded.values()) == {1}
        assert self.rows("SELECT DISTINCT state FROM jobs") == [("final",)]
        assert len(recorded) == self.rows("SELECT count(*) FROM jobs")[0][0]
        self.assert_ledger()

    def assert_ledger(self) -> None:
        """Each transaction is at the end it has on chain, and no nonce served two jobs."""
        for tx_hash, state in self.rows("SELECT hash, state FROM transactions"):
            receipt = self.tell("eth_getTransactionReceipt", tx_hash)
            assert (receipt and receipt["status"]) in ENDS[state]
        shared = self.rows(
            "SELECT nonce FROM transactions WHERE state <> 'dropped'"
            " GROUP BY nonce HAVING count(DISTINCT job_id) > 1"
        )
        assert shared == []
        twice = self.rows(
            "SELECT nonce FROM transactions WHERE state IN ('final', 'reverted')"
            " GROUP BY nonce HAVING count(*) > 1"
        )
        assert twice == []

    def transactions(self) -> list[tuple[Any, ...]]:
        return self.rows("SELECT state, variant, nonce FROM transactions ORDER BY nonce, variant")
