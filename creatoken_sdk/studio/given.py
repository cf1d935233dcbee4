"""Verifying whatever somebody was handed: what it is, is told by its form."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.errors import CanonicalError, RecordError
from creatoken_sdk.record import canonical
from creatoken_sdk.studio.bundle import EVIDENCE, MAX_EVIDENCE
from creatoken_sdk.studio.evidence import verify_bundle
from creatoken_sdk.studio.files import opened
from creatoken_sdk.studio.findings import Report
from creatoken_sdk.studio.verify import verify

__all__ = ["verify_given"]

_ASSET = re.compile("0x[0-9a-fA-F]{60,64}")
"""`hex(id)` writes no leading zeros; four of them are rare, and an id cut short lacks more."""
_SCHEMA = "creatoken.certificate"


def verify_given(client: Creatoken, given: str, *, certificate: Path | None = None) -> Report:
    """Say what is true of an asset id (0x...), a bundle (.zip), a certificate (.json) or a file.

    A .zip without evidence and a .json that is no certificate are files like any other, and so is
    what comes with a certificate. RecordError says why something can be none of these.
    """
    held = None if certificate is None else _document(certificate)
    if given.startswith("0x"):
        return verify(client, asset=_asset(given), certificate=held)
    path = Path(given)
    if held is None and _is_bundle(path):
        return verify_bundle(path, client)
    if held is None and (alone := _certificate(path)):
        return verify(client, certificate=alone)
    return verify(client, file=path, certificate=held)


def _asset(given: str) -> int:
    if not _ASSET.fullmatch(given):
        raise RecordError(
            f"{given!r} is no asset id: pass 0x and its 64 hex digits, "
            "or a file of that name with ./"
        )
    return int(given, 16)


def _is_bundle(path: Path) -> bool:
    """A .zip that cannot be read counts as one: it is damaged, whatever it was."""
    if path.suffix != ".zip" or not path.is_file():
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return EVIDENCE in archive.namelist()
    except (OSError, zipfile.BadZipFile):
        return True


def _certificate(path: Path) -> dict[str, Any] | None:
    """Other JSON is not parsed: a file that somebody made may be any JSON, and of any size."""
    data = _contents(path) if path.suffix == ".json" else b""
    if len(data) > MAX_EVIDENCE or _SCHEMA.encode() not in data:
        return None
    document = canonical.loads(data)
    is_one = isinstance(document, dict) and document.get("schema") == _SCHEMA
    return document if is_one else None


def _document(path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = canonical.loads(_contents(path))
    except CanonicalError as error:
        raise RecordError(f"{path.name} is no certificate: {error}") from None
    return document


def _contents(path: Path) -> bytes:
    with opened(path, RecordError, "pass a file") as file:
        return file.read(MAX_EVIDENCE + 1)
