"""What spans of model calls say, under the names of three conventions.

The names are written out here, as the conventions change them between releases: gen_ai of
OpenTelemetry (schema gen-ai/1.42.0, all of it in development), OpenInference, OpenLLMetry.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

__all__ = ["VERSION", "kind_of", "read"]

VERSION = 1
"""Of these tables; what was read by them says so."""

_KINDS = {
    "gen_ai.operation.name": {
        "chat": "model",
        "generate_content": "model",
        "text_completion": "model",
        "embeddings": "model",
        "invoke_agent": "agent",
        "invoke_workflow": "agent",
        "execute_tool": "tool",
        "retrieval": "tool",
    },
    "openinference.span.kind": {
        "LLM": "model",
        "EMBEDDING": "model",
        "AGENT": "agent",
        "CHAIN": "agent",
        "TOOL": "tool",
        "RETRIEVER": "tool",
        "RERANKER": "tool",
    },
    "traceloop.span.kind": {
        "workflow": "agent",
        "task": "agent",
        "agent": "agent",
        "tool": "tool",
    },
    "llm.request.type": {"chat": "model", "completion": "model", "embedding": "model"},
}

_NAMES = {
    "model": (
        "gen_ai.response.model",
        "gen_ai.request.model",
        "llm.model_name",
        "embedding.model_name",
    ),
    "provider": ("gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system"),
    "seed": ("gen_ai.request.seed", "llm.request.seed"),
    "temperature": ("gen_ai.request.temperature", "llm.temperature"),
    "top_p": ("gen_ai.request.top_p", "llm.top_p"),
    "top_k": ("gen_ai.request.top_k", "llm.top_k"),
    "max_tokens": ("gen_ai.request.max_tokens", "llm.request.max_tokens"),
    "frequency_penalty": ("gen_ai.request.frequency_penalty", "llm.frequency_penalty"),
    "presence_penalty": ("gen_ai.request.presence_penalty", "llm.presence_penalty"),
    "stop": ("gen_ai.request.stop_sequences", "llm.chat.stop_sequences"),
    "input": (
        "gen_ai.input.messages",
        "gen_ai.tool.call.arguments",
        "input.value",
        "traceloop.entity.input",
    ),
    "output": (
        "gen_ai.output.messages",
        "gen_ai.tool.call.result",
        "output.value",
        "traceloop.entity.output",
    ),
}

_PARAMETERS = "llm.invocation_parameters"
"""OpenInference: all parameters as one JSON text."""

_LONGEST = 10_000
"""Characters of that text: a longer one could be nested so deeply that reading it overflows."""


def kind_of(attributes: Mapping[str, Any]) -> str:
    """Return "model", "agent" or "tool"; empty for a span about something else."""
    for key, kinds in _KINDS.items():
        if attributes.get(key) in kinds:
            return kinds[attributes[key]]
    return ""


def read(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the attributes say, under one name each, whichever convention they follow."""
    found = _parameters(attributes.get(_PARAMETERS))
    for name, keys in _NAMES.items():
        for key in keys:
            if key in attributes:
                found[name] = attributes[key]
                break
    return found


def _parameters(text: object) -> dict[str, Any]:
    if not isinstance(text, str) or len(text) > _LONGEST:
        return {}
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {key: told[key] for key in _NAMES if key in told} if isinstance(told, dict) else {}
