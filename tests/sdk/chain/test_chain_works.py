from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from eth_account import Account

from creatoken_sdk import (
    Creatoken,
    Role,
    Upstream,
    Work,
)
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.reverts import (
    ProjectsUnauthorizedError,
    WorksSealByPassedError,
    WorksUnknownError,
)
from creatoken_sdk.errors import EncodingError
from creatoken_sdk.record.ids import join_leaf
from creatoken_sdk.record.merkle import MerkleTree
from sdk.chain.balances import balance

YEAR = 365 * 24 * 3600


def test_create__given_lists_of_accounts__grants_their_roles(
    ct: Creatoken, maya: Creatoken, artist: Creatoken
) -> None:
    project = ct.projects.create(
        treasury=artist.address,
        directors=[maya.wallet.signer, ct.address],
        recorders=[ct.address],
        compliance=[artist.address],
        approvals_required=2,
    )
    assert ct.projects.roles_of(project, ct.address) == Role.ADMIN | Role.DIRECTOR | Role.RECORDER
    assert ct.projects.roles_of(project, maya.address) == Role.DIRECTOR
    assert ct.projects.roles_of(project, artist.address) == Role.COMPLIANCE
    assert ct.projects.policy_of(project, 7).approvals_required == 2
    assert ct.projects.treasury_of(project) == artist.address
    assert ct.projects.admin_of(project)[0] == ct.address


def test_projects__when_the_admin_changes_everything__the_views_say_so(
    ct: Creatoken, maya: Creatoken, project: int
) -> None:
    ct.projects.set_roles(project, maya.address, Role.REPORTER | Role.TREASURER)
    ct.projects.set_approvals_required(project, 3)
    ct.projects.set_treasury(project, maya.address)
    ct.projects.set_gates(project, 1, [ct.anchors.address])
    ct.projects.lock_gates(project, 1)
    ct.projects.transfer_admin(project, maya.address)
    assert ct.projects.admin_of(project) == (ct.address, maya.address)
    maya.projects.accept_admin(project)
    assert ct.projects.roles_of(project, maya.address) == (
        Role.ADMIN | Role.REPORTER | Role.TREASURER
    )
    assert ct.projects.policy_of(project, 1).gated
    assert ct.projects.gates_of(project, 1) == (ct.anchors.address,)
    assert ct.projects.gates_locked(project, 1)


def test_set_roles__when_sent_by_a_stranger__raises_its_typed_error(
    artist: Creatoken, project: int
) -> None:
    spent = artist.wallet.rpc.integer("eth_getBalance", artist.address, "latest")
    with pytest.raises(ProjectsUnauthorizedError) as caught:
        artist.projects.set_roles(project, artist.address, Role.DIRECTOR)
    assert caught.value.project_id == project
    assert caught.value.account == artist.address
    assert caught.value.any_of == Role.ADMIN
    assert artist.wallet.rpc.integer("eth_getBalance", artist.address, "latest") == spent


@pytest.mark.parametrize("given", ["default", "int", "timedelta", "datetime"])
def test_open__given_seal_by_in_any_form__stores_utc_seconds(
    ct: Creatoken, project: int, given: str
) -> None:
    soon = ct.now() + 1000
    forms = {
        "int": soon,
        "timedelta": timedelta(seconds=1000),
        "datetime": datetime.fromtimestamp(soon, timezone.utc),
    }
    call = ct.works.open.call(project, seal_by=forms[given]) if given in forms else None
    receipt = ct.send(call or ct.works.open.call(project))
    seal_by = receipt.event("WorkOpened", ct.works.address)["seal_by"]
    assert abs(seal_by - (soon if call else ct.now() + YEAR)) <= 2


@pytest.mark.threat("C7")
def test_open__given_a_naive_datetime__refuses(ct: Creatoken, project: int) -> None:
    with pytest.raises(EncodingError, match="aware datetime"):
        ct.works.open.call(project, seal_by=datetime(2040, 1, 1))


def test_open__when_seal_by_has_passed__raises_its_typed_error(ct: Creatoken, project: int) -> None:
    with pytest.raises(WorksSealByPassedError) as caught:
        ct.works.open(project, seal_by=1)
    assert caught.value.seal_by == 1


def test_get__given_a_work__returns_what_open_returned(ct: Creatoken, work: Work) -> None:
    assert ct.works.get(work.id) == work
    with pytest.raises(WorksUnknownError):
        ct.works.get(10**9)


def test_contributions__from_open_to_claim__pay_everyone_their_share(
    ct: Creatoken, maya: Creatoken, artist: Creatoken, chain: Anvil, project: int
) -> None:
    parent = ct.works.open(project)
    child = ct.works.open(project, upstream=[Upstream(parent.id, 1000)])
    late = Account.create().address
    tree = MerkleTree([join_leaf(0, late, 30), join_leaf(1, maya.address, 30)])
    ct.contributions.record(child, b"\x05" * 32, 3, {artist.address: 90, ct.address: 30})
    ct.contributions.record(parent, b"\x05" * 32, 1, {maya.address: 1})
    ct.contributions.seal(child, lazy_root=tree.root, lazy_shares=60)
    ct.contributions.seal(parent)
    assert ct.contributions.steps_recorded_at(child, b"\x05" * 32) > 0
    assert ct.contributions.sealed_at(child) > 0
    assert ct.contributions.lazy_root(child) == tree.root
    assert ct.contributions.upstreams(child) == {parent.id: 1000}
    assert ct.contributions.accepted_currencies(child) == ()
    assert ct.contributions.total_shares(child) == 200
    assert ct.contributions.shares_of(child, parent.token) == 20
    chain.request("anvil_setBalance", child.token, hex(200 * 10**9))
    ct.contributions.join(child, 0, late, 30, tree.proof(join_leaf(0, late, 30)))
    assert ct.contributions.is_joined(child, 0)
    assert not ct.contributions.is_joined(child, 1)
    artist.contributions.transfer(child, maya.address, 40)
    assert ct.royalties.owed_of(child, artist.address) == 90 * 10**9
    assert ct.royalties.revenue_of(child).shares == 200
    receipt = ct.royalties.claim(child, artist.address)
    assert receipt.event("RevenueClaimed", child.token)["amount"] == 90 * 10**9
    ct.royalties.claim_many(child, [late, parent.token])
    assert balance(chain, late) == 30 * 10**9
    assert balance(chain, parent.token) == 20 * 10**9
    ct.royalties.claim_to(child, late)
    assert balance(chain, late) == 60 * 10**9


def test_pay__given_any_currency__is_a_plain_transfer_to_the_work(
    ct: Creatoken, artist: Creatoken, chain: Anvil, project: int, work: Work
) -> None:
    ct.royalties.pay(work, 700)
    assert balance(chain, work.token) == 700
    other = ct.works.open(project)
    ct.contributions.record(other, b"\x01" * 32, 1, {artist.address: 100})
    artist.royalties.pay(work, 60, currency=other.token)
    assert ct.contributions.shares_of(other, work.token) == 60


def test_push_all__given_holders_in_any_order__pays_them(
    ct: Creatoken, chain: Anvil, work: Work
) -> None:
    holders = [Account.create().address for _ in range(5)]
    ct.contributions.record(work, b"\x01" * 32, 1, dict.fromkeys(holders, 10))
    ct.contributions.seal(work)
    chain.request("anvil_setBalance", work.token, hex(500))
    ct.royalties.push_all(work, holders)
    assert [balance(chain, holder) for holder in holders] == [100] * 5
