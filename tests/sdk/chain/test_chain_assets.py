from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from eth_account import Account

from creatoken_sdk import (
    NATIVE,
    AssetInput,
    AssetStatus,
    Creatoken,
    PayoutStatus,
    PayoutTerms,
    Work,
)
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.errors import BadResponseError, DevKeyError, RpcError
from creatoken_sdk.chain.reverts import (
    ApprovalsNotDirectorError,
)
from creatoken_sdk.chain.wallet import Wallet
from endpoint import FaultyEndpoint
from sdk.chain.balances import balance


def asset_of(ct: Creatoken, work: Work, number: int) -> AssetInput:
    content = (work.id << 32 | number).to_bytes(32, "big")
    return AssetInput(
        creator=ct.address, content_hash=content, record_root=b"\x01" * 32, work_id=work.id
    )


def terms_of(ct: Creatoken, work: Work, payee: str, **changes: object) -> PayoutTerms:
    terms = PayoutTerms(
        work_id=work.id,
        stage=7,
        payer=ct.address,
        payee=payee,
        currency=NATIVE,
        amount=10**15,
        expires_at=ct.now() + 1000,
        brief_hash=bytes(32),
        salt=0,
    )
    return replace(terms, **changes)  # type: ignore[arg-type]


def test_assets__from_registration_to_withdrawal__the_views_say_so(
    ct: Creatoken, artist: Creatoken, work: Work
) -> None:
    asset = asset_of(ct, work, 1)
    identity = ct.assets.id_of(asset)
    assert ct.assets.find(content_hash=asset.content_hash) == ()
    receipt = ct.assets.register(asset)
    stored = ct.assets.get(identity)
    assert (stored.owner, stored.work_id, stored.stages) == (ct.address, work.id, ())
    assert stored.registered_at == receipt.timestamp
    (found,) = ct.assets.find(content_hash=asset.content_hash)
    assert found["asset_id"] == identity
    assert found["asset"]["record_root"] == asset.record_root
    ct.assets.attach_manifest(identity, b"\x0c" * 32)
    ct.assets.transfer(identity, artist.address)
    ct.assets.withdraw(identity)
    assert ct.assets.get(identity).status is AssetStatus.WITHDRAWN
    assert ct.assets.get(identity).owner == artist.address


LIES: dict[str, Any] = {
    "about other content": lambda log: log,
    "of another contract": lambda log: {**log, "address": "0x" + "11" * 20},
    "of no known event": lambda log: {**log, "topics": ["0x" + "22" * 32]},
    "that is no log": lambda log: None,
}


@pytest.mark.threat("C5")
@pytest.mark.parametrize("lie", LIES)
def test_find__when_the_node_answers_with_another_log__refuses_to_believe_it(
    faulty: Creatoken, endpoint: FaultyEndpoint, ct: Creatoken, work: Work, lie: str
) -> None:
    asset = replace(asset_of(ct, work, 20), manifest_hash=b"\x0e" * 32)
    ct.assets.register(asset)
    query = {"address": ct.assets.address, "fromBlock": "0x0"}
    log = ct.wallet.rpc.rows("eth_getLogs", query)[-1]
    endpoint.lies["eth_getLogs"] = lambda _: [LIES[lie](log)]
    asked = asset.content_hash if lie != "about other content" else b"\x01" * 32
    with pytest.raises(BadResponseError, match="use another endpoint"):
        faulty.assets.find(content_hash=asked)
    with pytest.raises(BadResponseError, match="use another endpoint"):
        faulty.assets.find(content_hash=asset.content_hash, manifest_hash=b"\x01" * 32)
    endpoint.lies["eth_getLogs"] = lambda logs: logs
    (found,) = faulty.assets.find(content_hash=asset.content_hash)
    assert found["asset_id"] == ct.assets.id_of(asset)


@pytest.mark.threat("E5")
def test_sign__given_a_development_key_on_another_chain__refuses(
    ct: Creatoken, chain: Anvil
) -> None:
    client = Creatoken(Wallet(ct.wallet.rpc, 11155111), ct.deployment)
    asset = AssetInput(creator=ct.address, content_hash=b"\x01" * 32, record_root=b"\x01" * 32)
    for sign in (
        lambda key: client.approvals.sign(key, 1, 7),
        lambda key: client.approvals.sign_many(key, [1, 2], 7),
        lambda key: client.assets.sign(key, asset, ct.address, 2**39),
    ):
        with pytest.raises(DevKeyError, match="use a key of your own"):
            sign(chain.accounts[1])
        assert sign(Account.create())


def test_register_for__when_the_creator_signed__registers_for_the_creator(
    ct: Creatoken, artist: Creatoken, chain: Anvil, work: Work
) -> None:
    asset = replace(asset_of(ct, work, 2), creator=artist.address, manifest_hash=b"\x0d" * 32)
    deadline = ct.now() + 100
    signature = ct.assets.sign(chain.accounts[2], asset, artist.address, deadline)
    ct.assets.register_for(asset, artist.address, deadline, signature)
    (found,) = ct.assets.find(manifest_hash=b"\x0d" * 32)
    assert found["asset"]["creator"] == artist.address


def test_register_batch_and_sign_many__when_a_director_signs_once__all_are_approved(
    ct: Creatoken, chain: Anvil, work: Work
) -> None:
    assets = [asset_of(ct, work, number) for number in range(3, 8)]
    ct.assets.register_batch(assets, ct.address)
    ids = [ct.assets.id_of(asset) for asset in assets]
    signatures = ct.approvals.sign_many(chain.accounts[1], ids, 2)
    for asset, identity in zip(assets, ids, strict=True):
        ct.approvals.approve(asset, 2, [signatures[identity]])
        assert ct.assets.get(identity).stages == (2,)


def test_approve__when_two_directors_signed__takes_them_in_any_order(
    ct: Creatoken, chain: Anvil, project: int, work: Work
) -> None:
    ct.projects.set_approvals_required(project, 2)
    asset = asset_of(ct, work, 9)
    ct.assets.register(asset)
    identity = ct.assets.id_of(asset)
    signatures = [ct.approvals.sign(chain.accounts[n], identity, 0) for n in (0, 1)]
    for order, stage in ((signatures, 0), (signatures[::-1], 1)):
        signed = [ct.approvals.sign(chain.accounts[n], identity, stage) for n in (0, 1)]
        ct.approvals.approve(asset, stage, signed if order is signatures else signed[::-1])
        assert ct.approvals.is_approved(identity, stage)


def test_approve__when_signed_by_a_stranger__raises_its_typed_error(
    ct: Creatoken, artist: Creatoken, chain: Anvil, work: Work
) -> None:
    asset = asset_of(ct, work, 10)
    ct.assets.register(asset)
    signature = ct.approvals.sign(chain.accounts[2], ct.assets.id_of(asset), 7)
    with pytest.raises(ApprovalsNotDirectorError) as caught:
        ct.approvals.approve(asset, 7, [signature])
    assert caught.value.account == artist.address


def test_revoke_signatures__when_revoked__raises_the_epoch(maya: Creatoken, work: Work) -> None:
    before = maya.approvals.epoch_of(maya.address)
    maya.approvals.revoke_signatures()
    assert maya.approvals.epoch_of(maya.address) == before + 1


def test_payouts__when_approved_and_released__pays_the_payee_once(
    ct: Creatoken, chain: Anvil, work: Work
) -> None:
    payees = [Account.create().address for _ in range(3)]
    terms = [terms_of(ct, work, payee) for payee in payees]
    ct.payouts.fund(terms[0])
    ct.payouts.fund_many(terms[1:])
    asset = asset_of(ct, work, 11)
    ct.assets.register(asset)
    identity = ct.assets.id_of(asset)
    signature = ct.approvals.sign(chain.accounts[1], identity, 7)
    ct.payouts.approve_and_release(terms[:1], asset, [signature])
    ct.payouts.release(terms[1], identity)
    ct.payouts.release_many(terms[2:], identity)
    assert [balance(chain, payee) for payee in payees] == [10**15] * 3
    statuses = [ct.payouts.status_of(ct.payouts.id_of(one)) for one in terms]
    assert statuses == [PayoutStatus.RELEASED] * 3


def test_payouts__when_waived_or_expired__pays_the_payer_back(
    ct: Creatoken, maya: Creatoken, chain: Anvil, work: Work
) -> None:
    waived, expired = (terms_of(ct, work, maya.address, salt=salt) for salt in (1, 2))
    ct.payouts.fund_many([waived, expired])
    maya.payouts.waive(waived)
    chain.request("evm_increaseTime", 2000)
    maya.payouts.refund(expired)
    statuses = [ct.payouts.status_of(ct.payouts.id_of(one)) for one in (waived, expired)]
    assert statuses == [PayoutStatus.WAIVED, PayoutStatus.REFUNDED]
    assert ct.payouts.credit_of(maya.address) == 0


@pytest.mark.threat("B13")
def test_fund_many__given_a_thousand_payouts__is_refused_before_anything_is_signed(
    ct: Creatoken, work: Work
) -> None:
    """Five hundred fit into the 2^24 gas that public chains grant a transaction."""
    terms = [terms_of(ct, work, ct.address, amount=1, salt=salt) for salt in range(1_000)]
    count = ct.wallet.rpc.integer("eth_getTransactionCount", ct.address, "pending")
    with pytest.raises(RpcError, match="refused eth_call"):
        ct.payouts.fund_many(terms)
    assert ct.wallet.rpc.integer("eth_getTransactionCount", ct.address, "pending") == count
    assert ct.payouts.fund_many(terms[:500]).gas_used < 2**24


def test_fund__given_a_token__needs_an_allowance_first(
    ct: Creatoken, maya: Creatoken, work: Work
) -> None:
    ct.contributions.record(work, b"\x01" * 32, 1, {ct.address: 100})
    terms = terms_of(ct, work, maya.address, currency=work.token, amount=60)
    with pytest.raises(Exception, match="ERC20InsufficientAllowance"):
        ct.payouts.fund(terms)
    ct.payouts.allow(work.token, 60)
    ct.payouts.fund(terms)
    assert ct.contributions.shares_of(work, ct.payouts.address) == 60
