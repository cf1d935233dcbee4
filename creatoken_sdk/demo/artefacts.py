"""The folder that the demo leaves behind, and the folder that it starts from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from creatoken_sdk.errors import CreatokenError

__all__ = ["Artefacts", "ExamplesError", "OutputError", "find_examples"]

_EXAMPLE = Path("examples/summer-banner")


class ExamplesError(CreatokenError):
    """The brief and the brand guide are not on this machine."""


class OutputError(CreatokenError):
    """The output folder cannot be written."""


class Artefacts:
    """An output folder; `private/` in it is for its owner's eyes only."""

    def __init__(self, folder: Path) -> None:
        """Make the folder; OutputError if that cannot be."""
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _make_private(folder / "private")
        except OSError as error:
            raise _unwritable(folder, error) from None

    def save(self, name: str, content: bytes | str | dict[str, Any]) -> Path:
        """Write bytes, text, or a document as JSON."""
        path = self.folder / name
        if isinstance(content, dict):
            content = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        try:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        except OSError as error:
            raise _unwritable(path, error) from None
        return path


def _make_private(folder: Path) -> None:
    if folder.is_symlink():
        raise OutputError(f"{folder} is a symbolic link; remove it or name another with --out")
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)


def find_examples() -> Path:
    """Return the example's folder, from the working directory up and from this file up."""
    for folder in (Path.cwd(), *Path.cwd().parents, *Path(__file__).parents):
        if (folder / _EXAMPLE / "brief.md").is_file():
            return folder / _EXAMPLE
    raise ExamplesError(
        f"{_EXAMPLE} is not here: the examples come with Creatoken's source repository, not with "
        "the installed package; get the repository and run this in its folder"
    )


def _unwritable(path: Path, error: OSError) -> OutputError:
    reason = error.strerror or str(error)
    return OutputError(f"cannot write {path} ({reason}); name another folder with --out")
