"""An endpoint in front of a chain that goes wrong at random, repeatably, or as told."""

from __future__ import annotations

import json
import random
import time
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

DELAY_SECONDS = 0.02
KINDS = (
    "delay",
    "reset",  # before it reaches the chain
    "lost",  # after it did
    "429",
    "502",
    "limited",  # JSON-RPC's -32005
    "null",
    "stale",  # the first answer that there ever was to this request
    "twice",
    "truncated",
    "wrong id",
    "garbage",
)
_BROKEN = {"429": (429, b"slow down"), "502": (502, b"bad gateway"), "garbage": (200, b'{"resu')}


class Proxy:
    """`kinds` at `rate` of all requests, by a seed; `lies` change the results of a method.

    `script` holds kinds for the next requests of a method. `seen` counts what went wrong.
    """

    def __init__(self, target: str, seed: int = 0) -> None:
        """Stand in front of the chain at `target`, without fault as yet."""
        self.target = target
        self.rate = 0.0
        self.kinds: tuple[str, ...] = KINDS
        self.script: dict[str, list[str]] = {}
        self.lies: dict[str, Callable[[Any], Any]] = {}
        self.seen: list[str] = []
        self._chance = random.Random(seed)
        self._first: dict[str, Any] = {}
        self._turn = Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, body: bytes) -> tuple[int, bytes] | None:
        """Return status and body, or None to hang up."""
        asked = json.loads(body)
        kind = self._kind(asked["method"])
        if kind == "delay":
            time.sleep(DELAY_SECONDS)
        if kind == "reset":
            return None
        if kind in _BROKEN:
            return _BROKEN[kind]
        if kind == "limited":
            error = {"code": -32005, "message": "limit exceeded"}
            return 200, json.dumps({"jsonrpc": "2.0", "id": asked["id"], "error": error}).encode()
        for _ in range(1 + (kind == "twice")):
            document = self._forward(asked, body, kind)
        if kind == "lost":
            return None
        text = json.dumps(document).encode()
        return 200, text[: len(text) // 2] if kind == "truncated" else text

    def _kind(self, method: str) -> str:
        with self._turn:
            waiting = self.script.get(method)
            chosen = self._chance.random() < self.rate
            kind = waiting.pop(0) if waiting else self._chance.choice(self.kinds) if chosen else ""
            self.seen += [kind] if kind else []
            return kind

    def _forward(self, asked: Any, body: bytes, kind: str) -> Any:
        request = urllib.request.Request(self.target, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as response:
            document = json.load(response)
        if "result" in document:
            question = json.dumps([asked["method"], asked["params"]])
            first = self._first.setdefault(question, document["result"])
            lie = self.lies.get(asked["method"], lambda result: result)
            document["result"] = lie(first if kind == "stale" else document["result"])
        if kind == "null":
            document = {"jsonrpc": "2.0", "id": asked["id"], "result": None}
        return document | ({"id": 10**9} if kind == "wrong id" else {})


def _handler(proxy: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = proxy.answer(self.rfile.read(int(self.headers["Content-Length"])))
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
