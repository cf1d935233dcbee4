"""A language model on loopback that speaks OpenAI's HTTP protocol, and has three things to say.

It stands in for yours: it answers by the part that the prompt gives it, always the same. Set
OPENAI_BASE_URL and OPENAI_API_KEY, and the example asks your model instead.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from langchain_openai import ChatOpenAI

NAME = "house-writer-1"

FIRST = [
    ("Stay for the last light", "Real citrus, fine bubbles, and the boats coming in."),
    ("Let the harbour slow you down", "Solvane with real orange, poured by the water."),
    ("Hello, second dessert", "Sparkling lemon, zero sugar, and a table that stays."),
    ("Hurry, perfect summers sell out", "Unlock the ultimate hydration hack and save 20% today."),
]
SEEDS = {"horizon": (210, 219), "shore": (211, 214), "sunrise": (215, 218)}
"""What draws which scene."""
AGAIN = [("Summer is in no rush", "Real lemon, fine bubbles, and an hour by the sea.")]


@contextmanager
def house_model() -> Iterator[ChatOpenAI]:
    """Give the model that the environment names, or the one on loopback."""
    if os.environ.get("OPENAI_BASE_URL"):
        yield ChatOpenAI(model=os.environ.get("OPENAI_MODEL", NAME), seed=7, temperature=0)
        return
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/v1"
        yield ChatOpenAI(model=NAME, base_url=url, api_key="none", seed=7, temperature=0)
        server.shutdown()


def answer(prompt: str) -> str:
    """Say what the part asks for."""
    if prompt.startswith("You research"):
        found = json.loads(prompt.splitlines()[1])["scene"]
        better = found["treated" if float(found["difference"]) > 0 else "control"]["value"]
        return f"Lead with the {better}; keep the other scenes beside it."
    if prompt.startswith("You design"):
        [lead] = re.findall(r"Lead with the (\w+)", prompt)
        others = [seeds[0] for scene, seeds in SEEDS.items() if scene != lead]
        return json.dumps([{"seed": seed} for seed in (*SEEDS[lead], *others)])
    rejected = re.findall(r"Rejected: (.*)", prompt)
    lines = AGAIN if rejected else FIRST
    return json.dumps([{"headline": head, "subline": sub} for head, sub in lines])


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        message = {"role": "assistant", "content": answer(body["messages"][-1]["content"])}
        data = json.dumps(
            {
                "id": "1",
                "object": "chat.completion",
                "created": 1,
                "model": body["model"],
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            }
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass
