"""A model on loopback that speaks OpenAI's HTTP protocol and always answers the same."""

import hashlib
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

MODEL = "writer-2"


class ModelServer(ThreadingHTTPServer):
    """Answers "re: <the last message>", or by a call of the tool that the message names.

    A message "use <tool> on <text>" makes it call that tool. The next answers are those of
    `failures` while there are any: HTTP status codes, 200 for none.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.failures = []
        self.requests = []
        self.lock = Lock()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/v1"

    def __enter__(self):
        Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with self.server.lock:
            self.server.requests.append(body)
            status = self.server.failures.pop(0) if self.server.failures else 200
        if status != 200:
            return self.send(status, {"error": {"message": "not now", "type": "server"}})
        answer = {"/chat/completions": chat, "/responses": respond, "/embeddings": embed}
        found = answer[self.path.removeprefix("/v1")](body)
        if body.get("stream"):
            return self.stream(found, _CHUNKS[self.path.removeprefix("/v1")](found))
        return self.send(200, found)

    def send(self, status, document):
        self.write(status, "application/json", json.dumps(document).encode())

    def stream(self, _, events):
        lines = []
        for name, event in events:
            lines += [f"event: {name}"] * bool(name) + [f"data: {json.dumps(event)}", ""]
        self.write(200, "text/event-stream", "\n".join([*lines, "data: [DONE]", "", ""]).encode())

    def write(self, status, kind, data):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("retry-after-ms", "1")
        self.end_headers()
        self.wfile.write(data)


def answer_to(messages, tools):
    """Return text, and the name of a tool to call with that text, if any."""
    last = messages[-1]
    text = last.get("content") or last.get("output") or ""
    if not isinstance(text, str):
        text = " ".join(part.get("text", "") for part in text)
    if last.get("role") == "user" and text.startswith("use "):
        name, _, rest = text.removeprefix("use ").partition(" on ")
        names = [tool.get("name") or tool["function"]["name"] for tool in tools]
        if name in names:
            return rest, name
    return f"re: {text}", None


def chat(body):
    text, tool = answer_to(body["messages"], body.get("tools", []))
    message = {"role": "assistant", "content": None if tool else text}
    if tool:
        function = {"name": tool, "arguments": json.dumps({"text": text} if text else {})}
        message["tool_calls"] = [{"id": f"call_{tool}", "type": "function", "function": function}]
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": body["model"],
        "choices": [
            {"index": 0, "message": message, "finish_reason": "tool_calls" if tool else "stop"}
        ],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
    }


def _chat_chunks(document):
    [choice] = document["choices"]
    base = document | {"object": "chat.completion.chunk"}
    del base["usage"]
    text = choice["message"]["content"] or ""
    pieces = [text[i : i + 4] for i in range(0, len(text), 4)]
    deltas = [{"role": "assistant", "content": ""}, *({"content": piece} for piece in pieces)]
    calls = choice["message"].get("tool_calls")
    if calls:
        deltas.append({"tool_calls": [call | {"index": i} for i, call in enumerate(calls)]})
    for delta in deltas:
        yield None, base | {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
    end = {"index": 0, "delta": {}, "finish_reason": choice["finish_reason"]}
    yield None, base | {"choices": [end]}


def respond(body):
    given = body["input"]
    messages = [{"role": "user", "content": given}] if isinstance(given, str) else given
    text, tool = answer_to(messages, body.get("tools", []))
    if tool:
        arguments = json.dumps({"text": text} if text else {})
        item = {"type": "function_call", "id": "fc_1", "call_id": f"call_{tool}", "name": tool}
        item |= {"arguments": arguments, "status": "completed"}
    else:
        part = {"type": "output_text", "text": text, "annotations": []}
        item = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed"}
        item |= {"content": [part]}
    kept = ("model", "temperature", "top_p", "instructions", "tools", "tool_choice")
    return {key: body.get(key) for key in kept} | {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "status": "completed",
        "output": [item],
        "parallel_tool_calls": False,
        "tools": body.get("tools", []),
        "tool_choice": body.get("tool_choice") or "auto",
        "usage": {
            "input_tokens": 3,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": 2,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 5,
        },
    }


def _response_events(document):
    started = document | {"output": [], "status": "in_progress"}
    yield (
        "response.created",
        {"type": "response.created", "response": started, "sequence_number": 0},
    )
    [item] = document["output"]
    done = {"type": "response.output_item.done", "output_index": 0, "item": item}
    yield "response.output_item.done", done | {"sequence_number": 1}
    end = {"type": "response.completed", "response": document, "sequence_number": 2}
    yield "response.completed", end


def embed(body):
    texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
    vectors = [[b / 255 for b in hashlib.sha256(str(t).encode()).digest()[:4]] for t in texts]
    data = [{"object": "embedding", "index": i, "embedding": v} for i, v in enumerate(vectors)]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return {"object": "list", "data": data, "model": body["model"], "usage": usage}


_CHUNKS = {"/chat/completions": _chat_chunks, "/responses": _response_events}
