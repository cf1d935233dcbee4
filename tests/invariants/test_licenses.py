"""The licence market against the model, by random steps; docs/invariants.md lists what holds."""

from itertools import combinations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from invariants.market import Market, market_code
from invariants.protocol import ACCOUNTS, FINAL, STUDIOS, Protocol
from invariants.rights import FOREVER, MAX_HELD, WORLD, License, Offer
from invariants.world import CURRENCIES, TOKENS, Flaw, Mode

WORKS = {"film": ("maya", ("usd", "eur")), "song": ("ana", ("odd",)), "game": ("ben", ())}
"""Studio and settled tokens of each."""
TERRITORIES = (WORLD, "DE", "FR")
works = st.sampled_from([*WORKS])
studios = st.sampled_from(STUDIOS)
accounts = st.sampled_from(ACCOUNTS)
numbers = st.integers(1, 20)
currencies = st.sampled_from(CURRENCIES)
markets = st.sampled_from(TERRITORIES)
excesses = st.sampled_from((0, 0, 0, 0, 1))
SOLD = [(it, kind) for it, (_, settled) in WORKS.items() for kind in ("native", *settled)]
prices = st.sampled_from((0, 1, 99, 100, 10**18))
seconds = st.sampled_from((0, 1, 9, 20, 40, 40, 40, 2**39, 2**40 - 1))
offers = st.builds(
    lambda sold, **terms: Offer(*sold, **terms),
    sold=st.sampled_from(SOLD),
    price=prices,
    fee=prices,
    seconds=seconds,
    supply=st.sampled_from((0, 0, 1, 2)),
    uses=st.sampled_from((1, 3, 2**32 - 1)),
    cut=st.sampled_from((0, 500, 9_999)),
    derivatives=st.booleans(),
    exclusive=st.sampled_from((False, False, False, True)),
    transferable=st.booleans(),
    territory=markets,
    salt=st.integers(0, 1),
)


class LicenseMachine(RuleBasedStateMachine):
    """Steps name offers, licences and assets by number; X is a contract that may be hostile."""

    def __init__(self, protocol: Protocol) -> None:
        """Opens three works with two approved assets each."""
        super().__init__()
        self.protocol, self.world = protocol, protocol.world
        protocol.reset()
        for work, (studio, settled) in WORKS.items():
            protocol.open(work, studio, settled)
            for _ in range(2):
                protocol.approve(protocol.register(work), FINAL, studio)
        self.market = Market(protocol)
        self.rights, self.contract = self.market.rights, protocol.market

    # Studios

    @initialize(offer=offers, flaw=st.sampled_from(Flaw))
    def begin(self, offer, flaw):
        self.spoil(flaw)
        self.post_and_buy(offer, "zoe", "zoe")

    @rule(offer=offers, currency=currencies, asset=st.integers(0, 5), by=studios)
    def post(self, offer, currency, asset, by):
        self.market.post(offer._replace(currency=currency), self.protocol.assets[asset], by)

    @rule(offer=offers, by=accounts, to=accounts)
    def post_and_buy(self, offer, by, to):
        """A studio sells what is new."""
        if offer not in self.rights.offers:
            asset = next(it for it in self.protocol.assets if it.work == offer.work)
            self.market.post(offer, asset, WORKS[offer.work][0])
        if offer in self.rights.offers:
            self.market.buy(offer, by, to, offer.price)

    @precondition(lambda self: len(self.rights.offers) > 2)
    @rule(number=numbers, by=studios)
    def withdraw_offer(self, number, by):
        self.market.withdraw(self._offer(number), by)

    @precondition(lambda self: len(self.rights.licenses) > 3)
    @rule(asset=st.integers(0, 5), by=studios)
    def withdraw_asset(self, asset, by):
        self.protocol.withdraw(self.protocol.assets[asset], by)

    # Buyers

    @precondition(lambda self: self.rights.offers)
    @rule(number=numbers, by=accounts, to=accounts, excess=excesses, discount=excesses)
    def buy(self, number, by, to, excess, discount):
        offer = self._offer(number)
        self.market.buy(offer, by, to, offer.price - min(discount, offer.price), excess)

    @precondition(lambda self: self.rights.offers)
    @rule(number=numbers, to=accounts)
    def buy_up(self, number, to):
        """INV-29: nobody holds more than six living licences of a work."""
        offer = self._offer(number)
        for _ in range(MAX_HELD + 1):
            if not self.market.buy(offer, "zoe", to, offer.price):
                break

    @precondition(lambda self: self.rights.licenses)
    @rule(number=numbers, by=accounts, excess=excesses)
    def renew(self, number, by, excess):
        self.market.renew(self._license(number), by, excess)

    @precondition(lambda self: self._renewable())
    @rule(number=numbers, by=st.sampled_from(("zoe", "maya")))
    def prolong(self, number, by):
        renewable = self._renewable()
        self.market.renew(renewable[number % len(renewable)], by)

    @precondition(lambda self: self.rights.licenses)
    @rule(number=numbers, market=markets, by=accounts, excess=excesses)
    def deploy(self, number, market, by, excess):
        self.market.deploy(self._license(number), market, by, excess)

    @precondition(lambda self: self.rights.licenses)
    @rule(number=numbers, by=st.none() | accounts)
    def surrender(self, number, by):
        license = self._license(number)
        self.market.surrender(license, by or license.holder)

    # Changing hands

    @precondition(lambda self: self.rights.licenses)
    @rule(number=numbers, to=accounts)
    def hand_over(self, number, to):
        license = self._license(number)
        self.market.transfer(license, license.holder, license.holder, to)

    @precondition(lambda self: self.rights.licenses)
    @rule(number=numbers, by=accounts, source=st.none() | accounts, to=accounts, excess=excesses)
    def transfer(self, number, by, source, to, excess):
        license = self._license(number)
        self.market.transfer(license, by, source or license.holder, to, excess)

    @precondition(lambda self: self.rights.licenses)
    @rule(number=numbers, by=st.none() | accounts, operator=accounts)
    def allow(self, number, by, operator):
        license = self._license(number)
        self.market.allow(license, by or license.holder, operator)

    @rule(by=accounts, operator=accounts, allowed=st.booleans())
    def allow_all(self, by, operator, allowed):
        self.market.allow_all(by, operator, allowed)

    # Time and moods

    @rule(seconds=st.integers(1, 9))
    def wait(self, seconds):
        self.protocol.mine(self.protocol.chain.time + seconds)

    @precondition(lambda self: self.rights.licenses)
    @rule(number=numbers, offset=st.integers(-2, 1))
    def reach(self, number, offset):
        """The next second is the end of a licence, or close to it."""
        end = self._license(number).end
        if end < self.protocol.chain.time + 2**20:
            self.protocol.mine(end + offset)

    @rule(mode=st.sampled_from(Mode))
    def behave(self, mode):
        self.world.set_mode("X", mode)

    @rule(flaw=st.sampled_from(Flaw))
    def spoil(self, flaw):
        """Gives the odd token a flaw."""
        self.world.set_flaw(flaw)

    @rule(currency=st.sampled_from(TOKENS), name=accounts | works, blocked=st.booleans())
    def block(self, currency, name, blocked):
        self.world.set_blocked(currency, name, blocked)

    # What must hold after every step

    @invariant()
    def rights_are_paid_for(self):
        """INV-25: a licence permits exactly its uses, while paid for, where it was deployed."""
        time = self.protocol.chain.time
        for license in self.rights.licenses:
            for use, market in self._questions(license.offer):
                permitted = license.permits(time, use, market)
                assert self._permits(license, use, market) == permitted, license

    @invariant()
    def exclusivity_never_overlaps(self):
        """INV-26: no two living licences exclude each other."""
        for one, two in combinations(self.rights.licenses, 2):
            if one.offer.excludes(two.offer):
                living = [it for it in (one, two) if self._permits(it, 1, WORLD)]
                assert len(living) < 2, living

    @invariant()
    def supply_is_kept(self):
        """INV-27: no more licences of an offer are sold than it says."""
        for offer in self.rights.offers:
            sold = self.contract.read("offerStateOf", self.market.offer_id(offer))[1]
            assert sold == self.rights.sold(offer)
            assert not offer.supply or sold <= offer.supply

    @invariant()
    def money_goes_straight_to_the_work(self):
        """INV-28: the payer's price is all at the work; the market never has any money."""
        actual = self.protocol.actual()
        assert actual == {it: self.protocol.balances[it] for it in actual}
        assert not any(actual[currency, "market"] for currency in CURRENCIES)

    @invariant()
    def holders_are_licensed(self):
        """INV-29: who holds a living licence is licensed for its uses, and nobody else."""
        time = self.protocol.chain.time
        for name in ACCOUNTS:
            for work in {it.offer.work for it in self.rights.licenses}:
                held = self.rights.held(name, work, time)
                for use in (1, 3, 4):
                    order = (self.world.addresses[name], self.protocol.number(work), use)
                    licensed = any(it.permits(time, use, WORLD) for it in held)
                    assert self.contract.read("isLicensed", *order) == licensed, (name, work, use)

    @invariant()
    def licenses_stay_with_their_holders(self):
        """INV-30: each licence is its holder's."""
        for license in self.rights.licenses:
            owner = self.contract.read("ownerOf", license.number)
            assert owner == self.world.addresses[license.holder], license

    @invariant()
    def derivatives_are_licensed(self):
        """INV-31: only the holder may derive, from the licensed work, for its cut or more."""
        time = self.protocol.chain.time
        for license in self.rights.licenses[-4:]:
            holder, (work, cut) = license.holder, (license.offer.work, license.offer.cut)
            stranger = "ben" if holder != "ben" else "ana"
            other = "film" if work != "film" else "game"
            asked = [(holder, work, max(cut - 1, 0)), (stranger, work, cut), (holder, other, cut)]
            for name, of, bps in [(holder, work, cut), *asked]:
                order = (self.protocol.number(of), self.world.addresses[name], bps)
                permitted = self.contract.read("permitsDerivative", license.number, *order)
                assert permitted == self.rights.derives(license, name, of, bps, time), license

    def _permits(self, license: License, use: int, market: str) -> bool:
        return self.contract.read("permits", license.number, use, market_code(market))

    def _questions(self, offer: Offer) -> list[tuple[int, str]]:
        """Uses and markets: what is permitted anywhere, and more."""
        return [(0, WORLD), (1, WORLD), (3, WORLD), (offer.uses, "DE"), (offer.uses, "FR")]

    def _renewable(self) -> list[License]:
        living = self.rights.living(self.protocol.chain.time + 1)
        return [it for it in living if it.end != FOREVER]

    def _offer(self, number: int) -> Offer:
        offers = [*self.rights.offers]
        return offers[(number - 1) % len(offers)]

    def _license(self, number: int) -> License:
        """By number, the last one being 1."""
        licenses = self.rights.licenses
        return licenses[-1 - (number - 1) % len(licenses)]


def test_licenses__given_random_steps__keeps_every_invariant(world, project, stateful):
    protocol = Protocol(world, project)
    part = settings(stateful, max_examples=max(stateful.max_examples // 3, 1))
    run_state_machine_as_test(lambda: LicenseMachine(protocol), settings=part)
