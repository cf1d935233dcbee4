"""Open connections that nobody uses at the moment."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

__all__ = ["Connections"]


class _Closable(Protocol):
    def close(self) -> None: ...


C = TypeVar("C", bound=_Closable)


class Connections(Generic[C]):
    """Lends each borrower a connection of its own: threads, and a stream beside a transaction.

    A forked child neither uses nor closes what its parent opened; it opens its own.
    """

    def __init__(self, connect: Callable[[], C], is_alive: Callable[[C], bool]) -> None:
        """Open with `connect`; an idle one that is not alive is replaced."""
        self._connect = connect
        self._is_alive = is_alive
        self._idle: defaultdict[int, list[C]] = defaultdict(list)

    @contextmanager
    def borrow(self) -> Iterator[C]:
        """Hand out a connection and take it back; it comes back outside of any transaction."""
        idle = self._idle[os.getpid()]
        connection = self._take() or self._connect()
        try:
            yield connection
        finally:
            idle.append(connection)

    def close(self) -> None:
        """Close what is idle."""
        while connection := self._pop():
            connection.close()

    def _take(self) -> C | None:
        while connection := self._pop():
            if self._is_alive(connection):
                return connection
            connection.close()
        return None

    def _pop(self) -> C | None:
        try:
            return self._idle[os.getpid()].pop()
        except IndexError:
            return None
