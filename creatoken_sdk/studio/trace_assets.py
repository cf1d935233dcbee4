"""Assets of a store, and the steps that each of them rests on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from creatoken_sdk.errors import RecordError, quoted
from creatoken_sdk.record.structs import to_json
from creatoken_sdk.studio.outputs import Output
from creatoken_sdk.studio.store import Store
from creatoken_sdk.studio.trace_steps import PastStep, steps_of
from creatoken_sdk.studio.verify import file_hash

__all__ = ["Named", "PastAsset", "asset_named", "assets_of", "lineage_of", "steps_behind"]

Named = int | str | Path | Output
"""An asset: itself, its id as a number or as 0x hex, or its file."""

_SELECT = (
    "SELECT assets.id, file, run_id, content_hash, input, certificate, work_id, assets.position"
    " FROM assets JOIN runs ON runs.id = run_id"
)


@dataclass(frozen=True, slots=True)
class PastAsset:
    """An asset as a store remembers it; its record holds the first `steps` steps of its run."""

    id: int
    file: str
    run_id: str
    content: str
    source_type: int
    parents: tuple[int, ...]
    steps: int
    work_id: int
    position: int


def asset_named(store: Store, named: Named) -> PastAsset:
    """Return the asset that is meant; of a file, a final before drafts and the latest first.

    RecordError if the store has none.
    """
    if isinstance(named, Path) or (isinstance(named, str) and not named.startswith("0x")):
        digest = to_json(file_hash(Path(named)))
        found = _assets(
            store, "content_hash = ? ORDER BY final DESC, assets.created_at DESC LIMIT 1", digest
        )
    else:
        found = _assets(store, "assets.id = ?", hex(_number(named)))
    if not found:
        raise RecordError(
            f"{quoted(str(named))} is no asset of this studio; make it one with `run.output`"
        )
    return found[0]


def assets_of(store: Store, work_id: int | None = None) -> list[PastAsset]:
    """Return all assets, or those of a work, in the order in which they were made."""
    if work_id is None:
        return _assets(store, "TRUE ORDER BY assets.position")
    return _assets(store, "work_id = ? ORDER BY assets.position", work_id)


def lineage_of(store: Store, asset: PastAsset) -> tuple[list[PastAsset], list[int]]:
    """Return an asset after all assets that it derives from, and the ids of those not here."""
    found: dict[int, PastAsset] = {}
    missing: list[int] = []
    waiting = [asset]
    while waiting:
        one = waiting.pop()
        found[one.id] = one
        for parent in set(one.parents) - found.keys():
            rows = _assets(store, "assets.id = ?", hex(parent))
            waiting += rows
            missing += [] if rows else [parent]
    return sorted(found.values(), key=lambda one: one.position), sorted(set(missing))


def steps_behind(store: Store, asset: PastAsset) -> list[PastStep]:
    """Return the steps of its record, and later steps of the run that are about it.

    These are the steps before the run's next asset, unless they name another one.
    """
    siblings = [one for one in _assets(store, "run_id = ?", asset.run_id) if one.id != asset.id]
    later = [one.steps for one in siblings if one.steps > asset.steps]
    end = min(later, default=None)
    others = [hex(one.id) for one in siblings]
    return list(_about(steps_of(store, asset.run_id), asset, end, others))


def _about(
    steps: list[PastStep], asset: PastAsset, end: int | None, others: list[str]
) -> Iterator[PastStep]:
    for index, step in enumerate(steps):
        record = step.document["record"]
        told = json.dumps([record["input"], record["output"]])
        near = (end is None or index < end) and not any(f'"{one}"' in told for one in others)
        if index < asset.steps or near or f'"{hex(asset.id)}"' in told:
            yield step


def _assets(store: Store, where: str, *values: object) -> list[PastAsset]:
    return [_asset(*row) for row in store.rows(f"{_SELECT} WHERE {where}", values)]


def _asset(*row: object) -> PastAsset:
    id, file, run_id, content, written, certificate, work_id, position = row
    given, record = json.loads(str(written)), json.loads(str(certificate))["record"]
    return PastAsset(
        int(str(id), 16),
        str(file),
        str(run_id),
        str(content),
        given["sourceType"],
        tuple(int(parent, 16) for parent in given["parents"]),
        len(record["steps"]),
        int(str(work_id)),
        int(str(position)),
    )


def _number(named: int | str | Output) -> int:
    if isinstance(named, Output):
        return named.id
    if isinstance(named, int):
        return named
    try:
        return int(named, 16)
    except ValueError:
        raise RecordError(f"{quoted(named)} is no asset id; it is 0x and hex digits") from None
