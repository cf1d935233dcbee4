"""Sending what waits: one sequencer for each account of a chain, alone under a lock.

A transaction is signed and stored with its nonce in one database transaction, and only then
broadcast, so that a crash at any moment loses nothing: the same bytes go out again. Whether a job
is done is asked of the chain itself, by its effect, not concluded from a receipt alone.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.chain.errors import (
    BadResponseError,
    RateLimitedError,
    TransactionUnknownError,
    UnreachableError,
)
from creatoken_sdk.chain.receipts import Receipt
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.waiting import look, reason
from creatoken_sdk.chain.wallet import Wallet
from creatoken_sdk.errors import ChainError, RevertError
from creatoken_sdk.studio.errors import StoreBusyError
from creatoken_sdk.studio.finality import Finality, Head
from creatoken_sdk.studio.jobs import Job, Jobs, JobState
from creatoken_sdk.studio.roots import Root, Roots
from creatoken_sdk.studio.store import Store
from creatoken_sdk.studio.transactions import Sent, Transactions, TransactionState
from creatoken_sdk.studio.witness import Witnessed

__all__ = ["Sequencer"]

_WAITING = (JobState.QUEUED, JobState.SENT, JobState.MINED)
_LOOKS = 3
_OVERTAKEN = "another copy of this store settled the run meanwhile; settle again"
_ENOUGH = 10  # times today's price: then it is not the fee that holds a transaction back


@dataclass
class Sequencer:
    """Sends the jobs of the client's account, at most `window` of them under way.

    A transaction that waits for `stuck_seconds`, or whose fee fell below the chain's, is replaced
    by one with higher fees. `witness` is a second endpoint that has to have every receipt and see
    every effect, too; while the two disagree nothing is sent or final.
    """

    store: Store
    client: Creatoken
    finality: Finality = "final"
    window: int = 16
    stuck_seconds: float = 60
    pause_seconds: float = 0.5
    witness: Rpc | None = None

    def __post_init__(self) -> None:
        """Look at the jobs and transactions of this account on this chain only."""
        chain_id, account = self.client.chain_id, self.client.address
        self._jobs = Jobs(self.store, chain_id, account)
        self._transactions = Transactions(self.store, chain_id, account)
        self._rpc = self.client.wallet.rpc
        self._nodes = Witnessed(self._rpc, self.witness)
        self._roots = Roots(self.store, self.client, self.witness)

    def drain(
        self,
        *,
        timeout_seconds: float = 600,
        progress: Callable[[Counter[JobState]], None] | None = None,
    ) -> Counter[JobState]:
        """Work until every job is final or reverted; return how many are in each state.

        Trouble with the chain is waited out; at the timeout the last trouble is raised. Jobs that
        are not through by then stay where they are: drain again. `progress` is told the states
        after every turn. StoreBusyError if another sequencer works for this account.

        Jobs of accounts whose sequencer does not run are taken over, as far as nothing is signed.
        """
        deadline = time.monotonic() + timeout_seconds
        with self._alone(self.client.address):
            self._take_over()
            while True:
                trouble = self._turn()
                states = self._jobs.states()
                if progress:
                    progress(states)
                if not any(states[state] for state in _WAITING):
                    self._correct()
                    return states
                if time.monotonic() >= deadline:
                    if trouble:
                        raise trouble
                    return states
                time.sleep(self.pause_seconds)

    def _alone(self, account: str) -> AbstractContextManager[None]:
        return self.store.lock(f"sequencer-{self.client.chain_id}-{account}")

    def _take_over(self) -> None:
        for account in self._jobs.others():
            with (
                suppress(StoreBusyError),
                self._alone(account),
                self.store.transaction() as db,
            ):
                self._jobs.take_over(db, account)

    def _turn(self) -> ChainError | None:
        """Look after what is under way, then send what waits; return the last trouble."""
        try:
            self.client.wallet.require_chain()
            if self.witness:
                Wallet(self.witness, self.client.chain_id).require_chain()
            head = self._head()
            self._reopen(head)
            under_way = self._jobs.within(JobState.SENT, JobState.MINED)
            trouble = self._each(self._follow, under_way, head)
            free = self.window - len(self._jobs.within(JobState.SENT))
            queued = self._jobs.within(JobState.QUEUED, limit=max(free, 0))
            send = partial(self._send, roots_of=cache(self._roots.of))
            trouble = self._each(send, queued, head) or trouble
            self._close_gap(head)
            return trouble
        except ChainError as error:
            return error

    def _head(self) -> Head:
        return Head.of(self._nodes, self.client.address, self.finality)

    def _each(
        self, act: Callable[[Job, Head], None], jobs: Sequence[Job], head: Head
    ) -> ChainError | None:
        """One job in trouble does not keep the others waiting, unless nobody answers at all."""
        trouble = None
        for job in jobs:
            try:
                act(job, head)
            except (UnreachableError, RateLimitedError, TransactionUnknownError):
                raise
            except ChainError as error:
                trouble = error
        return trouble

    def _send(self, job: Job, head: Head, roots_of: Callable[[str], list[Root]]) -> None:
        if _is_overtaken(job, roots_of):
            self._move(job, JobState.REVERTED, reason=_OVERTAKEN)
            return
        if self._nodes.ask(job.effect.is_done):
            self._move(job, JobState.MINED)
            return
        nonce = self._transactions.free_nonce(head.nonce)
        try:
            signed = self.client.sign(job.call, nonce=nonce)
        except RevertError as error:
            # What is under way may be what it waits for, such as the registration of a parent.
            alone = not self._jobs.within(JobState.SENT)
            if alone and not self._nodes.ask(job.effect.is_done):
                self._move(job, JobState.REVERTED, reason=str(error))
            return
        with self.store.transaction() as db:
            self._jobs.claim(db, job, nonce)
            self._transactions.add(db, job.id, signed)
        self.client.broadcast(signed)

    def _follow(self, job: Job, head: Head) -> None:
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
        if not self._nodes.ask(is_done):
            self._move(job, JobState.QUEUED)
        elif height >= 0 and self._nodes.ask(partial(is_done, block=hex(height))):
            self._move(job, JobState.FINAL)

    def _found(self, job: Job, answer: Mapping[str, Any], receipt: Receipt, head: Head) -> None:
        block = (receipt.block_number, receipt.block_hash)
        if receipt.block_number > head.height:
            with self.store.transaction() as db:
                self._transactions.mark(db, receipt.tx_hash, TransactionState.MINED, block)
                self._jobs.move(db, job, JobState.MINED, nonce=job.nonce)
            return
        found = (answer, receipt)
        self._nodes.confirm(found, lambda rpc: look(rpc, receipt.tx_hash), by=_outcome)
        failed = answer["status"] != "0x1"
        why = str(reason(self._rpc, answer)) if failed else ""
        done = self._nodes.ask(job.effect.is_done)
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

    def _lose_nonce(self, job: Job, nonce: int, under_way: Sequence[Sent]) -> None:
        """A transaction that is not ours has the nonce, for good: start again with another."""

        def is_lost() -> bool:
            known = any(self._knows(sent) for sent in under_way)
            return not known and self._head().final_nonce > nonce

        if self._lasts(is_lost):
            self._drop(job)

    def _close_gap(self, head: Head) -> None:
        """If a stranger's transaction before ours was undone, the last of ours takes its nonce.

        What is queued would have filled the gap by now.
        """
        behind = self._behind(head)
        if behind and self._lasts(lambda: bool(self._behind(self._head()))):
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

    def _push(self, job: Job, under_way: Sequence[Sent], head: Head) -> None:
        """Broadcast again what the node forgot; replace what its fee holds back."""
        self._nodes.ask(job.effect.is_done)  # not to a chain without the contract

        def is_forgotten() -> bool:
            return not any(map(self._knows, under_way))

        newest, forgotten = under_way[0], is_forgotten()
        if forgotten and _is_overtaken(job, self._roots.of) and self._lasts(is_forgotten):
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

    def _reopen(self, head: Head) -> None:
        """Follow again what was final, if the chain went back further than was asked for.

        An endpoint that lags looks the same; what is final becomes so again.
        """
        for job in self._jobs.settled_from(head.nonce):
            self._undo(job)

    def _correct(self) -> None:
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
        head, (number, block_hash) = self._head(), (found[1].block_number, found[1].block_hash)
        if number <= head.height and head.has(number, block_hash):
            self._found(job, *found, head)

    def _undo(self, job: Job) -> None:
        with self.store.transaction() as db:
            self._transactions.reopen(db, job.id)
            self._jobs.move(db, job, JobState.SENT, nonce=job.nonce)

    def _move(self, job: Job, state: JobState, *, reason: str = "") -> None:
        with self.store.transaction() as db:
            self._jobs.move(db, job, state, reason=reason)

    def _knows(self, sent: Sent) -> bool:
        return self._rpc.request("eth_getTransactionByHash", sent.signed.tx_hash) is not None


def _outcome(found: tuple[Mapping[str, Any], Receipt] | None) -> object:
    return found and (found[0]["status"], found[1].block_hash)


def _is_overtaken(job: Job, roots_of: Callable[[str], list[Root]]) -> bool:
    """Return whether another copy of the store settled some of the job's steps, or all."""
    if job.kind != "record":
        return False
    first_step, settled = job.call.data[-32:], job.subject["steps"] - job.subject["new"]
    roots = roots_of(job.call.to)
    if any(root.sent is None and root.root == job.effect.data[-32:] for root in roots):
        return False  # by the very same call
    return any(root.steps > settled and root.is_copy_of(first_step) for root in roots)
