"""A film, and licences of it: fixtures for the tests that sell some, as a pytest plugin."""

from types import SimpleNamespace

import pytest

from licenses import FEE, FINAL, PRICE, WORLD, YEAR, Offer
from money import NATIVE


@pytest.fixture(scope="module")
def studio_id(create_project, market):
    """Project of the studio that sells licences on the market."""
    return create_project(licensing=market)


@pytest.fixture(scope="session")
def approved(create_asset, approve, signed, directors):
    """Registers an asset that is approved at a stage; returns its id and the id's preimage."""

    def make(stage=FINAL, **asset):
        made = create_asset(**asset)
        approve(made, [signed(made, directors[0], stage=stage)], stage=stage)
        return made

    return make


@pytest.fixture(scope="module")
def create_film(seal_work, approved, studio_id, actors, dollar, hostile):
    """Makes a sealed work with a final asset; ana has 60 of its shares and ben 40.

    It settles the native currency, the dollar and the hostile token.
    """

    def make(**terms):
        terms = {"projectId": studio_id, "primaryCurrency": dollar, "accepts": [hostile]} | terms
        token = seal_work((actors.ana, 60), (actors.ben, 40), **terms)
        work_id = token.terms().workId
        asset_id = approved(workId=work_id)[0]
        return SimpleNamespace(work_id=work_id, token=token, asset_id=asset_id)

    return make


@pytest.fixture(scope="module")
def film(create_film):
    return create_film()


@pytest.fixture
def offer(film):
    """Makes an offer: a year of three uses, world-wide, to be changed."""

    def make(**overrides):
        terms = {
            "workId": film.work_id,
            "currency": NATIVE,
            "price": PRICE,
            "deploymentFee": FEE,
            "duration": YEAR,
            "maxSupply": 0,
            "uses": 0b1011,
            "derivativeBps": 500,
            "derivatives": True,
            "exclusive": False,
            "transferable": True,
            "territory": WORLD,
            "termsHash": b"\x07" * 32,
            "salt": 0,
        }
        return Offer(**(terms | overrides))

    return make


@pytest.fixture
def posted(market, offer, film, actors):
    """Makes an offer and posts it."""

    def make(*, asset_id=film.asset_id, **overrides):
        terms = offer(**overrides)
        market.post(terms, asset_id, FINAL, sender=actors.treasurer)
        return terms

    return make


@pytest.fixture
def buy(market, actors):
    """The payer buys a licence for the payee, at the exact price; returns its id."""

    def send(terms, to=actors.payee):
        value = terms.price if terms.currency == NATIVE else 0
        receipt = market.buy(terms, to, terms.price, value=value, sender=actors.payer)
        return next(iter(receipt.decode_logs(market.LicenseSold))).licenseId

    return send


@pytest.fixture
def license_id(posted, buy):
    """A licence of a year that the payee holds."""
    return buy(posted())


@pytest.fixture
def reach(chain):
    """Mines a block at this second, for the views."""

    def go(second):
        chain.pending_timestamp = second
        chain.mine()

    return go
