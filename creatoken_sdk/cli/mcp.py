"""The command `creatoken mcp`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from creatoken_sdk.cli.extras import require
from creatoken_sdk.cli.options import LOCAL, Deployed, Endpoint, Where

__all__ = ["mcp"]


def mcp(
    where: Where,
    work: Annotated[int, typer.Option(help="Number of the work.")],
    run: Annotated[str, typer.Option(help="Name of the run, which the studio opened before.")],
    folder: Annotated[Path, typer.Option(help="The only folder whose files agents may name.")],
    agent: Annotated[str, typer.Option(help="Name to record as.")] = "mcp",
    rpc: Endpoint = LOCAL,
    deployment: Deployed = None,
) -> None:
    """Serve a run to an AI agent on standard input and output: record, query, propose, verify.

    Steps are signed with the private key in the environment variable CREATOKEN_AGENT_KEY, whose
    account must have no role in the project. Nothing here approves or pays.
    """
    require("mcp")
    from creatoken_sdk.adapters.mcp import opened

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
