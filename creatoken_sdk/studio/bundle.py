"""Reading a bundle of evidence that somebody else made: nothing in it is believed."""

from __future__ import annotations

import re
import stat
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from creatoken_sdk.errors import RecordError
from creatoken_sdk.record import canonical, content_hash

__all__ = ["EVIDENCE", "MAX_EVIDENCE", "SCRIPTS", "Bundle", "is_file_name"]

EVIDENCE = "evidence.json"
SCRIPTS = ("verify.py", "case.py", "mathematics.py", "__main__.py")
MAX_EVIDENCE = 64 << 20
"""In bytes."""
_MAX_RATIO = 100
"""Evidence is mostly hashes and hardly shrinks; the file is stored as it is."""
_MAX_MEMBERS = 16
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What Python unpacks piece by piece; of the others one piece may fill the memory."""
_FILE = re.compile(r"file/[\w-][\w.-]{0,199}", re.ASCII)


def is_file_name(name: str) -> bool:
    """Return whether a bundle may hold the file under this name."""
    return _FILE.fullmatch(name) is not None


@dataclass(frozen=True)
class Bundle:
    """What a bundle holds; `digest` is SHA-256 of the file in it, None if it holds none."""

    evidence: Mapping[str, Any]
    digest: bytes | None

    @classmethod
    def read(cls, path: Path) -> Bundle:
        """Read a zip file; RecordError if it could do harm or is no bundle. Unpacks nothing."""
        try:
            with zipfile.ZipFile(path) as archive:
                _check(archive.infolist())
                evidence = _evidence(archive)
                return cls(evidence, _digest(archive, evidence))
        except OSError as error:
            raise RecordError(
                f"{path.name} cannot be read ({error.strerror}); pass a file"
            ) from None
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
            raise RecordError(f"{path.name} is damaged ({error}); get it again") from None


def _check(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > _MAX_MEMBERS:
        raise RecordError(f"a bundle has at most {_MAX_MEMBERS} members; this is none")
    for member in members:
        _check_name(member)
        if member.file_size > max(1, member.compress_size) * _MAX_RATIO:
            raise RecordError(
                f"{member.filename!r} unpacks to over {_MAX_RATIO} times its size: a zip bomb"
            )
        if member.compress_type not in _PLAIN:
            raise RecordError(f"{member.filename!r} is packed in a rare way; get the original")
    names = Counter(member.filename.casefold() for member in members)
    twice = [name for name, count in names.items() if count > 1]
    if twice:
        raise RecordError(f"{twice[0]!r} is there twice, or in two spellings; get the original")


def _check_name(member: zipfile.ZipInfo) -> None:
    name = member.filename
    if name.startswith(("/", "\\")) or re.match("[A-Za-z]:", name):
        raise RecordError(f"{name!r} is an absolute path; refuse this bundle")
    if ".." in re.split(r"[/\\]", name):
        raise RecordError(f"{name!r} leads out of the bundle; refuse this bundle")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise RecordError(f"{name!r} is a symbolic link; refuse this bundle")
    if name not in (EVIDENCE, "README.txt", *SCRIPTS) and not is_file_name(name):
        raise RecordError(f"{name!r} belongs to no bundle; get the original")


def _evidence(archive: zipfile.ZipFile) -> Mapping[str, Any]:
    if EVIDENCE not in archive.namelist():
        raise RecordError(f"there is no {EVIDENCE} in it; pass a bundle of evidence")
    size = archive.getinfo(EVIDENCE).file_size
    if size > MAX_EVIDENCE:
        raise RecordError(f"{EVIDENCE} is larger than {MAX_EVIDENCE} bytes; refuse this bundle")
    with archive.open(EVIDENCE) as file:
        # The size is what the zip says; `archive.read` would unpack all that there is.
        evidence = canonical.loads(file.read(size))
    schema = (evidence.get("schema"), evidence.get("v")) if isinstance(evidence, dict) else None
    if schema != ("creatoken.evidence", 1):
        raise RecordError(f"{EVIDENCE} has schema {schema}; upgrade creatoken-sdk to read it")
    return dict(evidence)


def _digest(archive: zipfile.ZipFile, evidence: Mapping[str, Any]) -> bytes | None:
    name = evidence.get("file")
    if name == "":
        return None
    if not isinstance(name, str) or not is_file_name(name) or name not in archive.namelist():
        raise RecordError("the bundle names a file that is not in it; get the original")
    with archive.open(name) as file:
        return content_hash(file)  # type: ignore[arg-type]
