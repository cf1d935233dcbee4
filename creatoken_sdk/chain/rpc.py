"""JSON-RPC with typed errors, retries and no secrets in messages.

Answers are taken as the node gives them, so extra block data of proof-of-authority chains, missing
base fees and zero prices need no special mode, and web3 7 and 8 behave the same.
"""

from __future__ import annotations

import random
import re
import secrets
import time
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

from creatoken_sdk.chain.errors import (
    BadResponseError,
    RateLimitedError,
    RpcError,
    UnreachableError,
)
from creatoken_sdk.errors import ChainError

if TYPE_CHECKING:
    from web3 import Web3

__all__ = ["Block", "Provider", "Rpc"]

_ATTEMPTS = 4
_FIRST_PAUSE_SECONDS = 0.1
_TIMEOUT_SECONDS = 30
_RATE_LIMITED = (-32005, 429)
_SHOWN = 200
_ID_BITS = 53  # what every JSON library takes


class Provider(Protocol):
    """What carries requests: any web3 provider, or a stand-in for tests."""

    def make_request(self, method: Any, params: Any, /) -> Any:
        """Return the whole JSON-RPC answer."""


@dataclass(frozen=True)
class Block:
    """What the SDK needs of a block; `base_fee` is None on chains that have none."""

    timestamp: int
    gas_limit: int
    base_fee: int | None


class Rpc:
    """One endpoint.

    Every request may be repeated: reads change nothing, and broadcasting the same bytes twice is
    the same transaction.
    """

    def __init__(self, provider: Provider) -> None:
        """Use a provider as it is."""
        self._provider = provider
        self.endpoint = _without_secrets(str(getattr(provider, "endpoint_uri", "the provider")))

    @classmethod
    def connect(cls, where: str | Web3) -> Rpc:
        """Use an http(s) URL, or the provider of a `Web3` (IPC, WebSocket, custom sessions).

        UnreachableError if the text is no such URL; what is there is asked later.
        """
        if not isinstance(where, str):
            return cls(where.provider)
        if not where.lower().startswith(("http://", "https://")):
            raise UnreachableError("a node's URL begins with http:// or https://; add it")
        from web3 import HTTPProvider

        # web3 would retry by itself and take the second answer to one broadcast for a failure.
        kwargs = {"timeout": _TIMEOUT_SECONDS}
        return cls(HTTPProvider(where, request_kwargs=kwargs, exception_retry_configuration=None))

    def is_same(self, other: Rpc) -> bool:
        """Return whether both ask at the same address, whoever asks."""
        return _address(self._provider) == _address(other._provider)

    def request(self, method: str, *params: Any) -> Any:
        """Return the result, trying again with growing pauses where that can help."""
        doubtful = False
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self.request_once(method, *params)
            except RpcError as error:
                error.doubtful = doubtful
                raise
            except (UnreachableError, RateLimitedError, BadResponseError) as error:
                if attempt == _ATTEMPTS:
                    raise
                doubtful = doubtful or not isinstance(error, RateLimitedError)
            time.sleep(_FIRST_PAUSE_SECONDS * 4 ** (attempt - 1) * random.uniform(0.5, 1.5))
        raise AssertionError  # the last attempt returns or raises

    def request_once(self, method: str, *params: Any) -> Any:
        """Return the result of one single request."""
        answer: Any = None
        failure: ChainError | None = None
        request_id = secrets.randbits(_ID_BITS)
        ids = iter([request_id])
        try:
            answer = _numbered(self._provider, ids).make_request(method, list(params))
        except Exception as error:  # providers raise requests', json's, web3's and socket's errors
            failure = self._failure(error)
        if failure is not None:  # raised out here, so that no traceback carries the URL along
            raise failure
        had_it = next(ids, None) is None
        is_other = had_it and isinstance(answer, Mapping) and answer.get("id") != request_id
        return self._result(method, answer, is_other)

    def integer(self, method: str, *params: Any) -> int:
        """Return a result that is a hex quantity."""
        result = self.request(method, *params)
        try:
            return int(result, 16)
        except (TypeError, ValueError):
            raise BadResponseError(
                f"{self.endpoint} answered {method} with no number; use another endpoint"
            ) from None

    def latest_block(self) -> Block:
        """Return the latest block."""
        block = self.mapping("eth_getBlockByNumber", "latest", False)
        fee = block.get("baseFeePerGas")
        try:
            base_fee = None if fee is None else int(fee, 16)
            return Block(int(block["timestamp"], 16), int(block["gasLimit"], 16), base_fee)
        except (KeyError, TypeError, ValueError):
            raise BadResponseError(
                f"{self.endpoint} gave a block without time or gas limit; use another endpoint"
            ) from None

    def mapping(self, method: str, *params: Any) -> Mapping[str, Any]:
        """Return a result that is a JSON object."""
        result = self.request(method, *params)
        if not isinstance(result, Mapping):
            raise BadResponseError(
                f"{self.endpoint} answered {method} without data; use another endpoint"
            )
        return result

    def rows(self, method: str, *params: Any) -> list[Any]:
        """Return a result that is a JSON list."""
        result = self.request(method, *params)
        if not isinstance(result, list):
            raise BadResponseError(
                f"{self.endpoint} answered {method} with no list; use another endpoint"
            )
        return result

    def data(self, method: str, *params: Any) -> bytes:
        """Return a result that is hex data."""
        result = self.request(method, *params)
        try:
            return bytes.fromhex(result.removeprefix("0x"))
        except (AttributeError, ValueError):
            raise BadResponseError(
                f"{self.endpoint} answered {method} with no data; use another endpoint"
            ) from None

    def _failure(self, error: Exception) -> ChainError:
        status = getattr(getattr(error, "response", None), "status_code", None)
        kind = type(error).__name__
        if status == 429:
            return RateLimitedError(f"{self.endpoint} wants fewer requests; wait, then try again")
        if status is not None:
            return UnreachableError(f"{self.endpoint} answered HTTP {status}; try again later")
        if isinstance(error, OSError):
            return UnreachableError(
                f"{self.endpoint} did not answer ({kind}); check the address and that it runs"
            )
        return BadResponseError(f"{self.endpoint} gave no valid answer ({kind}); use another")

    def _result(self, method: str, answer: Any, is_other: bool) -> Any:
        """`is_other` says that it is for another request: a limit on requests counts even so."""
        refusal = None
        if isinstance(answer, Mapping) and answer.get("error") is not None:
            refusal = self._refusal(method, answer["error"])
        if is_other and not isinstance(refusal, RateLimitedError):
            raise BadResponseError(
                f"{self.endpoint} answered {method} with the answer to another request; use another"
            )
        if refusal is not None:
            raise refusal
        if not isinstance(answer, Mapping) or "result" not in answer:
            raise BadResponseError(
                f"{self.endpoint} answered {method} with neither result nor error; use another"
            )
        return answer["result"]

    def _refusal(self, method: str, error: Any) -> ChainError:
        fields = error if isinstance(error, Mapping) else {"message": error}
        code = fields.get("code")
        code = code if isinstance(code, int) else 0
        if code in _RATE_LIMITED:
            return RateLimitedError(f"{self.endpoint} wants fewer requests; wait, then try again")
        text = _without_secrets(str(fields.get("message", "")))
        message = f"{self.endpoint} refused {method}: {text}"
        return RpcError(message, code=code, data=_revert_data(fields.get("data")))


def _numbered(provider: Any, ids: Iterator[int]) -> Any:
    """Return a web3 provider of a URL that takes its ids from here; another kind as it is.

    Ids that web3 counts from 0 are the same for all clients of an intermediary, and an answer from
    web3's cache has an old one.
    """
    if not (hasattr(provider, "request_counter") and hasattr(provider, "endpoint_uri")):
        return provider
    numbered = copy(provider)
    numbered.request_counter = ids
    numbered.cache_allowed_requests = False
    return numbered


def _without_secrets(text: str) -> str:
    """Cut URLs down to their host, and the text to what can be printed on one line."""
    text = re.sub(r"(?i:https?|wss?)://\S+", lambda found: _host(found[0]), text)
    return "".join(c if c.isprintable() else "?" for c in text[:_SHOWN])


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(a malformed address)"
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _address(provider: Provider) -> object:
    """Return what tells a URL from another, but for its user; a provider without one is its own."""
    url = getattr(provider, "endpoint_uri", None)
    if url is None:
        return provider
    try:
        parts = urlsplit(str(url))
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return url
    return parts.scheme, parts.hostname, port, parts.path.rstrip("/"), parts.query


def _revert_data(data: Any) -> bytes:
    # Nodes differ: the hex itself, "Reverted 0x...", or an object around it.
    if isinstance(data, Mapping):
        return _revert_data(data.get("data"))
    text = data if isinstance(data, str) else ""
    found = re.fullmatch(r"(?:Reverted )?0x((?:[0-9a-fA-F]{2})*)", text)
    return bytes.fromhex(found[1]) if found else b""
