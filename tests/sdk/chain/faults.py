"""A local HTTP endpoint in front of a chain that can lose, break or forge answers."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

SECRET = "canary-api-key"

Rewrite = Callable[[Any], Any]


class FaultyEndpoint:
    """`fail(method, fault)` makes the next answers to a method go wrong, in order; `rewrite` all.

    Faults: `lose` forwards and drops the answer, `refuse` drops the request, an int is an HTTP
    status, bytes are a raw body, a dict is a JSON-RPC error.
    """

    def __init__(self, target: str) -> None:
        """Stand in front of the chain at `target`."""
        self.target = target
        self.faults: dict[str, list[Any]] = {}
        self.rewrites: dict[str, Rewrite] = {}
        self.calls: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = (
            f"http://user:{SECRET}@127.0.0.1:{self._server.server_port}/v2/{SECRET}?k={SECRET}"
        )
        Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def fail(self, method: str, *faults: Any) -> None:
        self.faults.setdefault(method, []).extend(faults)

    def rewrite(self, method: str, change: Rewrite) -> None:
        self.rewrites[method] = change

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def forward(self, body: bytes) -> bytes:
        request = urllib.request.Request(self.target, body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as response:
            return response.read()

    def answer(self, method: str, body: bytes) -> tuple[int, bytes] | None:
        self.calls.append(method)
        waiting = self.faults.get(method)
        fault = waiting.pop(0) if waiting else None
        if fault == "refuse":
            return None
        if isinstance(fault, int):
            return fault, b"slow down"
        if isinstance(fault, bytes):
            return 200, fault
        if isinstance(fault, dict):
            return 200, json.dumps({"jsonrpc": "2.0", "id": 1, "error": fault}).encode()
        answer = self.forward(body)
        if fault == "lose":
            return None
        if method in self.rewrites:
            document = json.loads(answer)
            document["result"] = self.rewrites[method](document.get("result"))
            answer = json.dumps(document).encode()
        return 200, answer


def _handler(endpoint: FaultyEndpoint) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = endpoint.answer(json.loads(body)["method"], body)
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
