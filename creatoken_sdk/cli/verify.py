"""The command `creatoken verify`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from creatoken_sdk.cli.options import LOCAL, AsJson, Deployed, Endpoint

__all__ = ["verify"]


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
    rpc: Endpoint = LOCAL,
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
