"""The demo as its audience has it: a command, a folder, and numbers that anybody can check again.

Sums, ids and proofs are worked out here from the documents alone, without the SDK.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.crypto import keccak
from PIL import Image
from rich.console import Console

from creatoken_sdk.anvil import Anvil, find_anvil
from creatoken_sdk.demo.artefacts import Artefacts, find_examples
from creatoken_sdk.demo.brief import read_brand, read_brief
from creatoken_sdk.demo.report import Report
from creatoken_sdk.demo.stage import Stage
from creatoken_sdk.demo.story import perform

DEMO = [sys.executable, "-m", "creatoken_sdk", "demo"]
TAMPER_WITH_THE_PICTURE = """
from creatoken_sdk.demo.artefacts import Artefacts
save = Artefacts.save
def tamper(self, name, content):
    return save(self, name, content + b"." if name == "final.png" else content)
Artefacts.save = tamper
"""
CLAIM_ONE_WEI_MORE = """
from creatoken_sdk.demo import earning
split = earning.split
earning.split = lambda revenue, shares: {k: v + 1 for k, v in split(revenue, shares).items()}
"""
HIDE_A_PAYMENT = """
from creatoken_sdk.demo import money
money._PAYMENTS.pop("PaymentReleased")
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """One run of the command: its result, its folder, and the story it printed."""
    out = tmp_path_factory.mktemp("demo") / "out"
    done = subprocess.run([*DEMO, "--json", "--out", out], capture_output=True, text=True)
    return SimpleNamespace(done=done, out=out, story=json.loads(done.stdout))


def read(told: SimpleNamespace, name: str) -> Any:
    return json.loads((told.out / name).read_text())


def hex_bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def test_demo__when_told__exits_with_zero_and_every_check_holds(told: SimpleNamespace) -> None:
    assert told.done.returncode == 0
    assert told.done.stderr == ""
    assert "\x1b" not in told.done.stdout
    assert told.story == read(told, "story.json")
    assert told.story["passed"] is True
    assert len(told.story["checks"]) >= 20
    assert all(check["passed"] for check in told.story["checks"])
    assert float(told.story["seconds"]) < 60


def test_demo__when_told__splits_the_royalty_to_the_wei(told: SimpleNamespace) -> None:
    royalty = told.story["royalty"]
    revenue, carried = int(royalty["revenueWei"]), int(royalty["carriedWei"])
    holders = royalty["holders"].values()
    total = sum(holder["shares"] for holder in holders)
    claimed = [int(holder["claimedWei"]) for holder in holders]

    offer = told.story["license"]["offer"]
    licensed = int(offer["price"]) + int(offer["deploymentFee"])
    assert licensed == int(told.story["license"]["earnedWei"]) > 0
    fee = int(told.story["payouts"][1]["amount"])
    assert sum(claimed) + carried == revenue == fee + licensed + 10**18
    assert 0 <= carried < len(claimed)
    for holder, amount in zip(holders, claimed, strict=True):
        assert 0 <= Fraction(revenue * holder["shares"], total) - amount <= 1
    upstream = royalty["holders"]["last summer's work"]
    assert Fraction(upstream["shares"], total) == Fraction(1, 10)
    assert royalty["upstream"]["receivedWei"] == upstream["claimedWei"]
    assert royalty["upstream"]["benWei"] == upstream["claimedWei"]


def test_demo__when_told__money_is_neither_made_nor_lost(told: SimpleNamespace) -> None:
    story = told.story
    people = story["people"].values()
    change = sum(int(person["afterWei"]) - int(person["beforeWei"]) for person in people)
    fees = sum(int(transaction["feeWei"]) for transaction in story["transactions"])
    assert change + fees + int(story["royalty"]["carriedWei"]) == 0
    senders = {transaction["sender"] for transaction in story["transactions"]}
    assert story["people"]["Maya"]["address"] not in senders
    assert story["people"]["Ana"]["address"] not in senders


def test_demo__when_told__sells_what_the_offers_id_and_the_legal_text_commit_to(
    told: SimpleNamespace,
) -> None:
    story, offer = told.story, told.story["license"]["offer"]
    kinds = ["uint40", "address", "uint128", "uint128", "uint40", "uint32", "uint32", "uint16"]
    kinds += ["bool", "bool", "bool", "bytes32", "bytes32", "uint256"]
    values = [
        hex_bytes(value) if kind == "bytes32" else int(value) if kind[0] == "u" else value
        for kind, value in zip(kinds, offer.values(), strict=True)
    ]
    place = [keccak(text="creatoken.offer.v1"), 31337, story["contracts"]["LicenseMarket"]]
    encoded = encode(["bytes32", "uint256", "address", *kinds], [*place, *values])
    assert story["license"]["offerId"] == "0x" + keccak(encoded).hex()
    text = (told.out / "license.txt").read_bytes()
    assert hashlib.sha256(text).digest() == hex_bytes(offer["termsHash"])


def test_demo__when_told__leaves_pictures_whose_hash_is_in_the_asset_id(
    told: SimpleNamespace,
) -> None:
    story, certificate = told.story, read(told, "certificate.json")
    for name in ("final", "draft-shore", "draft-sunrise", "draft-horizon", "last-summer"):
        with Image.open(told.out / f"{name}.png") as image:
            image.load()
            assert image.size == (1200, 628)
    content = hashlib.sha256((told.out / "final.png").read_bytes()).digest()
    assert content.hex() == story["assets"]["final"]["contentHash"].removeprefix("0x")
    terms = {
        "bytes32": keccak(text="creatoken.asset.v1"),
        "uint256": story["chainId"],
        "address": story["contracts"]["AssetRegistry"],
    }
    types = [*terms, "address", "bytes32", "bytes32"]
    ana, record_root = story["people"]["Ana"]["address"], hex_bytes(certificate["recordRoot"])
    asset_id = keccak(encode(types, [*terms.values(), ana, content, record_root]))
    assert int.from_bytes(asset_id, "big") == int(story["assets"]["final"]["id"])
    parents = [story["assets"][name]["id"] for name in ("draft-shore", "last-summer")]
    assert certificate["record"]["parents"] == parents
    assert certificate["record"]["oversight"] == "human_validated"


def test_demo__when_told__opens_one_field_that_leads_to_a_signed_step(
    told: SimpleNamespace,
) -> None:
    opened, certificate = read(told, "disclosure.json"), read(told, "certificate.json")
    path, value = opened["path"].encode(), json.dumps(opened["value"]).encode()
    preimage = keccak(text="creatoken.record.v1") + len(path).to_bytes(4, "big") + path
    preimage += hex_bytes(opened["salt"]) + hashlib.sha256(value).digest()
    node = keccak(keccak(hashlib.sha256(preimage).digest()))
    for sibling in map(hex_bytes, opened["proof"]):
        node = keccak(min(node, sibling) + max(node, sibling))
    assert "0x" + node.hex() == opened["root"]
    details = [step["message"]["detail"] for step in certificate["record"]["steps"]]
    assert opened["root"] in details


@pytest.mark.threat("D2")
def test_demo__when_told__keeps_prompts_and_keys_in_the_private_folder(
    told: SimpleNamespace,
) -> None:
    private = told.out / "private"
    assert private.stat().st_mode & 0o077 == 0
    keys = keys_in(private / "studio.db")
    assert len(keys) == 2 + 14 + 5  # steps of two works, and five pictures
    assert len(prompt_lines()) >= 5
    kept = b"".join(path.read_bytes() for path in private.glob("studio.db*"))
    assert all(line.encode() in kept for line in prompt_lines()[:1])
    secrets = [*keys, *prompt_lines()]
    for path in told.out.glob("*.json"):
        assert not [secret for secret in secrets if secret in path.read_text()], path.name


@pytest.mark.threat("D2")
def test_perform__when_played__puts_no_key_and_no_prompt_on_the_chain(tmp_path: Path) -> None:
    examples = find_examples()
    brief, brand = read_brief(examples / "brief.md"), read_brand(examples / "brand.json")
    report = Report(Console(quiet=True))
    with Anvil() as chain:
        stage = Stage(chain, Artefacts(tmp_path), report)
        perform(stage, brief, brand)
        height = int(chain.request("eth_blockNumber"), 16)
        blocks = [chain.request("eth_getBlockByNumber", hex(n), True) for n in range(height + 1)]
        logs = chain.request("eth_getLogs", {"fromBlock": "0x0", "toBlock": "latest"})
    on_chain = json.dumps([blocks, logs])
    secrets = [person.account.key.hex().removeprefix("0x") for person in stage.cast]
    secrets += keys_in(tmp_path / "private/studio.db")
    secrets += [line.encode().hex() for line in prompt_lines()]
    assert report.facts["assets"]["final"]["contentHash"][2:] in on_chain
    assert not [secret for secret in secrets if secret in on_chain]


@pytest.mark.parametrize(
    ("sabotage", "failed"),
    [
        (TAMPER_WITH_THE_PICTURE, "the last review was of exactly these bytes"),
        (CLAIM_ONE_WEI_MORE, "every claim is what the split comes to, worked out anew"),
        (HIDE_A_PAYMENT, "books and balances agree to the wei"),
    ],
)
def test_demo__when_one_thing_is_wrong__exits_with_one(
    tmp_path: Path, sabotage: str, failed: str
) -> None:
    code = sabotage + "from creatoken_sdk.cli import main\nmain()"
    command = [sys.executable, "-c", code, "demo", "--json", "--out", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    checks = json.loads(done.stdout)["checks"]
    assert failed in [check["name"] for check in checks if not check["passed"]]


def test_demo__when_interrupted__leaves_no_chain_behind(tmp_path: Path) -> None:
    anvil, pid_file = tmp_path / "anvil", tmp_path / "pid"
    anvil.write_text(f'#!/bin/sh\necho $$ > "{pid_file}"\nexec "{find_anvil()}" "$@"\n')
    anvil.chmod(0o755)
    environment = {**os.environ, "CREATOKEN_ANVIL": str(anvil)}
    command = [*DEMO, "--out", tmp_path / "out"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        assert any("2. Last summer" in line for line in process.stdout)
        pid = int(pid_file.read_text())
        os.kill(pid, 0)  # it runs
        process.send_signal(signal.SIGINT)
        process.stdout.read()
        assert process.wait(timeout=20) != 0
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert not (tmp_path / "out/story.json").exists()


def keys_in(store: Path) -> list[str]:
    """The record keys of a studio, in hex."""
    with closing(sqlite3.connect(store)) as database:
        return [
            key.removeprefix("0x") for (key,) in database.execute("SELECT key FROM record_keys")
        ]


def prompt_lines() -> list[str]:
    """Lines of the brief that are long enough to be told apart from anything else."""
    text = (find_examples() / "brief.md").read_text()
    return [line for line in text.splitlines() if len(line) >= 20]
