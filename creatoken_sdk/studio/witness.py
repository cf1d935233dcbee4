"""A second endpoint that has to say the same: one alone can lie about its chain, or lag behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from creatoken_sdk.chain.errors import BadResponseError
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.errors import RecordError

__all__ = ["Witnessed", "connect_witness"]

T = TypeVar("T")


@dataclass(frozen=True)
class Witnessed:
    """An endpoint, with a witness if there is one.

    What differs between them is a BadResponseError: nobody can tell which of the two is wrong.
    """

    rpc: Rpc
    witness: Rpc | None = None

    def ask(self, question: Callable[[Rpc], T]) -> T:
        """Return what both answer."""
        answer = question(self.rpc)
        self.confirm(answer, question)
        return answer

    def confirm(
        self,
        answer: object,
        question: Callable[[Rpc], object],
        by: Callable[[Any], object] = lambda it: it,
    ) -> None:
        """Require of the witness what the endpoint answered before, compared by what counts."""
        if self.witness and by(question(self.witness)) != by(answer):
            raise BadResponseError(
                f"{self.rpc.endpoint} and {self.witness.endpoint} disagree on what is on chain; "
                "wait if one lags behind, else replace the one that is wrong"
            )

    def least(self, question: Callable[[Rpc], int]) -> int:
        """Return the lower of both answers: how far both are."""
        answer = question(self.rpc)
        return min(answer, question(self.witness)) if self.witness else answer


def connect_witness(url: str, first: Rpc) -> Rpc:
    """Return the node at a URL as witness; RecordError if that is the first endpoint."""
    witness = Rpc.connect(url)
    if witness.is_same(first):
        raise RecordError(
            f"{witness.endpoint} would be its own witness; name a node of another provider"
        )
    return witness
