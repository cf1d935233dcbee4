"""Values of frameworks as text, bytes or JSON, which is what a step can hold."""

from __future__ import annotations

import os
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import partial, singledispatch
from typing import Any

__all__ = ["opened", "recordable"]

_DEPTH = 100


def recordable(value: Any, within: frozenset[int] = frozenset()) -> object:
    """Return the value as a step can hold it; what none can hold is named in its place.

    Python's own limit of recursion is no help against a value that holds itself: some packages
    raise it so far that the process dies first.
    """
    if value is None or isinstance(value, (str, bytes, bool, int, float, os.PathLike)):
        return value
    if id(value) in within or len(within) == _DEPTH:
        return {"not recorded": "a value that holds itself, or is nested too deeply"}
    inner = partial(recordable, within=within | {id(value)})
    found = opened(value)
    if isinstance(found, Mapping):
        return {str(key): inner(item) for key, item in found.items()}
    if isinstance(found, Set):
        return sorted(map(inner, found), key=repr)
    return [inner(item) for item in found] if isinstance(found, (list, tuple)) else inner(found)


@singledispatch
def opened(value: Any) -> object:
    """Return what an object holds, one level of it: a mapping, a list, or a plain value."""
    if isinstance(value, (Mapping, Set, list, tuple)):
        return value
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: getattr(value, one.name) for one in fields(value)}
    if hasattr(value, "model_dump") and not isinstance(value, type):
        return value.model_dump()
    return {"not recorded": f"{type(value).__module__}.{type(value).__qualname__}"}
