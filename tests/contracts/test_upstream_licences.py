"""Works derived from another studio's: which licence opens the door, and who is paid then."""

import pytest
from ape.utils import ZERO_ADDRESS

from licenses import PRICE, YEAR
from money import NATIVE, gains
from reverts import reverts_with

pytest_plugins = ["film"]

BPS = 500


@pytest.fixture
def derive(open_work):
    """Opens a work of another project, with the film as its parent; returns its id and token."""

    def open_(parent, license_id, bps=BPS, **terms):
        return open_work(upstream=[(parent, license_id, bps)], **terms)

    return open_


@pytest.fixture
def refused(works, derive):
    """Says that the licence does not permit this derivation."""

    def check(parent, license_id, bps=BPS, **terms):
        about = {"workId": parent, "licenseId": license_id, "bps": bps}
        with reverts_with(works, "WorksUpstreamNotLicensed", **about):
            derive(parent, license_id, bps, **terms)

    return check


@pytest.fixture
def treasury_license(posted, buy, actors):
    """Sells a licence of the film to the treasury of the deriving project; returns its id."""
    return lambda **terms: buy(posted(derivativeBps=BPS, **terms), actors.treasurer)


@pytest.mark.parametrize("bps", [BPS, BPS + 1, 9_999])
def test_open__given_a_licence_and_enough_bps__derives(film, treasury_license, derive, bps):
    _, token = derive(film.work_id, treasury_license(), bps)
    assert tuple(token.upstreams()) == ([film.work_id], [bps])


@pytest.mark.parametrize("bps", [1, BPS - 1])
def test_open__given_too_few_bps__reverts(film, treasury_license, refused, bps):
    refused(film.work_id, treasury_license(), bps)


@pytest.mark.parametrize("license_id", [0, 2, 2**40, 2**256 - 1])
def test_open__given_an_unknown_licence__reverts(film, treasury_license, refused, license_id):
    assert treasury_license() == 1
    refused(film.work_id, license_id)


def test_open__given_a_licence_without_derivatives__reverts(film, treasury_license, refused):
    refused(film.work_id, treasury_license(derivatives=False))


@pytest.mark.parametrize("holder", ["payee", "pipeline", "studio"])
def test_open__given_a_licence_of_another_holder__reverts(
    film, posted, buy, refused, actors, holder
):
    """Neither who opens the work nor who governs the project counts: the treasury must hold it."""
    refused(film.work_id, buy(posted(), getattr(actors, holder)))


def test_open__when_the_licence_moves__follows_the_holder(
    market, film, treasury_license, refused, derive, actors
):
    license_id = treasury_license()
    market.transferFrom(actors.treasurer, actors.cleo, license_id, sender=actors.treasurer)
    refused(film.work_id, license_id)
    market.transferFrom(actors.cleo, actors.treasurer, license_id, sender=actors.cleo)
    derive(film.work_id, license_id)


def test_open__when_the_treasury_changes__needs_a_licence_of_the_new_one(
    projects, project_id, film, posted, buy, treasury_license, refused, derive, actors
):
    old = treasury_license()
    projects.setTreasury(project_id, actors.cleo, sender=actors.studio)
    refused(film.work_id, old)
    new = buy(posted(salt=1), actors.cleo)
    refused(film.work_id, new)  # its holder did not agree to serve the project
    projects.acceptTreasury(project_id, sender=actors.cleo)
    derive(film.work_id, new)


def test_open__given_a_licence_of_another_work__reverts(
    film, create_film, treasury_license, refused
):
    other = create_film()
    refused(other.work_id, treasury_license())
    license_id = treasury_license(workId=other.work_id, asset_id=other.asset_id)
    refused(film.work_id, license_id)


@pytest.mark.threat("B8")
def test_open__when_the_licence_ends__derives_to_the_second_before(
    market, works, film, treasury_license, refused, project_id, actors, chain
):
    license_id = treasury_license()
    ends = market.licenseOf(license_id).expiresAt
    terms = project_id, ZERO_ADDRESS, ends + YEAR, [(film.work_id, license_id, BPS)], ""
    chain.pending_timestamp = ends - 1
    assert works.open(terms, sender=actors.pipeline).timestamp == ends - 1

    chain.pending_timestamp = ends
    late = works.open(terms, sender=actors.pipeline, gas=2_000_000, raise_on_revert=False)
    assert (late.failed, late.timestamp) == (True, ends)
    refused(film.work_id, license_id)


def test_open__when_the_licence_was_renewed_in_time__derives(
    market, film, treasury_license, derive, reach, actors
):
    license_id = treasury_license()
    ends = market.licenseOf(license_id).expiresAt
    reach(ends - 10)
    market.renew(license_id, value=PRICE, sender=actors.payer)
    reach(ends)
    derive(film.work_id, license_id)


def test_open__when_the_offer_or_the_asset_was_withdrawn_after_the_sale__derives(
    market, registry, film, posted, buy, derive, actors
):
    terms = posted()
    license_id = buy(terms, actors.treasurer)
    market.withdrawOffer(terms, sender=actors.treasurer)
    registry.withdraw(film.asset_id, bytes(32), sender=actors.studio)
    derive(film.work_id, license_id)


def test_open__given_the_same_licence_twice__opens_two_works(film, treasury_license, derive):
    license_id = treasury_license()
    first, second = derive(film.work_id, license_id)[0], derive(film.work_id, license_id)[0]
    assert second == first + 1


def test_open__given_the_films_own_project__needs_no_licence(film, studio_id, derive):
    derive(film.work_id, 0, 1, projectId=studio_id)


def test_open__when_the_parents_project_has_no_market__reverts(
    create_film, create_project, treasury_license, refused
):
    closed = create_film(projectId=create_project())
    refused(closed.work_id, treasury_license())


def test_open__given_a_licence_of_another_market__reverts(
    project, projects, works, registry, film, offer, refused, treasury_license, derive, actors
):
    """The market that the parent's project named counts its own licences only."""
    other = project.LicenseMarket.deploy(projects, works, registry, sender=actors.studio)
    terms = offer(derivatives=False)
    other.post(terms, film.asset_id, 7, sender=actors.treasurer)
    other.buy(terms, actors.treasurer, PRICE, value=PRICE, sender=actors.payer)
    assert other.ownerOf(1) == actors.treasurer
    refused(film.work_id, 1)
    derive(film.work_id, treasury_license())


def test_open__given_two_parents__each_needs_its_licence(
    works, open_work, film, create_film, treasury_license
):
    other = create_film()
    first = treasury_license()
    second = treasury_license(workId=other.work_id, asset_id=other.asset_id)
    about = {"workId": other.work_id, "licenseId": first, "bps": BPS}
    with reverts_with(works, "WorksUpstreamNotLicensed", **about):
        open_work(upstream=[(film.work_id, first, BPS), (other.work_id, first, BPS)])
    _, token = open_work(upstream=[(film.work_id, first, BPS), (other.work_id, second, BPS)])
    assert tuple(token.upstreams()) == ([film.work_id, other.work_id], [BPS, BPS])


@pytest.mark.threat("B8")
def test_open__given_a_licence__never_makes_a_cycle(
    works, project_id, film, treasury_license, derive, refused, studio_id
):
    """A parent exists before its child, and a child cannot be added to the parent later."""
    child, _ = derive(film.work_id, treasury_license())
    assert child > film.work_id
    refused(child, 1, projectId=studio_id)
    unborn = works.count() + 1
    with reverts_with(works, "WorksUnknown", workId=unborn):
        derive(unborn, 1)


@pytest.mark.parametrize("currency", ["native", "dollar"])
def test_claim__given_three_generations__pays_the_last_holder_to_the_unit(
    market,
    works,
    projects,
    film,
    dollar,
    posted,
    buy,
    create_film,
    create_project,
    actors,
    currency,
):
    """B derives from the film for 20 %, C from B for 25 %; a sale of C reaches all three."""
    coin = NATIVE if currency == "native" else dollar
    middle_id = create_project(licensing=market, treasury=actors.cleo)
    last_id = create_project()
    projects.acceptTreasury(middle_id, sender=actors.cleo)
    projects.acceptTreasury(last_id, sender=actors.treasurer)
    first = buy(posted(derivativeBps=2_000), actors.cleo)
    b = create_film(projectId=middle_id, upstream=[(film.work_id, first, 2_000)])
    terms = {"workId": b.work_id, "asset_id": b.asset_id}
    second = buy(posted(derivativeBps=2_500, **terms), actors.treasurer)
    c = create_film(upstream=[(b.work_id, second, 2_500)], projectId=last_id)
    for work, parent in ((b, film), (c, b)):
        work.token.claimToken(NATIVE, parent.token, sender=actors.outsider)
    everyone = [actors.ana, actors.ben]
    for work in (film, b, c):
        work.token.claimMany(everyone, sender=actors.outsider)

    if coin == NATIVE:
        actors.payer.transfer(c.token, 1_340_000)
    else:
        dollar.mint(c.token, 1_340_000, sender=actors.payer)

    c_shares, b_shares = 100 + 34, 100 + 25
    to_b = 1_340_000 * 34 // c_shares
    to_film = to_b * 25 // b_shares
    with gains(coin, (b.token, to_b), (c.token, -to_b)):
        c.token.claimToken(coin, b.token, sender=actors.outsider)
    with gains(coin, (film.token, to_film), (b.token, -to_film)):
        b.token.claimToken(coin, film.token, sender=actors.outsider)
    parts = [1_340_000 - to_b, to_b - to_film, to_film]
    assert parts == [1_000_000, 272_000, 68_000]
    for work, part in zip((c, b, film), parts, strict=True):
        with gains(coin, (actors.ana, part * 6 // 10), (actors.ben, part * 4 // 10)):
            work.token.claimTokenMany(coin, everyone, sender=actors.outsider)
        assert (work.token.balance if coin == NATIVE else dollar.balanceOf(work.token)) <= 1
