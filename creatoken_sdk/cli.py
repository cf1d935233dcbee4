"""The command `creatoken`. Errors raised on purpose, and those of files, are told in one line."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from creatoken_sdk.brand.command import brand
from creatoken_sdk.errors import CreatokenError, MissingExtraError
from creatoken_sdk.tracing import boundary, trace

if TYPE_CHECKING:
    from creatoken_sdk.demo.report import Report

__all__ = ["app", "main"]

_PLAIN_WIDTH = 100
_EXTRAS = {"numpy": "demo", "PIL": "demo", "mcp": "mcp"}

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(brand, name="brand")
app.command()(trace)
app.command()(boundary)

Where = Annotated[str, typer.Argument(help="The studio: a SQLite file or a postgresql:// URL.")]
Endpoint = Annotated[str, typer.Option("--rpc", envvar="CREATOKEN_RPC", help="URL of the node.")]
Deployed = Annotated[
    Path | None, typer.Option("--deployment", help="Deployment file, if none is packaged.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_LOCAL = "http://127.0.0.1:8545"


def main() -> None:
    """Run the command line; exit with 1 if something failed, with 2 if it was called wrongly."""
    try:
        app()
    except (CreatokenError, OSError) as error:
        from creatoken_sdk.terminal import printable

        print(f"creatoken: {printable(str(error))}", file=sys.stderr)
        sys.exit(1)


@app.callback()
def _creatoken() -> None:
    """Provenance and pay for work made by people and AI."""


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Where to leave pictures and records.")] = Path("out"),
    as_json: AsJson = False,
) -> None:
    """Tell the whole story on a local chain: made, signed, approved, paid and verified."""
    report = _tell(out, _console(quiet=as_json))
    if as_json:
        print(json.dumps(report.to_json(), indent=2))
    raise typer.Exit(0 if report.passed else 1)


@app.command()
def relay(
    where: Where,
    rpc: Endpoint = _LOCAL,
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
    from creatoken_sdk.relay import open_studio, settle, waiting

    with open_studio(where, rpc, deployment, witness) as studio:
        if dry_run:
            found = waiting(studio)
        else:
            found = settle(studio, finality, timeout, _told(as_json), retry=retry)
    _print(found, as_json)
    raise typer.Exit(1 if found["alarms"] else 0)


@app.command()
def status(
    where: Where, rpc: Endpoint = _LOCAL, deployment: Deployed = None, as_json: AsJson = False
) -> None:
    """Say how far the jobs of a studio are, and what should worry somebody."""
    from creatoken_sdk.relay import open_studio, standing

    with open_studio(where, rpc, deployment) as studio:
        found = standing(studio)
    _print(found, as_json)
    raise typer.Exit(1 if found["alarms"] else 0)


@app.command()
def verify(
    given: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="A file, a bundle of evidence (.zip), a certificate (.json), an asset id (0x...).",
        ),
    ],
    certificate: Annotated[
        Path | None, typer.Option(help="The certificate that came with a file.")
    ] = None,
    rpc: Endpoint = _LOCAL,
    deployment: Deployed = None,
    as_json: AsJson = False,
) -> None:
    """Say what is true of it: integrity, trust and chain. Exit with 1 if any of them fails."""
    from creatoken_sdk.chain.client import Creatoken
    from creatoken_sdk.studio.findings import State
    from creatoken_sdk.studio.given import verify_given

    client = Creatoken.connect(rpc, deployment=deployment)
    report = verify_given(client, given, certificate=certificate)
    print(json.dumps(report.to_json(), indent=2) if as_json else report)
    verdicts = (report.integrity, report.trust, report.chain)
    raise typer.Exit(1 if State.FAILS in [verdict.state for verdict in verdicts] else 0)


@app.command()
def rescue(
    store: Annotated[Path, typer.Argument(help="The damaged SQLite file.")],
) -> None:
    """Save what can be read of a studio's damaged file; the damaged one is kept beside it."""
    from creatoken_sdk.studio.rescue import rescue as save

    saved = save(store)
    _print({"damaged file": str(saved.damaged), **saved.saved}, as_json=False)


@app.command()
def mcp(
    where: Where,
    work: Annotated[int, typer.Option(help="Number of the work.")],
    run: Annotated[str, typer.Option(help="Name of the run, which the studio opened before.")],
    folder: Annotated[Path, typer.Option(help="The only folder whose files agents may name.")],
    agent: Annotated[str, typer.Option(help="Name to record as.")] = "mcp",
    rpc: Endpoint = _LOCAL,
    deployment: Deployed = None,
) -> None:
    """Serve a run to an AI agent on standard input and output: record, query, propose, verify.

    Steps are signed with the private key in the environment variable CREATOKEN_AGENT_KEY, whose
    account must have no role in the project. Nothing here approves or pays.
    """
    try:
        from creatoken_sdk.adapters.mcp import opened
    except ModuleNotFoundError as error:
        raise _missing(error) from error
    with opened(
        where,
        rpc=rpc,
        deployment=deployment,
        work_id=work,
        run=run,
        folder=folder,
        agent=agent,
    ) as server:
        server.run()


def _told(quiet: bool) -> Callable[[Mapping[Any, int]], None]:
    console = Console(stderr=True, quiet=quiet or not sys.stderr.isatty())
    line = console.status("Settling ...")
    line.start()

    def progress(states: Mapping[Any, int]) -> None:
        line.update(", ".join(f"{count} {state.value}" for state, count in states.items()))

    return progress


def _print(found: Mapping[str, Any], as_json: bool) -> None:
    """Print what may hold a node's words: as they are, but for what could steer a terminal."""
    from creatoken_sdk.terminal import printable

    if as_json:
        print(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        values = value if isinstance(value, list) else [value]
        for one in values:
            print(printable(f"{name}: {one}"))


def _tell(out: Path, console: Console) -> Report:
    try:
        from creatoken_sdk.demo.story import run
    except ModuleNotFoundError as error:
        raise _missing(error) from error
    return run(out, console)


def _missing(error: ModuleNotFoundError) -> Exception:
    if error.name not in _EXTRAS:
        return error
    return MissingExtraError.of(error.name, _EXTRAS[error.name])


def _console(*, quiet: bool) -> Console:
    width = None if sys.stdout.isatty() else _PLAIN_WIDTH
    return Console(quiet=quiet, width=width, highlight=False)
