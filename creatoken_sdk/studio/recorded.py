"""Functions whose calls become steps of the run that they happen in."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import AbstractContextManager, aclosing, contextmanager, nullcontext
from functools import partial, wraps
from typing import Any, TypeAlias, TypeVar

from creatoken_sdk.studio.run import current_run
from creatoken_sdk.studio.step import Begun, StepSpec

__all__ = ["recorded"]

F = TypeVar("F", bound=Callable[..., Any])

_Recording: TypeAlias = "Callable[[Any, Any], AbstractContextManager[Begun | _Nothing]]"
"""Begins the step of a call with these positional and named arguments."""

_RECEIVERS = ("self", "cls")
_END = object()


def recorded(spec: StepSpec, function: F) -> F:
    """Return the function, recording its calls: sync, async, generator or async generator.

    Outside a run it is just itself. What it raises passes and is no step; what it returns, or all
    that it yields, is the output. Its arguments, by name and without `self`, are the input. A
    generator belongs to the run in which it is consumed, and is a step once it is exhausted.
    """
    recording = partial(_recording, spec, inspect.signature(function))
    if inspect.isasyncgenfunction(function):
        wrapper = _stream(function, recording)
    elif inspect.isgeneratorfunction(function):
        wrapper = _generate(function, recording)
    elif inspect.iscoroutinefunction(function):
        wrapper = _wait(function, recording)
    else:
        wrapper = _call(function, recording)
    return wraps(function)(wrapper)  # type: ignore[return-value]


@contextmanager
def _recording(
    spec: StepSpec, signature: inspect.Signature, args: Any, kwargs: Any
) -> Iterator[Begun | _Nothing]:
    run = current_run()
    if run is None:
        yield _Nothing()
        return
    bound = signature.bind(*args, **kwargs)
    bound.apply_defaults()
    begun = run.begin(spec, {k: v for k, v in bound.arguments.items() if k not in _RECEIVERS})
    try:
        yield begun
    except BaseException:
        begun.abandon()
        raise


def _call(function: Callable[..., Any], recording: _Recording) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        with recording(args, kwargs) as begun, begun.active():
            output = function(*args, **kwargs)
            begun.finish(output)
            return output

    return call


def _wait(function: Callable[..., Any], recording: _Recording) -> Callable[..., Any]:
    async def wait(*args: Any, **kwargs: Any) -> Any:
        with recording(args, kwargs) as begun, begun.active():
            output = await function(*args, **kwargs)
            begun.finish(output)
            return output

    return wait


def _generate(function: Callable[..., Any], recording: _Recording) -> Callable[..., Any]:
    def generate(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
        with recording(args, kwargs) as begun:
            kept = _Kept(function(*args, **kwargs), begun.active)
            returned = yield from kept
            begun.finish(_joined(kept.items))
            return returned

    return generate


def _stream(function: Callable[..., Any], recording: _Recording) -> Callable[..., Any]:
    async def stream(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        with recording(args, kwargs) as begun:
            items = []
            async with aclosing(function(*args, **kwargs)) as source:
                while True:
                    with begun.active():
                        item = await anext(source, _END)
                    if item is _END:
                        break
                    items.append(item)
                    yield item
            begun.finish(_joined(items))

    return stream


class _Nothing:
    """What is recorded outside a run."""

    def active(self) -> AbstractContextManager[None]:
        return nullcontext()

    def finish(self, output: object) -> None:
        pass


class _Kept(Generator[Any, Any, Any]):
    """A generator as it is, for `yield from`, that keeps the items it hands on.

    It is `active` while it works, not while its consumer does.
    """

    def __init__(
        self,
        source: Generator[Any, Any, Any],
        active: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._source = source
        self._active = active
        self.items: list[Any] = []

    def send(self, value: Any) -> Any:
        with self._active():
            return self._keep(self._source.send(value))

    def throw(self, *error: Any) -> Any:
        with self._active():
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
