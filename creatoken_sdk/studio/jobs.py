"""What has to happen on chain, one row each, until it did."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from creatoken_sdk.chain.calls import Call
from creatoken_sdk.chain.errors import NotDeployedError, RpcError
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.record.keccak import keccak256
from creatoken_sdk.studio.errors import StoreBusyError
from creatoken_sdk.studio.store import Database, Store
from creatoken_sdk.studio.transactions import GIVEN_UP, TransactionState

__all__ = ["NOT_SENT", "Effect", "Job", "JobState", "Jobs"]

_COLUMNS = (
    "id, kind, target, data, effect_target, effect_data, subject, state, reason, nonce, created_at"
)


class JobState(str, Enum):
    """Life of a job; the last three are terminal.

    Withdrawn: the chain moved on before it was sent, and other jobs took its place.
    """

    QUEUED = "queued"
    SENT = "sent"
    MINED = "mined"
    FINAL = "final"
    REVERTED = "reverted"
    WITHDRAWN = "withdrawn"


_WITHDRAWN = JobState.WITHDRAWN.value
NOT_SENT = (
    "state IN ('queued', 'reverted')"
    " AND NOT EXISTS (SELECT 1 FROM transactions WHERE job_id = jobs.id)"
)
_RECORDS = "chain_id = ? AND kind = 'record' AND effect_target = ? AND state <> ?"


@dataclass(frozen=True, slots=True)
class Effect:
    """A view that returns zero, or reverts, until the job is done: how to ask the chain itself."""

    target: str
    data: bytes

    def is_done(self, rpc: Rpc, block: str = "latest") -> bool:
        """Ask; NotDeployedError if the latest block has no contract to ask."""
        request = {"to": self.target, "data": _hex(self.data)}
        try:
            answer = rpc.data("eth_call", request, block)
        except RpcError as error:
            if error.data or error.code == 3 or "revert" in str(error).lower():
                return False
            raise
        if not answer and block == "latest":
            raise NotDeployedError(
                f"{rpc.endpoint} has no contract at {self.target}: it lags behind, or its chain "
                "was reset; wait, use another endpoint, or begin a new studio for a new chain"
            )
        return any(answer)


@dataclass(frozen=True, slots=True)
class Job:
    """A call that one account sends. Its id is a hash of the call: a repeat is the same job.

    `subject` says what it settles; `nonce` is None until a transaction of ours is signed for it.
    """

    id: str
    kind: str
    call: Call[Any]
    effect: Effect
    subject: Mapping[str, Any]
    state: JobState
    reason: str
    nonce: int | None
    created_at: int


class Jobs:
    """The jobs of one account on one chain."""

    def __init__(self, store: Store, chain_id: int, account: str) -> None:
        """Belong to the account that sends them."""
        self._store = store
        self._owner = (chain_id, account)

    def add(
        self, db: Database, kind: str, call: Call[Any], effect: Effect, subject: Mapping[str, Any]
    ) -> str:
        """Queue a call unless it is there already, and not withdrawn; return its id."""
        chain_id, account = self._owner
        job_id = "0x" + keccak256(f"{chain_id}{account}{call.to}".encode() + call.data).hex()
        now = int(time.time())
        texts = (call.to, _hex(call.data), effect.target, _hex(effect.data), json.dumps(subject))
        db.execute(
            "INSERT INTO jobs (id, kind, chain_id, account, target, data, effect_target,"
            " effect_data, subject, state, created_at, changed_at, position)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
            " (SELECT COALESCE(max(position), 0) + 1 FROM jobs))"
            " ON CONFLICT (id) DO UPDATE SET state = excluded.state WHERE jobs.state = ?",
            (job_id, kind, chain_id, account, *texts, JobState.QUEUED.value, now, now, _WITHDRAWN),
        )
        return job_id

    def within(self, *states: JobState, limit: int = -1) -> list[Job]:
        """Return the jobs in one of the states, oldest first; at most `limit` from 0 on."""
        marks = ", ".join("?" * len(states))
        return self._select(
            f"state IN ({marks}) ORDER BY position, id" + (f" LIMIT {limit}" * (limit >= 0)),
            *(state.value for state in states),
        )

    def ahead(self) -> list[Job]:
        """Return what a drain would send, oldest first: also what it would take over."""
        rows = self._store.rows(
            f"SELECT {_COLUMNS} FROM jobs WHERE chain_id = ? AND CASE WHEN account = ?"
            f" THEN state = 'queued' ELSE {NOT_SENT} END ORDER BY position, id",
            self._owner,
        )
        return [_job(*row) for row in rows]

    def settled_from(self, nonce: int) -> list[Job]:
        """Return the jobs that are through, by a transaction of this or a higher nonce."""
        through = (JobState.FINAL.value, JobState.REVERTED.value)
        return self._select("nonce >= ? AND state IN (?, ?)", nonce, *through)

    def recorded(self, token: str) -> list[tuple[bytes, Effect, int, bool]]:
        """Return call, effect and shares of every job, of any account, for steps on a token.

        And whether it is final; those that nobody sent yet count no shares.
        """
        rows = self._store.rows(
            f"SELECT data, effect_data, subject, state FROM jobs WHERE {_RECORDS}",
            (self._owner[0], token, _WITHDRAWN),
        )
        counted = (JobState.SENT, JobState.MINED, JobState.FINAL)
        return [
            (
                bytes.fromhex(call[2:]),
                Effect(token, bytes.fromhex(data[2:])),
                json.loads(subject).get("shares", 0) * (JobState(state) in counted),
                JobState(state) == JobState.FINAL,
            )
            for call, data, subject, state in rows
        ]

    def transactions(self, token: str) -> set[str]:
        """Return the hashes of all transactions that were signed for those jobs."""
        rows = self._store.rows(
            f"SELECT hash FROM transactions WHERE job_id IN (SELECT id FROM jobs WHERE {_RECORDS})",
            (self._owner[0], token, _WITHDRAWN),
        )
        return {tx_hash for (tx_hash,) in rows}

    def others(self) -> list[str]:
        """Return the other accounts of the chain that have queued or refused jobs."""
        rows = self._store.rows(
            "SELECT DISTINCT account FROM jobs"
            f" WHERE chain_id = ? AND account <> ? AND {NOT_SENT} ORDER BY account",
            self._owner,
        )
        return [account for (account,) in rows]

    def take_over(self, db: Database, account: str) -> None:
        """Queue as ours what another account has queued or refused and signed no transaction for.

        What was refused to it, such as for want of a role, may not be to us. Hold its sequencer's
        lock. An anchor is its sender's, and so is the question for it.
        """
        chain_id, successor = self._owner
        db.execute(
            "UPDATE jobs SET account = ?, state = 'queued', reason = '',"
            " effect_data = CASE kind WHEN 'anchor'"
            " THEN replace(effect_data, ?, ?) ELSE effect_data END"
            f" WHERE chain_id = ? AND account = ? AND {NOT_SENT}",
            (successor, account[2:].lower(), successor[2:].lower(), chain_id, account),
        )

    def root_of(self, db: Database, run_id: str, steps: int) -> bytes | None:
        """Return the root that the job over the first `steps` steps of a run records, if any."""
        found = self._of_run(db, run_id)
        return next((root for _, root, subject, _ in found if subject["steps"] == steps), None)

    def withdraw(self, db: Database, run_id: str, on_chain: Collection[bytes]) -> None:
        """Take back the last jobs that record a run, as far as no transaction may do them any more.

        `on_chain` are the step roots of this store; what is taken back counts as unsettled.
        """
        for job_id, root, subject, state in self._of_run(db, run_id):
            under_way = db.rows(
                "SELECT 1 FROM transactions WHERE job_id = ? AND state IN ('sent', 'mined')",
                (job_id,),
            )
            unsent = state in (JobState.QUEUED, JobState.REVERTED) and not under_way
            if not unsent or root in on_chain:
                return
            change = "UPDATE jobs SET state = ? WHERE id = ? AND state = ?"
            if not db.execute(change, (_WITHDRAWN, job_id, state.value)):
                return  # a sequencer took it meanwhile
            db.execute(
                "UPDATE runs SET settled = settled - ? WHERE id = ?", (subject["new"], run_id)
            )

    def _of_run(
        self, db: Database, run_id: str
    ) -> list[tuple[str, bytes, Mapping[str, Any], JobState]]:
        """Id, root, subject and state of the jobs that record a run, latest steps first."""
        rows = db.rows(
            "SELECT id, effect_data, subject, state FROM jobs WHERE kind = 'record'"
            " AND state <> ? AND subject LIKE ?",
            (_WITHDRAWN, f'%"{run_id}"%'),
        )
        jobs = [
            (job_id, bytes.fromhex(data[-64:]), json.loads(subject), JobState(state))
            for job_id, data, subject, state in rows
        ]
        return sorted(jobs, key=lambda job: -job[2]["steps"])  # one that is back is no new one

    def unexplained(self) -> list[Job]:
        """Return the jobs that are done, by none of their transactions that we know of."""
        mine = "SELECT 1 FROM transactions WHERE job_id = jobs.id AND state"
        return self._select(
            f"state = ? AND EXISTS ({mine} IN (?, ?)) AND NOT EXISTS ({mine} = ?)",
            JobState.FINAL.value,
            *GIVEN_UP,
            TransactionState.FINAL.value,
        )

    def states(self) -> Counter[JobState]:
        """Return how many jobs are in each state."""
        rows = self._store.rows(
            "SELECT state, count(*) FROM jobs WHERE chain_id = ? AND account = ? GROUP BY state",
            self._owner,
        )
        return Counter({JobState(state): count for state, count in rows})

    def claim(self, db: Database, job: Job, nonce: int) -> None:
        """Take a queued job for a transaction; StoreBusyError if somebody else just did."""
        claimed = db.execute(
            "UPDATE jobs SET state = ?, nonce = ?, changed_at = ? WHERE id = ? AND state = ?",
            (JobState.SENT.value, nonce, int(time.time()), job.id, JobState.QUEUED.value),
        )
        if claimed != 1:
            raise StoreBusyError(f"another sequencer took job {job.id[:10]}; run one per account")

    def move(
        self,
        db: Database,
        job: Job,
        state: JobState,
        *,
        reason: str = "",
        nonce: int | None = None,
    ) -> None:
        """Put a job into another state, with the nonce of its transactions if it has some."""
        db.execute(
            "UPDATE jobs SET state = ?, reason = ?, nonce = ?, changed_at = ? WHERE id = ?",
            (state.value, reason, nonce, int(time.time()), job.id),
        )

    def _select(self, where: str, *values: object) -> list[Job]:
        rows = self._store.rows(
            f"SELECT {_COLUMNS} FROM jobs WHERE chain_id = ? AND account = ? AND {where}",
            (*self._owner, *values),
        )
        return [_job(*row) for row in rows]


def _job(
    job_id: str,
    kind: str,
    target: str,
    data: str,
    asked: str,
    question: str,
    subject: str,
    state: str,
    reason: str,
    nonce: int | None,
    created_at: int,
) -> Job:
    return Job(
        job_id,
        kind,
        Call(target, bytes.fromhex(data[2:]), name=kind),
        Effect(asked, bytes.fromhex(question[2:])),
        json.loads(subject),
        JobState(state),
        reason,
        nonce,
        created_at,
    )


def _hex(data: bytes) -> str:
    return "0x" + data.hex()
