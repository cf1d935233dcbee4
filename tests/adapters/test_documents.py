"""What the pages on adapters tell people to run does run."""

import os
import re
import sys
from pathlib import Path

import pytest
from eth_account import Account

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"


@pytest.fixture
def follow(
    creatoken_studio,
    creatoken_work,
    creatoken_actors,
    creatoken_chain,
    model,
    tmp_path,
    monkeypatch,
):
    """Runs all Python of a page, one block after the other; returns its names."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_BASE_URL", model.url)
    monkeypatch.setenv("OPENAI_API_KEY", "x")
    monkeypatch.setenv(
        "PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    )

    def run(page):
        names = {"studio": creatoken_studio, "work": creatoken_work, "agent": Account.create()}
        names["maya"] = creatoken_actors.director
        text = (HOW_TO / page).read_text()
        for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
            here = code.replace(
                "--work 1", f"--work {creatoken_work.id} --rpc {creatoken_chain.url}"
            )
            exec(here, names)
        return names

    return run


@pytest.fixture
def earned(creatoken_studio, creatoken_client, creatoken_work):
    """Settles, and returns the shares of an account."""

    def shares(account):
        creatoken_studio.flush(wait="latest")
        return creatoken_client.contributions.shares_of(creatoken_work, account)

    return shares


def test_record_langgraph__when_followed__pays_the_agent(follow, steps, earned):
    names = follow("record-langgraph.md")
    [draft] = steps()
    assert draft.output["json"]["messages"][0]["content"] == "re: Golden hour"
    assert draft.parameters["calls"] == [{"model": "writer-2", "seed": 7, "temperature": "0.2"}]
    assert (earned(names["agent"]), names["run"].unrecorded) == (60, [])


def test_record_openai_agents__when_followed__pays_the_agent(follow, steps, earned):
    from agents.tracing import set_trace_processors

    names = follow("record-openai-agents.md")
    set_trace_processors([])
    assert [one.action for one in steps()] == ["shout", "copy"]
    assert names["said"] == "re: TEA"
    assert (earned(names["agent"]), names["run"].unrecorded) == (60, [])


def test_record_telemetry__when_followed__pays_the_agent(follow, steps, earned):
    from opentelemetry.instrumentation.genai.openai import OpenAIInstrumentor

    names = follow("record-telemetry.md")
    OpenAIInstrumentor().uninstrument()
    [draft] = steps()
    assert (draft.model, draft.parameters["calls"][0]["seed"]) == ("writer-2", 7)
    assert (names["text"], earned(names["agent"])) == ("re: Golden hour", 60)


def test_serve_agents__when_followed__leaves_a_proposal_that_the_director_can_take_up(
    follow, steps, tmp_path, creatoken_studio, creatoken_client, creatoken_actors
):
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "ad.txt").write_text("Drink tea.")
    page = (HOW_TO / "serve-agents.md").read_text()
    [command] = re.findall(r"^creatoken (mcp .*)$", page, re.MULTILINE)
    assert f'command = "{command}"' in page
    names = follow("serve-agents.md")
    assert [one.action for one in steps()] == ["draft"]
    assert hex(names["asset"].id) == names["proposal"].structured_content["asset"]
    creatoken_studio.flush(wait="latest")
    ticket = names["ticket"]
    creatoken_client.approvals.approve(
        ticket.asset, ticket.stage, [ticket.sign(creatoken_actors.director)]
    )
    assert ticket.is_approved
