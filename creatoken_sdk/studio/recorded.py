"""Functions whose calls become steps of the run that they happen in."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from functools import wraps
from typing import Any, TypeVar

from creatoken_sdk.studio.run import Begun, StepSpec, current_run

__all__ = ["recorded"]

F = TypeVar("F", bound=Callable[..., Any])


def recorded(spec: StepSpec, function: F) -> F:
    """Return the function, recording its calls: sync, async, generator or async generator.

    Outside a run it is just itself. What it raises passes and is no step; what it returns, or all
    that it yields, is the output. Its arguments, by name, are the input.
    """
    signature = inspect.signature(function)

    def begin(args: Any, kwargs: Any) -> Begun | None:
        run = current_run()
        if run is None:
            return None
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return run.begin(spec, {k: v for k, v in bound.arguments.items() if k != "self"})

    def call(*args: Any, **kwargs: Any) -> Any:
        begun = begin(args, kwargs)
        output = function(*args, **kwargs)
        if begun:
            begun.finish(output)
        return output

    async def wait(*args: Any, **kwargs: Any) -> Any:
        begun = begin(args, kwargs)
        output = await function(*args, **kwargs)
        if begun:
            begun.finish(output)
        return output

    def generate(*args: Any, **kwargs: Any) -> Iterator[Any]:
        begun, items = begin(args, kwargs), []
        for item in function(*args, **kwargs):
            items.append(item)
            yield item
        if begun:
            begun.finish(_joined(items))

    async def stream(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        begun, items = begin(args, kwargs), []
        async for item in function(*args, **kwargs):
            items.append(item)
            yield item
        if begun:
            begun.finish(_joined(items))

    if inspect.isasyncgenfunction(function):
        chosen: Any = stream
    elif inspect.isgeneratorfunction(function):
        chosen = generate
    elif inspect.iscoroutinefunction(function):
        chosen = wait
    else:
        chosen = call
    return wraps(function)(chosen)  # type: ignore[return-value]


def _joined(items: list[Any]) -> object:
    """Streamed text or bytes are one output; anything else is a list."""
    if items and all(isinstance(item, str) for item in items):
        return "".join(items)
    if items and all(isinstance(item, bytes) for item in items):
        return b"".join(items)
    return items
