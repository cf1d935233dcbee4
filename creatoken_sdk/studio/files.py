"""Files to read: what is none is refused, and never waited for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO

from creatoken_sdk.errors import CreatokenError

__all__ = ["opened"]


@contextmanager
def opened(path: Path, error: type[CreatokenError], cure: str) -> Iterator[BinaryIO]:
    """Open a file to read it in the block; `error` says why that fails, and what to do."""
    try:
        if not S_ISREG(path.stat().st_mode):  # a named pipe would be waited for
            raise OSError(0, "it is no file")
        with path.open("rb") as file:
            yield file
    except (OSError, ValueError) as problem:  # no name holds a zero byte
        why = problem.strerror if isinstance(problem, OSError) else problem
        raise error(f"{path.name} cannot be read ({why}); {cure}") from None
