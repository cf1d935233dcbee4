"""The terms of a licence; their hash is the offer's id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from creatoken_sdk.errors import EncodingError
from creatoken_sdk.record.currency import NATIVE
from creatoken_sdk.record.structs import Struct

__all__ = ["Offer", "market"]

_DAY_SECONDS = 24 * 60 * 60
_MARKET_BYTES = 32
_USES = 32


def market(code: str) -> bytes:
    """Return a market or territory as the chain writes it: ASCII such as "DE", zeros after it."""
    if not (code.isascii() and code.isprintable() and 0 < len(code) <= _MARKET_BYTES):
        raise EncodingError(f"a market is 1 to 32 printable ASCII characters, not {code!r}")
    return code.encode().ljust(_MARKET_BYTES, b"\0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer(Struct):
    """What a licence of a work permits, where, for how long, and what it costs.

    `price` (of a licence, and of each renewal) and `deployment_fee` (of each market) are in base
    units of `currency`; `duration` is in seconds, 0 for ever; `max_supply` 0 is any number. `uses`
    is a bit mask whose meaning is in the text behind `terms_hash`. A derivative work passes on at
    least `derivative_bps` / 10,000. `exclusive`: while such a licence lives, no other of the work
    lives in an overlapping territory. `territory` is one `market`, or zero for the whole world;
    `salt` tells equal offers apart.
    """

    TYPE = (
        "Offer(uint40 workId,address currency,uint128 price,uint128 deploymentFee,uint40 duration,"
        "uint32 maxSupply,uint32 uses,uint16 derivativeBps,bool derivatives,bool exclusive,"
        "bool transferable,bytes32 territory,bytes32 termsHash,uint256 salt)"
    )
    work_id: int
    currency: str
    price: int
    deployment_fee: int
    duration: int
    max_supply: int
    uses: int
    derivative_bps: int
    derivatives: bool
    exclusive: bool
    transferable: bool
    territory: bytes
    terms_hash: bytes
    salt: int

    def describe(
        self, uses: Sequence[str] = (), native: str = "the native currency"
    ) -> tuple[str, ...]:
        """Return the terms as plain English sentences.

        `uses` names the bits of the mask, lowest first; a bit without a name is "use <number>".
        `native` is the symbol of the chain's currency, such as "ETH".
        """
        what = "Exclusive licence" if self.exclusive else "Licence"
        named = ", ".join(_use(uses, bit) for bit in range(_USES) if self.uses >> bit & 1)
        return (
            f"{what} of work {self.work_id} for {_place(self.territory)}.",
            f"It permits: {named or 'nothing'}.",
            f"It lasts {_span(self.duration)}.",
            f"{self._price_of()} {self._money(self.price, native)}.",
            f"Going live in a market costs {self._money(self.deployment_fee, native)}.",
            f"{self.max_supply or 'Any number'} of these licences can be sold.",
            self._derivatives(),
            f"It {'may' if self.transferable else 'may not'} change hands.",
            f"The legal text has the hash 0x{self.terms_hash.hex()}.",
        )

    def _price_of(self) -> str:
        return "A licence, and each renewal, costs" if self.duration else "A licence costs"

    def _money(self, amount: int, native: str) -> str:
        if amount == 0:
            return "nothing"
        unit = native if self.currency == NATIVE else f"the token {self.currency}"
        return f"{amount} base units of {unit}"

    def _derivatives(self) -> str:
        if not self.derivatives:
            return "Derivative works are not permitted."
        return (
            f"Derivative works pass on at least {self.derivative_bps / 100:g} % of their revenue."
        )


def _use(names: Sequence[str], bit: int) -> str:
    return names[bit] if bit < len(names) else f"use {bit}"


def _place(territory: bytes) -> str:
    code = territory.rstrip(b"\0")
    if not code:
        return "the whole world"
    text = code.decode("ascii", "replace")
    return f"the market {text if text.isascii() and text.isprintable() else '0x' + code.hex()}"


def _span(seconds: int) -> str:
    if seconds == 0:
        return "for ever"
    days, rest = divmod(seconds, _DAY_SECONDS)
    count, unit = (seconds, "second") if rest else (days, "day")
    return f"{count} {unit}{'' if count == 1 else 's'} from the sale"
