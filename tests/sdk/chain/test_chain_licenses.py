from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from creatoken_sdk import NATIVE, Creatoken, License, Offer, OfferStatus, Work
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.codec import decode_result, encode_call
from creatoken_sdk.chain.licenses import FOREVER, OfferState
from creatoken_sdk.chain.reverts import (
    LicenseMarketDeployedError,
    LicenseMarketEndedError,
    LicenseMarketNotTransferableError,
    LicenseMarketOfferStatusInvalidError,
    LicenseMarketPerpetualError,
    LicenseMarketPriceAboveMaxError,
    LicenseMarketSoldOutError,
    LicenseMarketTerritoryInvalidError,
    LicenseMarketUnknownError,
    ProjectsUnauthorizedError,
)
from creatoken_sdk.record import market
from finals import approve, asset_of
from sdk.chain.balances import balance

DAY = 24 * 60 * 60
PRINT, WEB, BROADCAST = 1, 2, 4
Post = Callable[..., Offer]


@pytest.fixture
def asset_id(ct: Creatoken, chain: Anvil, work: Work) -> int:
    """An asset of the work that Maya approved as final."""
    asset = asset_of(ct, work, "final")
    ct.assets.register(asset)
    return approve(ct, chain.accounts[1], asset)


@pytest.fixture
def post(ct: Creatoken, work: Work, asset_id: int) -> Post:
    """Posts an offer for 30 days and two uses, with the terms that a test changes."""

    def posted(**changes: object) -> Offer:
        offer = replace(terms_of(work), **changes)  # type: ignore[arg-type]
        ct.licenses.post(offer, asset_id)
        return offer

    return posted


def terms_of(work: Work) -> Offer:
    return Offer(
        work_id=work.id,
        currency=NATIVE,
        price=10**15,
        deployment_fee=10**12,
        duration=30 * DAY,
        max_supply=0,
        uses=PRINT | WEB,
        derivative_bps=0,
        derivatives=False,
        exclusive=False,
        transferable=False,
        territory=bytes(32),
        terms_hash=b"\x07" * 32,
        salt=0,
    )


def test_licenses__from_offer_to_market__the_views_say_so(
    ct: Creatoken, artist: Creatoken, chain: Anvil, work: Work, post: Post
) -> None:
    offer = post()
    offer_id = ct.licenses.offer_id(offer)
    assert ct.licenses.offer_state(offer_id) == OfferState(OfferStatus.OPEN, 0)
    bought = artist.licenses.buy(offer)
    assert bought == License(bought.id, artist.address, offer, bought.expires_at)
    assert ct.licenses.get(bought.id) == bought
    assert ct.licenses.offer_state(offer_id).sold == 1
    assert balance(chain, work.token) == 10**15
    assert ct.licenses.permits(bought.id, PRINT | WEB)
    assert not ct.licenses.permits(bought.id, PRINT | BROADCAST)
    assert ct.licenses.is_licensed(artist.address, work.id, WEB)
    assert not ct.licenses.is_licensed(ct.address, work.id, WEB)

    germany = market("DE")
    assert not ct.licenses.permits(bought.id, WEB, germany)
    receipt = artist.licenses.deploy(bought, germany)
    assert ct.licenses.deployed_at(bought.id, germany) == receipt.timestamp
    assert ct.licenses.permits(bought.id, WEB, germany)
    assert balance(chain, work.token) == 10**15 + 10**12


def test_offer_id__given_an_offer__is_what_the_contract_says(ct: Creatoken, work: Work) -> None:
    offer = terms_of(work)
    data = encode_call("LicenseMarket", "offerIdOf", [offer])
    answer = ct.wallet.read(ct.licenses.address, data)
    assert decode_result("LicenseMarket", "offerIdOf", 1, answer) == ct.licenses.offer_id(offer)


def test_post__when_sent_by_a_stranger_or_twice__raises_its_typed_error(
    ct: Creatoken, artist: Creatoken, work: Work, asset_id: int, post: Post
) -> None:
    with pytest.raises(ProjectsUnauthorizedError):
        artist.licenses.post(terms_of(work), asset_id)
    offer = post()
    with pytest.raises(LicenseMarketOfferStatusInvalidError) as caught:
        ct.licenses.post(offer, asset_id)
    assert caught.value.offer_id == ct.licenses.offer_id(offer)
    assert OfferStatus(caught.value.actual) is OfferStatus.OPEN


def test_post__given_an_earlier_stage__sells_it_knowingly(
    ct: Creatoken, artist: Creatoken, chain: Anvil, work: Work
) -> None:
    draft = asset_of(ct, work, "draft")
    ct.assets.register(draft)
    ct.licenses.post(terms_of(work), approve(ct, chain.accounts[1], draft, stage=1), stage=1)
    assert ct.licenses.permits(artist.licenses.buy(terms_of(work)).id, PRINT)


def test_buy__when_the_offer_is_withdrawn_or_sold_out__raises_its_typed_error(
    ct: Creatoken, artist: Creatoken, post: Post
) -> None:
    offer = post(max_supply=1)
    bought = artist.licenses.buy(offer)
    with pytest.raises(LicenseMarketSoldOutError) as caught:
        artist.licenses.buy(offer)
    assert caught.value.max_supply == 1
    ct.licenses.withdraw_offer(offer)
    with pytest.raises(LicenseMarketOfferStatusInvalidError):
        artist.licenses.buy(offer)
    assert ct.licenses.offer_state(ct.licenses.offer_id(offer)).status is OfferStatus.WITHDRAWN
    assert ct.licenses.permits(bought.id, PRINT)


def test_buy__given_a_holder_and_a_lower_limit__refuses_then_names_the_holder(
    ct: Creatoken, maya: Creatoken, artist: Creatoken, post: Post
) -> None:
    offer = post()
    with pytest.raises(LicenseMarketPriceAboveMaxError) as caught:
        artist.licenses.buy(offer, max_price=10**15 - 1)
    assert (caught.value.price, caught.value.max_price) == (10**15, 10**15 - 1)
    assert artist.licenses.buy(offer, maya.address).holder == maya.address


def test_buy__given_no_chain__builds_what_is_sent(ct: Creatoken, work: Work) -> None:
    call = ct.licenses.buy.call(terms_of(work))
    assert (call.to, call.value, call.name) == (ct.licenses.address, 10**15, "LicenseMarket.buy")
    free_of_value = ct.licenses.buy.call(replace(terms_of(work), currency=work.token))
    assert free_of_value.value == 0


def test_buy_renew_and_deploy__given_a_token__need_an_allowance_first(
    ct: Creatoken, chain: Anvil, project: int, work: Work, post: Post
) -> None:
    coin = ct.works.open(project)
    ct.contributions.record(coin, b"\x01" * 32, 1, {ct.address: 1_000})
    offer = post(currency=coin.token, price=60, deployment_fee=5)
    with pytest.raises(Exception, match="ERC20InsufficientAllowance"):
        ct.licenses.buy(offer)
    ct.licenses.allow(coin.token, 125)
    bought = ct.licenses.buy(offer)
    ct.licenses.renew(bought)
    ct.licenses.deploy(bought, market("DE"))
    assert ct.contributions.shares_of(coin, work.token) == 125
    assert balance(chain, work.token) == 0


def test_renew__given_a_licence__returns_it_with_its_new_end(
    ct: Creatoken, artist: Creatoken, post: Post
) -> None:
    bought = artist.licenses.buy(post())
    renewed = artist.licenses.renew(bought)
    assert renewed == replace(bought, expires_at=bought.expires_at + 30 * DAY)
    assert ct.licenses.get(bought.id) == renewed
    perpetual = artist.licenses.buy(post(duration=0))
    assert perpetual.expires_at == FOREVER
    with pytest.raises(LicenseMarketPerpetualError):
        artist.licenses.renew(perpetual)


def test_deploy__when_the_market_is_wrong_or_done__raises_its_typed_error(
    artist: Creatoken, post: Post
) -> None:
    bought = artist.licenses.buy(post(territory=market("DE")))
    with pytest.raises(LicenseMarketTerritoryInvalidError) as caught:
        artist.licenses.deploy(bought, market("FR"))
    assert (caught.value.market, caught.value.territory) == (market("FR"), market("DE"))
    artist.licenses.deploy(bought, market("DE"))
    with pytest.raises(LicenseMarketDeployedError):
        artist.licenses.deploy(bought, market("DE"))


def test_transfer__given_the_terms__moves_the_licence_or_refuses(
    ct: Creatoken, maya: Creatoken, artist: Creatoken, work: Work, post: Post
) -> None:
    bound, free = (artist.licenses.buy(post(transferable=may)) for may in (False, True))
    with pytest.raises(LicenseMarketNotTransferableError):
        artist.licenses.transfer(bound.id, maya.address)
    artist.licenses.transfer(free.id, maya.address)
    assert ct.licenses.get(free.id).holder == maya.address
    assert ct.licenses.is_licensed(maya.address, work.id, PRINT)


def test_terms__given_a_licence__say_who_until_when_and_what(
    ct: Creatoken, artist: Creatoken, post: Post
) -> None:
    bought = artist.licenses.buy(post())
    first, *rest = ct.licenses.terms(bought.id, ("print", "web"), "ETH")
    assert first.startswith(f"Licence {bought.id} is held by {artist.address}, until 20")
    assert first.endswith(" UTC.")
    assert tuple(rest) == bought.offer.describe(("print", "web"), "ETH")
    perpetual = artist.licenses.buy(post(duration=0))
    assert ct.licenses.terms(perpetual.id)[0].endswith(", without end.")


def test_get__when_there_is_no_licence__raises_its_typed_error(ct: Creatoken) -> None:
    with pytest.raises(LicenseMarketUnknownError) as caught:
        ct.licenses.get(10**9)
    assert caught.value.license_id == 10**9
    assert not ct.licenses.permits(10**9, PRINT)


def test_renew__when_the_licence_ended__raises_its_typed_error(
    ct: Creatoken, artist: Creatoken, chain: Anvil, post: Post
) -> None:
    bought = artist.licenses.buy(post(duration=1_000))
    chain.request("evm_increaseTime", 2_000)
    chain.request("evm_mine")
    assert not ct.licenses.permits(bought.id, PRINT)
    assert not ct.licenses.is_licensed(artist.address, bought.offer.work_id, PRINT)
    with pytest.raises(LicenseMarketEndedError) as caught:
        artist.licenses.renew(bought)
    assert caught.value.expires_at == bought.expires_at
