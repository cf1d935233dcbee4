"""`@studio.step`: functions of every kind stay what they are, and their calls become steps."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from creatoken_sdk.chain.works import Work
from creatoken_sdk.errors import EncodingError
from creatoken_sdk.record import ActorKind, SourceType, name_hash
from creatoken_sdk.studio.run import Run
from creatoken_sdk.studio.studio import Studio
from creatoken_sdk.testing.plugin import Actors
from studio.kept import kept, keys


@pytest.fixture
def draft(creatoken_studio: Studio) -> Any:
    """A step of ten shares."""

    @creatoken_studio.step("draft", actor="agent:copy", shares=10)
    def draft(brief: str, tone: str = "warm") -> str:
        return f"{tone} {brief}"

    return draft


def test_step__given_a_function__keeps_who_did_what(
    creatoken_studio: Studio, creatoken_run: Run, creatoken_actors: Actors
) -> None:
    @creatoken_studio.step(
        "draft",
        actor="agent:copy",
        signer=creatoken_actors.agent,
        source_type="trainedAlgorithmicMedia",
        shares=10,
        model="model-1",
        parameters={"seed": 2**64 - 1, "temperature": 0.7},
    )
    def draft(brief: str, tone: str = "warm") -> str:
        return f"{tone} {brief}"

    assert draft("tea") == "warm tea"
    [one] = kept(creatoken_studio)
    assert (one.given, one.made) == ({"brief": "tea", "tone": "warm"}, "warm tea")
    assert one.record["parameters"] == {"seed": str(2**64 - 1), "temperature": "0.7"}
    assert (one.record["model"], one.record["actor"]) == ("model-1", "agent:copy")
    assert (one.key, one.attempt, one.step.shares) == ("draft#1", 1, 10)
    assert (one.step.actor, one.step.actor_kind) == (
        creatoken_actors.agent.address,
        ActorKind.AGENT,
    )
    assert one.step.source_type == SourceType.TRAINED_ALGORITHMIC_MEDIA
    assert one.step.action == name_hash("draft")
    assert one.signature is not None


def test_step__given_a_coroutine_function__waits_for_its_output(
    creatoken_studio: Studio, creatoken_run: Run
) -> None:
    @creatoken_studio.step("draft", actor="agent:copy")
    async def draft(n: int) -> str:
        await asyncio.sleep(0.01 * (3 - n))
        return f"text {n}"

    async def pipeline() -> list[str]:
        return await asyncio.gather(*(asyncio.create_task(draft(n)) for n in range(3)))

    assert asyncio.run(pipeline()) == ["text 0", "text 1", "text 2"]
    found = {(one.key, one.given["n"], one.made) for one in kept(creatoken_studio)}
    assert found == {(f"draft#{n + 1}", n, f"text {n}") for n in range(3)}


def test_step__given_a_generator__keeps_what_it_yields_joined_once_it_is_exhausted(
    creatoken_studio: Studio, creatoken_run: Run
) -> None:
    @creatoken_studio.step("stream", actor="agent:copy")
    def stream(count: int) -> Iterator[str]:
        for index in range(count):
            yield f"{index} "

    tokens = stream(3)
    assert next(tokens) == "0 "
    assert kept(creatoken_studio) == []
    assert [*tokens] == ["1 ", "2 "]
    [one] = kept(creatoken_studio)
    assert (one.given, one.made) == ({"count": 3}, "0 1 2 ")


def test_step__given_a_generator_that_talks_back__keeps_the_conversation_going(
    creatoken_studio: Studio, creatoken_run: Run
) -> None:
    closed = []

    @creatoken_studio.step("chat", actor="agent:copy")
    def chat() -> Any:
        try:
            answer = yield 1
            try:
                yield answer * 2
            except KeyError:
                yield "caught"
            return "the end"
        finally:
            closed.append(True)

    talk = chat()
    assert (next(talk), talk.send(21), talk.throw(KeyError())) == (1, 42, "caught")
    with pytest.raises(StopIteration) as ended:
        next(talk)
    assert (ended.value.value, closed) == ("the end", [True])
    [one] = kept(creatoken_studio)
    assert one.made == [1, 42, "caught"]


def test_step__given_a_generator_left_half_way__closes_it_and_keeps_nothing(
    creatoken_studio: Studio, creatoken_run: Run
) -> None:
    closed = []

    @creatoken_studio.step("stream", actor="agent:copy")
    def stream() -> Iterator[str]:
        try:
            yield "a"
            yield "b"
        finally:
            closed.append("sync")

    @creatoken_studio.step("stream", actor="agent:copy")
    async def astream() -> AsyncIterator[str]:
        try:
            yield "a"
            yield "b"
        finally:
            closed.append("async")

    async def first() -> None:
        tokens: Any = astream()
        assert await tokens.__anext__() == "a"
        await tokens.aclose()
        assert closed == ["sync", "async"]

    tokens: Any = stream()
    assert next(tokens) == "a"
    tokens.close()
    assert closed == ["sync"]
    asyncio.run(first())
    assert kept(creatoken_studio) == []


def test_step__given_an_async_generator__keeps_what_it_yields(
    creatoken_studio: Studio, creatoken_run: Run
) -> None:
    @creatoken_studio.step("stream", actor="agent:copy")
    async def stream(count: int) -> AsyncIterator[bytes]:
        for index in range(count):
            await asyncio.sleep(0)
            yield b"%d" % index

    async def pipeline() -> list[bytes]:
        return [token async for token in stream(3)]

    assert asyncio.run(pipeline()) == [b"0", b"1", b"2"]
    [one] = kept(creatoken_studio)
    assert one.record["output"] == {"bytes": 3}


def test_bind__given_threads__makes_their_calls_steps_of_the_run(
    creatoken_studio: Studio, creatoken_run: Run, draft: Any
) -> None:
    briefs = [f"brief {n}" for n in range(24)]
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(creatoken_run.bind(draft), briefs))
        assert list(pool.map(draft, briefs)) == made  # unbound: of no run
    found = keys(creatoken_studio)
    assert sorted(found) == sorted((f"draft#{n}", 1, 10) for n in range(1, 25))
    assert {one.given["brief"] for one in kept(creatoken_studio)} == set(briefs)


def test_nested__given_two_parts__keeps_their_steps_apart_in_one_chain(
    creatoken_studio: Studio, creatoken_run: Run, draft: Any
) -> None:
    draft("all")
    for name in ("left", "right"):
        with creatoken_run.nested(name) as part, part.nested("deep") as deep:
            with ThreadPoolExecutor(1) as pool:
                pool.submit(deep.bind(draft), name).result()
            assert deep.name == f"test/{name}/deep"
    draft("all again")
    names = ["draft#1", "left/deep/draft#1", "right/deep/draft#1", "draft#2"]
    assert keys(creatoken_studio) == [(name, 1, 10) for name in names]


def test_step__outside_a_run__is_the_function_itself(creatoken_studio: Studio, draft: Any) -> None:
    assert draft("tea") == "warm tea"
    assert creatoken_studio.store.rows("SELECT count(*) FROM steps") == [(0,)]


def test_step__given_any_kind_of_function__keeps_its_name_signature_and_kind(
    creatoken_studio: Studio,
) -> None:
    def plain(a: int, /, b: str = "x", *c: int, d: bool, **e: int) -> str:
        """Say it."""
        return ""

    async def waiting() -> None: ...
    def generating() -> Iterator[int]:
        yield 1

    async def streaming() -> AsyncIterator[int]:
        yield 1

    kinds = (
        inspect.iscoroutinefunction,
        inspect.isgeneratorfunction,
        inspect.isasyncgenfunction,
    )
    for function in (plain, waiting, generating, streaming):
        step = creatoken_studio.step("draft", actor="agent:copy")(function)
        assert inspect.signature(step) == inspect.signature(function)
        assert (step.__name__, step.__doc__) == (function.__name__, function.__doc__)
        assert [kind(step) for kind in kinds] == [kind(function) for kind in kinds]


def test_step__given_methods__keeps_their_arguments_without_the_receiver(
    creatoken_studio: Studio, creatoken_run: Run
) -> None:
    step = creatoken_studio.step("draft", actor="agent:copy")

    class Writer:
        @step
        def write(self, *briefs: str, loud: bool = False, **more: int) -> str:
            return "written"

        @classmethod
        @step
        def create(cls, name: str) -> type:
            return cls

    assert Writer().write("a", "b", size=3) == "written"
    with pytest.warns(UserWarning, match="cannot record a type"):
        assert Writer.create("w") is Writer
    [one] = kept(creatoken_studio)
    assert one.given == {"briefs": ["a", "b"], "loud": False, "more": {"size": 3}}


def test_step__when_the_function_changes_its_input__keeps_what_it_was_before(
    creatoken_studio: Studio, creatoken_run: Run
) -> None:
    @creatoken_studio.step("sort", actor="tool:sort")
    def sort(items: list[int]) -> list[int]:
        items.sort()
        return items

    assert sort([3, 1, 2]) == [1, 2, 3]
    [one] = kept(creatoken_studio)
    assert (one.given, one.made) == ({"items": [3, 1, 2]}, [1, 2, 3])


@pytest.mark.parametrize("error", [ValueError("no"), StopIteration(), KeyboardInterrupt()])
def test_step__when_the_function_raises__passes_it_on_and_keeps_nothing(
    creatoken_studio: Studio, creatoken_run: Run, error: BaseException
) -> None:
    @creatoken_studio.step("draft", actor="agent:copy")
    def draft() -> str:
        raise error

    with pytest.raises(type(error)) as raised:
        draft()
    assert raised.value is error
    assert (kept(creatoken_studio), creatoken_run.unrecorded) == ([], [])


def test_step__when_a_call_is_tried_again__is_one_step_with_one_number(
    creatoken_studio: Studio, creatoken_run: Run
) -> None:
    failures = iter([False, True, True, False, False])

    @creatoken_studio.step("draft", actor="agent:copy", shares=10)
    def draft(brief: str) -> str:
        if next(failures):
            raise TimeoutError
        return brief

    draft("a")
    for _ in range(2):
        with pytest.raises(TimeoutError):
            draft("b")
    draft("b")
    draft("c")
    assert keys(creatoken_studio) == [(f"draft#{n}", 1, 10) for n in (1, 2, 3)]
    assert [one.given["brief"] for one in kept(creatoken_studio)] == ["a", "b", "c"]


def test_step__when_called_with_wrong_arguments__raises_as_the_function_does(
    creatoken_run: Run, draft: Any
) -> None:
    with pytest.raises(TypeError):
        draft()


@pytest.mark.parametrize("shares", [-1, "7", 2**40, True])
def test_step__given_shares_that_no_token_holds__refuses_them_where_it_is_declared(
    creatoken_studio: Studio, shares: Any
) -> None:
    with pytest.raises(EncodingError, match="uint40 takes an int of 0 to 2"):
        creatoken_studio.step("draft", actor="agent:copy", shares=shares)


@pytest.mark.parametrize("who", [None, 5, "maya", "0x" + "ab" * 20])
def test_run__given_nobody_to_authorise_or_act__refuses_it(
    creatoken_studio: Studio, creatoken_run: Run, creatoken_work: Work, who: Any
) -> None:
    with (
        pytest.raises(EncodingError, match="address"),
        creatoken_studio.run("other", work=creatoken_work, brief="an ad", authorised_by=who),
    ):
        pass
    with pytest.raises(EncodingError, match="address"):
        creatoken_run.human("edit", "a", by=who, output="b")
    with pytest.raises(EncodingError, match="address"):
        creatoken_studio.step("draft", actor="agent:copy", signer=who or 5)
    assert kept(creatoken_studio) == []
