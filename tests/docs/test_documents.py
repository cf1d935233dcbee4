"""What the documents tell people to run does run."""

import re
from pathlib import Path

import pytest
from eth_account import Account

from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.deploy import deploy
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.wallet import Wallet

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("bench/*.md")])


@pytest.fixture
def chain():
    with Anvil() as chain:
        list(deploy(Wallet(Rpc.connect(chain.url), 31337, chain.accounts[0])))
        yield chain


def test_readme__when_its_example_runs__pays_ana_and_splits_seven_to_three(
    chain, tmp_path, monkeypatch
):
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
