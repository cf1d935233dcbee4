"""Three studios at once against the model, by random steps; docs/invariants.md lists what holds."""

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

from invariants.books import Books
from invariants.escrow import Deal
from invariants.ledger import Ledger
from invariants.market import Market
from invariants.model import SCALE
from invariants.payouts import Payouts
from invariants.protocol import ACCOUNTS, FINAL, GATED, RICHES, STUDIOS, Asset, Protocol
from invariants.rights import Offer
from invariants.world import ZERO, Mode

WORKS = ("film", "song", "game", "comic", "opera", "radio")
"""Opened in this order."""
MONEY = ("native", "usd", "eur")
BASIC = Offer("film", "native", 99, 0, 0, 0, 1, 500, True, False, True, "", 0)
studios = st.sampled_from(STUDIOS)
accounts = st.sampled_from(ACCOUNTS)
payers = st.sampled_from((*STUDIOS, "zoe"))
holders = st.sampled_from((*ACCOUNTS, *WORKS))
works = st.integers(1, len(WORKS))
numbers = st.integers(1, 12)
currencies = st.sampled_from(MONEY)
excesses = st.sampled_from((0, 0, 0, 1))
amounts = st.integers(1, 99) | st.sampled_from((7_919, 10**18, 2**61 - 1, 2**89))
stages = st.sampled_from((0, FINAL, FINAL))
shares = st.integers(1, 12) | st.sampled_from((10_007, 2**30))
allocations = st.lists(st.tuples(holders, shares), min_size=1, max_size=3)
settled = st.sampled_from(((), ("usd",), ("eur", "usd"), ("usd", "eur")))
cuts = st.sampled_from((1, 500, 4_900))
prices = st.sampled_from((1, 99, 10**18))
parents = st.dictionaries(st.sampled_from(WORKS[:3]), cuts, max_size=2)
offers = st.builds(
    BASIC._replace,
    work=st.sampled_from(WORKS),
    currency=currencies,
    price=st.sampled_from((0, 1, 7_919, 10**18)),
    seconds=st.sampled_from((0, 5)),
    cut=st.sampled_from((0, 500)),
    derivatives=st.booleans(),
)


class StudiosMachine(RuleBasedStateMachine):
    """Steps name works, assets, payouts and licences by number."""

    def __init__(self, protocol: Protocol) -> None:
        """Begins with three projects without works."""
        super().__init__()
        self.protocol, self.world = protocol, protocol.world
        protocol.reset()
        self.market, self.payouts = Market(protocol), Payouts(protocol)
        self.ledgers: dict[str, Ledger] = {}
        self.books: dict[str, Books] = {}
        self.touched: set[str] = set()
        self.seen: dict[str, list[object]] = {}

    @initialize(song=allocations, game=allocations, cut=cuts, price=prices, is_open=st.booleans())
    def begin(self, song, game, cut, price, is_open):
        """Ana derives from maya's film by licence, and from both again; ben makes a gated game."""
        self.open("maya", ("usd", "eur"), {}, [("maya", 3), ("X", 2)])
        self.seal(1, "maya")
        self.register(1)
        self.approve(1, FINAL, "maya")
        self.post(BASIC, 1)
        self.buy(1, "zoe", "ana", 0)
        self.open("ana", ("usd",), {"film": 500}, song)
        self.open("ben", (), {}, game)
        self.open("ana", (), {"film": 500, "song": cut}, song)
        self.seal(4, "ana")
        self.set_gate(is_open)
        self.register(3)
        for salt in range(2):
            self.fund("zoe", salt * 2 + 1, FINAL, "X", "native", price, 9, salt, 0)

    # Works

    @precondition(lambda self: len(self.ledgers) < len(WORKS))
    @rule(studio=studios, settled=settled, parents=parents, allocated=allocations)
    def open(self, studio, settled, parents, allocated):
        """INV-35: a work derives only from works of its project, or by its treasury's licence."""
        name = WORKS[len(self.ledgers)]
        parents = {it: bps for it, bps in parents.items() if it in self.ledgers}
        upstream = tuple(self._upstream(studio, it, bps) for it, bps in parents.items())
        if not all(self._may_derive(studio, it, bps) for it, bps in parents.items()):
            opening = self.protocol.opening(studio, None, upstream)
            self.protocol.attempt("WorksUpstreamNotLicensed", studio, *opening)
            return
        self.touched.add(studio)
        self.protocol.open(name, studio, settled, upstream)
        self.ledgers[name] = Ledger(name, ("native", *settled), parents, self.protocol.balances)
        primary = self.world.currency(settled[0]) if settled else ZERO
        token = self.protocol.tokens[name]
        self.books[name] = Books(self.protocol.chain, token.address, primary)
        self.record(len(self.ledgers), studio, allocated)

    @rule(work=works, by=studios, allocated=allocations)
    def record(self, work, by, allocated):
        name = self._touch(work)
        ledger = self.ledgers[name]
        known = [(self._other(name, it), count) for it, count in allocated]
        rows = tuple((self.world.addresses[it], count) for it, count in known)
        root = (len(ledger.shares) + 1 + self.protocol.chain.time).to_bytes(32, "big")
        error = "ContributionTokenSealed" if ledger.total else None
        if by != self.protocol.owners[name] and not error:
            error = "ProjectsUnauthorized"
        if not error and ledger.overflows(sum(count for _, count in known)):
            error = "ContributionTokenSharesOverflow"
        token = self.protocol.tokens[name]
        if self.protocol.attempt(error, by, token, "record", root, 1, rows):
            for holder, count in known:
                ledger.shares[holder] += count

    @rule(work=works, by=studios)
    def seal(self, work, by):
        """INV-8: each parent gets its cut, rounded up."""
        name = self._touch(work)
        ledger, token = self.ledgers[name], self.protocol.tokens[name]
        error = None if by == self.protocol.owners[name] else "ContributionTokenSealUnauthorized"
        if ledger.total:
            error = "ContributionTokenSealed"
        if self.protocol.attempt(error, by, token, "seal", bytes(32), 0):
            ledger.seal()

    @rule(work=works, source=works, to=holders, quarters=st.integers(0, 4))
    def transfer(self, work, source, to, quarters):
        name = self._touch(work)
        ledger, to = self.ledgers[name], self._other(name, to)
        people = [it for it in self._holders(name) if it in ACCOUNTS] or ["zoe"]
        source = people[source % len(people)]
        count = ledger.shares[source] * quarters // 4
        order = ("transfer", self.world.addresses[to], count)
        self.protocol.act(source, self.protocol.tokens[name], *order)
        ledger.transfer(source, to, count)

    # Revenue

    @rule(work=works, kind=works, payer=payers, amount=amounts)
    def pay(self, work, kind, payer, amount):
        """In a currency that the work divides."""
        name = self._touch(work)
        known = self.protocol.settled[name]
        currency = known[kind % len(known)]
        to = self.world.addresses[name]
        if currency == "native":
            self.protocol.chain.send(self.world.addresses[payer], to, b"", amount)
            done = True
        else:
            error = None if self.world.accepts(currency, payer, name) else ""
            token = self.world.tokens[currency]
            done = self.protocol.attempt(error, payer, token, "transfer", to, amount)
        if done:
            self.protocol.move(currency, payer, name, amount)

    @rule(work=works, currency=currencies, holder=holders)
    def claim(self, work, currency, holder):
        name = self._touch(work)
        ledger, holder = self.ledgers[name], self._other(name, holder)
        refused = ledger.owed(currency, holder) and holder in self._refusing(name, currency)
        error = "RoyaltySplitterPaymentFailed" if refused else None
        order = ("claimToken", self.world.currency(currency), self.world.addresses[holder])
        if self.protocol.attempt(error, "zoe", self.protocol.tokens[name], *order):
            self._touch_holders(holder)
            ledger.claim(currency, holder)

    @rule(work=works, currency=currencies)
    def claim_all(self, work, currency):
        name = self._touch(work)
        ledger, listed = self.ledgers[name], self._holders(name)
        where, addresses = self.world.currency(currency), tuple(map(self._address, listed))
        self.protocol.tokens[name].send("claimTokenMany", where, addresses)
        self._touch_holders(*listed)
        ledger.settle(currency)
        for holder in set(listed) - self._refusing(name, currency):
            ledger.pay(currency, holder)

    @rule(work=works, currency=currencies)
    def push(self, work, currency):
        name = self._touch(work)
        ledger = self.ledgers[name]
        listed = sorted(self._holders(name), key=self._address)
        order = (self.world.currency(currency), tuple(map(self._address, listed)))
        error = None if ledger.total else "RoyaltySplitterNotSealed"
        if self.protocol.attempt(error, "zoe", self.protocol.tokens[name], "pushAllToken", *order):
            self._touch_holders(*listed)
            ledger.push(currency, self._refusing(name, currency))

    # Assets and payouts

    @rule(work=works)
    def register(self, work):
        self.protocol.register(self._touch(work))

    @precondition(lambda self: self.protocol.assets)
    @rule(asset=numbers, stage=stages, studio=st.none() | studios)
    def approve(self, asset, stage, studio):
        known = self._asset(asset)
        owner = self.protocol.owners[known.work]
        self.touched.add(owner)
        self.protocol.approve(known, stage, studio or owner)

    @precondition(lambda self: self.protocol.assets)
    @rule(asset=numbers, by=studios)
    def withdraw_asset(self, asset, by):
        known = self._asset(asset)
        self.touched.add(self.protocol.owners[known.work])
        self.protocol.withdraw(known, by)

    @rule(is_open=st.booleans())
    def set_gate(self, is_open):
        self.touched.add(GATED)
        self.protocol.set_gate(is_open)

    @rule(
        payer=accounts,
        work=works,
        stage=stages,
        payee=holders | st.just("X"),
        currency=currencies,
        amount=prices,
        seconds=st.integers(1, 9),
        salt=st.integers(0, 1),
        excess=excesses,
    )
    def fund(self, payer, work, stage, payee, currency, amount, seconds, salt, excess):
        number = self.protocol.number(self._touch(work))
        payee, expires_at = self._known(payee), self.protocol.chain.time + seconds
        deal = Deal(number, stage, payer, payee, currency, amount, expires_at, salt)
        self.payouts.fund(deal, excess)

    @precondition(lambda self: self.payouts.status and self.protocol.assets)
    @rule(number=numbers, asset=numbers)
    def release(self, number, asset):
        self.payouts.release(self._deal(number), self._asset(asset))

    @precondition(lambda self: self.payouts.status and self.protocol.assets)
    @rule(number=numbers, asset=numbers, studio=st.none() | studios)
    def approve_and_release(self, number, asset, studio):
        known = self._asset(asset)
        studio = studio or self.protocol.owners[known.work]
        self.touched.add(self.protocol.owners[known.work])
        self.payouts.approve_and_release(self._deal(number), known, studio)

    @precondition(lambda self: self.payouts.status)
    @rule(number=numbers)
    def refund(self, number):
        self.payouts.refund(self._deal(number))

    @precondition(lambda self: self.payouts.status)
    @rule(number=numbers, by=accounts)
    def waive(self, number, by):
        self.payouts.waive(self._deal(number), by)

    @rule(name=accounts, currency=currencies, to=accounts)
    def withdraw(self, name, currency, to):
        self.payouts.withdraw(name, currency, to)

    # Licences

    @precondition(lambda self: self.protocol.assets)
    @rule(offer=offers, asset=numbers)
    def post(self, offer, asset):
        if offer.work in self.ledgers:
            studio = self.protocol.owners[offer.work]
            self.touched.add(studio)
            self.market.post(offer, self._asset(asset), studio)

    @precondition(lambda self: self.market.rights.offers)
    @rule(number=numbers, by=accounts, to=accounts, excess=excesses)
    def buy(self, number, by, to, excess):
        offers = [*self.market.rights.offers]
        offer = offers[-1 - (number - 1) % len(offers)]
        self.touched.add(self.protocol.owners[offer.work])
        self.market.buy(offer, by, to, offer.price, excess)

    @precondition(lambda self: self.market.rights.licenses)
    @rule(number=numbers, by=accounts, ends=st.booleans())
    def renew_or_surrender(self, number, by, ends):
        licenses = self.market.rights.licenses
        license = licenses[(number - 1) % len(licenses)]
        self.touched.add(self.protocol.owners[license.offer.work])
        if ends:
            self.market.surrender(license, by)
        else:
            self.market.renew(license, by)

    # Time and moods

    @rule(seconds=st.integers(1, 9))
    def wait(self, seconds):
        self.protocol.mine(self.protocol.chain.time + seconds)

    @rule(mode=st.sampled_from(Mode))
    def behave(self, mode):
        self.world.set_mode("X", mode)

    @rule(currency=st.sampled_from(MONEY[1:]), name=holders, blocked=st.booleans())
    def block(self, currency, name, blocked):
        if name in self.world.addresses:
            self.world.set_blocked(currency, name, blocked)

    # What must hold after every step

    @invariant()
    def money_is_where_the_model_says(self):
        """INV-32: no payment makes, loses or misleads a base unit, in the system as a whole.

        INV-28: none stays in the market.
        """
        actual = self.protocol.actual()
        assert actual == {it: self.protocol.balances[it] for it in actual}
        for currency in MONEY:
            total = sum(amount for (kind, _), amount in actual.items() if kind == currency)
            assert total == RICHES * len(ACCOUNTS)
            assert actual[currency, "market"] == 0

    @invariant()
    def vault_holds_what_it_owes(self):
        """INV-11: open payouts and credits of all projects are in the vault, and no more."""
        for currency in MONEY:
            owes = self.payouts.owes(currency)
            assert self.world.balance(currency, "vault") == owes

    @invariant()
    def credits_are_the_models(self):
        """INV-15: what could not be delivered is its owner's, across all projects."""
        for name in ("X", *self.ledgers):
            for currency in MONEY:
                credit = self.payouts.credits[name, currency]
                assert self.payouts.credit_on_chain(name, currency) == credit

    @invariant()
    def owed_sums_to_accounted(self):
        """INV-1: scaled, what a work owes is what it accounts for, exactly; and it holds that."""
        for name, books in self.books.items():
            for currency in self.protocol.settled[name]:
                where = self.world.currency(currency)
                owed = [books.owed(where, self._address(it)) for it in self._everybody()]
                accounted = books.revenue(where)[1]
                assert sum(owed) == accounted <= self.world.balance(currency, name) * SCALE

    @invariant()
    def projects_are_their_own(self):
        """INV-33: who holds shares, works upstream too, is owed what the model says, to the unit.

        INV-12: each payout is funded once and ends at most once.

        INV-34: nobody's step changes a project but the one it is about, or pays upstream.
        """
        seen = {studio: self._observe(studio) for studio in STUDIOS}
        for studio in set(STUDIOS) - self.touched:
            assert seen[studio] == self.seen.get(studio, []), f"{studio} did not do that"
        self.seen, self.touched = seen, set()

    def _observe(self, studio: str) -> list[object]:
        """All of a project that others might change: shares, debts, payouts, licences, money."""
        found: list[object] = []
        for name, ledger in self.ledgers.items():
            if self.protocol.owners[name] == studio:
                found += [self._shares(name, ledger), self._debts(name, ledger)]
                found += [self.world.balance(currency, name) for currency in MONEY]
        for license in self.market.rights.licenses:
            if self.protocol.owners[license.offer.work] == studio:
                found.append(self.protocol.market.read("licenseOf", license.number)[1])
        return found + self._assets(studio) + self._deals(studio)

    def _shares(self, name: str, ledger: Ledger) -> dict[str, int]:
        held = {it: self.books[name].shares(self._address(it)) for it in self._everybody()}
        assert held == {it: ledger.shares[it] for it in held}, name
        return {it: count for it, count in held.items() if count}

    def _debts(self, name: str, ledger: Ledger) -> dict[tuple[str, str], int]:
        token, found = self.protocol.tokens[name], {}
        for currency in MONEY:
            for holder in self._everybody():
                order = (self._address(holder), self.world.currency(currency))
                found[currency, holder] = token.read("owedOf", *order)
                assert found[currency, holder] == ledger.owed(currency, holder), (name, holder)
        return {it: owed for it, owed in found.items() if owed}

    def _assets(self, studio: str) -> list[object]:
        known = [it for it in self.protocol.assets if self.protocol.owners[it.work] == studio]
        words = [self.protocol.registry.read("assetOf", it.id)[-2:] for it in known]
        for asset, (stages, status) in zip(known, words, strict=True):
            assert (stages, status) == (sum(1 << it for it in asset.stages), asset.withdrawn)
        return [*words]

    def _deals(self, studio: str) -> list[object]:
        found: list[object] = []
        for deal, status in self.payouts.status.items():
            if self.protocol.owners[self.payouts.work(deal)] == studio:
                found.append(self.payouts.status_on_chain(deal))
                assert found[-1] == status, deal
        return found

    # Names

    def _touch(self, number: int) -> str:
        """A work by number; its project may change in this step."""
        name = [*self.ledgers][(number - 1) % len(self.ledgers)]
        self.touched.add(self.protocol.owners[name])
        return name

    def _touch_holders(self, *names: str) -> None:
        """Projects of the works among those who are paid."""
        self.touched |= {self.protocol.owners[it] for it in names if it in self.ledgers}

    def _upstream(self, studio: str, parent: str, bps: int) -> tuple[int, int, int]:
        """A parent with the studio's licence that fits, or with one that does not."""
        rights, time = self.market.rights, self.protocol.chain.time + 1
        own = [it for it in rights.licenses if it.holder == studio] or rights.licenses
        fitting = [it for it in own if rights.derives(it, studio, parent, bps, time)]
        number = (fitting or own)[0].number if own else 0
        return self.protocol.number(parent), number, bps

    def _may_derive(self, studio: str, parent: str, bps: int) -> bool:
        """Whether that licence is one, at the time of the next block."""
        if self.protocol.owners[parent] == studio:
            return True
        licenses, time = self.market.rights.licenses, self.protocol.chain.time + 1
        derives = self.market.rights.derives
        return any(derives(it, studio, parent, bps, time) for it in licenses)

    def _refusing(self, work: str, currency: str) -> set[str]:
        """Whom a work cannot pay."""
        everybody = self._everybody()
        return {it for it in everybody if not self.world.accepts(currency, work, it)}

    def _everybody(self) -> list[str]:
        return [*ACCOUNTS, *self.ledgers]

    def _holders(self, work: str) -> list[str]:
        return [it for it, count in self.ledgers[work].shares.items() if count]

    def _other(self, work: str, name: str) -> str:
        """An account that exists and is not the work itself."""
        return "zoe" if name == work else self._known(name)

    def _known(self, name: str) -> str:
        return name if name in self._everybody() else "zoe"

    def _address(self, name: str) -> str:
        return self.world.addresses[name]

    def _asset(self, number: int) -> Asset:
        return self.protocol.assets[(number - 1) % len(self.protocol.assets)]

    def _deal(self, number: int) -> Deal:
        """A payout by number; its project may change, and its payee's."""
        deals = [*self.payouts.status]
        deal = deals[(number - 1) % len(deals)]
        self.touched.add(self.protocol.owners[self.payouts.work(deal)])
        self._touch_holders(deal.payee)
        return deal


def test_studios__given_random_steps__keeps_every_invariant(world, project, stateful):
    protocol = Protocol(world, project)
    part = settings(stateful, max_examples=max(stateful.max_examples // 3, 1))
    run_state_machine_as_test(lambda: StudiosMachine(protocol), settings=part)
