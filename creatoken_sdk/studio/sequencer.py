"""Sending what waits: one sequencer for each account of a chain, alone under a lock.

A transaction is signed and stored with its nonce in one database transaction, and only then
broadcast, so that a crash at any moment loses nothing: the same bytes go out again. Whether a job
is done is asked of the chain itself, by its effect, not concluded from a receipt alone.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.chain.errors import BadResponseError, RpcError
from creatoken_sdk.chain.receipts import Receipt
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.waiting import look, reason
from creatoken_sdk.errors import ChainError, RevertError
from creatoken_sdk.studio.finality import Finality, final_height
from creatoken_sdk.studio.jobs import Effect, Job, Jobs, JobState
from creatoken_sdk.studio.store import Store
from creatoken_sdk.studio.transactions import Sent, Transactions, TransactionState

__all__ = ["Sequencer"]

_WAITING = (JobState.QUEUED, JobState.SENT, JobState.MINED)


@dataclass
class Sequencer:
    """Sends the jobs of the client's account, at most `window` of them under way.

    A transaction that waits for `stuck_seconds`, or whose fee fell below the chain's, is replaced
    by one with higher fees. `witness` is a second endpoint that has to see every effect, too.
    """

    store: Store
    client: Creatoken
    finality: Finality = "final"
    window: int = 16
    stuck_seconds: float = 60
    pause_seconds: float = 0.5
    witness: Rpc | None = None

    def __post_init__(self) -> None:
        """Look at the jobs and transactions of this account only."""
        self._jobs = Jobs(self.store, self.client.address)
        self._transactions = Transactions(self.store, self.client.chain_id, self.client.address)
        self._rpc = self.client.wallet.rpc

    def drain(
        self,
        *,
        timeout_seconds: float = 600,
        progress: Callable[[Counter[JobState]], None] | None = None,
    ) -> Counter[JobState]:
        """Work until every job is final or reverted; return how many are in each state.

        Trouble with the chain is waited out; at the timeout the last trouble is raised. Jobs that
        are not through by then stay where they are: drain again. `progress` is told the states
        after every turn.
        """
        deadline = time.monotonic() + timeout_seconds
        with self.store.lock(f"sequencer-{self.client.chain_id}-{self.client.address}"):
            while True:
                trouble = self._try_turn()
                states = self._jobs.states()
                if progress:
                    progress(states)
                if not any(states[state] for state in _WAITING):
                    return states
                if trouble and time.monotonic() >= deadline:
                    raise trouble
                if time.monotonic() >= deadline:
                    return states
                time.sleep(self.pause_seconds)

    def turn(self) -> None:
        """Look after what is under way, then send what waits."""
        height = final_height(self._rpc, self.finality)
        for job in self._jobs.within(JobState.SENT, JobState.MINED):
            self._follow(job, height)
        free = self.window - len(self._jobs.within(JobState.SENT))
        for job in self._jobs.within(JobState.QUEUED)[: max(free, 0)]:
            self._send(job)

    def _try_turn(self) -> ChainError | None:
        try:
            self.turn()
        except ChainError as error:
            return error
        return None

    def _send(self, job: Job) -> None:
        if self._is_done(job.effect):
            self._move(job, JobState.MINED)
            return
        nonce = max(self._count("latest"), self._transactions.next_nonce())
        try:
            signed = self.client.sign(job.call, nonce=nonce)
        except RevertError as error:
            # What is under way may be what it waits for, such as the registration of a parent.
            alone = not self._jobs.within(JobState.SENT)
            if alone and not self._is_done(job.effect):
                self._move(job, JobState.REVERTED, reason=str(error))
            return
        with self.store.transaction() as db:
            self._jobs.move(db, job, JobState.SENT, nonce=nonce)
            self._transactions.add(db, job.id, signed)
        self.client.broadcast(signed)

    def _follow(self, job: Job, height: int) -> None:
        if job.nonce is None:
            self._follow_effect(job, height)
            return
        under_way = self._transactions.under_way(job.id)
        for sent in under_way:
            found = look(self._rpc, sent.signed.tx_hash)
            if found is not None:
                self._found(job, *found, height)
                return
        if job.state == JobState.MINED:
            self._move(job, JobState.SENT, nonce=job.nonce)
        if height >= 0 and self._count(hex(height)) > job.nonce:
            self._lose_nonce(job)
        else:
            self._push(job, under_way[0])

    def _follow_effect(self, job: Job, height: int) -> None:
        """Somebody else did the job: there is no transaction of ours to look at."""
        if not self._is_done(job.effect):
            self._move(job, JobState.QUEUED)
        elif height >= 0 and self._is_done(job.effect, hex(height)):
            self._move(job, JobState.FINAL)

    def _found(self, job: Job, answer: Mapping[str, Any], receipt: Receipt, height: int) -> None:
        block = (receipt.block_number, receipt.block_hash)
        if receipt.block_number > height or not self._is_canonical(*block):
            with self.store.transaction() as db:
                self._transactions.mark(db, receipt.tx_hash, TransactionState.MINED, block)
                self._jobs.move(db, job, JobState.MINED, nonce=job.nonce)
            return
        failed = answer["status"] != "0x1"
        why = str(reason(self._rpc, answer)) if failed else ""
        done = self._is_done(job.effect)
        if not failed and not done:
            raise BadResponseError(
                f"{self._rpc.endpoint} has a receipt of {receipt.tx_hash} and not what it did; "
                "use another endpoint"
            )
        with self.store.transaction() as db:
            state = TransactionState.REVERTED if failed else TransactionState.FINAL
            self._transactions.mark(db, receipt.tx_hash, state, block)
            self._transactions.close_others(db, job.id, TransactionState.REPLACED)
            end = JobState.FINAL if done else JobState.REVERTED
            self._jobs.move(db, job, end, reason="" if done else why, nonce=job.nonce)

    def _lose_nonce(self, job: Job) -> None:
        """A transaction that is not ours has the nonce, for good: start again with another."""
        with self.store.transaction() as db:
            self._transactions.close_others(db, job.id, TransactionState.DROPPED)
            self._jobs.move(db, job, JobState.QUEUED)

    def _push(self, job: Job, newest: Sent) -> None:
        """Broadcast again what the node forgot; replace what is stuck."""
        fee = newest.signed.fields.get("maxFeePerGas", newest.signed.fields.get("gasPrice", 0))
        base_fee = self._rpc.latest_block().base_fee or 0
        stuck = time.time() - newest.created_at >= self.stuck_seconds
        if not stuck and fee >= base_fee:
            if self._rpc.request("eth_getTransactionByHash", newest.signed.tx_hash) is None:
                self.client.broadcast(newest.signed)
            return
        bumped = self.client.bump(newest.signed)
        with self.store.transaction() as db:
            self._transactions.add(db, job.id, bumped)
        self.client.broadcast(bumped)

    def _move(
        self, job: Job, state: JobState, *, reason: str = "", nonce: int | None = None
    ) -> None:
        with self.store.transaction() as db:
            self._jobs.move(db, job, state, reason=reason, nonce=nonce)

    def _count(self, block: str) -> int:
        return self._rpc.integer("eth_getTransactionCount", self.client.address, block)

    def _is_canonical(self, number: int, block_hash: str) -> bool:
        block = self._rpc.request("eth_getBlockByNumber", hex(number), False)
        return isinstance(block, Mapping) and block.get("hash") == block_hash

    def _is_done(self, effect: Effect, block: str = "latest") -> bool:
        seen = [_is_nonzero(rpc, effect, block) for rpc in (self._rpc, self.witness) if rpc]
        return all(seen)


def _is_nonzero(rpc: Rpc, effect: Effect, block: str) -> bool:
    request = {"to": effect.target, "data": "0x" + effect.data.hex()}
    try:
        return any(rpc.data("eth_call", request, block))
    except RpcError as error:
        if error.data or error.code == 3 or "revert" in str(error).lower():
            return False
        raise
