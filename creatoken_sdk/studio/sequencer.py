"""Sending what waits: one sequencer for each account of a chain, alone under a lock.

A transaction is signed and stored with its nonce in one database transaction, and only then
broadcast, so that a crash at any moment loses nothing: the same bytes go out again. Whether a job
is done is asked of the chain itself, by its effect, not concluded from a receipt alone.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from functools import cache, partial

from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.chain.errors import (
    RateLimitedError,
    TransactionUnknownError,
    UnreachableError,
)
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.wallet import Wallet
from creatoken_sdk.errors import ChainError, RevertError
from creatoken_sdk.studio.errors import StoreBusyError
from creatoken_sdk.studio.finality import Finality, Head
from creatoken_sdk.studio.jobs import Job, Jobs, JobState
from creatoken_sdk.studio.roots import Root, Roots, is_overtaken
from creatoken_sdk.studio.store import Store
from creatoken_sdk.studio.tracker import Tracker
from creatoken_sdk.studio.transactions import Transactions
from creatoken_sdk.studio.witness import Witnessed

__all__ = ["Sequencer"]

_WAITING = (JobState.QUEUED, JobState.SENT, JobState.MINED)
_OVERTAKEN = "another copy of this store settled the run meanwhile; settle again"


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
        self._nodes = Witnessed(self.client.wallet.rpc, self.witness)
        self._roots = Roots(self.store, self.client, self.witness)
        self._tracker = Tracker(
            self.store,
            self.client,
            self._nodes,
            self._roots,
            finality=self.finality,
            stuck_seconds=self.stuck_seconds,
            pause_seconds=self.pause_seconds,
        )

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
                    self._tracker.correct()
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
            head = self._tracker.head()
            self._tracker.reopen(head)
            under_way = self._jobs.within(JobState.SENT, JobState.MINED)
            trouble = self._each(self._tracker.follow, under_way, head)
            free = self.window - len(self._jobs.within(JobState.SENT))
            queued = self._jobs.within(JobState.QUEUED, limit=max(free, 0))
            send = partial(self._send, roots_of=cache(self._roots.of))
            trouble = self._each(send, queued, head) or trouble
            self._tracker.close_gap(head)
            return trouble
        except ChainError as error:
            return error

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
        if is_overtaken(job, roots_of):
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

    def _move(self, job: Job, state: JobState, *, reason: str = "") -> None:
        with self.store.transaction() as db:
            self._jobs.move(db, job, state, reason=reason)
