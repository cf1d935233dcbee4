"""The commands that work on a studio."""

from __future__ import annotations

import json
import os

import pytest
import typer

from creatoken_sdk import Role, Studio
from creatoken_sdk.cli.studio import status
from creatoken_sdk.studio.errors import SettlementError


@pytest.mark.threat("D2", "E3")
@pytest.mark.parametrize(
    ("key", "says"),
    [
        ({}, "put the relayer's private key into CREATOKEN_KEY"),
        ({"CREATOKEN_KEY": "0x1"}, "64 hex"),
    ],
)
def test_relay__without_a_key__says_where_to_put_it_and_shows_none(
    creatoken, creatoken_studio, key, says
):
    code, told, complaint = creatoken("relay", "studio.db", **key)
    assert (code, told) == (1, "")
    assert says in complaint


@pytest.mark.threat("E3")
def test_status__given_a_key__leaves_none_to_what_the_process_starts(
    creatoken_studio, creatoken_chain, creatoken_actors, tmp_path, monkeypatch
):
    monkeypatch.setenv("CREATOKEN_KEY", creatoken_actors.recorder.key.hex())
    with pytest.raises(typer.Exit):
        status(str(tmp_path / "studio.db"), rpc=creatoken_chain.url)
    assert "CREATOKEN_KEY" not in os.environ


def test_relay__when_dry__says_what_would_be_sent_and_sends_nothing(
    creatoken, creatoken_studio, creatoken_run, creatoken_actors, creatoken_chain, tmp_path
):
    height = creatoken_chain.request("eth_blockNumber")
    key = creatoken_actors.recorder.key.hex()
    code, told, complaint = creatoken(
        "relay", "studio.db", "--dry-run", "--json", CREATOKEN_KEY=key
    )
    assert (code, complaint) == (0, "")
    [would_send] = json.loads(told)["would send"]
    assert would_send.startswith("record to 0x")
    assert creatoken_chain.request("eth_blockNumber") == height


def test_relay__when_the_time_is_over_before_all_is_final__says_so_and_exits_with_one(
    creatoken, creatoken_run, creatoken_actors
):
    key = creatoken_actors.recorder.key.hex()
    command = ("relay", "studio.db", "--finality", "99", "--timeout", "1", "--json")
    code, told, complaint = creatoken(*command, CREATOKEN_KEY=key)
    assert (code, complaint) == (1, "")
    found = json.loads(told)
    assert found["jobs"] == {"mined": 1}
    assert found["alarms"] == ["not yet at finality 99: 1 jobs; relay again later"]


def test_relay__given_an_address_without_scheme__says_how_a_url_begins(
    creatoken, creatoken_studio, creatoken_actors
):
    key = creatoken_actors.recorder.key.hex()
    code, told, complaint = creatoken(
        "relay", "studio.db", "--rpc", "127.0.0.1:8545", CREATOKEN_KEY=key
    )
    assert (code, told) == (1, "")
    assert complaint == "creatoken: a node's URL begins with http:// or https://; add it\n"


def test_relay__given_an_unknown_finality__names_those_there_are(
    creatoken, creatoken_studio, creatoken_actors
):
    key = creatoken_actors.recorder.key.hex()
    code, _, complaint = creatoken("relay", "studio.db", "--finality", "soon", CREATOKEN_KEY=key)
    assert code == 1
    assert "use latest, safe, final, or a number of blocks" in complaint


@pytest.mark.parametrize("command", ["relay", "status"])
def test_relay__when_the_studio_is_missing__says_so_and_makes_none(
    creatoken, creatoken_actors, tmp_path, command
):
    key = creatoken_actors.recorder.key.hex()
    code, told, complaint = creatoken(command, "stduio.db", CREATOKEN_KEY=key)
    assert (code, told) == (1, "")
    assert complaint.startswith("creatoken: there is no studio at stduio.db; correct the path")
    assert list(tmp_path.iterdir()) == []


def test_relay__when_another_account_was_refused__settles_what_that_had_taken(
    creatoken, creatoken_run, creatoken_actors
):
    """An account without the role, such as by a wrong key, takes nothing out of sight."""
    told = []
    for account in (creatoken_actors.buyer, creatoken_actors.recorder):
        command = ("relay", "studio.db", "--finality", "latest", "--json")
        code, out, complaint = creatoken(*command, CREATOKEN_KEY=account.key.hex())
        assert complaint == ""
        told.append((code, json.loads(out)["jobs"]))
    assert told == [(1, {"reverted": 1}), (0, {"final": 1})]


@pytest.mark.parametrize(
    ("command", "shown"), [(["relay", "--dry-run"], {"would send": 1}), (["status"], {})]
)
def test_relay__when_dry_and_another_account_was_refused__shows_what_it_would_take_over(
    creatoken, creatoken_client, creatoken_studio, creatoken_run, creatoken_actors, command, shown
):
    wrong, right = creatoken_actors.buyer, creatoken_actors.recorder
    second = Studio(creatoken_studio.store, creatoken_client.with_signer(wrong), wrong)
    with pytest.raises(SettlementError):
        second.flush(wait="latest")
    code, told, complaint = creatoken(
        *command, "studio.db", "--json", CREATOKEN_KEY=right.key.hex()
    )
    assert (code, complaint) == (0, "")
    found = json.loads(told)
    assert (found["jobs"], found["jobs to take over"]) == ({}, 1)
    assert {name: len(found[name]) for name in shown} == shown


def test_relay__when_told_to_retry__sends_what_was_refused(
    creatoken, creatoken_client, creatoken_run, creatoken_actors
):
    command = ("relay", "studio.db", "--finality", "latest", "--json")
    helper = creatoken_actors.agent
    told = []
    for more in ((), (), ("--retry",)):
        code, out, _ = creatoken(*command, *more, CREATOKEN_KEY=helper.key.hex())
        told.append((code, json.loads(out)["jobs"]))
        creatoken_client.projects.set_roles(1, helper, Role.RECORDER)
    assert told == [(1, {"reverted": 1}), (1, {"reverted": 1}), (0, {"final": 1})]


def test_rescue__given_an_intact_store__leaves_it_alone(creatoken, creatoken_studio, tmp_path):
    creatoken_studio.close()
    before = (tmp_path / "studio.db").read_bytes()
    code, told, complaint = creatoken("rescue", "studio.db")
    assert (code, told) == (1, "")
    assert "intact" in complaint
    assert (tmp_path / "studio.db").read_bytes() == before


def test_mcp__when_its_package_is_missing__names_the_extra(creatoken, tmp_path):
    about = ["--work", 1, "--run", "test", "--folder", tmp_path]
    code, told, complaint = creatoken("mcp", "studio.db", *about)
    assert (code, told) == (1, "")
    assert complaint == "creatoken: mcp is not installed; run `pip install 'creatoken-sdk[mcp]'`\n"


@pytest.mark.threat("D5")
def test_relay__given_a_reason_that_steers_the_terminal__shows_it_escaped(
    creatoken, creatoken_studio, creatoken_run, creatoken_actors, creatoken_chain
):
    evil = (
        "no [bold]funds[/bold] [link=http://x]y[/link] :boom: \x1b[31m\x1b]8;;http://x\x07 \u202e"
    )
    creatoken_studio.preview()
    with creatoken_studio.store.transaction() as db:
        db.execute("UPDATE jobs SET state = 'reverted', reason = ?", (evil,))
    key = creatoken_actors.recorder.key.hex()
    code, told, complaint = creatoken("relay", "studio.db", CREATOKEN_KEY=key)
    assert (code, complaint) == (1, "")
    [refused] = [line for line in told.splitlines() if line.startswith("refused: ")]
    escaped = "\\x1b[31m\\x1b]8;;http://x\\x07 \\u202e"
    assert refused == (
        f"refused: record: no [bold]funds[/bold] [link=http://x]y[/link] :boom: {escaped}"
    )
    assert told.replace("\n", "").isprintable()
