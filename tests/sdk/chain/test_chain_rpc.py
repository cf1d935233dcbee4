from __future__ import annotations

import traceback
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from web3 import HTTPProvider, Web3

from creatoken_sdk.chain import rpc as rpc_module
from creatoken_sdk.chain.errors import (
    BadResponseError,
    RateLimitedError,
    RpcError,
    UnreachableError,
)
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.errors import ChainError
from endpoint import SECRET, FaultyEndpoint


class Scripted:
    """A provider that gives the listed answers, raising those that are exceptions."""

    endpoint_uri = f"https://me:{SECRET}@node.example:8545/v3/{SECRET}?key={SECRET}"

    def __init__(self, *answers: Any) -> None:
        """Give these answers, in order."""
        self.answers = list(answers)

    def make_request(self, method: str, params: Any) -> Any:
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rpc_module, "_FIRST_PAUSE_SECONDS", 0.0)


@pytest.fixture
def endpoint() -> Iterator[FaultyEndpoint]:
    faulty = FaultyEndpoint("http://127.0.0.1:1")
    yield faulty
    faulty.close()


FAULTS: dict[str, tuple[Any, type[ChainError]]] = {
    "too many requests": (429, RateLimitedError),
    "bad gateway": (502, UnreachableError),
    "connection reset": ("reset", UnreachableError),
    "no json": (b"<html>hello", BadResponseError),
    "half json": (b'{"jsonrpc":"2.0","id":1,"resu', BadResponseError),
    "other json": (b"[]", BadResponseError),
    "neither result nor error": ({}, BadResponseError),
    "rate limit as json": ({"error": {"code": -32005, "message": "limit"}}, RateLimitedError),
    "rate limit to nobody": ({"id": None, "error": {"code": -32005}}, RateLimitedError),
    "null for a number": ({"result": None}, BadResponseError),
    "text for a number": ({"result": "many"}, BadResponseError),
    "answer to another request": ({"id": 1, "result": "0x10"}, BadResponseError),
    "refusal of another request": ({"id": 1, "error": {"code": 3}}, BadResponseError),
    "refusal of no request": ({"id": None, "error": {"code": -32700}}, BadResponseError),
    "answer to no request": ({"id": None, "result": "0x10"}, BadResponseError),
    "answer to a batch": (b'[{"jsonrpc":"2.0","id":1,"result":"0x10"}]', BadResponseError),
}


@pytest.mark.threat("C5", "D2")
@pytest.mark.parametrize("name", FAULTS)
def test_integer__when_the_endpoint_fails_for_good__raises_one_typed_error_without_secrets(
    endpoint: FaultyEndpoint, name: str
) -> None:
    fault, kind = FAULTS[name]
    endpoint.fail("eth_blockNumber", *[fault] * 4)
    with pytest.raises(kind) as caught:
        Rpc.connect(endpoint.url).integer("eth_blockNumber")
    assert SECRET not in _everything(caught.value)
    assert "127.0.0.1" in str(caught.value)
    assert "use" in str(caught.value) or "try" in str(caught.value) or "check" in str(caught.value)


@pytest.mark.threat("C5")
@pytest.mark.parametrize("fault", [429, 502, "reset", b"<html>"])
def test_request__when_the_endpoint_fails_three_times__answers_at_the_fourth(
    endpoint: FaultyEndpoint, fault: Any
) -> None:
    endpoint.fail("eth_blockNumber", fault, fault, fault, {"result": "0x10"})
    assert Rpc.connect(endpoint.url).integer("eth_blockNumber") == 16
    assert endpoint.calls == ["eth_blockNumber"] * 4


def test_request__when_nobody_listens__says_where() -> None:
    with pytest.raises(UnreachableError, match=r"http://127\.0\.0\.1:1 did not answer"):
        Rpc.connect(f"http://127.0.0.1:1/{SECRET}").request("eth_chainId")


def test_request__when_the_node_refuses__is_not_repeated_and_keeps_code_and_data() -> None:
    refusal = {"code": 3, "message": f"\x1bsee https://x.example/{SECRET}", "data": "0x0102"}
    provider = Scripted({"error": refusal}, {"result": "never asked"})
    with pytest.raises(RpcError) as caught:
        Rpc(provider).request("eth_call")
    assert (caught.value.code, caught.value.data) == (3, b"\x01\x02")
    assert str(caught.value) == (
        "https://node.example:8545 refused eth_call: ?see https://x.example"
    )
    assert len(provider.answers) == 1


@pytest.mark.threat("D2")
@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"see HTTPS://me:{SECRET}@x.example/{SECRET}", "see https://x.example"),
        (f"see xhttps://x.example/{SECRET}", "see xhttps://x.example"),
        (f"see http://[{SECRET}", "see (a malformed address)"),
    ],
)
def test_request__when_the_node_says_an_address__shows_its_host_alone(
    said: str, shown: str
) -> None:
    with pytest.raises(RpcError) as caught:
        Rpc(Scripted({"error": {"code": 3, "message": said}})).request("eth_call")
    assert str(caught.value).endswith(f"refused eth_call: {shown}")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("0xabcd", b"\xab\xcd"),
        ("Reverted 0xabcd", b"\xab\xcd"),
        ({"data": "0xabcd", "message": "hardhat"}, b"\xab\xcd"),
        (None, b""),
        ("0xabc", b""),
        ("gibberish", b""),
        (["0x"], b""),
    ],
)
def test_request__given_revert_data_as_any_node_writes_it__finds_it(
    data: Any, expected: bytes
) -> None:
    with pytest.raises(RpcError) as caught:
        Rpc(Scripted({"error": {"code": -32000, "message": "no", "data": data}})).request("m")
    assert caught.value.data == expected


@pytest.mark.parametrize("error", ["just text", {"message": None}, {"code": "x"}, 5])
def test_request__given_an_odd_error_object__raises_rpc_error(error: Any) -> None:
    with pytest.raises(RpcError):
        Rpc(Scripted({"error": error})).request("eth_call")


@pytest.mark.threat("D2")
@pytest.mark.parametrize(
    "failure",
    [
        requests.ConnectionError(f"https://x/{SECRET}"),
        requests.exceptions.ChunkedEncodingError(SECRET),
        TimeoutError(SECRET),
        ValueError(SECRET),
        TypeError(SECRET),
        KeyError(SECRET),
    ],
)
def test_request__whatever_the_provider_raises__is_a_chain_error(failure: Exception) -> None:
    with pytest.raises(ChainError) as caught:
        Rpc(Scripted(*[failure] * 4)).request("eth_chainId")
    assert SECRET not in _everything(caught.value)


@pytest.mark.threat("C5")
@pytest.mark.parametrize(
    ("read", "answer"),
    [
        ("latest_block", {"timestamp": "0x1"}),
        ("latest_block", {"timestamp": "soon", "gasLimit": "0x1"}),
        ("latest_block", {"timestamp": None, "gasLimit": "0x1"}),
        ("latest_block", None),
        ("rows", None),
        ("mapping", []),
        ("data", None),
        ("data", "0xzz"),
    ],
)
def test_reads__given_an_answer_of_another_shape__raise_bad_response(
    read: str, answer: Any
) -> None:
    arguments = () if read == "latest_block" else ("any_method",)
    with pytest.raises(BadResponseError, match="use another endpoint"):
        getattr(Rpc(Scripted({"result": answer})), read)(*arguments)


def test_connect__given_a_web3__uses_its_provider(endpoint: FaultyEndpoint) -> None:
    endpoint.fail("eth_chainId", {"result": "0x7"})
    assert Rpc.connect(Web3(HTTPProvider(endpoint.url))).integer("eth_chainId") == 7


@pytest.mark.threat("C5")
def test_connect__given_a_web3_that_caches__asks_each_time_and_refuses_a_mixed_up_answer(
    endpoint: FaultyEndpoint,
) -> None:
    provider = HTTPProvider(
        endpoint.url, cache_allowed_requests=True, exception_retry_configuration=None
    )
    rpc = Rpc.connect(Web3(provider))
    endpoint.fail("eth_chainId", {"result": "0x7"}, {"result": "0x8"})
    assert [rpc.integer("eth_chainId") for _ in range(2)] == [7, 8]
    endpoint.fail("eth_chainId", *[{"id": 1, "result": "0x9"}] * 4)
    with pytest.raises(BadResponseError, match="with the answer to another request"):
        rpc.integer("eth_chainId")
    assert provider.cache_allowed_requests


def _everything(error: BaseException | None) -> str:
    """Return all that a crash reporter would store: the error and what it was raised during."""
    told = ""
    while error is not None:
        told += "".join(traceback.format_exception(error)) + repr(error.args)
        error = error.__context__
    return told
