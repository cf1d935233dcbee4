"""Exclusive licences: what bars what, where, and to which second."""

from itertools import product

import pytest

from licenses import FOREVER, FRANCE, GERMANY, PRICE, WORLD, YEAR
from reverts import reverts_with

pytest_plugins = ["film"]

PLACES = {"world": WORLD, "germany": GERMANY, "france": FRANCE}
MONTH = 30 * 24 * 3600


@pytest.fixture
def sell(posted, buy, actors):
    """Posts an offer of its own and sells one licence of it to ana; returns the licence's id."""
    salts = iter(range(1_000))
    return lambda **terms: buy(posted(salt=next(salts), **terms), actors.ana)


@pytest.fixture
def barred(market, film, posted, actors):
    """Says that a licence cannot be sold because another lives until then."""
    salts = iter(range(1_000, 2_000))

    def check(until, **changes):
        terms = posted(salt=next(salts), **changes)
        about = {"workId": film.work_id, "territory": terms.territory, "until": until}
        with reverts_with(market, "LicenseMarketExclusive", **about):
            market.buy(terms, actors.ben, PRICE, value=PRICE, sender=actors.payer)
        return terms

    return check


def end_of(market, license_id):
    return market.licenseOf(license_id).expiresAt


@pytest.mark.threat("B11")
@pytest.mark.parametrize(("first", "second"), product(PLACES, repeat=2))
@pytest.mark.parametrize("exclusive", [(True, True), (True, False), (False, True)])
def test_buy__when_either_is_exclusive__is_barred_where_territories_overlap(
    market, sell, barred, first, second, exclusive
):
    ends = end_of(market, sell(territory=PLACES[first], exclusive=exclusive[0]))

    later = {"territory": PLACES[second], "exclusive": exclusive[1]}
    if first == second or "world" in (first, second):
        barred(ends, **later)
    else:
        assert sell(**later) == 2


@pytest.mark.parametrize(("first", "second"), product(PLACES, repeat=2))
def test_buy__when_neither_is_exclusive__sells_both(sell, first, second):
    assert sell(territory=PLACES[first]) == 1
    assert sell(territory=PLACES[second]) == 2


@pytest.mark.parametrize("exclusive", [(True, True), (True, False), (False, True)])
@pytest.mark.parametrize("places", [("world", "germany"), ("germany", "world"), ("france",) * 2])
def test_buy__when_the_other_ends__is_barred_to_the_second_before(
    market, film, posted, sell, barred, actors, chain, exclusive, places
):
    first, second = (PLACES[place] for place in places)
    ends = end_of(market, sell(territory=first, exclusive=exclusive[0]))
    terms = barred(ends, territory=second, exclusive=exclusive[1])

    chain.pending_timestamp = ends - 1
    receipt = market.buy(
        terms,
        actors.ben,
        PRICE,
        value=PRICE,
        sender=actors.payer,
        gas=1_000_000,
        raise_on_revert=False,
    )
    assert (receipt.failed, receipt.timestamp) == (True, ends - 1)
    chain.pending_timestamp = ends
    receipt = market.buy(terms, actors.ben, PRICE, value=PRICE, sender=actors.payer)

    assert receipt.timestamp == ends
    held = [market.isLicensed(who, film.work_id, 1) for who in (actors.ana, actors.ben)]
    assert held == [False, True]


def test_buy__given_the_lowest_territory__bars_the_world(market, sell, barred):
    ends = end_of(market, sell(territory=bytes(31) + b"\1", exclusive=True))
    barred(ends, territory=WORLD)


def test_buy__when_the_same_exclusive_offer_is_bought_twice__is_barred(
    market, film, posted, buy, actors
):
    terms = posted(exclusive=True)
    ends = end_of(market, buy(terms))
    about = {"workId": film.work_id, "territory": WORLD, "until": ends}
    with reverts_with(market, "LicenseMarketExclusive", **about):
        market.buy(terms, actors.payee, PRICE, value=PRICE, sender=actors.payer)


def test_buy__when_many_live__is_barred_until_the_last_of_those_that_overlap(market, sell, barred):
    year = end_of(market, sell(territory=GERMANY))
    sell(territory=GERMANY, duration=MONTH)
    longer = end_of(market, sell(territory=FRANCE, duration=2 * YEAR))

    barred(year, territory=GERMANY, exclusive=True)
    barred(longer, territory=FRANCE, exclusive=True)
    barred(longer, territory=WORLD, exclusive=True)
    sell(territory=b"IT".ljust(32, b"\0"), exclusive=True)


def test_buy__when_an_exclusive_licence_is_for_ever__is_barred_for_ever(sell, barred, chain):
    sell(territory=GERMANY, exclusive=True, duration=0)
    chain.mine(deltatime=1_000 * YEAR)
    barred(FOREVER, territory=GERMANY)
    barred(FOREVER, territory=WORLD)
    assert sell(territory=FRANCE) == 2


def test_buy__given_another_work__is_not_barred(sell, create_film):
    sell(exclusive=True)
    other = create_film()
    terms = {"workId": other.work_id, "asset_id": other.asset_id}
    assert sell(exclusive=True, **terms) == 2


def test_buy__when_barred__leaves_supply_and_calendar_as_they_were(
    market, sell, barred, actors, chain
):
    ends = end_of(market, sell(territory=GERMANY, exclusive=True, duration=MONTH))
    terms = barred(ends, exclusive=True, duration=10 * YEAR, maxSupply=1)
    assert market.offerStateOf(market.offerIdOf(terms)).sold == 0
    chain.pending_timestamp = ends
    market.buy(terms, actors.ben, PRICE, value=PRICE, sender=actors.payer)


def test_renew__given_an_exclusive_licence__bars_others_until_the_new_end(
    market, sell, barred, actors, chain
):
    license_id = sell(territory=GERMANY, exclusive=True)
    ends = end_of(market, license_id)
    chain.pending_timestamp = ends - 1
    market.renew(license_id, value=PRICE, sender=actors.payer)

    barred(ends + YEAR, territory=GERMANY)
    barred(ends + YEAR, territory=WORLD)
    chain.pending_timestamp = ends + YEAR
    assert sell(territory=GERMANY) == 2


def test_renew__given_an_ordinary_licence__bars_exclusive_ones_until_the_new_end(
    market, sell, barred, actors
):
    license_id = sell(territory=GERMANY)
    ends = end_of(market, license_id)
    market.renew(license_id, value=PRICE, sender=actors.payer)

    barred(ends + YEAR, territory=GERMANY, exclusive=True)
    barred(ends + YEAR, territory=WORLD, exclusive=True)
    assert sell(territory=GERMANY) == 2


def test_buy__when_an_exclusive_licence_changes_hands__stays_barred(
    market, film, sell, barred, actors
):
    license_id = sell(exclusive=True)
    market.transferFrom(actors.ana, actors.cleo, license_id, sender=actors.ana)
    barred(end_of(market, license_id))
    assert market.isLicensed(actors.cleo, film.work_id, 1) is True


def test_buy__when_the_exclusive_offer_was_withdrawn__stays_barred(
    market, posted, buy, barred, actors
):
    terms = posted(exclusive=True)
    ends = end_of(market, buy(terms))
    market.withdrawOffer(terms, sender=actors.treasurer)
    barred(ends)


def overlap(one, other):
    """The rule, written a second time: the world overlaps all, a territory itself."""
    return WORLD in (one, other) or one == other


@pytest.mark.threat("B11")
def test_buy__given_every_three_licences__sells_exactly_those_that_nothing_bars(
    market, film, posted, actors, chain
):
    """Every row of three among six offers, each of a length of its own."""
    kinds = product(PLACES.values(), [False, True])
    offers = [
        posted(territory=place, exclusive=exclusive, duration=years * YEAR)
        for years, (place, exclusive) in enumerate(kinds, 1)
    ]

    def sell_after(sold):
        for terms in offers:
            bars = [
                end
                for other, end in sold
                if (terms.exclusive or other.exclusive)
                and overlap(terms.territory, other.territory)
            ]
            with chain.isolate():
                if bars:
                    about = {"workId": film.work_id, "territory": terms.territory}
                    with reverts_with(market, "LicenseMarketExclusive", until=max(bars), **about):
                        market.buy(terms, actors.ben, PRICE, value=PRICE, sender=actors.payer)
                    continue
                market.buy(terms, actors.ben, PRICE, value=PRICE, sender=actors.payer)
                if len(sold) < 2:
                    sell_after([*sold, (terms, end_of(market, len(sold) + 1))])

    sell_after([])
