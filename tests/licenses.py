"""Licence offers as the market takes them."""

from typing import Any, NamedTuple

from eth_abi import encode
from eth_utils import keccak

WORLD = bytes(32)
GERMANY, FRANCE = (code.ljust(32, b"\0") for code in (b"DE", b"FR"))
YEAR = 365 * 24 * 3600
FOREVER = 2**40 - 1
FINAL = 7
PRICE, FEE = 1_000, 70


class Offer(NamedTuple):
    """`ILicenseMarket.Offer`, field by field."""

    workId: int
    currency: Any
    price: int
    deploymentFee: int
    duration: int
    maxSupply: int
    uses: int
    derivativeBps: int
    derivatives: bool
    exclusive: bool
    transferable: bool
    territory: bytes
    termsHash: bytes
    salt: int

    def plain(self) -> list[Any]:
        """The offer as an event or a view tells it."""
        return [getattr(value, "address", value) for value in self]


def offer_id(market: Any, offer: Offer) -> bytes:
    """The id as the market's interface defines it, hashed here."""
    fields = "uint40,address,uint128,uint128,uint40,uint32,uint32,uint16,bool,bool,bool,bytes32"
    words = [keccak(text="creatoken.offer.v1"), 31337, market.address, tuple(offer.plain())]
    return keccak(encode(["bytes32", "uint256", "address", f"({fields},bytes32,uint256)"], words))
