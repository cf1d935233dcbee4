"""LangChain and LangGraph: a callback handler that records nodes, tools and model calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, LLMResult

from creatoken_sdk.adapters.calls import Call, Cast
from creatoken_sdk.adapters.recordable import opened
from creatoken_sdk.studio.actors import Who
from creatoken_sdk.studio.run import Run

__all__ = ["LangChainRecorder"]


class LangChainRecorder(BaseCallbackHandler):
    """Records what runs with `config={"callbacks": [LangChainRecorder(run)]}`.

    A step is each node of a graph, each tool call and each retrieval, and outside a graph the
    outermost chain or model call. A model called in a step is noted there, with what it was asked
    for. A node that is executed again, because it was interrupted or failed, is the same step, and
    so is one of a graph that is resumed under its thread id.
    """

    run_inline = True
    """In the thread of the call: what is recorded is in the store when the call returns."""

    def __init__(
        self,
        run: Run,
        *,
        shares: Mapping[str, int] | None = None,
        signers: Mapping[str, Who] | None = None,
    ) -> None:
        """Record into the run; shares and signers go by the name of the node or tool."""
        self._run = run
        self._cast = Cast(shares or {}, signers or {})
        self._calls: dict[UUID, Call] = {}
        self._asked: dict[UUID, Mapping[str, Any]] = {}

    def on_chain_start(
        self,
        serialized: dict[str, Any] | None,
        inputs: Any,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Begin a graph, a node of it, or a chain."""
        about = metadata or {}
        parent = self._parent(parent_run_id)
        if parent and f"graph:step:{about.get('langgraph_step')}" in (tags or []):
            node = str(about["langgraph_node"])
            self._calls[run_id] = call = parent.within(node, "agent", place=_place(about))
            call.take(inputs)
        elif parent:
            self._calls[run_id] = parent.within(_name(serialized, kwargs))
        elif about.get("ls_integration") == "langgraph":
            thread = str(about.get("thread_id", ""))
            name = _name(serialized, kwargs)
            self._calls[run_id] = Call.outermost(self._run, self._cast, name, place=thread)
        else:
            self._begin(run_id, parent, _name(serialized, kwargs), "agent", inputs)

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **kwargs: Any) -> None:
        """Write the node or chain; of a stream, what went in is only known now."""
        call = self._calls.pop(run_id)
        if call.kind and "inputs" in kwargs:
            call.take(kwargs["inputs"])
        call.finish(outputs)

    def on_chain_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """Write nothing: it failed, or was interrupted and will be executed again."""
        self._calls.pop(run_id).abandon()

    def on_tool_start(
        self,
        serialized: dict[str, Any] | None,
        input_str: str,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        inputs: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Begin a tool call."""
        name = _name(serialized, kwargs)
        given = input_str if inputs is None else inputs
        self._begin(run_id, self._parent(parent_run_id), name, "tool", given)

    def on_tool_end(self, output: Any, *, run_id: UUID, **kwargs: Any) -> None:
        """Write the tool call."""
        self._calls.pop(run_id).finish(output)

    on_tool_error = on_chain_error

    def on_retriever_start(
        self,
        serialized: dict[str, Any] | None,
        query: str,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        **kwargs: Any,
    ) -> None:
        """Begin a retrieval."""
        name = _name(serialized, kwargs)
        self._begin(run_id, self._parent(parent_run_id), name, "tool", query)

    def on_retriever_end(self, documents: Sequence[Document], *, run_id: UUID, **_: Any) -> None:
        """Write the retrieval."""
        self._calls.pop(run_id).finish(documents)

    on_retriever_error = on_chain_error

    def on_chat_model_start(
        self,
        serialized: dict[str, Any] | None,
        messages: list[list[BaseMessage]],
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        **kwargs: Any,
    ) -> None:
        """Keep what the model is asked for; outside any step the call is one itself."""
        self._ask(run_id, parent_run_id, _name(serialized, kwargs), messages[0], kwargs)

    def on_llm_start(
        self,
        serialized: dict[str, Any] | None,
        prompts: list[str],
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        **kwargs: Any,
    ) -> None:
        """Keep what the model is asked for; outside any step the call is one itself."""
        self._ask(run_id, parent_run_id, _name(serialized, kwargs), prompts[0], kwargs)

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **_: Any) -> None:
        """Note the model in the step around it, or write the call as a step."""
        asked, call = self._asked.pop(run_id), self._calls.pop(run_id)
        said = response.generations[0][0]
        message = said.message if isinstance(said, ChatGeneration) else None
        about = message.response_metadata if message else response.llm_output or {}
        model = about.get("model_name") or asked.get("model") or asked.get("model_name") or ""
        if call.step:
            call.step.note(str(model), asked)
        call.finish(message or said.text)

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **_: Any) -> None:
        """Write nothing."""
        self._asked.pop(run_id)
        self._calls.pop(run_id).abandon()

    def _ask(
        self,
        run_id: UUID,
        parent_run_id: UUID | None,
        name: str,
        asked: object,
        about: Mapping[str, Any],
    ) -> None:
        self._asked[run_id] = about.get("invocation_params") or {}
        parent = self._parent(parent_run_id)
        if parent and parent.step:
            self._calls[run_id] = parent.within(name)
        else:
            self._begin(run_id, parent, name, "agent", asked)

    def _begin(
        self, run_id: UUID, parent: Call | None, name: str, kind: str, given: object
    ) -> None:
        if parent:
            call = parent.within(name, kind)
        else:
            call = Call.outermost(self._run, self._cast, name, kind)
        self._calls[run_id] = call
        call.take(given)

    def _parent(self, run_id: UUID | None) -> Call | None:
        return self._calls.get(run_id) if run_id else None


def _name(serialized: Mapping[str, Any] | None, told: Mapping[str, Any]) -> str:
    return str(told.get("name") or (serialized or {}).get("name") or "chain")


def _place(about: Mapping[str, Any]) -> str:
    """Where a node is in its graph: the same whenever the graph gets there again.

    `langgraph_path` ends in the node's name, or in its number among those sent to at once.
    """
    where = [str(part) for part in about.get("langgraph_path", ()) if type(part) is int]
    return ":".join([str(about["langgraph_step"]), about["langgraph_node"], *where])


@opened.register
def _(value: BaseMessage) -> object:
    """What was said, without the ids that differ each time."""
    told: dict[str, object] = {"role": value.type, "content": value.content}
    if value.name:
        told["name"] = value.name
    if isinstance(value, AIMessage) and value.tool_calls:
        told["tool_calls"] = [{"name": c["name"], "args": c["args"]} for c in value.tool_calls]
    return told
