"""What goes wrong between the pipeline and the chain; each message says what to do next.

StudioError
├── StoreError                  the database did not take or give what it should
│   ├── StoreAccessError        it cannot be opened as asked
│   ├── StoreBusyError          another process holds it
│   ├── StoreUnreachableError   its server does not answer
│   ├── SchemaError             a newer SDK made it
│   └── CorruptStoreError       its file is damaged
├── QueryError                  the index cannot be asked this
├── SettlementError             contracts refused some jobs
└── UnsignedError               an earlier step awaits its actor's signature
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from creatoken_sdk.errors import CreatokenError

if TYPE_CHECKING:
    from creatoken_sdk.studio.jobs import Job

__all__ = [
    "CorruptStoreError",
    "QueryError",
    "RecordingWarning",
    "SchemaError",
    "SettlementError",
    "StoreAccessError",
    "StoreBusyError",
    "StoreError",
    "StoreUnreachableError",
    "StudioError",
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


class SettlementError(StudioError):
    """Contracts refused some jobs, for the reasons named; nothing of them was spent twice.

    `jobs` are those. Once the reason is gone, `Studio.retry` queues them again.
    """

    def __init__(self, jobs: Sequence[Job]) -> None:
        """Keep the refused jobs."""
        reasons = "; ".join(f"{job.kind} {job.id[:10]}: {job.reason}" for job in jobs)
        super().__init__(f"{len(jobs)} jobs were refused, remove the reason and retry: {reasons}")
        self.jobs = tuple(jobs)


class UnsignedError(StudioError):
    """A step before this one awaits its actor's signature."""


class RecordingWarning(UserWarning):
    """A step could not be recorded; the pipeline went on without it."""
