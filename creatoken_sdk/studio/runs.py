"""Runs in the store, each known by its chain, its work and its name."""

from __future__ import annotations

import time

from creatoken_sdk.errors import RecordError
from creatoken_sdk.record import Domain, name_hash
from creatoken_sdk.record.canonical import dumps
from creatoken_sdk.studio.errors import CorruptStoreError
from creatoken_sdk.studio.journal import Journal
from creatoken_sdk.studio.store import Store

__all__ = ["open_run", "require_run"]

_HAS_STEPS = "SELECT 1 FROM steps WHERE run_id = ? LIMIT 1"


def open_run(store: Store, domain: Domain, work_id: int, name: str) -> Journal:
    """Return the journal of a run, which begins here or goes on.

    CorruptStoreError if the store has lost what says how far the run is settled.
    """
    run_id = _run_id(domain, work_id, name)
    with store.transaction() as db:
        place = (domain.chain_id, domain.verifying_contract, work_id)
        is_new = db.execute(
            "INSERT INTO runs VALUES (?, ?, ?, ?, ?, 0, ?) ON CONFLICT (id) DO NOTHING",
            (run_id, name, *place, int(time.time())),
        )
        if is_new and db.rows(_HAS_STEPS, (run_id,)):
            raise CorruptStoreError(
                f"steps of run {name!r} are here, but not how many of them were settled: "
                "resumed, it would pay them again; open a run of another name"
            )
    return Journal(store, domain, run_id, work_id, lambda: int(time.time()))


def require_run(store: Store, domain: Domain, work_id: int, name: str) -> None:
    """Raise RecordError unless the store has steps of a run."""
    if not store.rows(_HAS_STEPS, (_run_id(domain, work_id, name),)):
        raise RecordError(
            f"work {work_id} has no run {name!r} here; studio.run opens it for its director"
        )


def _run_id(domain: Domain, work_id: int, name: str) -> str:
    parts = [str(domain.chain_id), domain.verifying_contract, str(work_id), name]
    return "0x" + name_hash(dumps(parts).decode()).hex()
