"""Arguments and options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["LOCAL", "AsJson", "Deployed", "Endpoint", "Level", "Where"]

LOCAL = "http://127.0.0.1:8545"

Where = Annotated[str, typer.Argument(help="The studio: a SQLite file or a postgresql:// URL.")]
Endpoint = Annotated[str, typer.Option("--rpc", envvar="CREATOKEN_RPC", help="URL of the node.")]
Deployed = Annotated[
    Path | None, typer.Option("--deployment", help="Deployment file, if none is packaged.")
]
Level = Annotated[float, typer.Option(help="Share of false alarms to accept, such as 0.05.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
