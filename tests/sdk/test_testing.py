"""What users test with: each test gets the same chain, each strategy what the SDK takes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creatoken_sdk import AssetInput, Creatoken, Work
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.codec import encode_call
from creatoken_sdk.chain.projects import Role
from creatoken_sdk.errors import RevertError
from creatoken_sdk.record import Approval, Certificate, new_key
from creatoken_sdk.studio.run import Run, current_run
from creatoken_sdk.studio.studio import Studio
from creatoken_sdk.testing.plugin import Actors
from creatoken_sdk.testing.strategies import addresses, asset_inputs, step_documents, structs

SEEN: list[Any] = []


@pytest.mark.parametrize("turn", range(3))
def test_creatoken_chain__given_what_a_test_before_did__is_as_at_first(
    creatoken_chain: Anvil, creatoken_client: Creatoken, turn: int
) -> None:
    request, account = creatoken_chain.request, creatoken_client.address
    balance = request("eth_getBalance", account, "latest")
    nonces = [request("eth_getTransactionCount", account, tag) for tag in ("latest", "pending")]
    SEEN.append((creatoken_client.now(), balance, nonces, request("txpool_status")))
    assert SEEN[-1] == SEEN[0]

    creatoken_client.projects.create(treasury=account, directors=[account])
    request("evm_increaseTime", 24 * 60 * 60)
    request("evm_mine")
    request("evm_setAutomine", False)
    creatoken_client.broadcast(
        creatoken_client.sign(creatoken_client.projects.create.call(treasury=account))
    )
    assert request("txpool_status")["pending"] == "0x1"


def test_creatoken_chain__given_an_actor__only_the_tip_costs_gas(creatoken_chain: Anvil) -> None:
    block = creatoken_chain.request("eth_getBlockByNumber", "latest", False)
    assert block["baseFeePerGas"] == "0x0"


def test_creatoken_work__given_actors__gives_them_their_roles_and_no_other(
    creatoken_client: Creatoken, creatoken_work: Work, creatoken_actors: Actors
) -> None:
    project = creatoken_client.works.project_of(creatoken_work.id)
    who = creatoken_actors
    roles = creatoken_client.projects.roles_of
    assert Role.DIRECTOR in roles(project, who.director.address)
    assert Role.RECORDER in roles(project, who.recorder.address)
    for outsider in (who.agent, who.designer, who.buyer):
        assert not roles(project, outsider.address)
        with pytest.raises(RevertError):
            creatoken_client.with_signer(outsider).works.open(project)
    assert creatoken_client.with_signer(who.recorder).works.open(project).id == 2


def test_creatoken_run__when_the_test_begins__is_open_and_authorised(
    creatoken_studio: Studio, creatoken_run: Run, creatoken_actors: Actors
) -> None:
    assert current_run() is creatoken_run
    rows = creatoken_studio.store.rows("SELECT key, actor FROM steps")
    assert rows == [("authorise", creatoken_actors.director.address)]
    assert creatoken_studio.signer == creatoken_actors.recorder


@given(asset_inputs(), addresses())
def test_asset_inputs__given_any__encode(asset: AssetInput, to: str) -> None:
    data = encode_call("AssetRegistry", "register", (asset, to))
    assert asset.content_hash in data
    assert asset.record_root in data


@given(structs(Approval, stage=st.just(7)))
def test_structs__given_a_narrowed_field__keep_to_it(approval: Approval) -> None:
    assert approval.stage == 7
    assert Approval.from_json(approval.to_json()) == approval


@given(step_documents())
def test_step_documents__given_any__become_certificates(document: dict[str, Any]) -> None:
    certificate = Certificate.issue(document, new_key())
    assert certificate.verify(certificate.root)["/attempt"] == "verified"
    assert Certificate.from_json(certificate.to_json()).record == document
