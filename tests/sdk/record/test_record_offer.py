"""An offer's id follows from its terms, and its terms can be read by people."""

import dataclasses

import eth_abi
import pytest

from creatoken_sdk import record
from creatoken_sdk.errors import EncodingError
from creatoken_sdk.record import NATIVE, Offer, keccak256, market, offer_id

MARKET = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
OTHER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
DAY = 24 * 60 * 60
OFFER = Offer(
    work_id=3,
    currency=NATIVE,
    price=5 * 10**17,
    deployment_fee=10**17,
    duration=90 * DAY,
    max_supply=10,
    uses=0b101,
    derivative_bps=1_250,
    derivatives=True,
    exclusive=True,
    transferable=True,
    territory=market("DE"),
    terms_hash=bytes([7]) * 32,
    salt=1,
)


def changed(**terms):
    return dataclasses.replace(OFFER, **terms)


def test_offer_id__given_an_offer__is_the_stated_hash():
    struct = "(uint40,address,uint128,uint128,uint40,uint32,uint32,uint16,bool,bool,bool,"
    struct += "bytes32,bytes32,uint256)"
    place = [keccak256(b"creatoken.offer.v1"), 31337, MARKET]
    values = [*place, dataclasses.astuple(OFFER)]
    expected = keccak256(eth_abi.encode(["bytes32", "uint256", "address", struct], values))
    assert offer_id(31337, MARKET, OFFER) == expected


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(OFFER)])
def test_offer_id__when_any_term_differs__differs(field):
    value = getattr(OFFER, field)
    others = {bool: lambda v: not v, int: lambda v: v + 1, str: lambda _: OTHER}
    other = others.get(type(value), lambda _: bytes(32))(value)
    assert offer_id(1, MARKET, changed(**{field: other})) != offer_id(1, MARKET, OFFER)
    assert offer_id(2, MARKET, OFFER) != offer_id(1, MARKET, OFFER) != offer_id(1, OTHER, OFFER)


def test_from_json__given_what_to_json_wrote__is_equal():
    written = OFFER.to_json()
    assert written["transferable"] is True
    assert Offer.from_json(written) == OFFER
    with pytest.raises(EncodingError, match="exactly the keys"):
        Offer.from_json({**written, "note": "x"})
    with pytest.raises(EncodingError, match="bool takes True or False"):
        Offer.from_json({**written, "exclusive": "true"})


def test_describe__given_limited_terms__says_each_in_a_sentence():
    assert OFFER.describe(("print", "web", "broadcast"), "ETH") == (
        "Exclusive licence of work 3 for the market DE.",
        "It permits: print, broadcast.",
        "It lasts 90 days from the sale.",
        "A licence, and each renewal, costs 500000000000000000 base units of ETH.",
        "Going live in a market costs 100000000000000000 base units of ETH.",
        "10 of these licences can be sold.",
        "Derivative works pass on at least 12.5 % of their revenue.",
        "It may change hands.",
        f"The legal text has the hash 0x{'07' * 32}.",
    )


def test_describe__given_open_terms__says_what_is_not_limited():
    terms = changed(
        currency=OTHER,
        deployment_fee=0,
        duration=0,
        max_supply=0,
        derivatives=False,
        exclusive=False,
        transferable=False,
        territory=bytes(32),
    )
    sentences = terms.describe(("print",))
    assert sentences[:8] == (
        "Licence of work 3 for the whole world.",
        "It permits: print, use 2.",
        "It lasts for ever.",
        f"A licence costs 500000000000000000 base units of the token {OTHER}.",
        "Going live in a market costs nothing.",
        "Any number of these licences can be sold.",
        "Derivative works are not permitted.",
        "It may not change hands.",
    )


@pytest.mark.parametrize(
    ("seconds", "words"), [(DAY, "1 day"), (1, "1 second"), (DAY + 1, "86401 seconds")]
)
def test_describe__given_a_duration__counts_whole_days_or_seconds(seconds, words):
    assert changed(duration=seconds).describe()[2] == f"It lasts {words} from the sale."


@pytest.mark.threat("D5")
@pytest.mark.parametrize("territory", [b"\xff" + bytes(31), b"\n" + bytes(31)])
def test_describe__given_a_territory_that_is_no_text__shows_hex(territory):
    assert f"market 0x{territory[:1].hex()}." in changed(territory=territory).describe()[0]


def test_market__given_a_code__is_right_padded():
    assert market("DE") == b"DE" + bytes(30)
    assert market("X" * 32) == b"X" * 32


@pytest.mark.parametrize("code", ["", "X" * 33, "Österreich", "D\nE"])
def test_market__when_it_does_not_fit__says_so(code):
    with pytest.raises(EncodingError, match="1 to 32 printable ASCII"):
        record.market(code)
