"""A licence's life: renewal, markets, what it permits, changing hands."""

import pytest

from events import events_of
from licenses import FEE, FOREVER, FRANCE, GERMANY, PRICE, WORLD, YEAR, offer_id
from money import NATIVE, gains
from reverts import reverts_with

pytest_plugins = ["film"]

OPEN, WITHDRAWN = 1, 2
FEE_FLAW, RETURNS_FALSE = 1, 4  # MockHostileERC20.Flaw
UNKNOWN = [0, 2, 2**40, 2**255]


@pytest.fixture
def ends(market, license_id):
    """First second without rights of the licence."""
    return market.licenseOf(license_id).expiresAt


# Renewal


def test_renew__when_alive__prolongs_by_the_duration_at_the_price(
    market, film, license_id, ends, actors
):
    with gains(NATIVE, (film.token, PRICE), (market, 0)):
        receipt = market.renew(license_id, value=PRICE, sender=actors.outsider)

    told = {"licenseId": license_id, "payer": actors.outsider.address, "price": PRICE}
    told |= {"oldExpiresAt": ends, "newExpiresAt": ends + YEAR}
    changed = {"_tokenId": license_id}
    assert events_of(receipt, market) == [("LicenseRenewed", told), ("MetadataUpdate", changed)]
    assert market.licenseOf(license_id).expiresAt == ends + YEAR
    assert market.ownerOf(license_id) == actors.payee


def test_renew__given_an_erc20__takes_exactly_the_price(market, film, dollar, posted, buy, actors):
    dollar.mint(actors.payer, 2 * PRICE, sender=actors.payer)
    dollar.approve(market, 2 * PRICE, sender=actors.payer)
    license_id = buy(posted(currency=dollar))
    with gains(dollar, (film.token, PRICE), (actors.payer, -PRICE), (market, 0)):
        market.renew(license_id, sender=actors.payer)
    with reverts_with(market, "LicenseMarketValueMismatch", value=1, expected=0):
        market.renew(license_id, value=1, sender=actors.payer)


def test_renew__given_the_last_living_second__prolongs(market, license_id, ends, actors, chain):
    chain.pending_timestamp = ends - 1
    receipt = market.renew(license_id, value=PRICE, sender=actors.payer)
    assert (receipt.timestamp, market.licenseOf(license_id).expiresAt) == (ends - 1, ends + YEAR)


@pytest.mark.threat("B11")
@pytest.mark.parametrize("late", [0, 1, YEAR])
@pytest.mark.parametrize("function", ["renew", "deploy"])
def test_renew_and_deploy__when_ended__revert(
    market, license_id, ends, reach, actors, function, late
):
    reach(ends + late)
    rest = (GERMANY,) if function == "deploy" else ()
    with reverts_with(market, "LicenseMarketEnded", licenseId=license_id, expiresAt=ends):
        getattr(market, function).call(license_id, *rest, value=PRICE, sender=actors.payer)


def test_renew__when_for_ever__reverts(market, posted, buy, actors):
    license_id = buy(posted(duration=0))
    with reverts_with(market, "LicenseMarketPerpetual", licenseId=license_id):
        market.renew(license_id, value=PRICE, sender=actors.payer)


def test_renew__when_it_reaches_the_end_of_time__is_for_ever(market, posted, buy, actors):
    license_id = buy(posted(duration=2**39))
    market.renew(license_id, value=PRICE, sender=actors.payer)
    assert market.licenseOf(license_id).expiresAt == FOREVER
    with reverts_with(market, "LicenseMarketPerpetual", licenseId=license_id):
        market.renew(license_id, value=PRICE, sender=actors.payer)


def test_renew__when_the_offer_was_withdrawn__reverts_and_the_licence_lives_on(
    market, film, posted, buy, actors
):
    terms = posted()
    license_id = buy(terms)
    market.withdrawOffer(terms, sender=actors.treasurer)
    about = {"offerId": offer_id(market, terms), "actual": WITHDRAWN, "expected": OPEN}
    with reverts_with(market, "LicenseMarketOfferStatusInvalid", **about):
        market.renew(license_id, value=PRICE, sender=actors.payer)
    market.deploy(license_id, GERMANY, value=FEE, sender=actors.payer)
    assert market.permits(license_id, 1, GERMANY) is True


@pytest.mark.parametrize("value", [0, PRICE - 1, PRICE + 1])
def test_renew__when_value_is_not_the_price__reverts(market, license_id, actors, value):
    with reverts_with(market, "LicenseMarketValueMismatch", value=value, expected=PRICE):
        market.renew(license_id, value=value, sender=actors.payer)


@pytest.mark.threat("A10")
@pytest.mark.parametrize("unknown", UNKNOWN)
def test_licences__when_unknown__are_refused(market, license_id, actors, unknown):
    about = {"licenseId": unknown}
    for call in (
        lambda: market.renew(unknown, value=PRICE, sender=actors.payer),
        lambda: market.deploy(unknown, GERMANY, value=FEE, sender=actors.payer),
        lambda: market.licenseOf(unknown),
        lambda: market.tokenURI(unknown),
        lambda: market.transferFrom(actors.payee, actors.cleo, unknown, sender=actors.payee),
        lambda: market.safeTransferFrom(actors.payee, actors.cleo, unknown, sender=actors.payee),
    ):
        with reverts_with(market, "LicenseMarketUnknown", **about):
            call()


# Markets


@pytest.mark.parametrize("territory", [WORLD, GERMANY])
def test_deploy__when_the_fee_is_paid__takes_the_work_live(
    market, film, posted, buy, actors, chain, territory
):
    license_id = buy(posted(territory=territory))
    now = chain.pending_timestamp = chain.pending_timestamp + 10

    with gains(NATIVE, (film.token, FEE), (market, 0)):
        receipt = market.deploy(license_id, GERMANY, value=FEE, sender=actors.outsider)

    told = {"licenseId": license_id, "market": GERMANY, "payer": actors.outsider.address}
    assert events_of(receipt, market) == [("MarketDeployed", told | {"fee": FEE})]
    times = [market.deployedAt(license_id, place) for place in (GERMANY, FRANCE, WORLD)]
    assert times == [now, 0, 0]
    about = {"licenseId": license_id, "market": GERMANY}
    with reverts_with(market, "LicenseMarketDeployed", **about):
        market.deploy(license_id, GERMANY, value=FEE, sender=actors.outsider)


def test_deploy__given_an_erc20__takes_exactly_the_fee(market, film, dollar, posted, buy, actors):
    dollar.mint(actors.payer, PRICE + FEE, sender=actors.payer)
    dollar.approve(market, PRICE + FEE, sender=actors.payer)
    license_id = buy(posted(currency=dollar))
    with gains(dollar, (film.token, FEE), (actors.payer, -FEE), (market, 0)):
        market.deploy(license_id, FRANCE, sender=actors.payer)


@pytest.mark.parametrize(("fee", "value"), [(FEE, 0), (FEE, FEE - 1), (FEE, FEE + 1), (0, 1)])
def test_deploy__when_value_is_not_the_fee__reverts(market, posted, buy, actors, fee, value):
    license_id = buy(posted(deploymentFee=fee))
    with reverts_with(market, "LicenseMarketValueMismatch", value=value, expected=fee):
        market.deploy(license_id, GERMANY, value=value, sender=actors.payer)


def test_deploy__when_it_costs_nothing__needs_no_money(market, film, posted, buy, actors):
    license_id = buy(posted(deploymentFee=0))
    with gains(NATIVE, (film.token, 0)):
        market.deploy(license_id, GERMANY, sender=actors.outsider)
    assert market.permits(license_id, 1, GERMANY) is True


@pytest.mark.threat("B11")
@pytest.mark.parametrize(
    ("territory", "place"), [(WORLD, WORLD), (GERMANY, FRANCE), (GERMANY, WORLD)]
)
def test_deploy__given_a_market_that_the_licence_is_not_for__reverts(
    market, posted, buy, actors, territory, place
):
    license_id = buy(posted(territory=territory))
    about = {"licenseId": license_id, "market": place, "territory": territory}
    with reverts_with(market, "LicenseMarketTerritoryInvalid", **about):
        market.deploy(license_id, place, value=FEE, sender=actors.payer)


@pytest.mark.parametrize("flaw", [FEE_FLAW, RETURNS_FALSE])
@pytest.mark.parametrize("function", ["renew", "deploy"])
def test_renew_and_deploy__given_a_currency_that_fails__revert(
    market, hostile, posted, buy, actors, function, flaw
):
    hostile.mint(actors.payer, 10_000, sender=actors.payer)
    license_id = buy(posted(currency=hostile, deploymentFee=PRICE))
    hostile.setFlaw(flaw, sender=actors.outsider)
    about = {"currency": hostile, "received": PRICE - PRICE // 100, "expected": PRICE}
    failure = {
        FEE_FLAW: ("LicenseMarketReceivedMismatch", about),
        RETURNS_FALSE: ("SafeERC20FailedOperation", {"token": hostile}),
    }
    error, arguments = failure[flaw]
    rest = (GERMANY,) if function == "deploy" else ()
    with reverts_with(market, error, **arguments):
        getattr(market, function)(license_id, *rest, sender=actors.payer)


# What a licence permits


@pytest.mark.parametrize(
    ("use", "permitted"),
    [
        (0, False),
        (1, True),
        (2, True),
        (0b1011, True),
        (4, False),
        (0b1111, False),
        (1 << 31, False),
    ],
)
def test_permits__given_a_use__needs_every_bit_and_at_least_one(
    market, film, license_id, actors, use, permitted
):
    assert market.permits(license_id, use, WORLD) is permitted
    assert market.isLicensed(actors.payee, film.work_id, use) is permitted


def test_permits__given_a_market__needs_that_the_work_went_live_there(market, license_id, actors):
    assert market.permits(license_id, 1, GERMANY) is False
    market.deploy(license_id, GERMANY, value=FEE, sender=actors.payer)
    found = [market.permits(license_id, 1, place) for place in (GERMANY, FRANCE, WORLD)]
    assert found == [True, False, True]
    assert market.permits(license_id, 4, GERMANY) is False


@pytest.mark.parametrize("unknown", UNKNOWN)
def test_permits__when_unknown__is_false(market, film, license_id, unknown):
    assert market.permits(unknown, 1, WORLD) is False
    assert market.permitsDerivative(unknown, film.work_id, "0x" + "00" * 20, 10_000) is False


def test_permits__when_the_end_comes__is_true_to_the_second_before(
    market, film, license_id, ends, reach, actors
):
    market.deploy(license_id, GERMANY, value=FEE, sender=actors.payer)

    def answers():
        holder = actors.payee, film.work_id
        derives = market.permitsDerivative(license_id, film.work_id, actors.payee, 10_000)
        return market.permits(license_id, 1, GERMANY), market.isLicensed(*holder, 1), derives

    reach(ends - 1)
    assert answers() == (True, True, True)
    reach(ends)
    assert answers() == (False, False, False)


def test_permits__when_for_ever__never_ends(market, film, posted, buy, reach, chain, actors):
    license_id = buy(posted(duration=0))
    for second in (chain.pending_timestamp + 5_000 * YEAR, FOREVER, FOREVER + 1):
        reach(second)
        assert market.permits(license_id, 1, WORLD) is True
        assert market.isLicensed(actors.payee, film.work_id, 1) is True


def test_is_licensed__given_another_account_or_work__is_false(
    market, film, create_film, license_id, actors
):
    other = create_film()
    assert market.isLicensed(actors.payee, other.work_id, 1) is False
    assert market.isLicensed(actors.payer, film.work_id, 1) is False


def test_is_licensed__given_uses_of_two_licences__does_not_add_them_up(
    market, film, posted, buy, actors
):
    buy(posted(uses=1))
    buy(posted(uses=2))
    asked = [market.isLicensed(actors.payee, film.work_id, use) for use in (1, 2, 3)]
    assert asked == [True, True, False]


# Changing hands


@pytest.mark.parametrize("function", ["transferFrom", "safeTransferFrom"])
def test_transfer__when_transferable__moves_the_rights(
    market, film, license_id, ends, actors, function
):
    receipt = getattr(market, function)(actors.payee, actors.cleo, license_id, sender=actors.payee)

    moved = {"from": actors.payee.address, "to": actors.cleo.address, "id": license_id}
    assert events_of(receipt, market) == [("Transfer", moved)]
    assert (market.ownerOf(license_id), market.licenseOf(license_id).expiresAt) == (
        actors.cleo,
        ends,
    )
    for holder, held in ((actors.payee, False), (actors.cleo, True)):
        assert market.isLicensed(holder, film.work_id, 1) is held
        assert market.permitsDerivative(license_id, film.work_id, holder, 500) is held


def test_transfer__given_the_same_holder__keeps_the_rights(market, film, license_id, actors):
    market.transferFrom(actors.payee, actors.payee, license_id, sender=actors.payee)
    assert market.isLicensed(actors.payee, film.work_id, 1) is True
    market.transferFrom(actors.payee, actors.cleo, license_id, sender=actors.payee)
    assert market.isLicensed(actors.payee, film.work_id, 1) is False


def test_buy__when_the_third_of_three_ended__holds_the_new_one_in_its_place(
    market, film, posted, buy, reach, actors
):
    for salt in range(2):
        buy(posted(salt=salt))
    reach(market.licenseOf(buy(posted(salt=2, duration=10))).expiresAt)
    assert buy(posted(salt=3, uses=1 << 20)) == 4
    assert market.isLicensed(actors.payee, film.work_id, 1 << 20) is True


def test_transfer__given_one_of_two__leaves_the_other(market, film, posted, buy, actors):
    first, second = buy(posted(uses=1)), buy(posted(uses=2))
    market.transferFrom(actors.payee, actors.cleo, first, sender=actors.payee)
    held = [market.isLicensed(actors.payee, film.work_id, use) for use in (1, 2)]
    assert (held, market.ownerOf(second)) == ([False, True], actors.payee)


def test_transfer__given_one_that_ended__takes_no_place_of_a_holder_of_six(
    market, posted, buy, reach, actors
):
    for salt in range(6):
        buy(posted(salt=salt), actors.cleo)
    ended = buy(posted(salt=6, duration=10))
    reach(market.licenseOf(ended).expiresAt)
    market.transferFrom(actors.payee, actors.cleo, ended, sender=actors.payee)
    assert market.ownerOf(ended) == actors.cleo


@pytest.mark.threat("B11")
@pytest.mark.parametrize("function", ["transferFrom", "safeTransferFrom"])
def test_transfer__when_not_transferable__reverts(market, posted, buy, actors, function):
    license_id = buy(posted(transferable=False))
    with reverts_with(market, "LicenseMarketNotTransferable", licenseId=license_id):
        getattr(market, function)(actors.payee, actors.cleo, license_id, sender=actors.payee)


def test_transfer__given_a_stranger__reverts(market, film, license_id, actors):
    with reverts_with(market, "NotOwnerNorApproved"):
        market.transferFrom(actors.payee, actors.cleo, license_id, sender=actors.cleo)
    with reverts_with(market, "TransferFromIncorrectOwner"):
        market.transferFrom(actors.cleo, actors.cleo, license_id, sender=actors.cleo)
    with reverts_with(market, "TransferFromIncorrectOwner"):
        market.transferFrom("0x" + "00" * 20, actors.cleo, license_id, sender=actors.cleo)
    assert market.isLicensed(actors.payee, film.work_id, 1) is True


def test_transfer__given_the_zero_address__reverts(market, license_id, actors):
    with reverts_with(market, "TransferToZeroAddress"):
        market.transferFrom(actors.payee, "0x" + "00" * 20, license_id, sender=actors.payee)


@pytest.mark.parametrize("function", ["transferFrom", "safeTransferFrom", "approve"])
def test_transfer_and_approve__given_money__revert(market, license_id, actors, function):
    accounts = (actors.cleo,) if function == "approve" else (actors.payee, actors.cleo)
    with reverts_with(market, "LicenseMarketValueMismatch", value=1, expected=0):
        getattr(market, function)(*accounts, license_id, value=1, sender=actors.payee)


def test_approve__when_an_operator_is_named__may_move_this_licence(market, posted, buy, actors):
    first, second = buy(posted()), buy(posted(salt=1))
    market.approve(actors.relayer, first, sender=actors.payee)
    market.transferFrom(actors.payee, actors.cleo, first, sender=actors.relayer)
    assert market.ownerOf(first) == actors.cleo
    with reverts_with(market, "NotOwnerNorApproved"):
        market.transferFrom(actors.payee, actors.cleo, second, sender=actors.relayer)


@pytest.fixture
def seven(posted, buy):
    """Six licences that the payee holds, of 1 to 6 years, and the terms of a seventh."""
    licenses = [buy(posted(salt=years, duration=years * YEAR)) for years in range(1, 7)]
    return licenses, posted(salt=7)


@pytest.fixture
def full(market, film, actors):
    """The error of an account that holds as many licences of the film as it can."""

    def refused(account=actors.payee):
        about = {"account": account, "workId": film.work_id, "max": 6}
        return reverts_with(market, "LicenseMarketTooManyHeld", **about)

    return refused


@pytest.mark.threat("B13")
def test_buy__given_a_seventh_living_licence__reverts_until_one_ends(
    market, film, seven, full, reach, buy, actors
):
    licenses, terms = seven
    first_end = market.licenseOf(licenses[0]).expiresAt
    with full():
        market.buy(terms, actors.payee, PRICE, value=PRICE, sender=actors.payer)
    reach(first_end - 1)
    with full():
        market.buy.call(terms, actors.payee, PRICE, value=PRICE, sender=actors.payer)

    reach(first_end)
    assert buy(terms) == 7
    assert market.isLicensed(actors.payee, film.work_id, 1) is True
    market.transferFrom(actors.payee, actors.cleo, licenses[0], sender=actors.payee)
    assert market.isLicensed(actors.cleo, film.work_id, 1) is False
    assert market.ownerOf(licenses[0]) == actors.cleo


def test_buy__given_a_seventh_living_licence__is_possible_once_one_moved(
    market, seven, full, buy, actors
):
    licenses, terms = seven
    market.transferFrom(actors.payee, actors.cleo, licenses[3], sender=actors.payee)
    assert buy(terms) == 7
    with full():
        market.transferFrom(actors.cleo, actors.payee, licenses[3], sender=actors.cleo)


def test_buy__given_six_licences_of_one_work__sells_another_works(
    market, create_film, seven, posted, buy
):
    other = create_film()
    assert buy(posted(workId=other.work_id, asset_id=other.asset_id)) == 7


@pytest.mark.parametrize(
    ("interface", "supported"),
    [
        ("01ffc9a7", True),  # ERC-165
        ("80ac58cd", True),  # ERC-721
        ("5b5e139f", True),  # ERC-721 metadata
        ("49064906", True),  # ERC-4906: announces that a licence's end changed
        ("2a55205a", False),  # ERC-2981: a licence pays when it is sold, not when it is resold
        ("ffffffff", False),
    ],
)
def test_supports_interface__given_an_id__answers(market, interface, supported):
    assert market.supportsInterface(bytes.fromhex(interface)) is supported


def test_name__given_the_collection__is_creatokens(market):
    assert (market.name(), market.symbol()) == ("Creatoken License", "LICENSE")
