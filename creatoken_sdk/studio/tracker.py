"""Following what was sent until it is final: through forks, lost nonces and forgetful nodes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.chain.errors import BadResponseError
from creatoken_sdk.chain.receipts import Receipt
from creatoken_sdk.chain.waiting import look, reason
from creatoken_sdk.errors import ChainError
from creatoken_sdk.studio.finality import Finality, Head
from creatoken_sdk.studio.jobs import Job, Jobs, JobState
from creatoken_sdk.studio.roots import Roots, is_overtaken
from creatoken_sdk.studio.store import Store
from creatoken_sdk.studio.transactions import Sent, Transactions, TransactionState
from creatoken_sdk.studio.witness import Witnessed

__all__ = ["Tracker"]

_LOOKS = 3
_ENOUGH = 10  # times today's price: then it is not the fee that holds a transaction back


@dataclass
class Tracker:
    """Sees to the jobs of the client's account that were sent. The fields are as for `Sequencer`.

    A job is taken to its end, or queued again where none of its transactions can be mined.
    """

    store: Store
    client: Creatoken
    nodes: Witnessed
    roots: Roots
    finality: Finality
    stuck_seconds: float
    pause_seconds: float

    def __post_init__(self) -> None:
        """Look at the jobs and transactions of this account on this chain only."""
        chain_id, account = self.client.chain_id, self.client.address
        self._jobs = Jobs(self.store, chain_id, account)
        self._transactions = Transactions(self.store, chain_id, account)
        self._rpc = self.nodes.rpc

    def head(self) -> Head:
        """Return the chain as it is now."""
        return Head.of(self.nodes, self.client.address, self.finality)

    def reopen(self, head: Head) -> None:
        """Follow again what was final, if the chain went back further than was asked for.

        An endpoint that lags looks the same; what is final becomes so again.
        """
        for job in self._jobs.settled_from(head.nonce):
            self._undo(job)

    def follow(self, job: Job, head: Head) -> None:
        """Look how far a job is, and help it on."""
        if job.nonce is None:
            self._follow_effect(job, head)
            return
        under_way = self._transactions.under_way(job.id)
        if any(
            sent.block and head.height < sent.block[0] and head.has(*sent.block)
            for sent in under_way
        ):
            return
        for sent in under_way:
            found = look(self._rpc, sent.signed.tx_hash)
            if found and head.has(found[1].block_number, found[1].block_hash):
                self._found(job, *found, head)
                return
        if job.state == JobState.MINED:
            self._undo(job)
        if head.final_nonce > job.nonce:
            self._lose_nonce(job, job.nonce, under_way)
        elif head.nonce <= job.nonce:
            self._push(job, under_way, head)

    def _follow_effect(self, job: Job, head: Head) -> None:
        """Somebody else did the job: there is no transaction of ours to look at."""
        is_done, height = job.effect.is_done, head.height
        if not self.nodes.ask(is_done):
            state = JobState.QUEUED
        elif height >= 0 and self.nodes.ask(partial(is_done, block=hex(height))):
            state = JobState.FINAL
        else:
            return
        with self.store.transaction() as db:
            self._jobs.move(db, job, state)

    def _found(self, job: Job, answer: Mapping[str, Any], receipt: Receipt, head: Head) -> None:
        block = (receipt.block_number, receipt.block_hash)
        if receipt.block_number > head.height:
            with self.store.transaction() as db:
                self._transactions.mark(db, receipt.tx_hash, TransactionState.MINED, block)
                self._jobs.move(db, job, JobState.MINED, nonce=job.nonce)
            return
        found = (answer, receipt)
        self.nodes.confirm(found, lambda rpc: look(rpc, receipt.tx_hash), by=_outcome)
        failed = answer["status"] != "0x1"
        why = str(reason(self._rpc, answer)) if failed else ""
        done = self.nodes.ask(job.effect.is_done)
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

    def _push(self, job: Job, under_way: Sequence[Sent], head: Head) -> None:
        """Broadcast again what the node forgot; replace what its fee holds back."""
        self.nodes.ask(job.effect.is_done)  # not to a chain without the contract

        def is_forgotten() -> bool:
            return not any(map(self._knows, under_way))

        newest, forgotten = under_way[0], is_forgotten()
        if forgotten and is_overtaken(job, self.roots.of) and self._lasts(is_forgotten):
            self._drop(job)
            return
        fee = newest.signed.fields.get("maxFeePerGas", newest.signed.fields.get("gasPrice", 0))
        waited = abs(time.time() - newest.created_at) >= self.stuck_seconds  # clocks jump
        is_next = head.nonce == job.nonce and fee < _ENOUGH * self._rpc.integer("eth_gasPrice")
        if fee < (self._rpc.latest_block().base_fee or 0) or (waited and is_next):
            bumped = self.client.bump(newest.signed)
            with self.store.transaction() as db:
                self._transactions.add(db, job.id, bumped)
            self.client.broadcast(bumped)
        elif not self._knows(newest):
            self.client.broadcast(newest.signed)

    def _lose_nonce(self, job: Job, nonce: int, under_way: Sequence[Sent]) -> None:
        """A transaction that is not ours has the nonce, for good: start again with another."""

        def is_lost() -> bool:
            known = any(self._knows(sent) for sent in under_way)
            return not known and self.head().final_nonce > nonce

        if self._lasts(is_lost):
            self._drop(job)

    def close_gap(self, head: Head) -> None:
        """If a stranger's transaction before ours was undone, the last of ours takes its nonce.

        What is queued would have filled the gap by now.
        """
        behind = self._behind(head)
        if behind and self._lasts(lambda: bool(self._behind(self.head()))):
            self._drop(max(behind, key=lambda job: job.nonce or 0))

    def _behind(self, head: Head) -> list[Job]:
        free = self._transactions.free_nonce(head.nonce)
        return [job for job in self._jobs.within(JobState.SENT) if (job.nonce or 0) > free]

    def _lasts(self, is_so: Callable[[], bool]) -> bool:
        """One look proves nothing: an endpoint may be several nodes of which some lag behind."""
        for _ in range(_LOOKS):
            if not is_so():
                return False
            time.sleep(self.pause_seconds)
        return True

    def _drop(self, job: Job) -> None:
        with self.store.transaction() as db:
            self._transactions.close_others(db, job.id, TransactionState.DROPPED)
            self._jobs.move(db, job, JobState.QUEUED)

    def correct(self) -> None:
        """Look again at what was given up though its job is done: a node may have lied about it.

        The job is done whatever comes of this, and the next drain looks again.
        """
        with suppress(ChainError):
            for job in self._jobs.unexplained():
                for sent in self._transactions.given_up(job.id):
                    self._look_again(replace(job, nonce=sent.signed.nonce), sent)

    def _look_again(self, job: Job, sent: Sent) -> None:
        found = look(self._rpc, sent.signed.tx_hash)
        if not found or found[0]["status"] != "0x1":
            return
        head, (number, block_hash) = self.head(), (found[1].block_number, found[1].block_hash)
        if number <= head.height and head.has(number, block_hash):
            self._found(job, *found, head)

    def _undo(self, job: Job) -> None:
        with self.store.transaction() as db:
            self._transactions.reopen(db, job.id)
            self._jobs.move(db, job, JobState.SENT, nonce=job.nonce)

    def _knows(self, sent: Sent) -> bool:
        return self._rpc.request("eth_getTransactionByHash", sent.signed.tx_hash) is not None


def _outcome(found: tuple[Mapping[str, Any], Receipt] | None) -> object:
    return found and (found[0]["status"], found[1].block_hash)
