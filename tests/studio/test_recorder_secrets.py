"""Contents and keys stay in the store: they are in no log, repr, warning, error or transaction."""

from __future__ import annotations

import hashlib
import json
import logging
import traceback
import warnings
from pathlib import Path
from typing import Any

import pytest

from creatoken_sdk import Creatoken
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.errors import CreatokenError
from creatoken_sdk.studio.actors import Actor
from creatoken_sdk.studio.journal import Entry, Written
from creatoken_sdk.studio.run import Run
from creatoken_sdk.studio.step import StepSpec
from creatoken_sdk.studio.studio import Studio
from creatoken_sdk.studio.values import content_of
from creatoken_sdk.testing.plugin import Actors

CANARY = "zimtstern-4711"
HASH = hashlib.sha256(CANARY.encode()).hexdigest()


class Loud:
    """Something that shows what it holds to whoever asks."""

    def __repr__(self) -> str:
        return CANARY

    def __fspath__(self) -> str:
        raise ValueError(CANARY)


@pytest.fixture
def secrets(creatoken_actors: Actors) -> list[str]:
    """Contents, their guessable hash, and keys."""
    people = (creatoken_actors.recorder, creatoken_actors.agent, creatoken_actors.director)
    return [CANARY, HASH, *(one.key.hex().removeprefix("0x") for one in people)]


def leaks(text: str, secrets: list[str]) -> list[str]:
    return [one for one in secrets if one in text or one.encode().hex() in text]


def record(studio: Studio, run: Run, actors: Actors, path: Path) -> Any:
    """Record secrets in every place that takes some; return the asset."""
    given: Any = {"signer": actors.agent, "model": CANARY, "parameters": {"key": CANARY}}
    step = studio.step("draft", actor="agent:copy", **given)
    step(lambda brief, more: CANARY)(CANARY, more={CANARY: [CANARY]})
    run.human("edit", CANARY, by=actors.director, output=CANARY, shares=5)
    run.gate("brand", {"why": CANARY})
    path.write_text(f"{CANARY} in a file, whose hash is public")
    return run.output(path, details={"note": CANARY})


def test_leaks__given_a_secret_in_text_or_calldata__finds_it(secrets: list[str]) -> None:
    assert leaks(f"a {CANARY} b", secrets) == leaks(CANARY.encode().hex(), secrets) == [CANARY]


@pytest.mark.threat("D2")
def test_reprs_and_logs__given_a_recorded_run__hold_no_secret(
    creatoken_studio: Studio,
    creatoken_run: Run,
    creatoken_actors: Actors,
    tmp_path: Path,
    secrets: list[str],
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with caplog.at_level(logging.DEBUG):
        made = record(creatoken_studio, creatoken_run, creatoken_actors, tmp_path / "a.txt")
        found = creatoken_studio.memory.find(CANARY)
        assert len(found) == 4
        creatoken_studio.flush(wait="latest")
    actor = Actor.of("agent:copy", creatoken_actors.agent)
    spec = StepSpec("draft", actor, 0, parameters={"key": CANARY})
    entry: Entry = spec.entry("draft#1", content_of(CANARY), CANARY)
    shown = [creatoken_studio, creatoken_run, actor, spec, entry, made, made.certificate(), found]
    shown += [creatoken_run.begin(spec, CANARY), creatoken_studio.memory, creatoken_studio.status()]
    shown += [creatoken_run._journal.append(entry), creatoken_run.request_approval(made)]
    shown += [creatoken_studio.memory.certificate(found[0].id), creatoken_studio.preview()]
    shown += [creatoken_studio.memory.disclose(found[0].id, "/inputHash"), creatoken_studio.store]
    assert any(isinstance(one, Written) for one in shown)
    assert [type(one) for one in shown if leaks(f"{one!r} {one!s}", secrets)] == []
    assert leaks(caplog.text + "".join(capfd.readouterr()), secrets) == []


@pytest.mark.threat("D2")
def test_warnings_and_errors__given_what_cannot_be_recorded__hold_no_secret(
    creatoken_studio: Studio, creatoken_run: Run, creatoken_actors: Actors, secrets: list[str]
) -> None:
    def fail(value: object) -> object:
        raise ValueError(CANARY, value)

    bad = [Loud(), {Loud(): 1}, {CANARY.encode(): 1}, [CANARY, float("nan")], {"a": {CANARY, 1j}}]
    step = creatoken_studio.step("draft", actor="agent:copy")
    loose = creatoken_studio.step("draft", actor="agent:copy", content=fail)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for value in bad:
            step(lambda given: given)(value)
            step(lambda given: None)({"given": value})
        loose(lambda: CANARY)()
    assert len(caught) == len(creatoken_run.unrecorded) == 2 * len(bad) + 1
    told = " ".join([*creatoken_run.unrecorded, *(str(one.message) for one in caught)])
    assert leaks(told, secrets) == []
    for value in bad:
        with pytest.raises((CreatokenError, ValueError)) as raised:
            creatoken_run.begin(StepSpec("a", Actor.of("agent:a", "0x"), 0), 1).spec.entry(
                "a", content_of("a"), value
            )
        if isinstance(raised.value, CreatokenError):
            assert leaks("".join(traceback.format_exception_only(raised.value)), secrets) == []


@pytest.mark.threat("D2")
def test_chain__given_a_settled_run__holds_no_secret(
    creatoken_studio: Studio,
    creatoken_run: Run,
    creatoken_client: Creatoken,
    creatoken_chain: Anvil,
    creatoken_actors: Actors,
    tmp_path: Path,
    secrets: list[str],
) -> None:
    made = record(creatoken_studio, creatoken_run, creatoken_actors, tmp_path / "a.txt")
    creatoken_studio.flush(wait="latest")
    assert creatoken_client.assets.get(made.id).owner == made.owner
    height = int(creatoken_chain.request("eth_blockNumber"), 16)
    blocks = [
        creatoken_chain.request("eth_getBlockByNumber", hex(number), True)
        for number in range(height + 1)
    ]
    logs = creatoken_chain.request("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest"})
    on_chain = json.dumps([blocks, logs])
    assert made.asset.content_hash.hex() in on_chain
    assert leaks(on_chain, secrets) == []
