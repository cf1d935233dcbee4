"""Numbers that tell repeated calls of one name apart: the same in every run of a pipeline."""

from __future__ import annotations

from collections import Counter, defaultdict
from heapq import heappop, heappush
from threading import Lock

__all__ = ["Numbering"]


class Numbering:
    """Counts the calls of each name from 1 on, in any number of threads."""

    def __init__(self) -> None:
        """Start at 1 for every name."""
        self._counts: Counter[str] = Counter()
        self._given_back: defaultdict[str, list[int]] = defaultdict(list)
        self._turn = Lock()

    def take(self, name: str) -> int:
        """Return the lowest number of the name that is free."""
        with self._turn:
            if self._given_back[name]:
                return heappop(self._given_back[name])
            self._counts[name] += 1
            return self._counts[name]

    def give_back(self, name: str, number: int) -> None:
        """Free the number of a call that raised: the next one may be the same call, tried again."""
        with self._turn:
            heappush(self._given_back[name], number)
