"""The commands `creatoken brand ...`. What they import is only loaded when one of them runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creatoken_sdk.cli.extras import require
from creatoken_sdk.cli.options import AsJson, Level
from creatoken_sdk.terminal import printable

if TYPE_CHECKING:
    from creatoken_sdk.brand.index import BrandIndex

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Measure how far content is from a brand.")

Folder = Annotated[
    Path, typer.Argument(help="The brand: folders guide, copy, images and file rules.json.")
]
Seed = Annotated[int, typer.Option(help="Decides what calibrates and what is held back.")]


@app.callback()
def _brand() -> None:
    require("brand")


@app.command()
def calibrate(folder: Folder, seed: Seed = 0, as_json: AsJson = False) -> None:
    """Index a brand; say what calibrates it, and at which level it can decide at the least."""
    index = _index(folder, seed)
    rows = [
        {
            "kind": kind,
            "exemplars": exemplars,
            "calibration": calibration,
            "leastLevel": f"{1 / (calibration + 1):.4f}",
            "embedder": index.fingerprint(kind),
        }
        for kind in ("copy", "image")
        for exemplars, calibration in [index.counts(kind)]
        if exemplars
    ]
    _print({"indexRoot": "0x" + index.root.hex(), "items": len(index)}, rows, as_json)


@app.command()
def check(
    folder: Folder,
    files: Annotated[list[Path], typer.Argument(help="Texts or pictures.")],
    level: Level = 0.05,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Say how far files are from a brand. Exit with 1 if one of them does not pass."""
    index = _index(folder, seed)
    reports = [index.drift(file) for file in files]
    rows = [
        {
            "file": str(file),
            "passes": "yes" if report.passes(level) else "no",
            "score": f"{report.score:.4f}",
            "pValue": f"{report.p_value:.4f}",
            "brokenRules": ", ".join(one.rule for one in report.rules if not one.passed),
            "nearCopyOf": report.near_copy.id if report.near_copy else "",
        }
        for file, report in zip(files, reports, strict=True)
    ]
    _print({"indexRoot": "0x" + index.root.hex(), "level": repr(level)}, rows, as_json)
    raise typer.Exit(0 if all(report.passes(level) for report in reports) else 1)


@app.command()
def evaluate(
    folder: Folder,
    outside: Annotated[Path, typer.Argument(help="What is not the brand, in such folders too.")],
    level: Level = 0.05,
    seed: Seed = 0,
    as_json: AsJson = False,
) -> None:
    """Measure on your own content: false alarms on a third held back, power on what is outside."""
    from creatoken_sdk.brand.evaluation import evaluate as measure
    from creatoken_sdk.brand.folder import read_exemplars

    found = measure(read_exemplars(folder), read_exemplars(outside), level=level, seed=seed)
    rows = [one.to_json() for one in found]
    if not as_json:
        rates = [{"falseAlarms": str(one.false_alarms), "power": str(one.power)} for one in found]
        rows = [row | rate for row, rate in zip(rows, rates, strict=True)]
    _print({"level": repr(level)}, rows, as_json)


def _index(folder: Path, seed: int) -> BrandIndex:
    from creatoken_sdk.brand.folder import read_exemplars, read_rules
    from creatoken_sdk.brand.index import BrandIndex

    return BrandIndex(read_exemplars(folder), rules=read_rules(folder), seed=seed)


def _print(about: dict[str, object], rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        print(json.dumps({**about, "results": rows}, indent=2))
        return
    for name, value in about.items():
        print(f"{name}: {value}")
    for row in rows:
        print()
        for name, value in row.items():
            print(f"{name}: {printable(str(value))}")
