"""What has to happen on chain, one row each, until it did."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from creatoken_sdk.chain.calls import Call
from creatoken_sdk.record.keccak import keccak256
from creatoken_sdk.studio.store import Database, Store

__all__ = ["Effect", "Job", "JobState", "Jobs"]

_COLUMNS = (
    "id, kind, target, data, effect_target, effect_data, subject, state, reason, nonce, created_at"
)


class JobState(str, Enum):
    """Life of a job; the last two are terminal."""

    QUEUED = "queued"
    SENT = "sent"
    MINED = "mined"
    FINAL = "final"
    REVERTED = "reverted"


@dataclass(frozen=True, slots=True)
class Effect:
    """A view that returns zero, or reverts, until the job is done: how to ask the chain itself."""

    target: str
    data: bytes


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
    """The jobs of one account."""

    def __init__(self, store: Store, account: str) -> None:
        """Belong to the account that sends them."""
        self._store = store
        self._account = account

    def add(
        self, db: Database, kind: str, call: Call[Any], effect: Effect, subject: Mapping[str, Any]
    ) -> str:
        """Queue a call unless it is there already; return its id."""
        job_id = "0x" + keccak256((self._account + call.to).encode() + call.data).hex()
        now = int(time.time())
        texts = (call.to, _hex(call.data), effect.target, _hex(effect.data), json.dumps(subject))
        db.execute(
            "INSERT INTO jobs (id, kind, account, target, data, effect_target, effect_data,"
            " subject, state, created_at, changed_at, position)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
            " (SELECT COALESCE(max(position), 0) + 1 FROM jobs)) ON CONFLICT (id) DO NOTHING",
            (job_id, kind, self._account, *texts, JobState.QUEUED.value, now, now),
        )
        return job_id

    def within(self, *states: JobState) -> list[Job]:
        """Return the jobs in one of the states, oldest first."""
        marks = ", ".join("?" * len(states))
        rows = self._store.rows(
            f"SELECT {_COLUMNS} FROM jobs WHERE account = ? AND state IN ({marks})"
            " ORDER BY position, id",
            (self._account, *(state.value for state in states)),
        )
        return [_job(*row) for row in rows]

    def states(self) -> Counter[JobState]:
        """Return how many jobs are in each state."""
        rows = self._store.rows(
            "SELECT state, count(*) FROM jobs WHERE account = ? GROUP BY state", (self._account,)
        )
        return Counter({JobState(state): count for state, count in rows})

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
