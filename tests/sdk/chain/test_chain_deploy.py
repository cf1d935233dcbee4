from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from eth_account import Account

from creatoken_sdk import Creatoken, Deployment
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.deploy import CREATE2_DEPLOYER, deploy, plan
from creatoken_sdk.chain.errors import CodeMismatchError, InsufficientFundsError, NotDeployedError
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.wallet import Wallet
from endpoint import FaultyEndpoint


@pytest.fixture
def empty() -> Iterator[Anvil]:
    with Anvil() as anvil:
        yield anvil


@pytest.fixture
def wallet(empty: Anvil) -> Wallet:
    return Wallet(Rpc.connect(empty.url), 31337, empty.accounts[0])


def sent(wallet: Wallet) -> int:
    return wallet.rpc.integer("eth_getTransactionCount", wallet.address, "latest")


@pytest.mark.threat("E1")
def test_plan__given_the_packaged_contracts__equals_the_packaged_deployment() -> None:
    packaged = Deployment.packaged(31337).contracts
    planned = {one.name: (one.address, one.code_hash) for one in plan()}
    assert planned == {name: (one.address, one.code_hash) for name, one in packaged.items()}


@pytest.mark.threat("B14")
def test_plan__given_every_contract__fits_the_limits_of_public_chains(wallet: Wallet) -> None:
    for name, contract in deploy(wallet):
        receipts = wallet.rpc.mapping("eth_getBlockByNumber", hex(contract.block), False)
        assert int(receipts["gasUsed"], 16) < 2**24, name
        assert len(wallet.rpc.data("eth_getCode", contract.address, "latest")) <= 24_576, name


def test_deploy__when_run_twice__sends_nothing_the_second_time(wallet: Wallet) -> None:
    first = dict(deploy(wallet))
    count = sent(wallet)
    second = dict(deploy(wallet))
    assert sent(wallet) == count == 6
    assert [one.block > 0 for one in first.values()] == [True] * 6
    assert {name: one.address for name, one in first.items()} == {
        name: one.address for name, one in second.items()
    }
    assert [one.block for one in second.values()] == [0] * 6


@pytest.mark.threat("E2")
@pytest.mark.parametrize("done", [0, 1, 2, 3, 4, 5])
def test_deploy__when_stopped_after_any_contract__goes_on_there(
    empty: Anvil, wallet: Wallet, done: int
) -> None:
    list(islice(deploy(wallet), done))
    other = Wallet(wallet.rpc, 31337, empty.accounts[1])
    contracts = dict(deploy(other))
    assert (sent(wallet), sent(other)) == (done, 6 - done)
    assert Creatoken.connect(empty.url).deployment.contracts.keys() == contracts.keys()


@pytest.mark.threat("E2")
def test_deploy__when_other_code_is_at_an_address__refuses_and_sends_nothing_there(
    empty: Anvil, wallet: Wallet
) -> None:
    empty.request("anvil_setCode", plan()[1].address, "0x6001")
    with pytest.raises(CodeMismatchError, match="not the Anchors"):
        list(deploy(wallet))
    assert sent(wallet) == 1


@pytest.mark.threat("B4")
def test_deploy__when_money_came_to_the_addresses_before__deploys_there(
    empty: Anvil, wallet: Wallet
) -> None:
    for one in plan():
        empty.request("anvil_setBalance", one.address, "0x65")
    assert {one.address for _, one in deploy(wallet)} == {one.address for one in plan()}
    ct = Creatoken.connect(empty.url)
    assert ct.wallet.rpc.integer("eth_getBalance", ct.payouts.address, "latest") == 0x65


def test_deploy__when_the_deployer_is_missing__puts_it_there_first(
    empty: Anvil, wallet: Wallet
) -> None:
    code = empty.request("eth_getCode", CREATE2_DEPLOYER, "latest")
    empty.request("anvil_setCode", CREATE2_DEPLOYER, "0x")
    empty.request("anvil_setNonce", CREATE2_DEPLOYER, "0x0")
    assert dict(deploy(wallet)).keys() == Deployment.packaged(31337).contracts.keys()
    assert empty.request("eth_getCode", CREATE2_DEPLOYER, "latest") == code


def test_deploy__when_the_chain_refuses_the_deployers_transaction__says_what_to_ask_for(
    empty: Anvil,
) -> None:
    empty.request("anvil_setCode", CREATE2_DEPLOYER, "0x")
    endpoint = FaultyEndpoint(empty.url)
    refusal = {"code": -32000, "message": "only replay-protected (EIP-155) transactions allowed"}
    endpoint.fail("eth_sendRawTransaction", None, {"error": refusal})
    wallet = Wallet(Rpc.connect(endpoint.url), 31337, empty.accounts[0])
    with pytest.raises(NotDeployedError, match="allow unprotected transactions once"):
        list(deploy(wallet))
    endpoint.close()


def test_deploy__when_the_account_is_poor__says_so(wallet: Wallet) -> None:
    poor = Wallet(wallet.rpc, 31337, Account.create())
    with pytest.raises(InsufficientFundsError, match="deploying Projects can cost"):
        list(deploy(poor))


def test_deployment__given_a_record__reads_back_what_it_wrote(wallet: Wallet) -> None:
    deployment = Deployment(31337, dict(deploy(wallet)))
    assert Deployment.from_json(deployment.to_json()) == deployment
    with pytest.raises(NotDeployedError, match="MetricGate is not deployed"):
        deployment.address("MetricGate")


@pytest.mark.parametrize("written", [None, "", "[]", "{}", '{"chainId": 1, "contracts": [1]}'])
def test_load__given_no_deployment__says_how_to_get_one(
    tmp_path: Path, written: str | None
) -> None:
    path = tmp_path / "7.json"
    if written is not None:
        path.write_text(written)
    with pytest.raises(NotDeployedError, match=r"7\.json is missing or no deployment; deploy with"):
        Deployment.load(path)
