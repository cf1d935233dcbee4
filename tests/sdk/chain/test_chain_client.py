from __future__ import annotations

import inspect
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from eth_account import Account

from creatoken_sdk import (
    Creatoken,
    Deployment,
)
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.artifacts import artifact
from creatoken_sdk.chain.calls import verb
from creatoken_sdk.chain.errors import (
    CodeMismatchError,
    NoSignerError,
    NotDeployedError,
    WrongChainError,
)
from creatoken_sdk.chain.reading import snake_case
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.wallet import Wallet


@pytest.mark.threat("C6")
def test_connect__when_nothing_is_deployed__says_how_to_deploy() -> None:
    with Anvil() as empty, pytest.raises(NotDeployedError, match="ape run deploy"):
        Creatoken.connect(empty.url)


def test_connect__when_the_chain_id_is_unknown__says_how_to_deploy() -> None:
    with Anvil(chain_id=424242) as other, pytest.raises(NotDeployedError, match="chain 424242"):
        Creatoken.connect(other.url)


@pytest.mark.threat("E4")
def test_connect__when_the_deployment_is_of_another_chain__refuses(
    chain: Anvil, tmp_path: Path
) -> None:
    path = tmp_path / "5.json"
    path.write_text(json.dumps({**Deployment.packaged(31337).to_json(), "chainId": 5}))
    with pytest.raises(WrongChainError, match=r"serves chain 31337.*of chain 5"):
        Creatoken.connect(chain.url, deployment=path)


@pytest.mark.threat("C6", "E4")
def test_connect__when_code_differs__refuses(chain: Anvil) -> None:
    packaged = Deployment.packaged(31337)
    wrong = replace(packaged.contracts["Anchors"], code_hash=bytes(32))
    other = Deployment(31337, {**packaged.contracts, "Anchors": wrong})
    with pytest.raises(CodeMismatchError, match="not the Anchors this SDK was made for"):
        Creatoken.connect(chain.url, deployment=other)


def test_connect__given_a_deployment_file__uses_it(chain: Anvil, tmp_path: Path) -> None:
    path = tmp_path / "31337.json"
    path.write_text(json.dumps(Deployment.packaged(31337).to_json()))
    assert Creatoken.connect(chain.url, deployment=path).deployment.chain_id == 31337


def test_send__when_nobody_signs__says_so(chain: Anvil) -> None:
    reader = Creatoken.connect(chain.url)
    assert reader.works.count() >= 0
    with pytest.raises(NoSignerError, match="with_signer"):
        reader.anchors.anchor(b"\x01" * 32, topic=bytes(32), count=1)


def test_call__given_no_chain__builds_what_the_verb_sends(ct: Creatoken) -> None:
    offline = Wallet(Rpc(object()), 31337, Account.create())  # type: ignore[arg-type]
    client = Creatoken(offline, Deployment.packaged(31337))
    call = client.anchors.anchor.call(b"\x09" * 32, topic=bytes(32), count=3)
    assert (call.to, call.value, call.name) == (client.anchors.address, 0, "Anchors.anchor")
    receipt = ct.send(call)
    assert receipt.event("Anchored", ct.anchors.address)["count"] == 3
    assert receipt.timestamp == ct.anchors.anchored_at(ct.address, b"\x09" * 32)


def test_send__given_a_call_that_returns_an_id__returns_its_receipt(ct: Creatoken) -> None:
    call = ct.projects.create.call(treasury=ct.address)
    receipt = ct.send(call)
    assert receipt.gas_used > 21_000
    assert (
        call.result(receipt) == receipt.event("ProjectCreated", ct.projects.address)["project_id"]
    )


@pytest.mark.threat("C1")
def test_sign__when_kept_and_broadcast_twice__is_mined_once(ct: Creatoken) -> None:
    transaction = ct.sign(ct.anchors.anchor.call(b"\x0a" * 32, topic=bytes(32), count=1))
    ct.broadcast(transaction)
    first = ct.wait(transaction)
    ct.broadcast(transaction)
    assert ct.wait(transaction.tx_hash) == first
    assert "0x" + transaction.raw.hex() not in repr(transaction)


@pytest.mark.threat("C2")
def test_send__given_many_threads_with_one_key__mines_every_call(ct: Creatoken) -> None:
    roots = [bytes([200, number]) * 16 for number in range(24)]
    calls = [ct.anchors.anchor.call(root, topic=bytes(32), count=1) for root in roots]
    clients = [ct, ct.with_signer(ct.wallet.signer)]
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda n: clients[n % 2].send(calls[n]), range(24)))
    assert len({receipt.tx_hash for receipt in receipts}) == 24


def test_verbs__given_every_writing_function__there_is_one(ct: Creatoken) -> None:
    standard = {"approve", "transferFrom", "safeTransferFrom", "setApprovalForAll"}
    nouns = [ct.projects, ct.works, ct.contributions, ct.royalties, ct.assets]
    nouns += [ct.approvals, ct.payouts, ct.licenses, ct.anchors]
    verbs = {n for noun in nouns for n, _ in inspect.getmembers(type(noun), _is_verb)}
    for name in {noun.CONTRACT for noun in nouns}:
        for entry in artifact(name).abi:
            if entry["type"] == "function" and entry["stateMutability"] in (
                "nonpayable",
                "payable",
            ):
                assert entry["name"] in standard or snake_case(entry["name"]) in verbs
    assert {"allow", "approve", "transfer"} <= verbs


def _is_verb(value: object) -> bool:
    return isinstance(value, verb)
