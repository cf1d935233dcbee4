"""Giving a licence up: who may, what ends, what becomes free and what stays barred."""

import pytest

from events import events_of
from licenses import FEE, GERMANY, PRICE, YEAR
from money import NATIVE, gains
from reverts import reverts_with

pytest_plugins = ["film"]


@pytest.fixture
def surrender(market, actors):
    """The payee gives a licence up."""
    return lambda license_id: market.surrender(license_id, sender=actors.payee)


@pytest.mark.parametrize("terms", [{}, {"transferable": False}, {"duration": 0}])
def test_surrender__when_the_holder_sends__ends_it_now_and_pays_nothing(
    market, film, posted, buy, surrender, actors, terms
):
    license_id = buy(posted(**terms))
    market.deploy(license_id, GERMANY, value=FEE, sender=actors.payer)
    with gains(NATIVE, (film.token, 0), (actors.payer, 0), (market, 0)):
        receipt = surrender(license_id)

    told = {"licenseId": license_id, "holder": actors.payee.address}
    changed = {"_tokenId": license_id}
    assert events_of(receipt, market) == [("LicenseSurrendered", told), ("MetadataUpdate", changed)]
    assert market.licenseOf(license_id).expiresAt == receipt.timestamp
    assert market.ownerOf(license_id) == actors.payee
    assert market.permits(license_id, 1, GERMANY) is False
    assert market.isLicensed(actors.payee, film.work_id, 1) is False
    assert market.permitsDerivative(license_id, film.work_id, actors.payee, 9_999) is False


def test_surrender__given_one_of_two__leaves_the_other(
    market, film, posted, buy, surrender, actors
):
    first, second = buy(posted(uses=1)), buy(posted(uses=2))
    surrender(first)
    held = [market.isLicensed(actors.payee, film.work_id, use) for use in (1, 2)]
    assert held == [False, True]
    assert market.permits(second, 2, bytes(32)) is True


@pytest.mark.parametrize("who", ["payer", "studio", "treasurer", "relayer", "outsider"])
def test_surrender__given_another_account__reverts(market, license_id, actors, who):
    """Not the buyer, not the studio, not an operator that may move it."""
    account = getattr(actors, who)
    market.setApprovalForAll(actors.relayer, True, sender=actors.payee)
    with reverts_with(market, "LicenseMarketNotHolder", licenseId=license_id, account=account):
        market.surrender(license_id, sender=account)
    assert market.permits(license_id, 1, bytes(32)) is True


def test_surrender__when_it_changed_hands__is_the_new_holders_to_give(
    market, film, license_id, surrender, actors
):
    market.transferFrom(actors.payee, actors.cleo, license_id, sender=actors.payee)
    with reverts_with(market, "LicenseMarketNotHolder", licenseId=license_id, account=actors.payee):
        surrender(license_id)
    market.surrender(license_id, sender=actors.cleo)
    assert market.isLicensed(actors.cleo, film.work_id, 1) is False


def test_surrender__when_it_ended_or_was_surrendered__reverts(
    market, posted, buy, surrender, reach, actors
):
    first, second = buy(posted()), buy(posted(salt=1))
    ended = surrender(first).timestamp
    with reverts_with(market, "LicenseMarketEnded", licenseId=first, expiresAt=ended):
        surrender(first)
    with reverts_with(market, "LicenseMarketEnded", licenseId=first, expiresAt=ended):
        market.renew(first, value=PRICE, sender=actors.payer)
    expires = market.licenseOf(second).expiresAt
    reach(expires)
    with reverts_with(market, "LicenseMarketEnded", licenseId=second, expiresAt=expires):
        surrender(second)


@pytest.mark.parametrize("unknown", [0, 2, 2**40, 2**255])
def test_surrender__when_unknown__reverts(market, license_id, surrender, unknown):
    with reverts_with(market, "LicenseMarketUnknown", licenseId=unknown):
        surrender(unknown)


@pytest.mark.parametrize("place", range(6))
def test_surrender__given_six_unwanted_licences__makes_room_for_one(
    market, film, posted, buy, surrender, actors, place
):
    """Anybody may buy somebody licences; the holder need not keep those that bind it."""
    gifts = [buy(posted(salt=n, transferable=False, uses=2 << n)) for n in range(6)]
    wanted = posted(salt=6, uses=1)
    about = {"account": actors.payee, "workId": film.work_id, "max": 6}
    with reverts_with(market, "LicenseMarketTooManyHeld", **about):
        market.buy(wanted, actors.payee, PRICE, value=PRICE, sender=actors.payer)

    surrender(gifts[place])
    assert buy(wanted) == 7
    held = [market.isLicensed(actors.payee, film.work_id, 1 << n) for n in range(7)]
    assert held == [True] + [n != place for n in range(6)]


def test_transfer__when_surrendered__moves_no_rights_and_takes_no_place(
    market, film, posted, buy, surrender, actors
):
    given_up = buy(posted())
    surrender(given_up)
    for n in range(6):
        buy(posted(salt=n + 1), actors.cleo)
    market.transferFrom(actors.payee, actors.cleo, given_up, sender=actors.payee)
    assert market.ownerOf(given_up) == actors.cleo
    assert market.permits(given_up, 1, bytes(32)) is False


@pytest.mark.parametrize("exclusive", [(True, False), (False, True)])
def test_surrender__given_an_exclusive_or_barring_licence__bars_to_its_old_end(
    market, film, posted, buy, surrender, actors, chain, exclusive
):
    first, second = (
        posted(salt=n, exclusive=each, territory=GERMANY) for n, each in enumerate(exclusive)
    )
    license_id = buy(first)
    ends = market.licenseOf(license_id).expiresAt
    surrender(license_id)

    about = {"workId": film.work_id, "territory": GERMANY, "until": ends}
    with reverts_with(market, "LicenseMarketExclusive", **about):
        market.buy(second, actors.ben, PRICE, value=PRICE, sender=actors.payer)
    chain.pending_timestamp = ends
    buy(second, actors.ben)
    assert market.isLicensed(actors.ben, film.work_id, 1) is True


def test_surrender__given_a_sold_out_offer__gives_no_licence_back_to_sell(
    market, posted, buy, surrender, actors
):
    terms = posted(maxSupply=1, duration=YEAR)
    surrender(buy(terms))
    about = {"offerId": market.offerIdOf(terms), "maxSupply": 1}
    with reverts_with(market, "LicenseMarketSoldOut", **about):
        market.buy(terms, actors.payee, PRICE, value=PRICE, sender=actors.payer)
