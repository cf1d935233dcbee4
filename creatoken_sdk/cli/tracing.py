"""The commands `creatoken trace` and `creatoken boundary`, which need a store and no chain."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from creatoken_sdk.cli.extras import require
from creatoken_sdk.cli.options import AsJson, Level, Where
from creatoken_sdk.terminal import printable

if TYPE_CHECKING:
    from rich.console import Console

    from creatoken_sdk.studio.boundary import Boundary, Standing
    from creatoken_sdk.studio.store import Store
    from creatoken_sdk.studio.trace import Trace
    from creatoken_sdk.studio.trace_blame import TracedStep
    from creatoken_sdk.studio.trace_drift import Brand

__all__ = ["boundary", "trace"]

Asset = Annotated[str, typer.Argument(help="An asset id (0x...) or the file of one.")]
BrandFolder = Annotated[
    Path | None, typer.Option("--brand", help="The brand: folders guide, copy, images, rules.json.")
]
Contents = Annotated[
    Path | None, typer.Option(help="Folder with the run's files, found by their hash.")
]


def trace(
    where: Where,
    asset: Asset,
    brand: BrandFolder = None,
    contents: Contents = None,
    level: Level = 0.05,
    as_json: AsJson = False,
) -> None:
    """Name the step where an asset left its brief or the brand. Exit with 1 if one is named.

    A false alarm is a clean run that has a step named.
    """
    from creatoken_sdk.studio.trace import Tracer

    with _opened(where) as store:
        tracer = Tracer(store, brand=_brand(brand), contents=contents, level=level)
        found = tracer.trace(asset)
    if as_json:
        print(json.dumps(found.to_json(), indent=2))
    else:
        _show_trace(found)
    raise typer.Exit(1 if found.first else 0)


def boundary(
    where: Where,
    asset: Annotated[str, typer.Argument(help="An asset id (0x...), a file, or work:NUMBER.")],
    svg: Annotated[Path | None, typer.Option(help="Where to leave the picture.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what is people's, agents' and tools' in an asset or a work, as signatures show it."""
    from creatoken_sdk.chain.works import Work
    from creatoken_sdk.errors import RecordError
    from creatoken_sdk.studio.boundary import boundary as found_in
    from creatoken_sdk.studio.boundary_svg import svg_of

    kind, _, number = asset.partition(":")
    if kind == "work" and not number.isdecimal():
        raise RecordError(f"{number!r} is no work; write work: and its number")
    with _opened(where) as store:  # of a work only the number is asked for
        found = found_in(store, Work(int(number), token="") if kind == "work" else asset)
    if svg:
        svg.write_text(svg_of(found), "utf-8")
    if as_json:
        print(json.dumps([one.to_json() for one in found], indent=2))
    else:
        _show_boundary(found)


@contextmanager
def _opened(where: str) -> Iterator[Store]:
    from creatoken_sdk.studio.errors import StoreAccessError
    from creatoken_sdk.studio.store import open_store

    if "://" not in where and not os.path.isfile(where):
        raise StoreAccessError(f"{where} is no store; name the file that the studio records into")
    store = open_store(where)
    try:
        yield store
    finally:
        store.close()


def _brand(folder: Path | None) -> Brand | None:
    if folder is None:
        return None
    require("brand")
    from creatoken_sdk.brand.folder import read_exemplars, read_rules
    from creatoken_sdk.brand.index import BrandIndex

    return BrandIndex(read_exemplars(folder), rules=read_rules(folder))


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False, markup=False, soft_wrap=True)


def _show_trace(found: Trace) -> None:
    from rich.text import Text
    from rich.tree import Tree

    console, root = _console(), Tree(Text(found.asset.file or hex(found.asset.id)))
    branches: dict[tuple[str, ...], Any] = {(): root}
    for one in found.steps:
        path = (one.step.run, *one.step.key.split("/"))
        for depth in range(1, len(path)):
            if path[:depth] not in branches:
                branch = branches[path[: depth - 1]].add(Text(printable(path[depth - 1])))
                branches[path[:depth]] = branch
        branches[path[:-1]].add(Text(_line(one, named=one is found.first)))
    console.print(root)
    console.print(f"{found.first.step.name}: {found.reason}" if found.first else found.reason)
    for note in found.notes:
        console.print(f"note: {printable(note)}")
    for shown in found.evidence:
        pictures = [str(path) if path else "not here" for path in shown.pictures]
        told = shown.diff or f"pictures: {' -> '.join(pictures)}"
        console.print(f"beside {shown.before}:")
        console.print("\n".join(map(printable, told.splitlines())))


def _line(one: TracedStep, *, named: bool) -> str:
    step = one.step
    told = [step.key.split("/")[-1], step.actor]
    told += [f"attempt {step.attempt}"] if step.attempt > 1 else []
    told += ["unsigned"] if step.signature is None else []
    told += ["erased"] if one.erased else []
    told += [f"{d.against} {d.kind} {d.score:.3f} p={d.p_value:.3g}" for d in one.drifts]
    told += [one.fault.value] if one.fault != "none" else []
    told += [f"warned: {one.warning}"] if one.warning else []
    return ("=> " if named else "") + printable(", ".join(told))


def _show_boundary(found: Sequence[Boundary]) -> None:
    from creatoken_sdk.studio.boundary import totals

    for one in found:
        name = printable(one.asset.file or hex(one.asset.id))
        told = f"oversight {one.oversight.value}, source type {one.source_type.term}"
        told += "" if one.source_type is one.declared else f" (declared {one.declared.term})"
        approved = f", approved by {', '.join(one.approved_by)}" if one.approved_by else ""
        _table(f"{name}: {told}{approved}", totals([one]))
    if len(found) > 1:
        _table("all, each step once", totals(found))


def _table(title: str, counts: Mapping[Standing, tuple[int, int]]) -> None:
    from rich.table import Table

    table = Table("whose", "steps", "shares", "of all shares")
    whole = sum(shares for _, shares in counts.values())
    for standing, (steps, shares) in counts.items():
        if steps:
            part = f"{shares / whole:.1%}" if whole else ""
            table.add_row(standing.value, str(steps), str(shares), part)
    _console().print(title, table)
