"""What a studio tells of what it recorded: where it went wrong, who did what, what to look at."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.chain.works import Work
from creatoken_sdk.studio.boundary import Boundary, boundary
from creatoken_sdk.studio.review import Policy, Queue, review
from creatoken_sdk.studio.store import Store
from creatoken_sdk.studio.trace import LEVEL, Trace, Tracer
from creatoken_sdk.studio.trace_assets import Named
from creatoken_sdk.studio.trace_drift import Brand

__all__ = ["Hindsight"]


class Hindsight:
    """The part of a `Studio` that only reads."""

    store: Store
    chain: Creatoken

    def trace(
        self,
        asset: Named,
        *,
        brand: Brand | None = None,
        contents: str | Path | None = None,
        level: float = LEVEL,
    ) -> Trace:
        """Name the step where an asset (output, id or file) left its brief or the brand.

        Files are found by their hash in the folder `contents`. In a run in which nothing deviates,
        a step is named with a probability of at most `level`.
        """
        return Tracer(self.store, brand=brand, contents=contents, level=level).trace(asset)

    def boundary(self, about: Work | Named) -> list[Boundary]:
        """Say what is people's, agents' and tools' in an asset, or in each asset of a work."""
        return boundary(self.store, about, self.chain)

    def review(
        self,
        policy: Policy,
        assets: Iterable[Named],
        *,
        brand: Brand | None = None,
        contents: str | Path | None = None,
    ) -> Queue:
        """Say which of the assets a person must look at, in which order and why."""
        return review(Tracer(self.store, brand=brand, contents=contents), assets, policy)
