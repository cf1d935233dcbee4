"""OpenTelemetry: what spans say of model calls goes into the steps that they happen in.

A span's text may be cut or dropped on its way here, so it never stands for a prompt unless nothing
of it can be missing. Everything is written when it happens; no queue of telemetry is relied on.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.sdk.trace.sampling import Decision, Sampler, SamplingResult
from opentelemetry.trace import (
    Link,
    SpanKind,
    StatusCode,
    TraceState,
    format_span_id,
    format_trace_id,
)
from opentelemetry.trace import Span as ApiSpan
from opentelemetry.util.types import Attributes

from creatoken_sdk.adapters.calls import PARAMETERS, Call, Cast
from creatoken_sdk.adapters.otel_attributes import VERSION, kind_of, read
from creatoken_sdk.adapters.recordable import recordable
from creatoken_sdk.studio.actors import Who
from creatoken_sdk.studio.errors import RecordingWarning
from creatoken_sdk.studio.run import current_run
from creatoken_sdk.studio.step import Begun, current_step

__all__ = ["RecordingSampler", "SpanRecorder"]

_UNSEEN = (
    "a model call was not recorded, for its span was sampled out; "
    "wrap the tracer provider's sampler in RecordingSampler"
)


class RecordingSampler(Sampler):
    """Has every span of a run recorded. What is exported stays the wrapped sampler's choice."""

    def __init__(self, sampler: Sampler) -> None:
        """Wrap the sampler that decides what is exported."""
        self._sampler = sampler

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        """Record what the sampler drops, with the span's attributes: the result has none then."""
        result = self._sampler.should_sample(
            parent_context, trace_id, name, kind, attributes, links, trace_state
        )
        if result.decision is Decision.DROP and current_run():
            return SamplingResult(Decision.RECORD_ONLY, attributes, result.trace_state)
        return result

    def get_description(self) -> str:
        """Name the wrapped sampler."""
        return f"RecordingSampler({self._sampler.get_description()})"


@dataclass
class _Open:
    """A span under way: the step that it is noted in, or the call that it is."""

    step: Begun | None
    call: Call | None
    limit: str
    contents: tuple[object, object] | None = None


class SpanRecorder(SpanProcessor):
    """A span processor, and the completion hook of the GenAI instrumentations.

    A model call within a step is noted in it: model, parameters, ids of trace and span. With `auto`
    a span of an agent, a tool or a model call that lies in no step is a step itself; then give the
    instrumentation this recorder as `completion_hook` too, for that is where whole contents are.
    """

    def __init__(
        self,
        *,
        auto: bool = False,
        shares: Mapping[str, int] | None = None,
        signers: Mapping[str, Who] | None = None,
    ) -> None:
        """Shares and signers go by the name of the span."""
        self._auto = auto
        self._cast = Cast(shares or {}, signers or {})
        self._open: dict[int, _Open] = {}

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Find the step that the span lies in, or begin one."""
        around = self._open.get(span.parent.span_id) if span.parent else None
        step = current_step() or (around.step if around else None)
        call = None if step else self._call(span, around.call if around else None)
        if step or call:
            self._open[_id(span)] = _Open(step, call, _limit(span))

    def _call(self, span: Span, around: Call | None) -> Call | None:
        run, kind = current_run(), kind_of(span.attributes or {})
        kind = "" if kind == "model" else kind  # known at the end: is it noted or a step itself?
        if around:
            return around.within(span.name, kind)
        if run and self._auto:
            return Call.outermost(run, self._cast, span.name, kind)
        return None

    def on_end(self, span: ReadableSpan) -> None:
        """Note a model call in its step, or write the span as a step."""
        one = self._open.pop(_id(span), None)
        kind = kind_of(span.attributes or {})
        if one is None:
            return
        if span.status.status_code is StatusCode.ERROR:
            if one.call:
                one.call.abandon()
            return
        told = read(span.attributes or {})
        lossy = f"{span.dropped_attributes} attributes" if span.dropped_attributes else one.limit
        about = _about(span, told, lossy)
        if one.step:
            if kind == "model":
                one.step.note(_note(told) | about)
        elif one.call and kind:
            self._write(one.call, kind, told, about, one.contents or _contents(told, lossy))

    def _write(
        self,
        call: Call,
        kind: str,
        told: Mapping[str, Any],
        about: dict[str, object],
        contents: tuple[object, object],
    ) -> None:
        if kind == "model":
            (call.step or call).note(str(told.get("model", "")), told, **about)
        if kind != "model" or not call.step:
            call.kind = "tool" if kind == "tool" else "agent"
            call.take(contents[0])
            call.finish(contents[1])

    def on_completion(
        self,
        *,
        inputs: Sequence[object],
        outputs: Sequence[object],
        system_instruction: Sequence[object],
        span: ApiSpan | None = None,
        **_: object,
    ) -> None:
        """Keep the contents of a model call until its span ends."""
        one = self._open.get(span.get_span_context().span_id) if span else None
        if one:
            given = [*system_instruction, *inputs]
            one.contents = recordable(given), recordable(outputs)
        elif current_run() and not (span and span.is_recording()):
            warnings.warn(_UNSEEN, RecordingWarning, stacklevel=2)


def _id(span: ReadableSpan) -> int:
    context = span.get_span_context()
    return context.span_id if context else 0


def _limit(span: Span) -> str:
    """Say whether texts may be cut: only the span itself knows its limits."""
    limits = getattr(span, "_limits", None)
    length = limits.max_span_attribute_length if limits else "unknown"
    return "" if length is None else f"texts beyond {length} characters"


def _about(span: ReadableSpan, told: Mapping[str, Any], lossy: str) -> dict[str, object]:
    context = span.get_span_context()
    telemetry = {"attributes": VERSION, "provider": told.get("provider", "")}
    if context:
        telemetry["trace"] = format_trace_id(context.trace_id)
        telemetry["span"] = format_span_id(context.span_id)
    return {"telemetry": telemetry | ({"lost": lossy} if lossy else {})}


def _note(told: Mapping[str, Any]) -> dict[str, object]:
    return {name: told[name] for name in ("model", *PARAMETERS) if name in told}


def _contents(told: Mapping[str, Any], lossy: str) -> tuple[object, object]:
    missing = {"not recorded": f"the span lost {lossy}" if lossy else "the span has no contents"}
    if lossy:
        return missing, missing
    return told.get("input", missing), told.get("output", missing)
