"""An endpoint in front of a chain that goes wrong as told, or at random but repeatably."""

from __future__ import annotations

import json
import random
import time
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

SECRET = "canary-api-key"
DELAY_SECONDS = 0.02
LATE_SECONDS = 1
_INSTEAD: dict[Any, Any] = {
    "429": 429,
    "502": 502,
    "limited": {"error": {"code": -32005, "message": "limit exceeded"}},
    "garbage": b'{"resu',
}
KINDS = (
    *_INSTEAD,
    "delay",
    "reset",  # before it reaches the chain
    "lost",  # after it did
    "null",
    "stale",  # the first answer that there ever was to this request
    "twice",
    "truncated",
    "mixed up",  # the answer to the request before this one
)
"""All but "late": after whoever asked has lost patience."""


class FaultyEndpoint:
    """`fail` makes the next answers to a method go wrong, in order; `lies` change its results.

    A fault is a kind, the status of an HTTP error, the bytes of a body, the members of a JSON-RPC
    answer, or None for none. `kinds` come at `rate` of all requests, by a seed. `calls` are the
    methods asked for, `seen` the faults that were played.
    """

    def __init__(self, target: str, seed: int = 0) -> None:
        """Stand in front of the chain at `target`, without fault as yet."""
        self.target = target
        self.rate = 0.0
        self.kinds: tuple[str, ...] = KINDS
        self.lies: dict[str, Callable[[Any], Any]] = {}
        self.calls: list[str] = []
        self.seen: list[Any] = []
        self._faults: dict[str, list[Any]] = {}
        self._chance = random.Random(seed)
        self._first: dict[str, Any] = {}
        self._last: Any = None
        self._turn = Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = (
            f"http://user:{SECRET}@127.0.0.1:{self._server.server_port}/v2/{SECRET}?k={SECRET}"
        )
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def fail(self, method: str, *faults: Any) -> None:
        self._faults.setdefault(method, []).extend(faults)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def forward(self, asked: Any) -> Any:
        """Return the chain's own answer."""
        body = json.dumps(asked).encode()
        request = urllib.request.Request(self.target, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def answer(self, asked: Any) -> tuple[int, bytes] | None:
        """Return status and body, or None to hang up."""
        fault = self._fault(asked["method"])
        if fault == "reset":
            return None
        if isinstance(fault, int):
            return fault, b"slow down"
        if isinstance(fault, bytes):
            return 200, fault
        if fault == "delay":
            time.sleep(DELAY_SECONDS)
        for _ in range(1 + (fault == "twice")):
            document = self._document(asked, fault)
        if fault == "late":
            time.sleep(LATE_SECONDS)
        if fault in ("lost", "late"):
            return None
        text = json.dumps(document).encode()
        return 200, text[: len(text) // 2] if fault == "truncated" else text

    def _fault(self, method: str) -> Any:
        with self._turn:
            self.calls.append(method)
            waiting = self._faults.get(method)
            chosen = self._chance.random() < self.rate
            fault = waiting.pop(0) if waiting else chosen and self._chance.choice(self.kinds)
            if not fault and fault != {}:
                return None
            self.seen.append(fault)
            return _INSTEAD.get(fault, fault) if isinstance(fault, str) else fault

    def _document(self, asked: Any, fault: Any) -> Any:
        head = {"jsonrpc": "2.0", "id": asked["id"]}
        if isinstance(fault, dict):
            return head | fault
        document = self.forward(asked)
        if "result" in document:
            question = json.dumps([asked["method"], asked["params"]])
            first = self._first.setdefault(question, document["result"])
            lie = self.lies.get(asked["method"], lambda result: result)
            document["result"] = lie(first if fault == "stale" else document["result"])
        last, self._last = self._last, document
        if fault == "mixed up":
            return last or document
        return head | {"result": None} if fault == "null" else document


def _handler(endpoint: FaultyEndpoint) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = endpoint.answer(json.loads(body))
            if answer is None:
                self.connection.close()
                return
            self.send_response(answer[0])
            self.send_header("Content-Length", str(len(answer[1])))
            self.end_headers()
            self.wfile.write(answer[1])

        def log_message(self, *_: object) -> None:
            pass

    return Handler
