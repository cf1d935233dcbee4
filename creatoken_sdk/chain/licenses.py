"""Licences: posting offers of a work, buying, prolonging and using them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from enum import IntEnum

from creatoken_sdk.chain.calls import Call, Noun, verb
from creatoken_sdk.chain.receipts import Receipt
from creatoken_sdk.record.currency import NATIVE
from creatoken_sdk.record.ids import offer_id
from creatoken_sdk.record.offer import Offer
from creatoken_sdk.record.steps import ZERO_HASH

__all__ = ["FOREVER", "License", "Licenses", "OfferState", "OfferStatus"]

FOREVER = 2**40 - 1
"""End of a licence that has none."""

_FINAL_STAGE = 7


class OfferStatus(IntEnum):
    """Life of an offer; the last is final."""

    NONE = 0
    OPEN = 1
    WITHDRAWN = 2


@dataclass(frozen=True)
class OfferState:
    """Where an offer is in its life, how many licences were sold, and the asset that sells it.

    Sales and renewals stop once that asset no longer stands approved at `stage`.
    """

    status: OfferStatus
    sold: int
    asset_id: int
    stage: int


@dataclass(frozen=True)
class License:
    """A sold licence; `expires_at` is the first second without rights, in UTC, or `FOREVER`."""

    id: int
    holder: str
    offer: Offer
    expires_at: int

    def describe(
        self, uses: Sequence[str] = (), native: str = "the native currency"
    ) -> tuple[str, ...]:
        """Return holder, end and terms as plain English sentences; see `Offer.describe`."""
        who = f"Licence {self.id} is held by {self.holder}, {self._until()}."
        return (who, *self.offer.describe(uses, native))

    def _until(self) -> str:
        if self.expires_at == FOREVER:
            return "without end"
        return f"until {datetime.fromtimestamp(self.expires_at, timezone.utc):%Y-%m-%d %H:%M} UTC"


class Licenses(Noun):
    """`LicenseMarket`. Offers go in whole every time; their hash is the offer's id.

    Uses are bit masks; markets are `creatoken_sdk.record.market("DE")`.
    """

    CONTRACT = "LicenseMarket"

    def offer_id(self, offer: Offer) -> bytes:
        """Return the id of an offer, posted or not, without asking the chain."""
        return offer_id(self._client.chain_id, self.address, offer)

    @verb
    def post(self, offer: Offer, asset_id: int, *, stage: int = _FINAL_STAGE) -> Call[Receipt]:
        """Post an offer, by an asset of the work that is approved at `stage`. DIRECTOR, TREASURER.

        The work must settle the offer's currency; offers with derivatives need a project whose
        licensing is this market.
        """
        return self._call("post", offer, asset_id, stage)

    @verb
    def withdraw_offer(self, offer: Offer) -> Call[Receipt]:
        """End sales and renewals, for ever; sold licences live on. DIRECTOR, TREASURER."""
        return self._call("withdrawOffer", offer)

    @verb
    def allow(self, currency: str, amount: int) -> Call[Receipt]:
        """Let the market take `amount` of an ERC-20 from the sender, as paying with it needs."""
        return self._allow(currency, amount)

    @verb
    def buy(
        self, offer: Offer, to: object = None, *, max_price: int | None = None
    ) -> Call[License]:
        """Buy a licence and return it. Anyone.

        `to` will hold it, the sender unless named; `max_price` is the offer's price unless named.
        Native value goes along; another currency needs an allowance.
        """
        price = offer.price if max_price is None else max_price
        holder, value = to or self._client.address, _native(offer, offer.price)
        call = self._call("buy", offer, holder, price, value=value)
        return call.returning(lambda receipt: self._bought(offer, receipt))

    @verb
    def renew(self, license: License) -> Call[License]:
        """Prolong a living licence by the offer's duration, at its price, and return it. Anyone."""
        offer = license.offer
        call = self._call("renew", license.id, value=_native(offer, offer.price))
        return call.returning(lambda receipt: self._renewed(license, receipt))

    @verb
    def deploy(self, license: License, market: bytes) -> Call[Receipt]:
        """Take the licensed work live in one more market and pay for it. Anyone."""
        offer = license.offer
        value = _native(offer, offer.deployment_fee)
        return self._call("deploy", license.id, market, value=value)

    @verb
    def surrender(self, license_id: int) -> Call[Receipt]:
        """End a living licence of the sender now; nothing is paid back. Its holder."""
        return self._call("surrender", license_id)

    @verb
    def transfer(self, license_id: int, to: object) -> Call[Receipt]:
        """Give a licence of the sender to another account, if its terms let it change hands."""
        return self._call("safeTransferFrom", self._client.address, to, license_id)

    def get(self, license_id: int) -> License:
        """Return a sold licence; LicenseMarketUnknownError if there is none."""
        offer, expires_at = self._read(tuple, "licenseOf", license_id)
        holder = self._read(str, "ownerOf", license_id)
        return License(license_id, holder, Offer(**offer), expires_at)

    def terms(
        self, license_id: int, uses: Sequence[str] = (), native: str = "the native currency"
    ) -> tuple[str, ...]:
        """Return a licence in plain English sentences; see `Offer.describe` for the names."""
        return self.get(license_id).describe(uses, native)

    def permits(self, license_id: int, use: int, market: bytes = ZERO_HASH) -> bool:
        """Return whether a licence permits all these uses now, and is live in the market if named.

        False for licences that ended or were never sold.
        """
        return self._read(bool, "permits", license_id, use, market)

    def is_licensed(self, account: object, work_id: int, use: int) -> bool:
        """Return whether an account holds a living licence of a work for all these uses."""
        return self._read(bool, "isLicensed", account, work_id, use)

    def offer_state(self, offer_id: bytes) -> OfferState:
        """Return where an offer is in its life."""
        status, sold, asset_id, stage = self._read(tuple, "offerStateOf", offer_id)
        return OfferState(OfferStatus(status), sold, asset_id, stage)

    def deployed_at(self, license_id: int, market: bytes) -> int:
        """Return when the licensed work went live in a market, in UTC seconds; 0 if never."""
        return self._read(int, "deployedAt", license_id, market)

    def _bought(self, offer: Offer, receipt: Receipt) -> License:
        event = receipt.event("LicenseSold", self.address)
        return License(event["license_id"], event["holder"], offer, event["expires_at"])

    def _renewed(self, license: License, receipt: Receipt) -> License:
        event = receipt.event("LicenseRenewed", self.address)
        return replace(license, expires_at=event["new_expires_at"])


def _native(offer: Offer, amount: int) -> int:
    return amount if offer.currency == NATIVE else 0
