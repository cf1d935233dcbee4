"""How far the jobs of an account are, and what should worry somebody."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from creatoken_sdk.studio.jobs import NOT_SENT, JobState
from creatoken_sdk.studio.store import Store

__all__ = ["Status"]

_ALARM_SECONDS = 15 * 60


@dataclass(frozen=True)
class Status:
    """Jobs by state; `waiting_seconds` is the age of the oldest that is not through.

    `unsettled_steps` are recorded and in no job yet, `unsigned_steps` await a signature;
    `elsewhere` are jobs that other accounts on the same chain signed and did not bring through;
    `left` are those that they did not sign: the next relayer takes them over, unless theirs runs.
    """

    jobs: Mapping[JobState, int]
    waiting_seconds: int
    unsettled_steps: int
    unsigned_steps: int
    elsewhere: int
    left: int

    @property
    def alarms(self) -> tuple[str, ...]:
        """Return what needs somebody, in words; empty if nothing does."""
        found = []
        if refused := self.jobs.get(JobState.REVERTED, 0):
            found.append(
                f"{refused} jobs were refused by a contract: a relayer names the reasons; retry "
                "once they are gone"
            )
        if self.waiting_seconds > _ALARM_SECONDS:
            found.append(
                f"a job has waited for {self.waiting_seconds} s: check that a relayer runs and "
                "that its account has funds"
            )
        if self.elsewhere:
            found.append(f"{self.elsewhere} jobs wait for another account: run its relayer too")
        return tuple(found)

    @classmethod
    def of(cls, store: Store, chain_id: int, account: str) -> Status:
        """Return the status of one account's jobs on one chain in a store."""
        rows = store.rows(
            "SELECT state, count(*), min(created_at) FROM jobs"
            " WHERE chain_id = ? AND account = ? GROUP BY state",
            (chain_id, account),
        )
        through = (JobState.FINAL, JobState.REVERTED, JobState.WITHDRAWN)
        oldest = [since for state, _, since in rows if JobState(state) not in through]
        steps, settled = store.rows(
            "SELECT (SELECT count(*) FROM steps), COALESCE(sum(settled), 0) FROM runs"
        )[0]
        elsewhere = store.rows(
            "SELECT count(*) FROM jobs WHERE chain_id = ? AND account <> ? AND state NOT IN (?, ?)"
            " AND EXISTS (SELECT 1 FROM transactions WHERE job_id = jobs.id)",
            (chain_id, account, JobState.FINAL.value, JobState.WITHDRAWN.value),
        )[0][0]
        left = store.rows(
            f"SELECT count(*) FROM jobs WHERE chain_id = ? AND account <> ? AND {NOT_SENT}",
            (chain_id, account),
        )[0][0]
        unsigned = store.rows("SELECT count(*) FROM steps WHERE signature IS NULL")[0][0]
        return cls(
            {JobState(state): count for state, count, _ in rows},
            max(int(time.time()) - min(oldest), 0) if oldest else 0,
            int(steps - settled),
            unsigned,
            elsewhere,
            left,
        )
