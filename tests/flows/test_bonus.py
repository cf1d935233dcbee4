"""A performance bonus: escrow that only a reporter's figure at or above the threshold releases."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from creatoken_sdk import AssetInput, Creatoken, PayoutStatus, PayoutTerms
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.gates import MetricGate
from creatoken_sdk.chain.reverts import (
    ApprovalsGateRefusedError,
    PayoutVaultNotExpiredError,
    ProjectsGatesLockedError,
)
from creatoken_sdk.record import name_hash
from finals import asset_of
from flows.coin import ETHER, Coin

BONUS_STAGE = 6
THRESHOLD = 10_000
BONUS = 123_456_789
DAYS_90 = 90 * 24 * 60 * 60
REPORT = name_hash("clicks of the first month")
DIRECTOR, REPORTER = (Account.from_key(name_hash(name)) for name in ("director", "reporter"))


@dataclass(frozen=True)
class Campaign:
    """A banner whose designer is promised a bonus if it is clicked often enough."""

    studio: Creatoken
    banner: AssetInput
    gate: MetricGate
    terms: PayoutTerms

    def proof(self, clicks: int, reporter: LocalAccount = REPORTER) -> bytes:
        """Have somebody sign how often the banner was clicked."""
        asset_id, now = self.studio.assets.id_of(self.banner), self.studio.now()
        return self.gate.sign(reporter, asset_id, clicks, report_hash=REPORT, at=now)

    def claim_bonus(self, proof: bytes) -> None:
        """Relay the director's signature with the reporter's figure, and release the bonus."""
        ct, asset_id = self.studio, self.studio.assets.id_of(self.banner)
        signature = ct.approvals.sign(DIRECTOR, asset_id, BONUS_STAGE, deadline=2**40 - 1)
        ct.payouts.approve_and_release([self.terms], self.banner, [signature], gate_proofs=[proof])

    @property
    def status(self) -> PayoutStatus:
        """Where the bonus is in its life."""
        return self.studio.payouts.status_of(self.studio.payouts.id_of(self.terms))


@pytest.fixture(params=["native", "ERC-20"])
def coin(request: pytest.FixtureRequest, dollar: Coin) -> Coin:
    return ETHER if request.param == "native" else dollar


@pytest.fixture
def campaign(clients: list[Creatoken], coin: Coin) -> Campaign:
    studio, client = clients[:2]
    project = studio.projects.create(
        treasury=studio.address,
        directors=[DIRECTOR],
        recorders=[studio.address],
        reporters=[REPORTER],
    )
    gate = studio.gates.deploy(studio.gates.metric("creatoken.clicks", THRESHOLD))
    studio.projects.set_gates(project, BONUS_STAGE, [gate])
    studio.projects.lock_gates(project, BONUS_STAGE)
    work = studio.works.open(project)
    banner = asset_of(studio, work, "banner")
    studio.assets.register(banner)
    terms = PayoutTerms(
        work_id=work.id,
        stage=BONUS_STAGE,
        payer=client.address,
        payee=Account.create().address,
        currency=coin.address,
        amount=BONUS,
        expires_at=studio.now() + DAYS_90,
        brief_hash=name_hash("10,000 clicks in 90 days"),
        salt=0,
    )
    coin.mint(client, client.address, BONUS)
    if coin is not ETHER:
        client.payouts.allow(coin.address, BONUS)
    client.payouts.fund(terms)
    return Campaign(studio, banner, gate, terms)


def test_bonus__when_the_metric_reaches_the_threshold__is_paid_in_full(
    campaign: Campaign, coin: Coin
) -> None:
    campaign.claim_bonus(campaign.proof(THRESHOLD))
    assert campaign.status is PayoutStatus.RELEASED
    assert coin.balance(campaign.studio, campaign.terms.payee) == BONUS
    assert coin.balance(campaign.studio, campaign.studio.payouts.address) == 0


def test_bonus__when_the_metric_stays_below__is_refused_and_refunded_after_expiry(
    campaign: Campaign, coin: Coin, chain: Anvil
) -> None:
    studio, payer = campaign.studio, campaign.terms.payer
    with pytest.raises(ApprovalsGateRefusedError) as caught:
        campaign.claim_bonus(campaign.proof(THRESHOLD - 1))
    assert caught.value.args == (
        studio.assets.id_of(campaign.banner),
        BONUS_STAGE,
        campaign.gate.address,
    )
    with pytest.raises(PayoutVaultNotExpiredError):
        studio.payouts.refund(campaign.terms)
    before = coin.balance(studio, payer)
    chain.request("evm_increaseTime", DAYS_90 + 1)
    chain.request("evm_mine")
    studio.payouts.refund(campaign.terms)
    assert coin.balance(studio, payer) - before == BONUS
    assert campaign.status is PayoutStatus.REFUNDED
    assert coin.balance(studio, campaign.terms.payee) == 0


def test_bonus__when_the_figure_is_not_the_reporters__is_refused(campaign: Campaign) -> None:
    for nobody in (DIRECTOR, Account.create()):
        with pytest.raises(ApprovalsGateRefusedError):
            campaign.claim_bonus(campaign.proof(THRESHOLD, nobody))
    other = campaign.studio.gates.metric("creatoken.clicks", THRESHOLD + 1)
    asset_id, now = campaign.studio.assets.id_of(campaign.banner), campaign.studio.now()
    elsewhere = other.sign(REPORTER, asset_id, THRESHOLD, report_hash=REPORT, at=now)
    with pytest.raises(ApprovalsGateRefusedError):
        campaign.claim_bonus(elsewhere)
    assert campaign.status is PayoutStatus.FUNDED


def test_bonus__when_the_gates_are_locked__cannot_be_made_harder(campaign: Campaign) -> None:
    studio = campaign.studio
    project = studio.works.project_of(campaign.terms.work_id)
    harder = studio.gates.metric("creatoken.clicks", THRESHOLD * 10)
    with pytest.raises(ProjectsGatesLockedError):
        studio.projects.set_gates(project, BONUS_STAGE, [harder])
    assert studio.projects.gates_of(project, BONUS_STAGE) == (campaign.gate.address,)
