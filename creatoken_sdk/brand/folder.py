"""A brand as a folder: guide, copy, images and rules."""

from __future__ import annotations

import os
import re
from pathlib import Path

from creatoken_sdk.brand.content import read
from creatoken_sdk.brand.errors import ContentError, RulesError
from creatoken_sdk.brand.exemplar import Exemplar, Kind
from creatoken_sdk.brand.rules import Rules
from creatoken_sdk.errors import CanonicalError
from creatoken_sdk.record.canonical import loads
from creatoken_sdk.studio.files import opened

__all__ = ["read_exemplars", "read_rules"]

_PARAGRAPHS = re.compile(r"\n\s*\n")
_FOLDERS: dict[str, Kind] = {"guide": "guide", "copy": "copy", "images": "image"}


def read_exemplars(folder: Path, *, licence: str = "") -> list[Exemplar]:
    """Return each paragraph of the texts in `guide` and `copy`, and each file in `images`.

    Subfolders are read too, hidden files are not. The licence holds for all.
    """
    found = [
        item
        for name, kind in _FOLDERS.items()
        for path in sorted((folder / name).rglob("*"))
        if path.is_file() and not path.name.startswith(".")
        for item in _items(path, kind, licence, path.relative_to(folder).as_posix())
    ]
    if not found:
        raise ContentError(
            f"{folder.name} holds no guide, copy or images; put files in such folders"
        )
    return found


def read_rules(folder: Path) -> Rules:
    """Return the rules in `rules.json`; none if there is no such file."""
    path = folder / "rules.json"
    if not os.path.lexists(path):
        return Rules()
    with opened(path, RulesError, "check its rights") as file:
        data = file.read()
    try:
        return Rules.from_json(loads(data))
    except CanonicalError as error:
        raise RulesError(f"{path.name}: {error}") from None


def _items(path: Path, kind: Kind, licence: str, source: str) -> list[Exemplar]:
    if kind == "image":
        return [Exemplar(path, kind, licence, source)]
    parts = [part.strip() for part in _PARAGRAPHS.split(read(path).text)]
    return [Exemplar(part, kind, licence, source) for part in parts if part]
