"""How a licence reads: its metadata, decoded without any server."""

import base64
import json
import re
from datetime import datetime, timezone

import pytest

from licenses import FOREVER, GERMANY, PRICE, YEAR

pytest_plugins = ["film"]


@pytest.fixture
def read(market):
    """Decodes a licence's metadata; only the address of this chain's contract was needed."""

    def decode(license_id):
        kind, data = market.tokenURI(license_id).split(",")
        assert kind == "data:application/json;base64"
        return json.loads(base64.b64decode(data, validate=True))

    return decode


def test_token_uri__given_a_licence__says_its_terms_in_words(film, posted, buy, read, chain):
    expires = int(datetime(2031, 3, 9, 12, tzinfo=timezone.utc).timestamp())
    terms = posted(exclusive=True, territory=GERMANY, transferable=False)
    chain.pending_timestamp = expires - YEAR
    license_id = buy(terms)

    assert read(license_id) == {
        "name": f"Creatoken licence {license_id}",
        "description": f"Exclusive licence of work {film.work_id} for DE, until 2031-03-09 (UTC). "
        "Uses: mask 0xb. Derivative works pay at least 500 of 10,000 parts of their revenue. "
        f"May not change hands. Legal text: SHA-256 0x{'07' * 32}.",
        "attributes": [
            {"trait_type": "work", "value": film.work_id},
            {"trait_type": "uses", "value": 0b1011},
            {"trait_type": "derivative bps", "value": 500},
            {"trait_type": "expires at", "value": expires},
            {"trait_type": "territory", "value": "DE"},
        ],
    }


@pytest.mark.parametrize("date", [(2031, 9, 9), (2031, 10, 10), (2031, 11, 11), (2031, 12, 31)])
def test_token_uri__given_an_end__pads_month_and_day(posted, buy, read, chain, date):
    terms = posted()
    chain.pending_timestamp = int(datetime(*date, tzinfo=timezone.utc).timestamp()) - YEAR
    year, month, day = date
    assert f", until {year}-{month:02}-{day:02} (UTC)." in read(buy(terms))["description"]


def test_token_uri__given_the_widest_licence__says_so(film, posted, buy, read):
    license_id = buy(posted(duration=0, derivatives=False, derivativeBps=0))

    text = read(license_id)

    assert text["description"] == (
        f"Licence of work {film.work_id} for the world, without end. Uses: mask 0xb. "
        f"No derivative works. May change hands. Legal text: SHA-256 0x{'07' * 32}."
    )
    assert text["attributes"][-2:] == [
        {"trait_type": "expires at", "value": FOREVER},
        {"trait_type": "territory", "value": "the world"},
    ]


PRINTABLE = "".join(map(chr, range(0x20, 0x7F)))


@pytest.mark.threat("D5")
@pytest.mark.parametrize("name", ['"},{"', "\\", "x" * 32, *re.findall(".{19}", PRINTABLE)])
def test_token_uri__given_printable_ascii__says_it_as_it_is(posted, buy, read, name):
    text = read(buy(posted(territory=name.encode().ljust(32, b"\0"))))
    assert text["attributes"][-1]["value"] == name
    assert f" for {name}, until " in text["description"]


@pytest.mark.threat("D5")
@pytest.mark.parametrize(
    "start",
    [
        b"\n\x1b[31m",
        b"\x1f",
        b"\x7f",
        b"\x80",
        "D\u00e9".encode(),
        b"\xed\xa0\x80",
        b"\xc3",
        b"\xff" * 32,
        b"\0DE",
        b"D\0E",
        b"DE" + bytes(29) + b"\x01",
    ],
    ids=bytes.hex,
)
def test_token_uri__given_anything_else_as_territory__shows_hex(posted, buy, read, start):
    territory = start.ljust(32, b"\0")
    text = read(buy(posted(territory=territory)))
    assert text["attributes"][-1]["value"] == "0x" + territory.hex()
    assert f" for 0x{territory.hex()}, until " in text["description"]


def test_token_uri__when_renewed__says_the_new_end(market, license_id, read, actors):
    market.renew(license_id, value=PRICE, sender=actors.payer)
    ends = market.licenseOf(license_id).expiresAt
    assert read(license_id)["attributes"][3]["value"] == ends
