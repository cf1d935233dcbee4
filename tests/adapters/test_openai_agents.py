"""The OpenAI Agents SDK as it is, against a model on loopback and a chain."""

import asyncio
import subprocess
import sys
from types import SimpleNamespace

import pytest
from agents import (
    Agent,
    Model,
    ModelResponse,
    ModelSettings,
    OpenAIChatCompletionsModel,
    OpenAIResponsesModel,
    RunConfig,
    Runner,
    Usage,
    function_tool,
    response_span,
)
from agents.tracing import set_trace_processors
from eth_account import Account
from openai import AsyncOpenAI, InternalServerError
from openai.types.responses import ResponseOutputMessage, ResponseOutputText

from creatoken_sdk.adapters.openai_agents import record_agents
from creatoken_sdk.record import SourceType
from creatoken_sdk.studio.errors import RecordingWarning

APIS = {"responses": OpenAIResponsesModel, "chat completions": OpenAIChatCompletionsModel}


@function_tool
def shout(text: str) -> str:
    """Say it louder."""
    return text.upper()


@pytest.fixture(autouse=True)
def _forget():
    yield
    set_trace_processors([])


@pytest.fixture
def make(model):
    """Makes an agent; one client each, as each loop needs its own connections."""

    def agent(name, api="responses", **kwargs):
        client = AsyncOpenAI(base_url=model.url, api_key="x", max_retries=0)
        settings = ModelSettings(temperature=0.25)
        return Agent(
            name=name, model=APIS[api]("writer-2", client), model_settings=settings, **kwargs
        )

    return agent


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("streamed", [False, True])
def test_record_agents__given_an_agent_with_a_tool__records_both_with_model_and_contents(
    creatoken_run, steps, make, api, streamed
):
    record_agents(shares={"copy": 60})
    copy = make("copy", api, tools=[shout])

    async def stream():
        result = Runner.run_streamed(copy, "use shout on tea")
        async for _ in result.stream_events():
            pass
        return result.final_output

    if streamed:
        said = asyncio.run(stream())
    else:
        said = Runner.run_sync(copy, "use shout on tea").final_output
    assert said == "re: TEA"

    tool, agent = steps()
    assert (tool.action, tool.actor) == ("shout", "tool:shout")
    assert (tool.input, tool.output) == ({"text": '{"text": "tea"}'}, {"text": "TEA"})
    assert tool.parameters == {"within": agent.key}
    assert (agent.key.split("/")[0], agent.actor) == ("Agent workflow#1", "agent:copy")
    assert (agent.model, agent.shares, tool.shares) == ("writer-2", 60, 0)
    assert int(agent.step["sourceType"]) == SourceType.TRAINED_ALGORITHMIC_MEDIA
    assert [one["temperature"] for one in agent.parameters["calls"]] == ["0.25", "0.25"]
    assert agent.input["json"][0]["content"] == "use shout on tea"
    assert "TEA" not in str(agent.input)  # what went in first, not what came up on the way
    assert "re: TEA" in str(agent.output["json"])
    assert creatoken_run.unrecorded == []


def test_record_agents__given_a_handoff__records_it_and_both_agents(creatoken_run, steps, make):
    record_agents()
    copy = make("copy", handoffs=[make("editor")])
    Runner.run_sync(copy, "use transfer_to_editor on ")
    handoff, first, second = steps()
    assert (handoff.action, handoff.actor) == ("handoff", "tool:handoff")
    assert (handoff.input, handoff.output) == (
        {"json": {"from": "copy"}},
        {"json": {"to": "editor"}},
    )
    assert [first.actor, second.actor] == ["agent:copy", "agent:editor"]


def test_record_agents__when_a_run_failed_and_is_tried_again__pays_once(
    creatoken_studio, creatoken_run, creatoken_client, creatoken_work, steps, make, model
):
    eve = Account.create()
    record_agents(shares={"copy": 60, "shout": 5}, signers={"copy": eve})
    copy = make("copy", tools=[shout])
    model.failures += [200, 500]  # the tool has been called by then
    with pytest.raises(InternalServerError):
        Runner.run_sync(copy, "use shout on tea")
    assert [one.action for one in steps()] == ["shout"]
    Runner.run_sync(make("copy", tools=[shout]), "use shout on tea")
    assert [(one.action, one.attempt) for one in steps()] == [("shout", 1), ("copy", 1)]

    Runner.run_sync(make("copy", tools=[shout]), "use shout on tea")  # another contribution
    creatoken_studio.flush(wait="latest")
    assert creatoken_client.contributions.shares_of(creatoken_work, eve) == 120
    assert creatoken_client.contributions.total_shares(creatoken_work) == 130


def test_record_agents__given_two_agents_at_once__keeps_their_steps_apart(
    creatoken_run, steps, make
):
    record_agents()

    async def both():
        one, two = make("one", tools=[shout]), make("two", tools=[shout])
        await asyncio.gather(Runner.run(one, "use shout on a"), Runner.run(two, "use shout on b"))

    asyncio.run(both())
    found = steps()
    tools = {one.parameters["within"]: one.output["text"] for one in found if one.action == "shout"}
    agents = {one.key: one.action for one in found if one.action != "shout"}
    assert {agents[key]: text for key, text in tools.items()} == {"one": "A", "two": "B"}


def test_record_agents__when_contents_are_kept_out_of_traces__says_so(creatoken_run, steps, make):
    record_agents()
    config = RunConfig(trace_include_sensitive_data=False)
    Runner.run_sync(make("copy"), "a secret", run_config=config)
    [found] = steps()
    assert found.input == {"json": {"not recorded": "contents were kept out of traces"}}
    assert "secret" not in str(found)


def test_record_agents__given_no_run__records_nothing(creatoken_studio, steps, make):
    record_agents()
    assert Runner.run_sync(make("copy"), "hello").final_output == "re: hello"
    assert steps() == []


def test_record_agents__when_a_step_cannot_be_recorded__warns_and_the_agent_goes_on(
    creatoken_run, steps, make
):
    record_agents(shares={"copy": -1})
    with pytest.warns(RecordingWarning, match="copy"):
        assert Runner.run_sync(make("copy"), "hello").final_output == "re: hello"
    assert (len(creatoken_run.unrecorded), steps()) == (1, [])


class Foreign(Model):
    """A model of somebody else's, whose answer is none that the SDK's own models give."""

    async def get_response(self, *args, **kwargs):
        with response_span() as span:
            span.span_data.response = SimpleNamespace(output=["no item"], model="m")
        part = ResponseOutputText(type="output_text", text="hi", annotations=[])
        said = ResponseOutputMessage(
            id="m", type="message", role="assistant", status="completed", content=[part]
        )
        return ModelResponse(output=[said], usage=Usage(), response_id=None)

    def stream_response(self, *args, **kwargs):
        raise AssertionError("not asked for")


def test_record_agents__given_an_answer_of_another_shape__warns_and_the_agent_goes_on(
    creatoken_run, steps
):
    record_agents()
    with pytest.warns(RecordingWarning, match="AttributeError"):
        said = Runner.run_sync(Agent(name="copy", model=Foreign()), "hello").final_output
    assert (said, len(creatoken_run.unrecorded)) == ("hi", 1)
    assert [one.action for one in steps()] == ["copy"]


PROGRAM = """
import sys
from agents import Agent, Runner, set_default_openai_client
from agents.tracing import flush_traces
from openai import AsyncOpenAI
{recording}
def watch(event, told):
    if event in ("socket.getaddrinfo", "socket.connect"):
        host = told[0] if event == "socket.getaddrinfo" else told[1][0]
        print("tried", host)
        if host != "127.0.0.1":
            raise OSError("not from a test")
sys.addaudithook(watch)
set_default_openai_client(AsyncOpenAI(base_url=sys.argv[1], api_key="x"))
print(Runner.run_sync(Agent(name="copy", model="writer-2"), "hello").final_output)
flush_traces()
"""


@pytest.mark.parametrize("recorded", [True, False])
def test_record_agents__given_a_key_for_uploads__tries_no_connection_but_to_the_model(
    model, tmp_path, recorded, monkeypatch
):
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    recording = "from creatoken_sdk.adapters.openai_agents import record_agents; record_agents()"
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.format(recording=recording if recorded else ""))
    done = subprocess.run(
        [sys.executable, program, model.url], capture_output=True, text=True, timeout=60, check=True
    )
    tried = {one for one in done.stdout.splitlines() if one.startswith("tried")}
    assert "re: hello" in done.stdout
    # Without the adapter the same program tries to upload: the watch would have seen it.
    assert (tried == {"tried 127.0.0.1"}) is recorded
