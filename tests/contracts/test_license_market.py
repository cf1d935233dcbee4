"""Licence market: how offers are posted and withdrawn, and how licences are bought."""

import pytest
from ape.utils import ZERO_ADDRESS
from eth_utils import keccak

from events import events_of
from licenses import FINAL, FOREVER, GERMANY, PRICE, YEAR, offer_id
from money import NATIVE, gains
from reverts import reverts_with

pytest_plugins = ["film"]

DIRECTOR, TREASURER = 2, 32
NONE, OPEN, WITHDRAWN = range(3)
FEE_FLAW, HOOK, RETURNS_FALSE = 1, 2, 4  # MockHostileERC20.Flaw
LOCKED = keccak(text="ReentrancyGuardReentrantCall()")[:4]
REASON = b"\x06" * 32
COSTLY = [{}, {"price": 2**128 - 1}, {"territory": GERMANY, "exclusive": True}, {"duration": 0}]


def bad_status(market, terms, actual, expected):
    about = {"offerId": offer_id(market, terms), "actual": actual, "expected": expected}
    return reverts_with(market, "LicenseMarketOfferStatusInvalid", **about)


# Posting


@pytest.mark.parametrize("seller", ["studio", "treasurer"])
@pytest.mark.parametrize("changes", COSTLY)
def test_post__when_director_or_treasurer__opens_the_offer(
    market, film, offer, actors, changes, seller
):
    terms = offer(**changes)
    assert market.offerIdOf(terms) == offer_id(market, terms)
    assert market.offerStateOf(offer_id(market, terms)) == (NONE, 0, 0, 0)

    receipt = market.post(terms, film.asset_id, FINAL, sender=getattr(actors, seller))

    told = {"offerId": offer_id(market, terms), "workId": film.work_id, "offer": terms.plain()}
    told |= {"assetId": film.asset_id, "stage": FINAL}
    assert events_of(receipt, market) == [("OfferPosted", told)]
    assert market.offerStateOf(offer_id(market, terms)) == (OPEN, 0, film.asset_id, FINAL)


@pytest.mark.parametrize("field", range(14))
def test_offer_id_of__when_any_field_differs__differs(market, offer, dollar, field):
    terms = offer()
    values = list(terms)
    other = {1: dollar, 11: GERMANY, 12: REASON}.get(field)
    values[field] = other or (not values[field] if 8 <= field <= 10 else values[field] + 1)

    changed = type(terms)(*values)

    assert market.offerIdOf(changed) == offer_id(market, changed)
    assert market.offerIdOf(changed) != market.offerIdOf(terms)


@pytest.mark.parametrize("who", ["outsider", "pipeline", "ana"])
@pytest.mark.parametrize("function", ["post", "withdrawOffer"])
def test_offers__given_no_director_or_treasurer__revert(
    market, projects, film, studio_id, offer, actors, function, who
):
    rest = (film.asset_id, FINAL) if function == "post" else ()
    account = getattr(actors, who)
    about = {"projectId": studio_id, "account": account, "anyOf": DIRECTOR | TREASURER}
    with reverts_with(projects, "ProjectsUnauthorized", **about):
        getattr(market, function)(offer(), *rest, sender=account)


def test_offers__given_a_director_of_another_project__revert(
    market, projects, film, studio_id, create_project, offer, posted, actors
):
    create_project(licensing=market, grants=[(actors.outsider, DIRECTOR | TREASURER)])
    about = {"projectId": studio_id, "account": actors.outsider, "anyOf": DIRECTOR | TREASURER}
    with reverts_with(projects, "ProjectsUnauthorized", **about):
        market.post(offer(), film.asset_id, FINAL, sender=actors.outsider)
    terms = posted()
    with reverts_with(projects, "ProjectsUnauthorized", **about):
        market.withdrawOffer(terms, sender=actors.outsider)


@pytest.mark.parametrize("unknown", [0, 2**40 - 1])
def test_post__given_an_unknown_work__reverts(market, works, film, offer, actors, unknown):
    with reverts_with(works, "WorksUnknown", workId=unknown):
        market.post(offer(workId=unknown), film.asset_id, FINAL, sender=actors.treasurer)


def test_post__when_posted_before__reverts(market, film, posted, actors):
    terms = posted()
    with bad_status(market, terms, OPEN, NONE):
        market.post(terms, film.asset_id, FINAL, sender=actors.treasurer)
    market.withdrawOffer(terms, sender=actors.treasurer)
    with bad_status(market, terms, WITHDRAWN, NONE):
        market.post(terms, film.asset_id, FINAL, sender=actors.treasurer)
    posted(salt=1)


@pytest.mark.parametrize(
    "wrong", [{"uses": 0}, {"derivativeBps": 10_000}, {"derivativeBps": 65_535}]
)
@pytest.mark.parametrize("derivatives", [False, True])
def test_post__given_terms_that_cannot_hold__reverts(
    market, film, offer, actors, wrong, derivatives
):
    terms = offer(derivatives=derivatives, **wrong)
    with reverts_with(market, "LicenseMarketOfferInvalid", offerId=offer_id(market, terms)):
        market.post(terms, film.asset_id, FINAL, sender=actors.treasurer)


def test_post__given_the_most_a_derivative_can_pay__opens(market, film, posted):
    terms = posted(derivativeBps=9_999)
    assert market.offerStateOf(offer_id(market, terms)) == (OPEN, 0, film.asset_id, FINAL)


@pytest.mark.parametrize("licensing", ["none", "another"])
def test_post__given_derivatives_that_the_project_would_not_honour__reverts(
    project,
    projects,
    works,
    registry,
    market,
    create_project,
    create_film,
    offer,
    actors,
    licensing,
):
    chosen = ZERO_ADDRESS
    if licensing == "another":
        chosen = project.LicenseMarket.deploy(projects, works, registry, sender=actors.studio)
    other = create_film(projectId=create_project(licensing=chosen))
    terms = offer(workId=other.work_id)
    with reverts_with(market, "LicenseMarketOfferInvalid", offerId=offer_id(market, terms)):
        market.post(terms, other.asset_id, FINAL, sender=actors.treasurer)

    market.post(terms._replace(derivatives=False), other.asset_id, FINAL, sender=actors.treasurer)


def test_post__given_an_asset_without_the_stage__reverts(
    market, registry, film, offer, create_asset, actors
):
    asset_id, _ = create_asset(workId=film.work_id)
    with reverts_with(registry, "ApprovalsNotApproved", assetId=asset_id, stage=FINAL):
        market.post(offer(), asset_id, FINAL, sender=actors.treasurer)


def test_post__given_an_earlier_stage__must_name_it(
    market, registry, film, offer, approved, actors
):
    asset_id, _ = approved(stage=2, workId=film.work_id)
    for stage in (FINAL, 1, 8, 255):
        with reverts_with(registry, "ApprovalsNotApproved", assetId=asset_id, stage=stage):
            market.post(offer(), asset_id, stage, sender=actors.treasurer)

    receipt = market.post(offer(), asset_id, 2, sender=actors.treasurer)

    assert events_of(receipt, market)[0][1]["stage"] == 2
    assert market.offerStateOf(offer_id(market, offer())) == (OPEN, 0, asset_id, 2)


def test_post__given_an_asset_of_another_work__reverts(
    market, registry, film, create_film, offer, actors
):
    other = create_film()
    about = {"assetId": other.asset_id, "assetWorkId": other.work_id, "workId": film.work_id}
    with reverts_with(registry, "ApprovalsWorkMismatch", **about):
        market.post(offer(), other.asset_id, FINAL, sender=actors.treasurer)


def test_post__given_a_withdrawn_asset__reverts(market, registry, film, offer, actors):
    registry.withdraw(film.asset_id, REASON, sender=actors.studio)
    with reverts_with(registry, "ApprovalsWithdrawn", assetId=film.asset_id):
        market.post(offer(), film.asset_id, FINAL, sender=actors.treasurer)


@pytest.mark.parametrize("asset_id", [0, 1])
def test_post__given_an_unknown_asset__reverts(market, registry, offer, actors, asset_id):
    with reverts_with(registry, "AssetRegistryUnknown", assetId=asset_id):
        market.post(offer(), asset_id, FINAL, sender=actors.treasurer)


# Withdrawing


@pytest.mark.parametrize("seller", ["studio", "treasurer"])
def test_withdraw_offer__when_open__ends_sales_for_ever(market, film, posted, actors, seller):
    terms = posted()
    account = getattr(actors, seller)

    receipt = market.withdrawOffer(terms, sender=account)

    told = {"offerId": offer_id(market, terms), "workId": film.work_id, "by": account.address}
    assert events_of(receipt, market) == [("OfferWithdrawn", told)]
    assert market.offerStateOf(offer_id(market, terms)) == (WITHDRAWN, 0, film.asset_id, FINAL)
    with bad_status(market, terms, WITHDRAWN, OPEN):
        market.buy(terms, actors.payee, PRICE, value=PRICE, sender=actors.payer)
    with bad_status(market, terms, WITHDRAWN, OPEN):
        market.withdrawOffer(terms, sender=account)


def test_withdraw_offer__when_never_posted__reverts(market, offer, actors):
    with bad_status(market, offer(), NONE, OPEN):
        market.withdrawOffer(offer(), sender=actors.treasurer)


# Buying


@pytest.mark.parametrize("duration", [0, 1, YEAR, 2**40 - 1])
def test_buy__when_price_is_paid__gives_the_licence_and_pays_the_work(
    market, film, posted, actors, chain, duration
):
    terms = posted(duration=duration)
    now = chain.pending_timestamp = chain.pending_timestamp + 10
    ends = now + duration if 0 < duration < 2**39 else FOREVER
    changes = (film.token, PRICE), (market, 0), (actors.payee, 0)
    with gains(NATIVE, *changes):
        receipt = market.buy(terms, actors.payee, PRICE, value=PRICE, sender=actors.payer)

    sold = {"licenseId": 1, "offerId": offer_id(market, terms), "buyer": actors.payer.address}
    sold |= {"holder": actors.payee.address, "price": PRICE, "expiresAt": ends}
    minted = {"from": ZERO_ADDRESS, "to": actors.payee.address, "id": 1}
    assert events_of(receipt, market) == [("Transfer", minted), ("LicenseSold", sold)]
    assert (market.ownerOf(1), market.balanceOf(actors.payee)) == (actors.payee, 1)
    assert market.licenseOf(1) == (tuple(terms.plain()), ends)
    assert market.offerStateOf(offer_id(market, terms)) == (OPEN, 1, film.asset_id, FINAL)


def test_buy__given_an_erc20__takes_exactly_the_price(market, film, dollar, posted, buy, actors):
    terms = posted(currency=dollar)
    dollar.mint(actors.payer, PRICE + 5, sender=actors.payer)
    dollar.approve(market, PRICE + 5, sender=actors.payer)

    changes = (film.token, PRICE), (actors.payer, -PRICE), (market, 0)
    with gains(dollar, *changes), gains(NATIVE, (film.token, 0), (market, 0)):
        assert buy(terms) == 1

    assert market.ownerOf(1) == actors.payee
    assert dollar.allowance(actors.payer, market) == 5


@pytest.mark.parametrize("currency", ["native", "dollar"])
def test_buy__when_paid__is_claimable_by_the_contributors_to_the_unit(
    film, dollar, market, posted, buy, actors, currency
):
    coin = NATIVE if currency == "native" else dollar
    dollar.mint(actors.payer, 10_007, sender=actors.payer)
    dollar.approve(market, 10_007, sender=actors.payer)
    buy(posted(currency=coin, price=10_007))

    with gains(coin, (actors.ana, 6_004), (actors.ben, 4_002), (film.token, -10_006)):
        film.token.claimTokenMany(coin, [actors.ana, actors.ben], sender=actors.outsider)


def test_buy__given_two_offers__numbers_licences_in_order(market, posted, buy, actors):
    first, second = posted(), posted(salt=1)
    assert [buy(terms) for terms in (first, second, first)] == [1, 2, 3]
    assert [market.offerStateOf(offer_id(market, terms)).sold for terms in (first, second)] == [
        2,
        1,
    ]
    assert market.licenseOf(2)[0] == tuple(second.plain())


@pytest.mark.parametrize("currency", ["native", "dollar"])
def test_buy__given_the_least_price__pays_it(market, film, dollar, posted, buy, actors, currency):
    coin = NATIVE if currency == "native" else dollar
    dollar.mint(actors.payer, 1, sender=actors.payer)
    dollar.approve(market, 1, sender=actors.payer)
    with gains(coin, (film.token, 1)):
        buy(posted(currency=coin, price=1))


def test_buy__given_a_free_licence__needs_no_money(market, posted, actors):
    terms = posted(price=0)
    receipt = market.buy(terms, actors.outsider, 0, sender=actors.outsider)
    assert events_of(receipt, market)[1][1]["price"] == 0
    assert market.isLicensed(actors.outsider, terms.workId, 1) is True
    with reverts_with(market, "LicenseMarketValueMismatch", value=1, expected=0):
        market.buy(terms, actors.outsider, 0, value=1, sender=actors.outsider)


def test_buy__when_offer_was_never_posted__reverts(market, offer, actors):
    with bad_status(market, offer(), NONE, OPEN):
        market.buy(offer(), actors.payee, PRICE, value=PRICE, sender=actors.payer)


@pytest.mark.threat("B11")
def test_buy__given_posted_terms_with_one_changed__reverts(market, posted, actors):
    cheap = posted()._replace(price=1)
    with bad_status(market, cheap, NONE, OPEN):
        market.buy(cheap, actors.payee, PRICE, value=1, sender=actors.payer)


@pytest.mark.threat("B11")
def test_buy__when_price_is_above_max__reverts(market, posted, actors):
    with reverts_with(market, "LicenseMarketPriceAboveMax", price=PRICE, maxPrice=PRICE - 1):
        market.buy(posted(), actors.payee, PRICE - 1, value=PRICE, sender=actors.payer)


@pytest.mark.parametrize("value", [0, PRICE - 1, PRICE + 1, 2 * PRICE])
def test_buy__when_value_is_not_the_price__reverts(market, posted, actors, value):
    with reverts_with(market, "LicenseMarketValueMismatch", value=value, expected=PRICE):
        market.buy(posted(), actors.payee, 2 * PRICE, value=value, sender=actors.payer)


def test_buy__given_value_beside_an_erc20__reverts(market, dollar, posted, actors):
    dollar.mint(actors.payer, PRICE, sender=actors.payer)
    dollar.approve(market, PRICE, sender=actors.payer)
    terms = posted(currency=dollar)
    with reverts_with(market, "LicenseMarketValueMismatch", value=PRICE, expected=0):
        market.buy(terms, actors.payee, PRICE, value=PRICE, sender=actors.payer)


@pytest.mark.threat("B11")
def test_buy__when_supply_is_sold__reverts(market, posted, buy, actors):
    terms = posted(maxSupply=2)
    assert [buy(terms, actors.ana), buy(terms, actors.ben)] == [1, 2]
    about = {"offerId": offer_id(market, terms), "maxSupply": 2}
    with reverts_with(market, "LicenseMarketSoldOut", **about):
        market.buy(terms, actors.cleo, PRICE, value=PRICE, sender=actors.payer)


def test_buy__given_the_zero_address__reverts(market, posted, actors):
    with reverts_with(market, "LicenseMarketRecipientZero"):
        market.buy(posted(), ZERO_ADDRESS, PRICE, value=PRICE, sender=actors.payer)


def test_buy__given_too_little_allowance__reverts(market, dollar, posted, actors):
    dollar.mint(actors.payer, PRICE, sender=actors.payer)
    dollar.approve(market, PRICE - 1, sender=actors.payer)
    about = {"spender": market, "allowance": PRICE - 1, "needed": PRICE}
    with reverts_with(dollar, "ERC20InsufficientAllowance", **about):
        market.buy(posted(currency=dollar), actors.payee, PRICE, sender=actors.payer)


@pytest.mark.threat("B3")
def test_buy__given_a_currency_with_a_fee__reverts(market, hostile, posted, actors):
    hostile.mint(actors.payer, PRICE, sender=actors.payer)
    hostile.setFlaw(FEE_FLAW, sender=actors.outsider)
    about = {"currency": hostile, "received": PRICE - PRICE // 100, "expected": PRICE}
    with reverts_with(market, "LicenseMarketReceivedMismatch", **about):
        market.buy(posted(currency=hostile), actors.payee, PRICE, sender=actors.payer)


@pytest.mark.threat("B3")
def test_buy__given_a_currency_that_returns_false__reverts(market, hostile, posted, actors):
    hostile.mint(actors.payer, PRICE, sender=actors.payer)
    hostile.setFlaw(RETURNS_FALSE, sender=actors.outsider)
    with reverts_with(market, "SafeERC20FailedOperation", token=hostile):
        market.buy(posted(currency=hostile), actors.payee, PRICE, sender=actors.payer)


def test_buy__when_the_work_refuses_the_money__reverts(market, film, posted, actors, chain):
    """No work refuses; one whose code were gone or changed would take no money either."""
    terms = posted()
    chain.provider.set_code(film.token.address, "0x60006000fd")
    about = {"token": film.token, "amount": PRICE}
    with reverts_with(market, "LicenseMarketPaymentFailed", **about):
        market.buy(terms, actors.payee, PRICE, value=PRICE, sender=actors.payer)


@pytest.mark.threat("B1")
@pytest.mark.parametrize("again", ["buy", "renew", "deploy"])
def test_buy__when_the_buyer_re_enters_from_a_token_hook__pays_once_each(
    market, film, hostile, recipient, posted, actors, again
):
    terms = posted(currency=hostile)
    calls = {"buy": (terms, recipient, PRICE), "renew": (1,), "deploy": (1, GERMANY)}
    nested = getattr(market, again).encode_input(*calls[again])
    recipient.reenter(market, nested, sender=actors.outsider)
    hostile.mint(recipient, 5 * PRICE, sender=actors.payer)
    hostile.setFlaw(HOOK, sender=actors.outsider)
    outer = market.buy.encode_input(terms, recipient, PRICE)

    with gains(hostile, (recipient, -PRICE), (film.token, PRICE)):
        recipient.execute(market, 0, outer, sender=actors.payer)

    assert (recipient.entries(), recipient.succeeded(), recipient.answer()) == (1, False, LOCKED)
    assert market.offerStateOf(offer_id(market, terms)).sold == 1
    assert market.balanceOf(recipient) == 1


def test_buy__when_the_buyer_passes_the_licence_on_from_a_token_hook__books_agree(
    market, film, hostile, recipient, posted, actors
):
    """Everything is written before the money moves, so a transfer within finds a licence."""
    terms = posted(currency=hostile)
    moved = market.transferFrom.encode_input(recipient, actors.cleo, 1)
    recipient.reenter(market, moved, sender=actors.outsider)
    hostile.mint(recipient, PRICE, sender=actors.payer)
    hostile.setFlaw(HOOK, sender=actors.outsider)

    outer = market.buy.encode_input(terms, recipient, PRICE)
    with gains(hostile, (recipient, -PRICE), (film.token, PRICE)):
        recipient.execute(market, 0, outer, sender=actors.payer)

    assert recipient.succeeded() is True
    assert market.ownerOf(1) == actors.cleo
    held = [market.isLicensed(who, film.work_id, 1) for who in (recipient, actors.cleo)]
    assert held == [False, True]


def test_buy__given_a_contract_that_knows_no_nfts__holds_the_licence(
    market, film, recipient, posted, buy
):
    assert market.ownerOf(buy(posted(), recipient)) == recipient
    assert market.isLicensed(recipient, film.work_id, 1) is True
