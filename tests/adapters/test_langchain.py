"""LangGraph and LangChain as they are, against a model on loopback and a chain."""

import asyncio
import operator
from typing import Annotated, TypedDict

import pytest
from eth_account import Account
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, RetryPolicy, Send, interrupt

from creatoken_sdk.adapters.langchain import LangChainRecorder
from creatoken_sdk.record import SourceType
from creatoken_sdk.studio.errors import RecordingWarning


class State(TypedDict, total=False):
    brief: str
    texts: Annotated[list, operator.add]


@pytest.fixture
def writer(model):
    return ChatOpenAI(
        model="writer-2", base_url=model.url, api_key="x", seed=7, temperature=0.25, max_retries=2
    )


@tool
def shout(text: str) -> str:
    """Say it louder."""
    return text.upper()


def graph_of(**nodes):
    """The nodes one after the other."""
    graph = StateGraph(State)
    before = START
    for name, node in nodes.items():
        graph.add_node(
            name, node, retry_policy=RetryPolicy(initial_interval=0.01, retry_on=OSError)
        )
        graph.add_edge(before, name)
        before = name
    graph.add_edge(before, END)
    return graph


def keys(steps):
    return [one.key for one in steps]


@pytest.fixture
def say(writer):
    return lambda state: {"texts": [writer.invoke(state["brief"]).content]}


def test_recorder__given_a_graph__records_each_node_with_model_and_contents(
    creatoken_run, steps, say
):
    graph = graph_of(draft=say, trim=lambda state: {"texts": [state["texts"][0][:3]]}).compile()
    recorder = LangChainRecorder(creatoken_run, shares={"draft": 60})
    graph.invoke({"brief": "dawn"}, {"callbacks": [recorder]})

    draft, trim = steps()
    assert keys([draft, trim]) == ["LangGraph#1/1:draft", "LangGraph#1/2:trim"]
    assert (draft.action, draft.actor, draft.model) == ("draft", "agent:draft", "writer-2")
    assert draft.parameters == {"calls": [{"model": "writer-2", "seed": 7, "temperature": "0.25"}]}
    assert draft.input == {"json": {"brief": "dawn", "texts": []}}
    assert draft.output == {"json": {"texts": ["re: dawn"]}}
    assert (draft.shares, trim.shares) == (60, 0)
    assert int(draft.step["sourceType"]) == SourceType.TRAINED_ALGORITHMIC_MEDIA
    assert (trim.model, int(trim.step["sourceType"])) == ("", SourceType.ALGORITHMIC_MEDIA)


def test_recorder__when_a_node_is_interrupted_and_resumed__is_one_step_and_pays_once(
    creatoken_studio, creatoken_run, creatoken_client, creatoken_work, steps
):
    bodies = []

    def review(state):
        bodies.append(shout.invoke({"text": "abc"}))
        return {"texts": [interrupt("good?")]}

    graph = graph_of(first=lambda state: {}, review=review, last=lambda state: {})
    app, ana = graph.compile(checkpointer=InMemorySaver()), Account.create()
    where = {"configurable": {"thread_id": "t"}}
    cast = {"shares": {"review": 40, "shout": 5}, "signers": {"review": ana}}

    app.invoke({"brief": "x"}, where | {"callbacks": [LangChainRecorder(creatoken_run, **cast)]})
    assert keys(steps()) == ["LangGraph@t/1:first", "LangGraph@t/2:review/shout#1"]
    # A recorder of its own, as after a restart.
    again = LangChainRecorder(creatoken_run, **cast)
    app.invoke(Command(resume="yes"), where | {"callbacks": [again]})

    assert bodies == ["ABC", "ABC"]
    found = steps()
    assert keys(found)[2:] == ["LangGraph@t/2:review", "LangGraph@t/3:last"]
    assert [one.attempt for one in found] == [1, 1, 1, 1]
    assert found[1].parameters == {"within": "LangGraph@t/2:review"}
    assert (found[1].actor, found[1].input) == ("tool:shout", {"json": {"text": "abc"}})
    creatoken_studio.flush(wait="latest")
    assert creatoken_client.contributions.shares_of(creatoken_work, ana) == 40
    assert creatoken_client.contributions.total_shares(creatoken_work) == 45


def test_recorder__when_a_node_answers_differently_the_second_time__is_an_attempt_without_pay(
    creatoken_run, steps
):
    answers = iter(["one", "two"])

    def review(state):
        shout.invoke({"text": next(answers)})
        return {"texts": [interrupt("good?")]}

    app = graph_of(review=review).compile(checkpointer=InMemorySaver())
    where = {"configurable": {"thread_id": "t"}}
    where["callbacks"] = [LangChainRecorder(creatoken_run, shares={"shout": 5})]
    app.invoke({"brief": "x"}, where)
    app.invoke(Command(resume="yes"), where)
    found = [one for one in steps() if one.action == "shout"]
    assert [(one.attempt, one.shares) for one in found] == [(1, 5), (2, 0)]


def test_recorder__when_a_node_fails_and_is_retried__is_one_step(creatoken_run, steps):
    failures = [OSError("once")]

    def draft(state):
        if failures:
            raise failures.pop()
        return {"texts": ["at last"]}

    graph = graph_of(draft=draft).compile()
    graph.invoke({"brief": "x"}, {"callbacks": [LangChainRecorder(creatoken_run)]})
    [found] = steps()
    assert (found.key, found.attempt) == ("LangGraph#1/1:draft", 1)


def test_recorder__when_the_whole_graph_runs_again_after_an_error__has_the_same_keys(
    creatoken_run, steps
):
    failures = [ValueError("once")]

    def trim(state):
        if failures:
            raise failures.pop()
        return {}

    app = graph_of(draft=lambda state: {"texts": ["d"]}, trim=trim).compile()
    here = {"callbacks": [LangChainRecorder(creatoken_run, shares={"draft": 9})]}
    with pytest.raises(ValueError, match="once"):
        app.invoke({"brief": "x"}, here)
    app.invoke({"brief": "x"}, here)
    app.invoke({"brief": "y"}, here)  # another contribution
    assert [(one.key, one.shares) for one in steps()] == [
        ("LangGraph#1/1:draft", 9),
        ("LangGraph#1/2:trim", 0),
        ("LangGraph#2/1:draft", 9),
        ("LangGraph#2/2:trim", 0),
    ]


def test_recorder__when_the_model_server_fails_twice__records_the_answer_once(
    creatoken_run, steps, model, say
):
    model.failures += [429, 500]
    here = {"callbacks": [LangChainRecorder(creatoken_run)]}
    graph_of(draft=say).compile().invoke({"brief": "dawn"}, here)
    assert len(model.requests) == 3
    [found] = steps()
    assert (len(found.parameters["calls"]), found.output) == (1, {"json": {"texts": ["re: dawn"]}})


@pytest.mark.parametrize("way", ["invoke", "ainvoke", "stream"])
def test_recorder__given_parallel_branches__tells_each_apart_by_its_place(
    creatoken_run, steps, say, way
):
    graph = StateGraph(State)
    for name, node in {"plan": lambda state: {}, "one": say, "join": lambda state: {}}.items():
        graph.add_node(name, node)
    graph.add_edge(START, "plan")
    briefs = [Send("one", {"brief": str(i)}) for i in range(4)]
    graph.add_conditional_edges("plan", lambda state: briefs, ["one"])
    graph.add_edge("one", "join")
    app, here = graph.compile(), {"callbacks": [LangChainRecorder(creatoken_run)]}
    if way == "ainvoke":
        asyncio.run(app.ainvoke({"brief": "x"}, here))
    elif way == "stream":
        list(app.stream({"brief": "x"}, here))
    else:
        app.invoke({"brief": "x"}, here)

    found = {one.key: one.output["json"] for one in steps() if one.action == "one"}
    assert found == {f"LangGraph#1/2:one:{i}": {"texts": [f"re: {i}"]} for i in range(4)}
    assert creatoken_run.unrecorded == []


def test_recorder__given_a_graph_in_a_node__nests_its_steps(creatoken_run, steps):
    inner = graph_of(trim=lambda state: {"texts": ["i"]}).compile(name="inner")

    def outer(state):
        inner.invoke({"brief": "a"})
        inner.invoke({"brief": "b"})
        return {}

    here = {"callbacks": [LangChainRecorder(creatoken_run)]}
    graph_of(outer=outer).compile().invoke({"brief": "x"}, here)
    found = steps()
    assert keys(found) == [
        "LangGraph#1/1:outer/inner#1/1:trim",
        "LangGraph#1/1:outer/inner#2/1:trim",
        "LangGraph#1/1:outer",
    ]
    assert found[0].parameters == {"within": "LangGraph#1/1:outer"}


def test_recorder__given_a_node_that_changes_its_input__records_what_went_in(creatoken_run, steps):
    def greedy(state):
        state["texts"].append("mine")
        return {}

    here = {"callbacks": [LangChainRecorder(creatoken_run)]}
    graph_of(greedy=greedy).compile().invoke({"texts": ["first"]}, here)
    assert steps()[0].input == {"json": {"texts": ["first"]}}


@pytest.mark.parametrize("streamed", [False, True])
def test_recorder__given_a_chain_outside_a_graph__is_one_step(
    creatoken_run, steps, writer, streamed
):
    chain = ChatPromptTemplate.from_template("about {what}") | writer
    here = {"callbacks": [LangChainRecorder(creatoken_run)]}
    if streamed:
        said = "".join(part.content for part in chain.stream({"what": "tea"}, here))
    else:
        said = chain.invoke({"what": "tea"}, here).content
    [found] = steps()
    assert said == "re: about tea"
    assert (found.key, found.model) == ("RunnableSequence#1", "writer-2")
    assert found.input == {"json": {"what": "tea"}}
    assert found.output == {"json": {"role": found.output["json"]["role"], "content": said}}


def test_recorder__given_a_model_alone_that_calls_a_tool__records_both(
    creatoken_run, steps, writer
):
    here = {"callbacks": [LangChainRecorder(creatoken_run)]}
    answer = writer.bind_tools([shout]).invoke("use shout on tea", here)
    shout.invoke(answer.tool_calls[0], here)
    asked, shouted = steps()
    assert asked.input == {"json": [{"role": "human", "content": "use shout on tea"}]}
    calls = [{"name": "shout", "args": {"text": "tea"}}]
    assert asked.output == {"json": {"role": "ai", "content": "", "tool_calls": calls}}
    assert (shouted.key, shouted.actor) == ("shout#1", "tool:shout")


def test_recorder__given_a_retriever__records_what_it_found(creatoken_run, steps, model):
    from langchain_core.vectorstores import InMemoryVectorStore

    embed = OpenAIEmbeddings(
        model="e", base_url=model.url, api_key="x", check_embedding_ctx_length=False
    )
    found = InMemoryVectorStore.from_texts(["sea", "sun"], embed).as_retriever(
        search_kwargs={"k": 1}
    )
    found.invoke("sun", {"callbacks": [LangChainRecorder(creatoken_run)]})
    [step] = steps()
    assert (step.actor, step.input) == ("tool:VectorStoreRetriever", {"text": "sun"})
    assert [one["page_content"] for one in step.output["json"]] == ["sun"]


def test_recorder__given_what_no_step_can_hold__says_what_it_was(creatoken_run, steps):
    here = {"callbacks": [LangChainRecorder(creatoken_run)]}
    graph_of(draft=lambda state: {"texts": [object()]}).compile().invoke({"brief": "x"}, here)
    assert steps()[0].output == {"json": {"texts": [{"not recorded": "builtins.object"}]}}


def test_recorder__when_a_step_cannot_be_recorded__warns_and_the_graph_goes_on(
    creatoken_run, steps
):
    here = {"callbacks": [LangChainRecorder(creatoken_run)]}
    graph = graph_of(draft=lambda state: {"texts": [float("nan")]}, trim=lambda state: {}).compile()
    with pytest.warns(RecordingWarning, match="was not recorded: a number is NaN"):
        answer = graph.invoke({"brief": "x"}, here)
    assert len(answer["texts"]) == 1
    assert [one.split(":")[0] for one in creatoken_run.unrecorded] == [
        "LangGraph#1/1",
        "LangGraph#1/2",
    ]
    assert keys(steps()) == []


def test_recorder__given_a_value_that_holds_itself__names_it_and_the_graph_goes_on(
    creatoken_run, steps
):
    endless = ["first"]
    endless += [endless, endless]
    here = {"callbacks": [LangChainRecorder(creatoken_run)]}
    graph_of(draft=lambda state: {"texts": endless}).compile().invoke({"brief": "x"}, here)
    again = {"not recorded": "a value that holds itself, or is nested too deeply"}
    assert steps()[0].output == {"json": {"texts": ["first", again, again]}}


class Broken:
    def model_dump(self):
        raise ValueError("a secret")


def test_recorder__given_a_value_that_raises__warns_without_its_text_and_the_graph_goes_on(
    creatoken_run, steps
):
    here = {"callbacks": [LangChainRecorder(creatoken_run)]}
    graph = graph_of(draft=lambda state: {"texts": [Broken()]}, trim=lambda state: {}).compile()
    with pytest.warns(RecordingWarning, match="was not recorded: ValueError"):
        assert len(graph.invoke({"brief": "x"}, here)["texts"]) == 1
    assert creatoken_run.unrecorded == [
        "LangGraph#1/1:draft: ValueError",
        "LangGraph#1/2:trim: ValueError",
    ]
    assert steps() == []


def test_recorder__when_the_store_is_gone__warns_and_the_graph_goes_on(
    creatoken_studio, creatoken_run
):
    with creatoken_studio.store.transaction() as db:
        db.script("ALTER TABLE steps RENAME TO gone")
    here = {"callbacks": [LangChainRecorder(creatoken_run)]}
    with pytest.warns(RecordingWarning):
        answer = graph_of(draft=lambda state: {"texts": ["d"]}).compile().invoke({}, here)
    assert answer["texts"] == ["d"]
    assert len(creatoken_run.unrecorded) == 1
