"""OpenAI Agents: a tracing processor that records agents, tools and handoffs, and uploads nothing.

What an agent said is known from its model calls, so a run with `trace_include_sensitive_data=False`
has steps without contents, and says so in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agents import set_trace_processors
from agents.tracing import Span, Trace, TracingProcessor
from agents.tracing.span_data import (
    AgentSpanData,
    FunctionSpanData,
    GenerationSpanData,
    HandoffSpanData,
    ResponseSpanData,
)

from creatoken_sdk.adapters.calls import Call, Cast
from creatoken_sdk.studio.actors import Who
from creatoken_sdk.studio.run import current_run

__all__ = ["AgentsRecorder", "record_agents"]

_WITHHELD = {"not recorded": "contents were kept out of traces"}


def record_agents(
    *, shares: Mapping[str, int] | None = None, signers: Mapping[str, Who] | None = None
) -> None:
    """Record every agent that runs within a studio's run, from now on, in this process.

    Shares and signers go by the name of the agent or tool. Replaces all tracing processors, the
    default one that uploads traces among them.
    """
    set_trace_processors([AgentsRecorder(shares=shares, signers=signers)])


class AgentsRecorder(TracingProcessor):
    """Records agents, tools and handoffs as steps of the run that they happen in."""

    def __init__(
        self,
        *,
        shares: Mapping[str, int] | None = None,
        signers: Mapping[str, Who] | None = None,
    ) -> None:
        """Shares and signers go by the name of the agent or tool."""
        self._cast = Cast(shares or {}, signers or {})
        self._calls: dict[str, Call] = {}
        self._said: dict[str, object] = {}
        self._failed: set[str] = set()

    def on_trace_start(self, trace: Trace) -> None:
        """Begin the whole of an agents' run; its agents, tools and handoffs lie in it."""
        run = current_run()
        if run:
            self._calls[trace.trace_id] = Call.outermost(run, self._cast, trace.name)

    def on_trace_end(self, trace: Trace) -> None:
        """Forget it; if an agent failed, the next run is the same one, tried again."""
        call = self._calls.pop(trace.trace_id, None)
        if call and trace.trace_id in self._failed:
            call.abandon()
        self._failed.discard(trace.trace_id)

    def on_span_start(self, span: Span[Any]) -> None:
        """Begin a call."""
        parent = self._calls.get(span.parent_id or span.trace_id)
        if parent:
            self._calls[span.span_id] = _begun(parent, span.span_data)

    def on_span_end(self, span: Span[Any]) -> None:
        """Write an agent, a tool call or a handoff; note a model call in its agent."""
        call, data = self._calls.pop(span.span_id, None), span.span_data
        if call is None:
            return
        if isinstance(data, AgentSpanData):
            self._end_agent(call, span)
        elif span.error:
            return
        elif isinstance(data, FunctionSpanData):
            call.take(_shown(data.input))
            call.finish(_shown(data.output))
        elif isinstance(data, HandoffSpanData):
            call.take({"from": data.from_agent})
            call.finish({"to": data.to_agent})
        elif isinstance(data, (GenerationSpanData, ResponseSpanData)) and call.step:
            with call.run.guarded(call.path):
                self._note(call.step, data)

    def shutdown(self) -> None:
        """Nothing to do: everything is written when it happens."""

    def force_flush(self) -> None:
        """Nothing to do: everything is written when it happens."""

    def _end_agent(self, call: Call, span: Span[Any]) -> None:
        said = self._said.pop(call.path, _WITHHELD)
        if span.error:
            self._failed.add(span.trace_id)
            return
        if call.begun is None:
            call.take(_WITHHELD)
        call.finish(said)

    def _note(self, agent: Call, data: GenerationSpanData | ResponseSpanData) -> None:
        """The first model call has what went into the agent, the last what came out."""
        response = data.response if isinstance(data, ResponseSpanData) else None
        if agent.begun is None:
            agent.take(_shown(data.input))
        if isinstance(data, GenerationSpanData):
            self._said[agent.path] = _shown(data.output)
            agent.note(data.model or "", data.model_config or {})
        elif response is not None:
            output = [item.model_dump(exclude={"id", "call_id"}) for item in response.output]
            self._said[agent.path] = output
            agent.note(response.model, vars(response))


def _begun(parent: Call, data: object) -> Call:
    if isinstance(data, AgentSpanData):
        return parent.within(data.name, "agent")
    if isinstance(data, FunctionSpanData):
        return parent.within(data.name, "tool")
    if isinstance(data, HandoffSpanData):
        return parent.within("handoff", "tool")
    return parent.within(type(data).__name__)


def _shown(content: object) -> object:
    return _WITHHELD if content is None else content
