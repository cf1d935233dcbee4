"""What goes wrong between the pipeline and the chain; each message says what to do next.

StudioError
├── StoreError                  the database did not take or give what it should
│   ├── StoreAccessError        it cannot be opened as asked
│   ├── StoreBusyError          another process holds it
│   ├── StoreUnreachableError   its server does not answer
│   ├── SchemaError             a newer SDK made it
│   └── CorruptStoreError       its file is damaged
├── QueryError                  the index cannot be asked this
├── RunError                    a run cannot be settled; others are
│   ├── BehindError             the chain holds steps of it that the store lacks
│   └── IncompleteRunError      some of its steps are gone
├── SettlementError             contracts refused some jobs, or some runs cannot be settled
└── UnsignedError               an earlier step awaits its actor's signature
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from creatoken_sdk.errors import CreatokenError

if TYPE_CHECKING:
    from creatoken_sdk.studio.jobs import Job

__all__ = [
    "BehindError",
    "CorruptStoreError",
    "IncompleteRunError",
    "QueryError",
    "RecordingWarning",
    "RunError",
    "RunWarning",
    "SchemaError",
    "SettlementError",
    "StoreAccessError",
    "StoreBusyError",
    "StoreError",
    "StoreUnreachableError",
    "StudioError",
    "UnprovedWarning",
    "UnsignedError",
]


class StudioError(CreatokenError):
    """Recording or settling could not go on."""


class StoreError(StudioError):
    """The database did not take or give what it should; what was stored before is intact."""


class StoreAccessError(StoreError):
    """The store cannot be opened as asked: a wrong path, URL or password, or missing rights."""


class StoreBusyError(StoreError):
    """Another process holds the store, a row or a named lock; nothing was written."""


class StoreUnreachableError(StoreError):
    """The database server does not answer, or the connection to it was lost."""


class SchemaError(StoreError):
    """The database was made by a newer SDK."""


class CorruptStoreError(StoreError):
    """The database file is damaged."""


class QueryError(StudioError):
    """The index cannot be asked this; nothing was changed."""


class RunError(StudioError):
    """A run cannot be settled; nothing of it was sent, and others go on."""


class BehindError(RunError):
    """The chain holds steps of the run that this store lacks: a newer copy of it settled them."""


class IncompleteRunError(RunError):
    """Some of the run's steps are gone from the store."""


class SettlementError(StudioError):
    """Contracts refused some jobs, or some runs cannot be settled; all else is settled.

    `jobs` are those refused: nothing of them was spent twice, and once the reason is gone,
    `Studio.retry` queues them again. `runs` says what is wrong with which run.
    """

    def __init__(self, jobs: Sequence[Job], runs: Sequence[RunError] = ()) -> None:
        """Keep the refused jobs and runs."""
        told = []
        if jobs:
            reasons = "; ".join(f"{job.kind} {job.id[:10]}: {job.reason}" for job in jobs)
            told.append(f"{len(jobs)} jobs were refused, remove the reason and retry: {reasons}")
        if runs:
            reasons = "; ".join(map(str, runs))
            told.append(f"{len(runs)} runs cannot be settled: {reasons}")
        super().__init__("; ".join(told))
        self.jobs = tuple(jobs)
        self.runs = tuple(runs)


class UnsignedError(StudioError):
    """A step before this one awaits its actor's signature."""


class RecordingWarning(UserWarning):
    """A step could not be recorded; the pipeline went on without it."""


class RunWarning(UserWarning):
    """A run cannot be settled; what is wrong with it is told, and the others go on."""


class UnprovedWarning(UserWarning):
    """A bundle was written without the proof that a block holds an event; only a node can tell."""
