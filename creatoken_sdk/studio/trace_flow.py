"""Which content came from which: followed by what is the same, never by when it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from creatoken_sdk.studio.trace_steps import PastStep, Piece

__all__ = ["Flow"]


class Flow:
    """Contents of some steps, in the order of the steps.

    A content is made by the first step that gave it without having taken it; steps that hand it
    on did not make it. A step took a text also where it stands inside a longer one,
    and whatever a text cites by its hash.
    """

    def __init__(self, steps: Sequence[PastStep]) -> None:
        """Follow the contents of these steps."""
        self.steps = steps
        self.took: list[set[str]] = []
        self.maker: dict[str, int] = {}
        self.pieces: dict[str, Piece] = {}
        for index, step in enumerate(steps):
            took = set(step.took.ids) | step.named | self._within(step)
            self.took.append(took)
            if step.makes:
                self._make(index, step.gave.ids - took)
                self.pieces |= {p.id: p for p in step.gave.pieces if self.maker.get(p.id) == index}

    def behind(self, contents: Iterable[str]) -> set[str] | None:
        """Return the ids of contents and all that they were made from; None if no step made any."""
        waiting = list(contents)
        if not any(one in self.maker for one in waiting):
            return None
        found: set[str] = set()
        while waiting:
            one = waiting.pop()
            if one not in found:
                found.add(one)
                waiting += self.took[self.maker[one]] if one in self.maker else ()
        return found

    def strangers(self, index: int) -> list[Piece]:
        """Return what a step took that no step made, and that is in no brief."""
        briefs = {one for step in self.steps if step.step.index == 0 for one in step.took.ids}
        pieces = self.steps[index].took.pieces
        return [p for p in pieces if p.id not in self.maker.keys() | briefs]

    def _within(self, step: PastStep) -> set[str]:
        texts = [piece.text for piece in step.took.pieces if piece.text]
        made = ((one, piece.text) for one, piece in self.pieces.items() if piece.text)
        return {one for one, text in made if any(text in whole for whole in texts)}

    def _make(self, index: int, contents: Iterable[str]) -> None:
        for one in contents:
            self.maker.setdefault(one, index)
