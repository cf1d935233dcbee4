"""Values of frameworks as text, bytes or JSON, which is what a step can hold."""

from __future__ import annotations

import os
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import singledispatch
from typing import Any

__all__ = ["recordable"]


@singledispatch
def recordable(value: Any) -> object:
    """Return the value as a step can hold it; instead of what cannot be held, say what it was."""
    if value is None or isinstance(value, (str, bytes, bool, int, float, os.PathLike)):
        return value
    if isinstance(value, Enum):
        return recordable(value.value)
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: recordable(getattr(value, one.name)) for one in fields(value)}
    if hasattr(value, "model_dump") and not isinstance(value, type):
        return recordable(value.model_dump())
    return {"not recorded": f"{type(value).__module__}.{type(value).__qualname__}"}


@recordable.register
def _(value: Mapping) -> object:  # type: ignore[type-arg]
    return {str(key): recordable(item) for key, item in value.items()}


@recordable.register(list)
@recordable.register(tuple)
@recordable.register(Set)
def _(value: Any) -> object:
    items = [recordable(item) for item in value]
    return sorted(items, key=repr) if isinstance(value, Set) else items
