"""Events that name a payout, an offer or a licence are found by their work."""

import pytest

from creatoken_sdk import NATIVE, Offer
from creatoken_sdk.record import PayoutTerms
from creatoken_sdk.studio.index import Index
from finals import approve, asset_of


@pytest.fixture
def index(ledger, store):
    return Index(store, ledger.ct)


def terms(ledger, work, salt, expires_at=2**40 - 1):
    return PayoutTerms(
        work_id=work.id,
        stage=7,
        payer=ledger.studio.address,
        payee=ledger.maya.address,
        currency=NATIVE,
        amount=5,
        expires_at=expires_at,
        brief_hash=bytes(32),
        salt=salt,
    )


def offer(ledger, work, salt=0):
    """An offer of a work whose final is approved, posted."""
    asset = asset_of(ledger.ct, work, str(salt))
    ledger.ct.assets.register(asset)
    made = Offer(
        work_id=work.id,
        currency=NATIVE,
        price=9,
        deployment_fee=3,
        duration=1000,
        max_supply=0,
        uses=1,
        derivative_bps=0,
        derivatives=False,
        exclusive=False,
        transferable=True,
        territory=bytes(32),
        terms_hash=b"\7" * 32,
        salt=salt,
    )
    asset_id = approve(ledger.ct, ledger.maya, asset)
    ledger.ct.with_signer(ledger.maya).licenses.post(made, asset_id)
    return made


def names(index, work, contract):
    return [one.name for one in index.where(work=work) if one.contract == contract]


def test_where__given_a_work__finds_the_fate_of_its_payouts_and_of_no_other(ledger, index):
    work, other = ledger.open(), ledger.open()
    waived, released = terms(ledger, work, 1), terms(ledger, work, 2)
    others = terms(ledger, other, 3)
    maya = ledger.ct.with_signer(ledger.maya)
    ledger.ct.payouts.fund_many([waived, others])
    index.update()  # what follows is read later, by the rows of the store
    maya.payouts.waive(waived)
    maya.payouts.waive(others)
    asset = asset_of(ledger.ct, work, "final")
    ledger.ct.assets.register(asset)
    ledger.ct.payouts.fund(released)
    ledger.ct.payouts.release(released, approve(ledger.ct, ledger.maya, asset))
    index.update()
    assert names(index, work, "PayoutVault") == [
        "PayoutFunded",
        "PayoutWaived",
        "PayoutFunded",
        "PaymentReleased",
    ]
    assert names(index, other, "PayoutVault") == ["PayoutFunded", "PayoutWaived"]


@pytest.mark.parametrize("at_once", [True, False])
def test_where__given_a_work__finds_all_that_happens_to_its_licences(ledger, index, at_once):
    work, other = ledger.open(), ledger.open()
    offers = offer(ledger, work), offer(ledger, other)
    if not at_once:
        index.update()
    bought, _ = (ledger.ct.licenses.buy(one) for one in offers)
    if not at_once:
        index.update()
    ledger.ct.licenses.deploy(bought, b"DE".ljust(32, b"\0"))
    ledger.ct.licenses.renew(bought)
    ledger.ct.licenses.transfer(bought.id, ledger.maya.address)
    ledger.ct.with_signer(ledger.maya).licenses.surrender(bought.id)
    index.update()
    found = names(index, work, "LicenseMarket")
    assert [name for name in found if name != "MetadataUpdate"] == [
        "OfferPosted",
        "Transfer",
        "LicenseSold",
        "MarketDeployed",
        "LicenseRenewed",
        "Transfer",
        "LicenseSurrendered",
    ]
    assert "MetadataUpdate" in found
    others = names(index, other, "LicenseMarket")
    assert others == ["OfferPosted", "Transfer", "LicenseSold"]
    everything = [one for one in index.where() if one.contract == "LicenseMarket"]
    assert len(everything) == len(found) + len(others)


@pytest.mark.threat("C3")
def test_where__when_a_licence_gets_another_number_by_a_reorg__follows_the_chain(ledger, index):
    work, other = ledger.open(), ledger.open()
    first, second = offer(ledger, work), offer(ledger, other)
    ledger.ct.licenses.buy(first)
    index.update()
    ledger.reorganise(1)
    bought = ledger.ct.licenses.buy(second)
    ledger.ct.licenses.surrender(bought.id)
    index.update()
    assert bought.id == 1
    assert names(index, work, "LicenseMarket") == ["OfferPosted"]
    expected = ["OfferPosted", "Transfer", "LicenseSold"]
    found = names(index, other, "LicenseMarket")
    assert found[:3] == expected
    assert "LicenseSurrendered" in found
