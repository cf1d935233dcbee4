from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import ape
import pytest

from creatoken_sdk import NATIVE, Creatoken, License, Offer, OfferStatus, Work
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.codec import decode_result, encode_call
from creatoken_sdk.chain.licenses import FOREVER, OfferState
from creatoken_sdk.chain.reverts import (
    ApprovalsWithdrawnError,
    ERC20InsufficientAllowanceError,
    LicenseMarketCurrencyInvalidError,
    LicenseMarketDeployedError,
    LicenseMarketEndedError,
    LicenseMarketNotHolderError,
    LicenseMarketNotTransferableError,
    LicenseMarketOfferInvalidError,
    LicenseMarketOfferStatusInvalidError,
    LicenseMarketPerpetualError,
    LicenseMarketPriceAboveMaxError,
    LicenseMarketSoldOutError,
    LicenseMarketTerritoryInvalidError,
    LicenseMarketTooManyHeldError,
    LicenseMarketUnknownError,
    ProjectsUnauthorizedError,
)
from creatoken_sdk.errors import EncodingError
from creatoken_sdk.record import market
from finals import approve, asset_of
from flows.coin import Coin
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
def dollar(ct: Creatoken) -> Coin:
    """An ERC-20 that everybody may mint; the studio has 1,000."""
    code = ape.project.MockERC20.contract_type.deployment_bytecode.bytecode
    coin = Coin.create(ct, bytes.fromhex(code.removeprefix("0x")))
    coin.mint(ct, ct.address, 1_000)
    return coin


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
    ct: Creatoken, artist: Creatoken, chain: Anvil, work: Work, asset_id: int, post: Post
) -> None:
    offer = post()
    offer_id = ct.licenses.offer_id(offer)
    assert ct.licenses.offer_state(offer_id) == OfferState(OfferStatus.OPEN, 0, asset_id, 7)
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
    ct: Creatoken, chain: Anvil, work: Work, dollar: Coin, post: Post
) -> None:
    with pytest.raises(LicenseMarketCurrencyInvalidError) as unsettled:
        post(currency=dollar.address)
    assert unsettled.value.args == (work.id, dollar.address)
    ct.contributions.accept_currency(work, dollar.address)
    offer = post(currency=dollar.address, price=60, deployment_fee=5)
    with pytest.raises(ERC20InsufficientAllowanceError) as caught:
        ct.licenses.buy(offer)
    assert caught.value.args == (ct.licenses.address, 0, 60)
    ct.licenses.allow(dollar.address, 125)
    bought = ct.licenses.buy(offer)
    ct.licenses.renew(bought)
    ct.licenses.deploy(bought, market("DE"))
    assert dollar.balance(ct, work.token) == 125
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


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"uses": 0}, "at least one use"),
        ({"derivative_bps": 10_000}, "below 10,000"),
        ({"derivative_bps": 10_000, "derivatives": True}, "below 10,000"),
    ],
)
def test_post__given_terms_that_cannot_hold__says_why_before_anything_is_sent(
    ct: Creatoken, work: Work, post: Post, terms: dict[str, object], why: str
) -> None:
    sent = ct.wallet.rpc.integer("eth_getTransactionCount", ct.address, "latest")
    with pytest.raises(LicenseMarketOfferInvalidError, match=why) as caught:
        post(**terms)
    offer = replace(terms_of(work), **terms)  # type: ignore[arg-type]
    assert caught.value.offer_id == ct.licenses.offer_id(offer)
    assert caught.value.tx_hash is None
    assert sent == ct.wallet.rpc.integer("eth_getTransactionCount", ct.address, "latest")


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("price", 2**128, "price: uint128 takes an int of 0 to 2"),
        ("price", 0.5, "price: uint128 takes an int"),
        ("duration", -1, "duration: uint40"),
        ("uses", 2**32, "uses: uint32"),
        ("derivative_bps", 65_536, "derivativeBps: uint16"),
        ("territory", b"DE", "territory: bytes32 takes exactly 32 bytes"),
        ("exclusive", 1, "exclusive: bool takes True or False"),
        ("currency", NATIVE.lower(), "currency: an address has no valid EIP-55 checksum"),
    ],
)
def test_post__given_a_term_that_does_not_fit__names_it_without_a_chain(
    ct: Creatoken, work: Work, field: str, value: object, why: str
) -> None:
    offer = replace(terms_of(work), **{field: value})  # type: ignore[arg-type]
    with pytest.raises(EncodingError, match=why):
        ct.licenses.post.call(offer, 1)


def test_buy_and_renew__when_the_asset_is_withdrawn__raise_its_typed_error(
    ct: Creatoken, artist: Creatoken, asset_id: int, post: Post
) -> None:
    offer = post()
    bought = artist.licenses.buy(offer)
    ct.assets.withdraw(asset_id, b"\x01" * 32)
    for buys_on in (artist.licenses.buy.call(offer), artist.licenses.renew.call(bought)):
        with pytest.raises(ApprovalsWithdrawnError) as caught:
            artist.send(buys_on)
        assert caught.value.asset_id == asset_id
    assert ct.licenses.permits(bought.id, PRINT)


def test_surrender__when_the_holder_sends__ends_the_licence(
    ct: Creatoken, artist: Creatoken, work: Work, post: Post
) -> None:
    bought = artist.licenses.buy(post())
    with pytest.raises(LicenseMarketNotHolderError) as caught:
        ct.licenses.surrender(bought.id)
    assert caught.value.args == (bought.id, ct.address)
    receipt = artist.licenses.surrender(bought.id)
    event = receipt.event("LicenseSurrendered", ct.licenses.address)
    assert event["license_id"] == bought.id
    assert event["holder"] == artist.address
    assert ct.licenses.get(bought.id).expires_at == receipt.timestamp
    assert not ct.licenses.is_licensed(artist.address, work.id, PRINT)


def test_buy__given_six_living_licences__is_possible_once_one_is_surrendered(
    ct: Creatoken, artist: Creatoken, work: Work, post: Post
) -> None:
    offer = post(price=0)
    gifts = [ct.licenses.buy(offer, artist.address) for _ in range(6)]
    with pytest.raises(LicenseMarketTooManyHeldError) as caught:
        artist.licenses.buy(offer)
    assert caught.value.args == (artist.address, work.id, 6)
    artist.licenses.surrender(gifts[0].id)
    assert artist.licenses.buy(offer).holder == artist.address


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
