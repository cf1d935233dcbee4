"""The commands `creatoken relay`, `status` and `rescue`, which work on a studio."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from creatoken_sdk.cli.options import LOCAL, AsJson, Deployed, Endpoint, Where
from creatoken_sdk.errors import RecordError
from creatoken_sdk.terminal import printable

if TYPE_CHECKING:
    from creatoken_sdk.studio.finality import Finality
    from creatoken_sdk.studio.jobs import JobState
    from creatoken_sdk.studio.studio import Studio

__all__ = ["relay", "rescue", "status"]


def relay(
    where: Where,
    rpc: Endpoint = LOCAL,
    deployment: Deployed = None,
    witness: Annotated[
        str | None,
        typer.Option(
            envvar="CREATOKEN_WITNESS",
            help="URL of a second node that has to agree with the first.",
        ),
    ] = None,
    finality: Annotated[
        str, typer.Option(help="latest, safe, final, or a number of blocks below the head.")
    ] = "final",
    timeout: Annotated[float, typer.Option(help="Seconds to work at most.")] = 600,
    retry: Annotated[
        bool, typer.Option("--retry", help="Also send again what a contract refused.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show, send nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Settle what a studio recorded: step roots, anchors and registrations, until all is final.

    The account that pays is that of the private key in the environment variable CREATOKEN_KEY.
    """
    with _open_studio(where, rpc, deployment, witness) as studio:
        if dry_run:
            found = _waiting(studio)
        else:
            found = _settle(studio, finality, timeout, _told(as_json), retry=retry)
    _print(found, as_json)
    raise typer.Exit(1 if found["alarms"] else 0)


def status(
    where: Where, rpc: Endpoint = LOCAL, deployment: Deployed = None, as_json: AsJson = False
) -> None:
    """Say how far the jobs of a studio are, and what should worry somebody.

    The jobs are those of the account of the private key in CREATOKEN_KEY; nothing is signed.
    """
    with _open_studio(where, rpc, deployment) as studio:
        found = _standing(studio)
    _print(found, as_json)
    raise typer.Exit(1 if found["alarms"] else 0)


def rescue(
    store: Annotated[Path, typer.Argument(help="The damaged SQLite file.")],
) -> None:
    """Save what can be read of a studio's damaged file; the damaged one is kept beside it."""
    from creatoken_sdk.studio.rescue import rescue as save

    saved = save(store)
    _print({"damaged file": str(saved.damaged), **saved.saved}, as_json=False)


@contextmanager
def _open_studio(
    where: str, rpc: str, deployment: Path | None, witness: str | None = None
) -> Iterator[Studio]:
    """Open a pipeline's studio as the account whose private key is in the environment."""
    from creatoken_sdk.chain.client import Creatoken
    from creatoken_sdk.chain.signers import take_account
    from creatoken_sdk.studio.studio import Studio

    if "://" not in where and not Path(where).exists():
        raise RecordError(f"there is no studio at {where}; correct the path, pipelines make it")
    account = take_account("CREATOKEN_KEY", "relayer", "it pays the gas")
    client = Creatoken.connect(rpc, signer=account, deployment=deployment)
    studio = Studio.open(where, chain=client, signer=account, witness=witness)
    try:
        yield studio
    finally:
        studio.close()


def _waiting(studio: Studio) -> dict[str, Any]:
    """Return what would be sent."""
    jobs = [f"{job.kind} to {job.call.to}, {len(job.call.data)} bytes" for job in studio.preview()]
    return {"would send": jobs} | _standing(studio)


def _settle(
    studio: Studio,
    finality: str,
    timeout_seconds: float,
    progress: Callable[[Counter[JobState]], None],
    *,
    retry: bool = False,
) -> dict[str, Any]:
    """Settle what is recorded, and with `retry` what was refused; return where it stands then."""
    from creatoken_sdk.studio.errors import SettlementError
    from creatoken_sdk.studio.jobs import JobState

    wait = _finality(finality)
    if retry:
        studio.retry()
    try:
        states = studio.flush(wait=wait, timeout_seconds=timeout_seconds, progress=progress)
    except SettlementError as error:
        found = _standing(studio) | {"refused": [f"{job.kind}: {job.reason}" for job in error.jobs]}
        found["alarms"] += map(str, error.runs)
        return found
    found = _standing(studio)
    if left := sum(states[one] for one in (JobState.QUEUED, JobState.SENT, JobState.MINED)):
        found["alarms"].append(f"not yet at finality {finality}: {left} jobs; relay again later")
    return found


def _standing(studio: Studio) -> dict[str, Any]:
    """Return jobs by state, what waits, and what should worry somebody."""
    found = studio.status()
    return {
        "jobs": {state.value: count for state, count in found.jobs.items()},
        "jobs to take over": found.left,
        "waiting seconds": found.waiting_seconds,
        "steps in no job yet": found.unsettled_steps,
        "steps without signature": found.unsigned_steps,
        "alarms": list(found.alarms),
    }


def _finality(text: str) -> Finality:
    names: dict[str, Finality] = {"latest": "latest", "safe": "safe", "final": "final"}
    if text in names:
        return names[text]
    if text.isdecimal():
        return int(text)
    raise RecordError(f"{text!r} is no finality; use latest, safe, final, or a number of blocks")


def _told(quiet: bool) -> Callable[[Counter[JobState]], None]:
    console = Console(stderr=True, quiet=quiet or not sys.stderr.isatty())
    line = console.status("Settling ...")
    line.start()

    def progress(states: Counter[JobState]) -> None:
        line.update(", ".join(f"{count} {state.value}" for state, count in states.items()))

    return progress


def _print(found: Mapping[str, Any], as_json: bool) -> None:
    """Print what may hold a node's words: as they are, but for what could steer a terminal."""
    if as_json:
        print(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        values = value if isinstance(value, list) else [value]
        for one in values:
            print(printable(f"{name}: {one}"))
