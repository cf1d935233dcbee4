"""The splitter against the model, by random steps; docs/invariants.md lists what must hold."""

from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from invariants.cashier import Cashier
from invariants.model import CAP, SCALE
from invariants.studio import Opened, Studio
from invariants.world import BLIND, CURRENCIES, HOSTILE, PEOPLE, TOKENS, Flaw, Mode

MAX_WORKS = 4
MAX_SHARES = 2**36  # leaves room for the parents' cuts
numbers = st.integers(1, MAX_WORKS)
names = st.sampled_from((*PEOPLE, *HOSTILE))
holders = st.sampled_from((*PEOPLE, *HOSTILE, "W1", "W2"))
shares = st.integers(1, 12) | st.sampled_from((10_007, 2**30))
allocations = st.lists(st.tuples(holders, shares), max_size=3)
lazies = st.lists(st.tuples(names, shares), max_size=3)
amounts = st.integers(1, 99) | st.sampled_from((7_919, 10**18, 2**61 - 1, CAP, 2**130))
currencies = st.sampled_from(CURRENCIES)
parents = st.dictionaries(st.sampled_from(("W1", "W2", "W3")), st.integers(1, 3_000))
baits = st.sampled_from(("claimToken", "claimTokenTo", "claimTokenMany", "pushAllToken"))


class SplitterMachine(RuleBasedStateMachine):
    """Steps name works by number; A to D are people, X and Y hostile contracts."""

    def __init__(self, studio: Studio) -> None:
        """Begins with no works."""
        super().__init__()
        self.studio, self.world = studio, studio.world
        self.cashier = Cashier(studio)
        studio.reset()

    # Cap tables

    @initialize(primary=st.sampled_from((None, "usd", "odd")), allocated=allocations)
    def open_first(self, primary, allocated):
        self.studio.open({}, primary, ["eur"])
        self.record(1, [("A", 3), *allocated])

    @rule(
        parents=parents,
        primary=st.sampled_from((None, *TOKENS)),
        accepts=st.sets(st.sampled_from(TOKENS)),
    )
    def open(self, parents, primary, accepts):
        if len(self.studio.works) < MAX_WORKS:
            known = {name: bps for name, bps in parents.items() if name in self.studio.works}
            self.studio.open(known, primary, sorted(accepts - {primary}))

    @rule(number=numbers, allocated=allocations)
    def record(self, number, allocated):
        work = self._work(number)
        known = [it for it in allocated if it[0] in self._others(work)]
        assume(work.model.shares.total() + sum(count for _, count in known) <= MAX_SHARES)
        if work.model.total:
            with work.token.refuses("ContributionTokenSealed"):
                self.studio.record(work, known)
            return
        with self.studio.nobody_gains(work):
            self.studio.record(work, known)
        for holder, count in known:
            work.model.shares[holder] += count

    @rule(number=numbers, lazy=lazies)
    def seal(self, number, lazy):
        """INV-8: each parent's cut is its part of all shares or more, rounded up once."""
        work = self._work(number)
        model = work.model
        lazy_shares = sum(count for _, count in lazy)
        contributed = model.shares.total() + lazy_shares
        assume(0 < contributed <= MAX_SHARES)
        if model.total:
            with work.token.refuses("ContributionTokenSealed"):
                self.studio.seal(work, lazy)
            return
        self.studio.seal(work, lazy)
        cuts = {it: self.studio.shares(work, it) - model.shares[it] for it in work.parents}
        model.shares.update({**cuts, model.name: lazy_shares})
        model.seal()
        rest = 10_000 - sum(work.parents.values())
        for parent, bps in work.parents.items():
            assert cuts[parent] * 10_000 >= bps * model.total, f"{parent} is cut short"
            assert (cuts[parent] - 1) * rest < (contributed + len(cuts) - 1) * bps

    @rule(number=numbers, index=st.integers(0, 2))
    def join(self, number, index):
        work = self._work(number)
        assume(index < len(work.lazy))
        holder, count = work.lazy[index]
        arguments = self.studio.join_arguments(work, index)
        if index in work.joined:
            with work.token.refuses("ContributionTokenJoined"):
                work.token.send("join", *arguments)
            return
        with self.studio.nobody_gains(work, holder, work.model.name):
            work.token.send("join", *arguments)
        work.joined.add(index)
        work.model.join(holder, count)

    @rule(number=numbers, source=names, to=holders, quarters=st.integers(0, 4))
    def transfer(self, number, source, to, quarters):
        work = self._work(number)
        assume(to in self._others(work))
        count = work.model.shares[source] * quarters // 4
        with self.studio.nobody_gains(work):
            self.world.act(source, work.token, ("transfer", self.world.addresses[to], count))
        if source != to:
            work.model.transfer(source, to, count, self.world.readable)

    # Money

    @rule(number=numbers, currency=currencies, amount=amounts)
    def pay(self, number, currency, amount):
        name = self._work(number).model.name
        self.world.give(currency, name, amount)
        self.cashier.receive(name, currency, amount)

    @rule(number=numbers, amount=amounts)
    def force(self, number, amount):
        """Native currency out of a self-destruct: no code of the work runs."""
        work = self._work(number)
        self.world.chain.deploy(bytes.fromhex(f"73{work.token.address[2:]}ff"), amount)
        self.cashier.receive(work.model.name, "native", amount)

    @rule(number=numbers, currency=currencies, holder=holders)
    def claim(self, number, currency, holder):
        self._claim(self._work(number), currency, holder)

    @rule(number=numbers, currency=currencies, holder=names, to=holders)
    def claim_to(self, number, currency, holder, to):
        work = self._work(number)
        assume(to in self.studio.holders())
        order = ("claimTokenTo", self.world.currency(currency), self.world.addresses[to])
        send = lambda: self.world.act(holder, work.token, order)  # noqa: E731
        self.cashier.claim(work, currency, holder, to, send)

    @rule(number=numbers, currency=currencies, listed=st.lists(holders, max_size=4))
    def claim_many(self, number, currency, listed):
        work = self._work(number)
        self.cashier.claim_many(work, currency, [it for it in listed if it in self._others(work)])

    @rule(number=numbers, currency=currencies)
    def push(self, number, currency):
        self.cashier.push(self._work(number), currency)

    @rule(number=numbers, currency=st.sampled_from(("native", "odd")), bait=baits)
    def reenter(self, number, currency, bait):
        """INV-10: a holder that calls back while it is paid gets nothing out of it."""
        work, recipient = self._work(number), self.world.recipients["X"]
        where, who = self.world.currency(currency), self.world.addresses["X"]
        argument = (who,) if bait.endswith(("Many", "AllToken")) else who
        self.world.set_flaw(Flaw.HOOK)
        recipient.send("reenter", work.token.address, work.token.data(bait, where, argument))
        self.world.modes["X"] = Mode.ACCEPT
        self._claim(work, currency, "X")
        assert not recipient.read("succeeded")
        self.world.set_mode("X", Mode.ACCEPT)

    # Moods

    @rule(name=st.sampled_from(HOSTILE), mode=st.sampled_from(Mode))
    def behave(self, name, mode):
        self.world.set_mode(name, mode)

    @rule(flaw=st.sampled_from(Flaw))
    def spoil(self, flaw):
        """Gives the odd token a flaw."""
        self.world.set_flaw(flaw)
        for work in self.studio.works.values():
            work.model.revenue("odd").erratic |= flaw in BLIND

    @rule(currency=st.sampled_from(TOKENS), name=holders, blocked=st.booleans())
    def block(self, currency, name, blocked):
        assume(name in self.studio.holders())
        self.world.set_blocked(currency, name, blocked)

    @rule(number=numbers, quarters=st.integers(1, 4))
    def shrink(self, number, quarters):
        """The odd token takes balance away."""
        work = self._work(number)
        revenue = work.model.revenue("odd")
        loss = revenue.held * quarters // 4
        self.world.give("odd", work.model.name, -loss)
        revenue.held -= loss
        revenue.erratic = True

    # What must hold after every step

    @invariant()
    def owed_sums_to_accounted(self):
        """INV-1: scaled, what all holders are owed is what is accounted, exactly."""
        for work, currency in self.studio.revenues():
            accounted = work.books.revenue(self.world.currency(currency))[1]
            assert sum(self.studio.owed_scaled(work, currency).values()) == accounted

    @invariant()
    def accounted_is_held(self):
        """INV-2: no work accounts for more than it holds, unless the currency shrank."""
        for work, currency in self.studio.revenues():
            accounted = work.books.revenue(self.world.currency(currency))[1]
            held = self.world.balance(currency, work.model.name)
            assert accounted <= held * SCALE or work.model.revenue(currency).erratic

    @invariant()
    def shares_sum_to_total(self):
        """INV-5: the shares are the model's, sum to the total supply and divide all revenue."""
        for work in self.studio.works.values():
            model = work.model
            counted = {it: self.studio.shares(work, it) for it in self.studio.holders()}
            assert counted == {it: model.shares[it] for it in counted}
            assert sum(counted.values()) == work.token.read("totalSupply")
            for currency in CURRENCIES:
                dividing = work.books.revenue(self.world.currency(currency))[2]
                assert dividing == model.total * model.revenue(currency).listed

    @invariant()
    def money_is_conserved(self):
        """INV-6: what came in and was not paid out is held, to the base unit."""
        for work, currency in self.studio.revenues():
            held = self.world.balance(currency, work.model.name)
            assert held == work.model.revenue(currency).held

    @invariant()
    def settled_books_match_the_model(self):
        """INV-3: what a settlement carries is below one scaled unit per share.

        INV-6: each holder is owed the exact fraction, less its drift.
        """
        point = self.world.chain.snapshot()
        for work, currency in self.studio.revenues():
            where, model = self.world.currency(currency), work.model
            work.token.send("claimTokenMany", where, ())
            revenue, accounted = model.revenue(currency), work.books.revenue(where)[1]
            owed = self.studio.owed_scaled(work, currency)
            assert sum(owed.values()) == accounted, "INV-1"
            if model.total and revenue.listed and not revenue.erratic:
                assert 0 <= min(revenue.held, CAP) * SCALE - accounted < model.total
            for holder, actual in owed.items():
                ideal = model.owed(currency, holder, self.world.readable(currency)) * SCALE
                below, above = revenue.drift(holder, model.shares[holder])
                assert ideal - below <= actual <= ideal + above, f"{holder}, {currency}"
        self.world.chain.revert(point)

    @invariant()
    def honest_holders_can_claim(self):
        """INV-7: every person can claim all it is owed, whatever others and other currencies do."""
        point = self.world.chain.snapshot()
        for work, currency in self.studio.revenues():
            for holder in PEOPLE:
                honest = currency != "odd" and work.model.total
                if honest and self.world.accepts(currency, work.model.name, holder):
                    self._claim_all(work, currency, holder)
        self.world.chain.revert(point)

    def _claim_all(self, work: Opened, currency: str, holder: str) -> None:
        owed = self.studio.owed(work, currency, holder)
        if owed:
            where, who = self.world.currency(currency), self.world.addresses[holder]
            before = self.world.balance(currency, holder)
            assert work.token.send("claimToken", where, who) == owed
            assert self.world.balance(currency, holder) == before + owed

    def _claim(self, work: Opened, currency: str, holder: str) -> None:
        assume(holder in self.studio.holders())
        where, who = self.world.currency(currency), self.world.addresses[holder]
        send = lambda: work.token.send("claimToken", where, who)  # noqa: E731
        self.cashier.claim(work, currency, holder, holder, send)

    def _work(self, number: int) -> Opened:
        works = list(self.studio.works.values())
        return works[(number - 1) % len(works)]

    def _others(self, work: Opened) -> list[str]:
        return [it for it in self.studio.holders() if it != work.model.name]


def test_splitter__given_random_steps__keeps_every_invariant(world, project):
    studio = Studio(world, project)
    run_state_machine_as_test(
        lambda: SplitterMachine(studio),
        settings=settings(
            deadline=None, stateful_step_count=30, suppress_health_check=list(HealthCheck)
        ),
    )
