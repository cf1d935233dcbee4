"""`ape run deploy` as a person runs it, on a chain that plays a consortium's."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from eth_account import Account

from creatoken_sdk import Creatoken
from creatoken_sdk.anvil import Anvil

CHAIN_ID = 20260  # that of ape-config.yaml
NAMES = ["Projects", "Anchors", "Works", "AssetRegistry", "PayoutVault"]


@pytest.fixture
def payer():
    return Account.create()


@pytest.fixture
def chain(payer):
    with Anvil(chain_id=CHAIN_ID, base_fee=0, gas_price=0) as chain:
        chain.request("anvil_setBalance", payer.address, hex(10**18))
        yield chain


@pytest.fixture
def start(chain, payer, tmp_path):
    """Starts the script; it writes into `tmp_path`."""
    network = f"ethereum:consortium:{chain.url}"
    ape = str(Path(sys.executable).with_name("ape"))
    command = [ape, "run", "deploy", "--network", network, "--folder", str(tmp_path)]
    env = os.environ | {"CREATOKEN_DEPLOYER_KEY": payer.key.to_0x_hex(), "PYTHONUNBUFFERED": "1"}

    def start_(**environment: str) -> subprocess.Popen[str]:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return subprocess.Popen(command, env=env | environment, text=True, **pipes)

    return start_


def said(run: subprocess.Popen[str]) -> dict[str, str]:
    """What the script says of each contract, once it ended well."""
    output, _ = run.communicate(timeout=120)
    assert run.returncode == 0
    words = [line.split(maxsplit=2) for line in output.splitlines()]
    return {line[0]: line[2] for line in words if len(line) == 3 and line[0] in NAMES}


@pytest.mark.threat("C8", "E2")
def test_deploy__when_killed_half_way_and_run_again__goes_on_and_then_changes_nothing(
    start, chain, payer, tmp_path
):
    path = tmp_path / f"{CHAIN_ID}.json"
    killed = start()
    for line in killed.stdout:
        if line.startswith("Anchors"):
            killed.kill()
            break
    killed.wait()
    assert {"Projects", "Anchors"} <= set(json.loads(path.read_text())["contracts"])

    resumed = said(start())
    assert list(resumed) == NAMES
    assert (resumed["Projects"], resumed["PayoutVault"]) == ("was there", "deployed")
    written, sent = path.read_bytes(), chain.request("eth_blockNumber")

    assert said(start()) == dict.fromkeys(NAMES, "was there")
    assert (path.read_bytes(), chain.request("eth_blockNumber")) == (written, sent)
    ct = Creatoken.connect(chain.url, signer=payer, deployment=path)
    assert ct.projects.create(treasury=payer.address) == 1


def test_deploy__given_no_private_key__says_so_in_one_line(start, tmp_path):
    run = start(CREATOKEN_DEPLOYER_KEY="0x12")
    output, _ = run.communicate(timeout=120)
    assert run.returncode == 1
    says = "CREATOKEN_DEPLOYER_KEY holds no private key; it is 0x and 64 hex digits"
    assert [line for line in output.splitlines() if "Error" in line] == [f"Error: {says}"]
    assert list(tmp_path.iterdir()) == []
