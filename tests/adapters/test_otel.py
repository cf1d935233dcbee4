"""OpenTelemetry and its OpenAI instrumentation as they are, against a model on loopback."""

import asyncio
import json
from types import SimpleNamespace

import pytest
from openai import AsyncOpenAI, InternalServerError, OpenAI
from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased, TraceIdRatioBased

from creatoken_sdk.adapters.otel import RecordingSampler, SpanRecorder
from creatoken_sdk.record import SourceType
from creatoken_sdk.studio.errors import RecordingWarning

HELLO = {"model": "writer-2", "messages": [{"role": "user", "content": "dawn"}]}


@pytest.fixture
def observe(model):
    """Instruments the OpenAI client; returns the client, a tracer and what would be exported."""
    instrumentor = OpenAIInstrumentor()

    def start(recorder, *, sampler=ALWAYS_ON, limits=None, hook=True):
        provider = TracerProvider(sampler=sampler, span_limits=limits)
        provider.add_span_processor(recorder)
        exporter = InMemorySpanExporter()
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        instrumentor.instrument(
            tracer_provider=provider, completion_hook=recorder if hook else None
        )
        return SimpleNamespace(
            client=OpenAI(base_url=model.url, api_key="x", max_retries=0),
            tracer=provider.get_tracer("tests"),
            exported=exporter.get_finished_spans,
        )

    yield start
    instrumentor.uninstrument()


def test_recorder__given_a_model_call_in_a_step__notes_it_there(
    creatoken_studio, creatoken_run, steps, observe
):
    seen = observe(SpanRecorder())

    @creatoken_studio.step("draft", actor="agent:copy", model="declared", parameters={"k": 5})
    def draft(brief):
        answer = seen.client.chat.completions.create(**HELLO, seed=7, temperature=0.25)
        return answer.choices[0].message.content

    assert draft("dawn") == "re: dawn"
    [found] = steps()
    [span] = seen.exported()
    call = {"model": "writer-2", "seed": 7, "temperature": "0.25"}
    call["telemetry"] = {
        "attributes": 1,
        "provider": "openai",
        "trace": f"{span.context.trace_id:032x}",
        "span": f"{span.context.span_id:016x}",
    }
    assert (found.model, found.parameters) == ("declared", {"k": 5, "calls": [call]})
    assert (found.input, found.output) == ({"json": {"brief": "dawn"}}, {"text": "re: dawn"})


def test_recorder__given_steps_of_every_kind__notes_each_call_in_its_own(
    creatoken_studio, creatoken_run, steps, observe, model
):
    seen = observe(SpanRecorder())
    client = AsyncOpenAI(base_url=model.url, api_key="x", max_retries=0)

    def ask(name):
        seen.client.chat.completions.create(**HELLO | {"model": name})

    @creatoken_studio.step("generate", actor="agent:g")
    def generate():
        for letter in "ab":
            ask(f"in-generator-{letter}")
            yield letter

    @creatoken_studio.step("stream", actor="agent:s")
    async def stream():
        for letter in "cd":
            await client.chat.completions.create(**HELLO | {"model": f"in-stream-{letter}"})
            yield letter

    @creatoken_studio.step("wait", actor="agent:w")
    async def wait():
        chunks = await client.chat.completions.create(**HELLO | {"model": "in-wait"}, stream=True)
        return "".join([part.choices[0].delta.content or "" async for part in chunks])

    async def all_async():
        async for _ in stream():
            await client.chat.completions.create(**HELLO | {"model": "outside"})
        return await wait()

    for _ in generate():
        ask("outside")
    assert asyncio.run(all_async()) == "re: dawn"
    models = {
        one.action: [call["model"] for call in one.parameters.get("calls", [])] for one in steps()
    }
    assert models == {
        "generate": ["in-generator-a", "in-generator-b"],
        "stream": ["in-stream-c", "in-stream-d"],
        "wait": ["in-wait"],
    }


def test_recorder__given_auto__makes_steps_of_agents_tools_and_lone_model_calls(
    creatoken_run, steps, observe
):
    seen = observe(SpanRecorder(auto=True, shares={"invoke_agent copy": 60}))
    agent = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "copy"}
    tool = {"gen_ai.operation.name": "execute_tool"}
    with seen.tracer.start_as_current_span("GET /", attributes={"http.route": "/"}):
        with seen.tracer.start_as_current_span("invoke_agent copy", attributes=agent) as span:
            seen.client.chat.completions.create(**HELLO, seed=7)
            with seen.tracer.start_as_current_span("execute_tool shout", attributes=tool) as used:
                used.set_attribute("gen_ai.tool.call.arguments", '{"text":"tea"}')
                used.set_attribute("gen_ai.tool.call.result", "TEA")
            span.set_attribute("gen_ai.input.messages", '[{"role":"user"}]')
        seen.client.responses.create(model="writer-3", input="dusk")

    shout, copy, chat = steps()
    assert [one.actor for one in (shout, copy, chat)] == [
        "tool:execute_tool shout",
        "agent:invoke_agent copy",
        "agent:chat writer-3",
    ]
    assert (shout.input, shout.output) == ({"text": '{"text":"tea"}'}, {"text": "TEA"})
    assert shout.parameters == {"within": "GET /#1/invoke_agent copy#1"}
    assert (copy.key, copy.shares) == ("GET /#1/invoke_agent copy#1", 60)
    assert (copy.model, copy.parameters["calls"][0]["seed"]) == ("writer-2", 7)
    assert copy.input == {"text": '[{"role":"user"}]'}
    assert copy.output == {"json": {"not recorded": "the span has no contents"}}
    assert int(copy.step["sourceType"]) == SourceType.TRAINED_ALGORITHMIC_MEDIA
    [given] = chat.input["json"]
    assert (given["role"], given["parts"][0]["content"]) == ("user", "dusk")
    assert chat.output["json"][0]["parts"][0]["content"] == "re: dusk"


@pytest.mark.parametrize(
    ("attributes", "named", "parameters", "contents"),
    [
        (
            {
                "openinference.span.kind": "LLM",
                "llm.model_name": "writer-2",
                "llm.invocation_parameters": '{"seed": 7, "temperature": 0.25, "api_key": "k"}',
                "input.value": "dawn",
                "output.value": "re: dawn",
            },
            "writer-2",
            {"seed": 7, "temperature": "0.25"},
            ({"text": "dawn"}, {"text": "re: dawn"}),
        ),
        (
            {
                "llm.request.type": "chat",
                "gen_ai.request.model": "writer-2",
                "gen_ai.request.top_p": 0.5,
                "traceloop.entity.input": "dawn",
                "traceloop.entity.output": "re: dawn",
            },
            "writer-2",
            {"top_p": "0.5"},
            ({"text": "dawn"}, {"text": "re: dawn"}),
        ),
    ],
    ids=["OpenInference", "OpenLLMetry"],
)
def test_recorder__given_another_convention__reads_it_as_well(
    creatoken_run, steps, observe, attributes, named, parameters, contents
):
    seen = observe(SpanRecorder(auto=True))
    with seen.tracer.start_as_current_span("say") as span:
        span.set_attributes(attributes)  # some instrumentations tell everything at the end
    [found] = steps()
    [call] = found.parameters["calls"]
    del call["telemetry"]
    assert (found.model, call) == (named, {"model": named} | parameters)
    assert (found.input, found.output) == contents


@pytest.mark.parametrize("text", ["{", "[" * 10_000, "[" * 1_000_000, "7"])
def test_recorder__given_parameters_that_are_none__records_the_rest(
    creatoken_run, steps, observe, text
):
    seen = observe(SpanRecorder(auto=True))
    attributes = {"openinference.span.kind": "LLM", "llm.model_name": "writer-2"}
    with seen.tracer.start_as_current_span("say", attributes=attributes) as span:
        span.set_attribute("llm.invocation_parameters", text)
    [found] = steps()
    assert (found.model, set(found.parameters["calls"][0])) == ("writer-2", {"model", "telemetry"})


@pytest.mark.threat("D10")
@pytest.mark.parametrize(
    ("limits", "lost"),
    [
        (SpanLimits(max_span_attributes=3), "4 attributes"),
        (SpanLimits(max_span_attribute_length=4), "texts beyond 4 characters"),
        (SpanLimits(max_attribute_length=4), "texts beyond 4 characters"),
    ],
    ids=["dropped", "cut", "all cut"],
)
def test_recorder__given_a_span_that_lost_something__flags_it_and_hashes_none_of_its_text(
    creatoken_run, steps, observe, limits, lost
):
    seen = observe(SpanRecorder(auto=True), limits=limits)
    attributes = {f"llm.input_messages.{i}": "x" for i in range(3)}
    attributes |= {"gen_ai.operation.name": "chat", "llm.model_name": "m"}
    attributes |= {"output.value": "an answer", "input.value": "a prompt"}
    if "attributes" in lost:  # what came first is dropped first
        attributes = {"input.value": "a prompt"} | dict(reversed(attributes.items()))
        attributes["gen_ai.operation.name"] = attributes.pop("gen_ai.operation.name")
    with seen.tracer.start_as_current_span("say", attributes=attributes):
        pass
    [found] = steps()
    missing = {"json": {"not recorded": f"the span lost {lost}"}}
    assert (found.input, found.output) == (missing, missing)
    assert found.parameters["calls"][0]["telemetry"]["lost"] == lost


@pytest.mark.threat("D10")
def test_recorder__given_a_span_that_is_cut_but_a_hook__records_the_whole_text(
    creatoken_run, steps, observe
):
    seen = observe(SpanRecorder(auto=True), limits=SpanLimits(max_span_attribute_length=8))
    long = {"messages": [{"role": "user", "content": "dawn " * 100}]}
    seen.client.chat.completions.create(**HELLO | long)
    [found] = steps()
    assert found.input["json"][0]["parts"][0]["content"] == "dawn " * 100
    assert found.parameters["calls"][0]["telemetry"]["lost"] == "texts beyond 8 characters"


@pytest.mark.threat("D10")
@pytest.mark.parametrize(
    ("sampler", "exported"),
    [(ALWAYS_OFF, 0), (TraceIdRatioBased(0), 0), (ParentBased(ALWAYS_OFF), 0), (ALWAYS_ON, 20)],
    ids=["off", "ratio", "parent", "on"],
)
def test_sampler__given_one_that_drops__records_all_and_exports_as_before(
    creatoken_run, steps, observe, sampler, exported
):
    seen = observe(SpanRecorder(auto=True), sampler=RecordingSampler(sampler))
    for _ in range(20):
        seen.client.chat.completions.create(**HELLO, seed=7)
    found = steps()
    assert [one.parameters["calls"][0]["seed"] for one in found] == [7] * 20
    # The model and the operation are told when a span starts; a sampler's result may replace them.
    assert [(one.model, one.action) for one in found] == [("writer-2", "chat writer-2")] * 20
    assert len(seen.exported()) == exported


@pytest.mark.threat("D10")
def test_recorder__given_a_sampler_that_drops__warns_of_each_call(creatoken_run, steps, observe):
    seen = observe(SpanRecorder(auto=True), sampler=ALWAYS_OFF)
    with pytest.warns(RecordingWarning, match="RecordingSampler"):
        seen.client.chat.completions.create(**HELLO)
    assert steps() == []


def test_sampler__given_no_run__leaves_the_decision(creatoken_studio, steps, observe):
    sampler = RecordingSampler(ALWAYS_OFF)
    seen = observe(SpanRecorder(auto=True), sampler=sampler)
    with seen.tracer.start_as_current_span("say") as span:
        assert not span.is_recording()
    assert (steps(), sampler.get_description()) == ([], "RecordingSampler(AlwaysOffSampler)")


def test_recorder__when_a_call_failed_and_is_tried_again__is_one_step(
    creatoken_run, steps, observe, model
):
    seen = observe(SpanRecorder(auto=True, shares={"chat writer-2": 5}))
    model.failures += [500]
    with pytest.raises(InternalServerError):
        seen.client.chat.completions.create(**HELLO)
    for _ in range(2):
        seen.client.chat.completions.create(**HELLO)
    assert [(one.key, one.attempt, one.shares) for one in steps()] == [
        ("chat writer-2#1", 1, 5),
        ("chat writer-2#2", 1, 5),
    ]


def test_recorder__given_a_streamed_call_and_an_embedding__records_both(
    creatoken_run, steps, observe
):
    seen = observe(SpanRecorder(auto=True))
    list(seen.client.chat.completions.create(**HELLO, stream=True))
    seen.client.embeddings.create(model="e", input="dawn")
    chat, embedding = steps()
    assert chat.output["json"][0]["parts"][0]["content"] == "re: dawn"
    assert (embedding.model, embedding.action) == ("e", "embeddings e")


def test_recorder__when_a_step_cannot_be_recorded__warns_and_the_call_goes_on(
    creatoken_run, steps, observe
):
    seen = observe(SpanRecorder(auto=True, shares={"chat writer-2": -1}))
    with pytest.warns(RecordingWarning, match="chat writer-2"):
        answer = seen.client.chat.completions.create(**HELLO)
    assert answer.choices[0].message.content == "re: dawn"
    assert (len(creatoken_run.unrecorded), steps()) == (1, [])


def test_recorder__given_no_run__records_nothing(creatoken_studio, steps, observe):
    seen = observe(SpanRecorder(auto=True))
    seen.client.chat.completions.create(**HELLO)
    assert (steps(), json.loads(seen.exported()[0].to_json())["name"]) == ([], "chat writer-2")
