"""What the documents tell people to run does run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from eth_account import Account

from creatoken_sdk import AssetInput, Creatoken
from creatoken_sdk.anvil import Anvil

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("bench/*.md")])


def test_readme__when_its_example_runs__pays_ana_and_splits_seven_to_three(
    creatoken_chain, tmp_path, monkeypatch
):
    chain = creatoken_chain
    monkeypatch.chdir(tmp_path)
    (tmp_path / "banner.png").write_bytes(b"the banner")
    ana, ben = (Account.from_key(bytes([i]) * 32).address for i in (5, 6))
    names = {"studio": chain.accounts[0], "maya": Account.create(), "ana": ana, "ben": ben}

    [example] = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    exec(example.replace("http://127.0.0.1:8545", chain.url), names)

    ct, work = names["ct"], names["work"]
    assert int(chain.request("eth_getBalance", ana, "latest"), 16) == 10**18
    assert ct.assets.get(names["banner_id"]).stages == (7,)
    shares = [ct.contributions.shares_of(work, account) for account in (ana, ben)]
    assert (shares, ct.contributions.total_shares(work)) == ([700, 300], 1000)


def test_test_a_pipeline__when_its_files_run__pass_with_nothing_but_the_plugin(tmp_path):
    text = (ROOT / "docs/how-to/test-a-pipeline.md").read_text()
    for name, code in re.findall(r"```python\n# (\w+\.py)\n(.*?)```", text, re.DOTALL):
        (tmp_path / name).write_text(code)
    command = [sys.executable, "-m", "pytest", "-q", "-pno:ape_test", "-pno:cacheprovider"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, "3 passed" in done.stdout) == (0, True), done.stdout + done.stderr


def test_write_a_gate__when_its_python_runs__approves_through_the_gate(
    creatoken_client, creatoken_work, creatoken_chain, creatoken_actors
):
    gate = Account.create().address
    creatoken_chain.request("anvil_setCode", gate, "0x600160005260206000f3")  # says yes
    asset = AssetInput(
        creator=creatoken_actors.recorder.address,
        content_hash=b"a" * 32,
        record_root=b"b" * 32,
        work_id=creatoken_work.id,
    )
    creatoken_client.with_signer(creatoken_actors.recorder).assets.register(asset)
    project = creatoken_client.works.project_of(creatoken_work.id)
    names = {"ct": creatoken_client, "gate": gate, "asset": asset, "project": project}
    names |= {"maya": creatoken_actors.director, "asset_id": creatoken_client.assets.id_of(asset)}
    text = (ROOT / "docs/how-to/write-a-gate.md").read_text()
    exec(re.findall(r"```python\n(.*?)```", text, re.DOTALL)[0], names)
    assert creatoken_client.projects.gates_of(project, 7) == (gate,)
    assert creatoken_client.assets.get(names["asset_id"]).stages == (7,)


def test_networks__when_followed_on_ones_own_machine__puts_all_contracts_there(tmp_path):
    text = (ROOT / "docs/networks.md").read_text().split("## Your own machine")[1]
    key, command = re.findall(r"^(CREATOKEN_DEPLOYER_KEY)=0x... python3 dev.py (.*)$", text, re.M)[
        0
    ]
    with Anvil() as chain:
        here = command.replace("http://127.0.0.1:8545", chain.url).split()
        here[0] = str(Path(sys.executable).with_name("ape"))
        env = os.environ | {key: chain.accounts[0].key.to_0x_hex()}
        subprocess.run([*here, "--folder", tmp_path], cwd=ROOT, env=env, check=True, timeout=120)
        Creatoken.connect(chain.url)  # which asks for the code of every contract


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links__given_a_document__lead_to_files_that_exist(document):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text())
    missing = [link for link in links if not (document.parent / link).exists()]
    assert missing == []


def test_readme__given_its_source_tree__names_what_exists():
    tree = (ROOT / "README.md").read_text().split("## What is where")[1].split("```")[1]
    named = re.findall(r"^(\w[\w/.]*)", tree, re.MULTILINE)
    contracts = re.findall(r"\w+\.sol", tree)
    assert [name for name in named if not (ROOT / name).exists()] == []
    assert [name for name in contracts if not (ROOT / "contracts" / name).exists()] == []
