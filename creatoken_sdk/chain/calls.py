"""Building a transaction and sending it, apart.

Every method of a client's nouns that writes is a `verb`: calling it sends, `.call(...)` with the
same arguments only builds, which needs no chain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeVar, overload

from creatoken_sdk.chain.codec import decode_result, encode_call
from creatoken_sdk.chain.errors import BadResponseError
from creatoken_sdk.chain.receipts import Receipt

if TYPE_CHECKING:
    from creatoken_sdk.chain.client import Creatoken

__all__ = ["BoundVerb", "Call", "Noun", "verb"]

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")
N = TypeVar("N", bound="Noun")


def _receipt(receipt: Receipt) -> Receipt:
    return receipt


@dataclass(frozen=True)
class Call(Generic[T]):
    """One contract call, ready to be signed by anybody.

    `value` is the native amount that goes along; `result` reads from the receipt what the verb
    returns.
    """

    to: str
    data: bytes = field(repr=False)
    value: int = 0
    name: str = ""
    result: Callable[[Receipt], T] = field(default=_receipt, repr=False, compare=False)  # type: ignore[assignment]

    def returning(self, result: Callable[[Receipt], R]) -> Call[R]:
        """Return the same call whose verb returns something else than the receipt."""
        return replace(self, result=result)  # type: ignore[arg-type,return-value]


class Noun:
    """One contract of a client; subclasses hold its verbs and views."""

    CONTRACT: str

    def __init__(self, client: Creatoken) -> None:
        """Belong to a client."""
        self._client = client

    @property
    def address(self) -> str:
        """Where the contract is, on this chain and every other."""
        return self._client.deployment.address(self.CONTRACT)

    def _call(
        self, function: str, *arguments: object, value: int = 0, to: str | None = None
    ) -> Call[Receipt]:
        data = encode_call(self.CONTRACT, function, arguments)
        return Call(to or self.address, data, value, f"{self.CONTRACT}.{function}")

    def _allow(self, currency: str, amount: int) -> Call[Receipt]:
        data = encode_call("ContributionToken", "approve", (self.address, amount))  # ERC-20's
        return Call(currency, data, name="ERC20.approve")

    def _read(self, kind: type[T], function: str, *arguments: object, to: str | None = None) -> T:
        data = encode_call(self.CONTRACT, function, arguments)
        answer = self._client.wallet.read(to or self.address, data)
        result = decode_result(self.CONTRACT, function, len(arguments), answer)
        if not isinstance(result, kind):
            raise BadResponseError(f"{function} returned {type(result)}; check the packaged ABI")
        return result


class BoundVerb(Generic[P, T]):
    """A verb of one client: `verb(...)` sends, `verb.call(...)` builds."""

    def __init__(self, client: Creatoken, build: Callable[P, Call[T]]) -> None:
        """Bind what builds the call to the client that sends it."""
        self._client = client
        self.call = build
        update_wrapper(self, build)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> T:
        """Build, send, wait, and return what the verb promises."""
        call = self.call(*args, **kwargs)
        return call.result(self._client.send(call))


class verb(Generic[N, P, T]):
    """Make a method that builds a `Call` into a verb."""

    def __init__(self, build: Callable[Concatenate[N, P], Call[T]]) -> None:
        """Take the method."""
        self._build = build
        update_wrapper(self, build)  # type: ignore[arg-type]

    @overload
    def __get__(self, noun: None, owner: Any) -> verb[N, P, T]: ...
    @overload
    def __get__(self, noun: N, owner: Any) -> BoundVerb[P, T]: ...
    def __get__(self, noun: N | None, owner: Any) -> verb[N, P, T] | BoundVerb[P, T]:
        """Return the verb of one noun."""
        if noun is None:
            return self
        return BoundVerb(noun._client, self._build.__get__(noun, owner))
