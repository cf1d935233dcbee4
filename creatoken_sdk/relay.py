"""What the commands `relay` and `status` do with a studio."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eth_account import Account

from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.chain.errors import NoSignerError
from creatoken_sdk.errors import RecordError
from creatoken_sdk.studio.errors import SettlementError
from creatoken_sdk.studio.finality import Finality
from creatoken_sdk.studio.jobs import JobState
from creatoken_sdk.studio.studio import Studio

__all__ = ["open_studio", "settle", "standing", "waiting"]

_KEY = "CREATOKEN_KEY"


@contextmanager
def open_studio(
    where: str, rpc: str, deployment: Path | None, witness: str | None = None
) -> Iterator[Studio]:
    """Open a pipeline's studio as the account whose private key is in the environment."""
    if "://" not in where and not Path(where).exists():
        raise RecordError(f"there is no studio at {where}; correct the path, pipelines make it")
    try:
        account = Account.from_key(os.environ[_KEY])
    except KeyError:
        raise NoSignerError(f"put the relayer's private key into {_KEY}; it pays the gas") from None
    except ValueError:
        raise NoSignerError(f"{_KEY} holds no private key; it is 0x and 64 hex digits") from None
    client = Creatoken.connect(rpc, signer=account, deployment=deployment)
    studio = Studio.open(where, chain=client, signer=account, witness=witness)
    try:
        yield studio
    finally:
        studio.close()


def waiting(studio: Studio) -> dict[str, Any]:
    """Return what `settle` would send."""
    jobs = [f"{job.kind} to {job.call.to}, {len(job.call.data)} bytes" for job in studio.preview()]
    return {"would send": jobs} | standing(studio)


def settle(
    studio: Studio,
    finality: str,
    timeout_seconds: float,
    progress: Callable[[Counter[JobState]], None],
    *,
    retry: bool = False,
) -> dict[str, Any]:
    """Settle what is recorded, and with `retry` what was refused; return where it stands then."""
    wait = _finality(finality)
    if retry:
        studio.retry()
    try:
        studio.flush(wait=wait, timeout_seconds=timeout_seconds, progress=progress)
    except SettlementError as error:
        found = standing(studio) | {"refused": [f"{job.kind}: {job.reason}" for job in error.jobs]}
        found["alarms"] += map(str, error.runs)
        return found
    return standing(studio)


def standing(studio: Studio) -> dict[str, Any]:
    """Return jobs by state, what waits, and what should worry somebody."""
    status = studio.status()
    return {
        "jobs": {state.value: count for state, count in status.jobs.items()},
        "jobs to take over": status.left,
        "waiting seconds": status.waiting_seconds,
        "steps in no job yet": status.unsettled_steps,
        "steps without signature": status.unsigned_steps,
        "alarms": list(status.alarms),
    }


def _finality(text: str) -> Finality:
    names: dict[str, Finality] = {"latest": "latest", "safe": "safe", "final": "final"}
    if text in names:
        return names[text]
    if text.isdecimal():
        return int(text)
    raise RecordError(f"{text!r} is no finality; use latest, safe, final, or a number of blocks")
