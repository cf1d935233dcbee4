"""The licence market beside the model of its licences: verbs that do both, and assert."""

from typing import Any

from invariants.protocol import FINAL, GATED, Asset, Protocol
from invariants.rights import FOREVER, License, Offer, Rights


def market_code(name: str) -> bytes:
    """A territory as the contract takes it."""
    return name.encode().ljust(32, b"\0")


class Market:
    """Each verb sends a transaction; it must do what the model says, or fail as the model says."""

    def __init__(self, protocol: Protocol) -> None:
        """Opens an empty market."""
        self.protocol, self.rights = protocol, Rights()
        self.contract, self.world = protocol.market, protocol.world
        self.assets: dict[Offer, Asset] = {}

    def terms(self, offer: Offer) -> tuple[Any, ...]:
        """The struct that the market takes."""
        number, currency = self.protocol.number(offer.work), self.world.currency(offer.currency)
        head = (number, currency, *offer[2:11])
        return (*head, market_code(offer.territory), bytes(32), offer.salt)

    def offer_id(self, offer: Offer) -> bytes:
        return self.contract.read("offerIdOf", self.terms(offer))

    # Studios

    def post(self, offer: Offer, asset: Asset, by: str) -> None:
        order = ("post", self.terms(offer), asset.id, FINAL)
        if self._try(self._posting_error(offer, asset, by), by, *order):
            self.rights.offers[offer] = True
            self.assets[offer] = asset

    def withdraw(self, offer: Offer, by: str) -> None:
        error = None if self.rights.offers[offer] else "LicenseMarketOfferStatusInvalid"
        if by != self.protocol.owners[offer.work]:
            error = "ProjectsUnauthorized"
        if self._try(error, by, "withdrawOffer", self.terms(offer)):
            self.rights.offers[offer] = False

    def _posting_error(self, offer: Offer, asset: Asset, by: str) -> str | None:
        owner = self.protocol.owners[offer.work]
        if by != owner:
            return "ProjectsUnauthorized"
        if offer in self.rights.offers:
            return "LicenseMarketOfferStatusInvalid"
        if not offer.uses or offer.cut >= 10_000 or (offer.derivatives and owner == GATED):
            return "LicenseMarketOfferInvalid"
        if offer.currency not in self.protocol.settled[offer.work]:
            return "LicenseMarketCurrencyInvalid"
        return self.protocol.approved_error(asset, offer.work, FINAL)

    # Buyers

    def buy(self, offer: Offer, by: str, to: str, limit: int, excess: int = 0) -> bool:
        """Pays the price and `excess` in the native currency; returns whether it was sold."""
        value = self._value(offer, offer.price) + excess
        order = ("buy", self.terms(offer), self.world.addresses[to], limit)
        time = self.protocol.chain.time + 1
        error = self._buying_error(offer, to, limit, time)
        error = error or self._paying_error(offer, offer.price, by, value)
        if not self._try(error, by, *order, value=value):
            return False
        license = License(len(self.rights.licenses) + 1, offer, to, [])
        license.extend(time)
        self.rights.licenses.append(license)
        self.protocol.move(offer.currency, by, offer.work, offer.price)
        return True

    def renew(self, license: License, by: str, excess: int = 0) -> None:
        """INV-25: a renewal adds the period that was paid for to the old end, not to now."""
        offer, time = license.offer, self.protocol.chain.time + 1
        value = self._value(offer, offer.price) + excess
        error = self._living_error(license, time)
        error = error or ("LicenseMarketPerpetual" if license.end == FOREVER else None)
        error = error or self._sale_error(offer)
        error = error or self._paying_error(offer, offer.price, by, value)
        if self._try(error, by, "renew", license.number, value=value):
            end = license.extend(license.end)
            assert self.contract.read("licenseOf", license.number)[1] == end
            self.protocol.move(offer.currency, by, offer.work, offer.price)

    def deploy(self, license: License, market: str, by: str, excess: int = 0) -> None:
        offer, time = license.offer, self.protocol.chain.time + 1
        value = self._value(offer, offer.fee) + excess
        error = self._living_error(license, time)
        if not error and (not market or offer.territory not in ("", market)):
            error = "LicenseMarketTerritoryInvalid"
        if not error and market in license.markets:
            error = "LicenseMarketDeployed"
        error = error or self._paying_error(offer, offer.fee, by, value)
        if self._try(error, by, "deploy", license.number, market_code(market), value=value):
            license.markets.add(market)
            self.protocol.move(offer.currency, by, offer.work, offer.fee)

    def surrender(self, license: License, by: str) -> None:
        time = self.protocol.chain.time + 1
        error = self._living_error(license, time)
        error = error or ("LicenseMarketNotHolder" if by != license.holder else None)
        if self._try(error, by, "surrender", license.number):
            license.surrendered = time

    # Changing hands

    def transfer(self, license: License, by: str, source: str, to: str, excess: int = 0) -> None:
        """INV-30: only its holder, or whom that let, moves a licence that may move."""
        addresses = (self.world.addresses[source], self.world.addresses[to])
        order = ("transferFrom", *addresses, license.number)
        error = self._moving_error(license, by, source, to, excess)
        if self._try(error, by, *order, value=excess):
            license.holder, license.operator = to, None

    def allow(self, license: License, by: str, operator: str) -> None:
        mine = by == license.holder or (license.holder, by) in self.rights.operators
        order = ("approve", self.world.addresses[operator], license.number)
        if self._try(None if mine else "NotOwnerNorApproved", by, *order):
            license.operator = operator

    def allow_all(self, by: str, operator: str, allowed: bool) -> None:
        pair = {(by, operator)}
        operators = self.rights.operators
        self.rights.operators = operators | pair if allowed else operators - pair
        address = self.world.addresses[operator]
        self.protocol.act(by, self.contract, "setApprovalForAll", address, allowed)

    def _moving_error(
        self, license: License, by: str, source: str, to: str, excess: int
    ) -> str | None:
        time = self.protocol.chain.time + 1
        if excess:
            return "LicenseMarketValueMismatch"
        if not license.offer.transferable:
            return "LicenseMarketNotTransferable"
        stays = source == to and license.holder == to
        full = self.rights.is_full(to, license.offer.work, time) and not stays
        if license.lives(time) and full:
            return "LicenseMarketTooManyHeld"
        if source != license.holder:
            return "TransferFromIncorrectOwner"
        return None if self.rights.may_move(license, by) else "NotOwnerNorApproved"

    # Errors

    def _buying_error(self, offer: Offer, to: str, limit: int, time: int) -> str | None:
        if offer.price > limit:
            return "LicenseMarketPriceAboveMax"
        if error := self._sale_error(offer):
            return error
        if offer.supply and self.rights.sold(offer) >= offer.supply:
            return "LicenseMarketSoldOut"
        if self.rights.barred(offer, time):
            return "LicenseMarketExclusive"
        full = self.rights.is_full(to, offer.work, time)
        return "LicenseMarketTooManyHeld" if full else None

    def _sale_error(self, offer: Offer) -> str | None:
        if not self.rights.offers[offer]:
            return "LicenseMarketOfferStatusInvalid"
        return self.protocol.approved_error(self.assets[offer], offer.work, FINAL)

    def _living_error(self, license: License, time: int) -> str | None:
        return None if license.lives(time) else "LicenseMarketEnded"

    def _paying_error(self, offer: Offer, amount: int, by: str, value: int) -> str | None:
        if value != self._value(offer, amount):
            return "LicenseMarketValueMismatch"
        if offer.currency == "native" or amount == 0:
            return None
        if not self.protocol.pulls(offer.currency, by, offer.work):
            return ""
        arrives = self.world.arriving(offer.currency, amount) == amount
        return None if arrives else "LicenseMarketReceivedMismatch"

    def _value(self, offer: Offer, amount: int) -> int:
        return amount if offer.currency == "native" else 0

    def _try(self, error: str | None, by: str, *order: Any, value: int = 0) -> bool:
        """Whether it went through."""
        return self.protocol.attempt(error, by, self.contract, *order, value=value)
