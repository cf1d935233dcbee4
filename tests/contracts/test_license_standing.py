"""What must stand when a licence is sold or prolonged: its currency, and the asset it is of."""

import pytest

from licenses import FEE, FINAL, GERMANY, PRICE, YEAR
from money import NATIVE, gains, pay
from reverts import reverts_with

pytest_plugins = ["film"]

HOOK, PAUSED, BALANCE_REVERTS = 2, 3, 10  # MockHostileERC20.Flaw
NOT_YET = "0x" + "77" * 20
REASON = b"\x06" * 32


@pytest.fixture
def foreign_currency(market, film, offer, actors):
    """Says that the work does not divide this currency."""

    def check(currency):
        about = {"workId": film.work_id, "currency": currency}
        with reverts_with(market, "LicenseMarketCurrencyInvalid", **about):
            market.post(offer(currency=currency), film.asset_id, FINAL, sender=actors.treasurer)

    return check


# The currency


@pytest.mark.parametrize("currency", ["native", "primary", "accepted"])
def test_post__given_a_currency_that_the_work_settles__sells(
    market, film, dollar, hostile, posted, buy, actors, currency
):
    coin = {"native": NATIVE, "primary": dollar, "accepted": hostile}[currency]
    assert film.token.settles(coin) is True
    pay(coin, actors.payer, actors.payer, PRICE)
    dollar.approve(market, PRICE, sender=actors.payer)
    with gains(coin, (film.token, PRICE)):
        buy(posted(currency=coin))


@pytest.mark.parametrize("currency", ["another token", "no code", "zero", "itself"])
def test_post__given_a_currency_that_the_work_does_not_settle__reverts(
    project, film, foreign_currency, actors, currency
):
    coin = {
        "another token": project.MockERC20.deploy(6, sender=actors.studio),
        "no code": NOT_YET,
        "zero": "0x" + "00" * 20,
        "itself": film.token,
    }[currency]
    assert film.token.settles(coin) is False
    foreign_currency(coin)


def test_post__when_the_work_accepts_the_currency__sells_from_then_on(
    project, film, foreign_currency, posted, actors
):
    coin = project.MockERC20.deploy(6, sender=actors.studio)
    foreign_currency(coin)
    film.token.acceptCurrency(coin, sender=actors.treasurer)
    assert film.token.settles(coin) is True
    posted(currency=coin)


def test_post__given_a_work_without_primary_currency__takes_native_only(
    create_film, market, offer, dollar, actors
):
    """Its primary currency is the zero address, which must not count as one."""
    bare = create_film(primaryCurrency="0x" + "00" * 20, accepts=[])
    for coin in (dollar, "0x" + "00" * 20):
        terms = offer(workId=bare.work_id, currency=coin)
        about = {"workId": bare.work_id, "currency": coin}
        with reverts_with(market, "LicenseMarketCurrencyInvalid", **about):
            market.post(terms, bare.asset_id, FINAL, sender=actors.treasurer)
    market.post(offer(workId=bare.work_id), bare.asset_id, FINAL, sender=actors.treasurer)


def test_buy__when_the_works_balance_falls_meanwhile__counts_nothing_as_received(
    market, film, hostile, recipient, posted, actors
):
    terms = posted(currency=hostile)
    hostile.mint(film.token, 5 * PRICE, sender=actors.payer)
    hostile.mint(recipient, PRICE, sender=actors.payer)
    emptied = hostile.setBalance.encode_input(film.token, 0)
    recipient.reenter(hostile, emptied, sender=actors.outsider)
    hostile.setFlaw(HOOK, sender=actors.outsider)

    about = {"currency": hostile, "received": 0, "expected": PRICE}
    with reverts_with(market, "LicenseMarketReceivedMismatch", **about):
        outer = market.buy.encode_input(terms, recipient, PRICE)
        recipient.execute(market, 0, outer, sender=actors.payer)


@pytest.mark.parametrize("flaw", [PAUSED, BALANCE_REVERTS])
def test_buy__given_a_currency_that_stopped__reverts(market, hostile, posted, actors, flaw):
    terms = posted(currency=hostile)
    hostile.mint(actors.payer, PRICE, sender=actors.payer)
    hostile.setFlaw(flaw, sender=actors.outsider)
    with reverts_with(hostile, "MockHostileERC20Refused"):
        market.buy(terms, actors.payee, PRICE, sender=actors.payer)


# The asset


def test_buy_and_renew__when_the_asset_is_withdrawn__revert_and_the_licence_lives_on(
    market, registry, film, posted, buy, actors
):
    terms = posted()
    license_id = buy(terms)
    registry.withdraw(film.asset_id, REASON, sender=actors.studio)

    with reverts_with(registry, "ApprovalsWithdrawn", assetId=film.asset_id):
        market.buy(terms, actors.payee, PRICE, value=PRICE, sender=actors.payer)
    with reverts_with(registry, "ApprovalsWithdrawn", assetId=film.asset_id):
        market.renew(license_id, value=PRICE, sender=actors.payer)
    market.deploy(license_id, GERMANY, value=FEE, sender=actors.payer)
    assert market.permits(license_id, 1, GERMANY) is True
    assert market.permitsDerivative(license_id, film.work_id, actors.payee, 500) is True


def test_buy__when_another_asset_of_the_work_is_withdrawn__sells(
    market, registry, film, approved, posted, buy, actors
):
    other, _ = approved(workId=film.work_id)
    terms = posted()
    registry.withdraw(other, REASON, sender=actors.studio)
    assert market.renew(buy(terms), value=PRICE, sender=actors.payer).failed is False


@pytest.mark.parametrize("stage", [0, FINAL])
def test_buy_and_renew__when_the_asset_loses_the_stage__revert(
    project, projects, works, film, offer, actors, stage
):
    """The registry of today takes no stage back; the market asks each time whatever it does."""
    approvals = project.MockApprovals.deploy(sender=actors.studio)
    market = project.LicenseMarket.deploy(projects, works, approvals, sender=actors.studio)
    approvals.setAsset(5, film.work_id, sender=actors.studio)
    approvals.setApproved(5, stage, True, sender=actors.studio)
    terms = offer(derivatives=False)
    market.post(terms, 5, stage, sender=actors.treasurer)
    market.buy(terms, actors.payee, PRICE, value=PRICE, sender=actors.payer)

    approvals.setApproved(5, stage, False, sender=actors.studio)
    with reverts_with(approvals, "ApprovalsNotApproved", assetId=5, stage=stage):
        market.buy(terms, actors.payee, PRICE, value=PRICE, sender=actors.payer)
    with reverts_with(approvals, "ApprovalsNotApproved", assetId=5, stage=stage):
        market.renew(1, value=PRICE, sender=actors.payer)
    approvals.setApproved(5, stage, True, sender=actors.studio)
    market.renew(1, value=PRICE, sender=actors.payer)
    assert market.licenseOf(1).expiresAt > YEAR
