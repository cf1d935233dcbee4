"""Functions whose calls become steps of the run that they happen in."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import aclosing, contextmanager
from functools import wraps
from typing import Any, TypeVar

from creatoken_sdk.studio.run import StepSpec, current_run

__all__ = ["recorded"]

F = TypeVar("F", bound=Callable[..., Any])

_RECEIVERS = ("self", "cls")


def recorded(spec: StepSpec, function: F) -> F:
    """Return the function, recording its calls: sync, async, generator or async generator.

    Outside a run it is just itself. What it raises passes and is no step; what it returns, or all
    that it yields, is the output. Its arguments, by name and without `self`, are the input. A
    generator belongs to the run in which it is consumed, and is a step once it is exhausted.
    """
    signature = inspect.signature(function)

    @contextmanager
    def recording(args: Any, kwargs: Any) -> Iterator[Callable[[object], None]]:
        run = current_run()
        if run is None:
            yield lambda output: None
            return
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        begun = run.begin(spec, {k: v for k, v in bound.arguments.items() if k not in _RECEIVERS})
        try:
            yield begun.finish
        except BaseException:
            begun.abandon()
            raise

    def call(*args: Any, **kwargs: Any) -> Any:
        with recording(args, kwargs) as finish:
            output = function(*args, **kwargs)
            finish(output)
            return output

    async def wait(*args: Any, **kwargs: Any) -> Any:
        with recording(args, kwargs) as finish:
            output = await function(*args, **kwargs)
            finish(output)
            return output

    def generate(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        with recording(args, kwargs) as finish:
            kept = _Kept(function(*args, **kwargs))
            returned = yield from kept
            finish(_joined(kept.items))
            return returned

    async def stream(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        with recording(args, kwargs) as finish:
            items = []
            async with aclosing(function(*args, **kwargs)) as source:
                async for item in source:
                    items.append(item)
                    yield item
            finish(_joined(items))

    if inspect.isasyncgenfunction(function):
        chosen: Any = stream
    elif inspect.isgeneratorfunction(function):
        chosen = generate
    elif inspect.iscoroutinefunction(function):
        chosen = wait
    else:
        chosen = call
    return wraps(function)(chosen)  # type: ignore[return-value]


class _Kept(Generator[Any, Any, Any]):
    """A generator as it is, for `yield from`, that keeps the items it hands on."""

    def __init__(self, source: Generator[Any, Any, Any]) -> None:
        self._source = source
        self.items: list[Any] = []

    def send(self, value: Any) -> Any:
        return self._keep(self._source.send(value))

    def throw(self, *error: Any) -> Any:
        return self._keep(self._source.throw(*error))

    def _keep(self, item: Any) -> Any:
        self.items.append(item)
        return item


def _joined(items: list[Any]) -> object:
    """Streamed text or bytes are one output; anything else is a list."""
    if items and all(isinstance(item, str) for item in items):
        return "".join(items)
    if items and all(isinstance(item, bytes) for item in items):
        return b"".join(items)
    return items
