"""What docs/how-to/instrument-a-pipeline.md and run-a-relayer.md tell people to run does run."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from eth_account import Account

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"


@pytest.fixture
def follow(creatoken_chain, creatoken_actors, tmp_path, monkeypatch):
    """Runs the pipeline of the first page, with or without its flush; returns its names."""
    monkeypatch.chdir(tmp_path)

    def run(*, flush):
        people = creatoken_actors
        names = {"admin": people.studio, "pipeline": people.recorder, "maya": people.director}
        names |= {"agent": people.agent, "ana": Account.create()}
        text = (HOW_TO / "instrument-a-pipeline.md").read_text()
        for code in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
            here = code.replace("http://127.0.0.1:8545", creatoken_chain.url)
            exec(here if flush else here.replace("studio.flush", "dict"), names)
        return names

    return run


def settled(ct, names):
    shares = [ct.contributions.shares_of(names["work"], names[one]) for one in ("agent", "ana")]
    return shares, ct.assets.get(names["asset"].id).owner == names["agent"].address


def test_instrument_a_pipeline__when_followed__pays_agent_and_ana_and_registers_the_ad(
    follow, creatoken_client
):
    names = follow(flush=True)
    assert settled(creatoken_client, names) == ([60, 40], True)
    assert names["run"].unrecorded == []
    names["studio"].flush(wait="latest")  # the scenes that threads drafted
    assert settled(creatoken_client, names) == ([60 + 3 * 60, 40], True)


def test_run_a_relayer__when_followed__settles_what_a_pipeline_recorded(
    follow, creatoken_chain, creatoken_client, creatoken_actors
):
    names = follow(flush=False)
    text = (HOW_TO / "run-a-relayer.md").read_text()
    commands = [line.split() for line in re.findall(r"^creatoken (.*)$", text, re.MULTILINE)]
    environment = os.environ | {"CREATOKEN_KEY": creatoken_actors.recorder.key.hex()}
    told = []
    for command in commands:
        here = [part.replace("http://127.0.0.1:8545", creatoken_chain.url) for part in command]
        here = [part.replace("final", "latest") if part == "final" else part for part in here]
        done = subprocess.run(
            [sys.executable, "-m", "creatoken_sdk", *here, "--json"],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        told.append(json.loads(done.stdout))
    assert settled(creatoken_client, names) == ([60 + 3 * 60, 40], True)
    assert [one["jobs"] for one in told] == [{"final": 3}, {"final": 3}]
    assert [one["alarms"] for one in told] == [[], []]
