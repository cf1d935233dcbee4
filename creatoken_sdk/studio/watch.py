"""New events as they come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from creatoken_sdk.studio.indexed import IndexedEvent
from creatoken_sdk.studio.selection import Selection

__all__ = ["Watch"]

_AT_ONCE = 1_000


@dataclass
class Watch:
    """`for event in watch` or `async for event in watch`; neither ends by itself.

    Trouble with the chain or the store is raised; iterate again to go on after the last event.
    """

    _look: Callable[[], Selection]
    position: int
    pause_seconds: float

    def __iter__(self) -> Iterator[IndexedEvent]:
        """Wait for events and hand them out."""
        while True:
            events = self._turn()
            for event in events:
                self.position = event.position
                yield event
            if not events:
                time.sleep(self.pause_seconds)

    async def __aiter__(self) -> AsyncIterator[IndexedEvent]:
        """Wait for events without holding up the event loop, and hand them out."""
        while True:
            events = await asyncio.to_thread(self._turn)
            for event in events:
                self.position = event.position
                yield event
            if not events:
                await asyncio.sleep(self.pause_seconds)

    def _turn(self) -> list[IndexedEvent]:
        return list(islice(self._look().after(self.position), _AT_ONCE))
