"""The splitter against the model, by random steps; docs/invariants.md lists what must hold."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from invariants.cashier import Cashier
from invariants.model import CAP, SCALE
from invariants.studio import Opened, Studio
from invariants.world import BLIND, CURRENCIES, HOSTILE, PEOPLE, TOKENS, Flaw, Mode

MAX_WORKS = 3
MAX_SHARES = 2**36  # leaves room for the parents' cuts
numbers = st.integers(1, MAX_WORKS)
names = st.sampled_from((*PEOPLE, *HOSTILE))
holders = st.sampled_from((*PEOPLE, *HOSTILE, "W1", "W2"))
shares = st.integers(1, 12) | st.sampled_from((10_007, 2**30))
allocations = st.lists(st.tuples(holders, shares), max_size=3)
lazies = st.just([]) | st.lists(st.tuples(names, shares), max_size=3)
amounts = st.integers(1, 99) | st.sampled_from((7_919, 10**18, 2**61 - 1, CAP, 2**130))
paid_first = st.just(0) | amounts
currencies = st.sampled_from(CURRENCIES)
parents = st.dictionaries(st.sampled_from(("W1", "W2")), st.sampled_from((1, 250, 4_900)))
modes = st.sampled_from(Mode)
primaries = st.sampled_from((None, *TOKENS))
accepted = st.sets(st.sampled_from(TOKENS))
hooked = st.sampled_from(("native", "odd"))  # currencies that call whom they pay
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

    @initialize(primary=primaries, allocated=allocations, lazy=lazies, mode=modes)
    def begin(self, primary, allocated, lazy, mode):
        self.behave("X", mode)
        self.open({}, primary, {"eur", "odd"}, [("A", 3), ("X", 2), *allocated])
        self.seal(1, lazy)

    @precondition(lambda self: len(self.studio.works) < MAX_WORKS)
    @rule(parents=parents, primary=primaries, accepts=accepted, allocated=allocations)
    def open(self, parents, primary, accepts, allocated):
        known = {name: bps for name, bps in parents.items() if name in self.studio.works}
        self.studio.open(known, primary, sorted(accepts - {primary}))
        self.record(1, allocated)

    @precondition(lambda self: self._unsealed())
    @rule(number=numbers, allocated=allocations)
    def record(self, number, allocated):
        work = self._pick(self._unsealed(), number)
        known = [(self._other(work, name), count) for name, count in allocated]
        if work.model.shares.total() + sum(count for _, count in known) > MAX_SHARES:
            return
        with self.studio.nobody_gains(work):
            self.studio.record(work, known)
        for holder, count in known:
            work.model.shares[holder] += count

    @precondition(lambda self: self._unsealed())
    @rule(number=numbers, lazy=lazies)
    def seal(self, number, lazy):
        """INV-8: each parent's cut is its part of all shares or more, rounded up once."""
        work = self._pick(self._unsealed(), number)
        model = work.model
        lazy_shares = sum(count for _, count in lazy)
        contributed = model.shares.total() + lazy_shares
        if not 0 < contributed <= MAX_SHARES:
            return
        self.studio.seal(work, lazy)
        cuts = {it: self.studio.shares(work, it) - model.shares[it] for it in work.parents}
        model.shares.update({**cuts, model.name: lazy_shares})
        model.seal()
        rest = 10_000 - sum(work.parents.values())
        for parent, bps in work.parents.items():
            assert cuts[parent] * 10_000 >= bps * model.total, f"{parent} is cut short"
            assert (cuts[parent] - 1) * rest < (contributed + len(cuts) - 1) * bps

    @precondition(lambda self: any(it.lazy for it in self.studio.works.values()))
    @rule(number=numbers, index=st.integers(0, 2))
    def join(self, number, index):
        work = self._pick([it for it in self.studio.works.values() if it.lazy], number)
        index %= len(work.lazy)
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
        to = self._other(work, to)
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

    @rule(number=numbers, currency=currencies, holder=holders, amount=paid_first)
    def claim(self, number, currency, holder, amount):
        self.pay(number, currency, amount)
        self._claim(self._work(number), currency, holder)

    @rule(number=numbers, currency=currencies, holder=names, to=holders)
    def claim_to(self, number, currency, holder, to):
        work = self._work(number)
        to = to if to in self.studio.holders() else "B"
        order = ("claimTokenTo", self.world.currency(currency), self.world.addresses[to])
        send = lambda: self.world.act(holder, work.token, order)  # noqa: E731
        self.cashier.claim(work, currency, holder, to, send)

    @rule(number=numbers, currency=currencies, listed=st.lists(holders), amount=paid_first)
    def claim_many(self, number, currency, listed, amount):
        work = self._work(number)
        self.pay(number, currency, amount)
        self.cashier.claim_many(work, currency, [self._other(work, it) for it in listed])

    @rule(number=numbers, currency=currencies, amount=paid_first)
    def push(self, number, currency, amount):
        self.pay(number, currency, amount)
        self.cashier.push(self._work(number), currency)

    @rule(number=numbers, currency=hooked, bait=baits, amount=amounts, pushed=st.booleans())
    def reenter(self, number, currency, bait, amount, pushed):
        """INV-10: a holder that calls back while it is paid gets nothing out of it."""
        work, recipient = self._work(number), self.world.recipients["X"]
        where, who = self.world.currency(currency), self.world.addresses["X"]
        argument = (who,) if bait.endswith(("Many", "AllToken")) else who
        self.world.set_flaw(Flaw.HOOK)
        recipient.send("reenter", work.token.address, work.token.data(bait, where, argument))
        self.world.modes["X"] = Mode.ACCEPT
        self.pay(number, currency, amount)
        if pushed:
            self.cashier.push(work, currency)
        else:
            self._claim(work, currency, "X")
        assert not recipient.read("succeeded")
        self.world.set_mode("X", Mode.ACCEPT)

    # Moods

    @rule(name=st.sampled_from(HOSTILE), mode=modes)
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
        if name in self.studio.holders():
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
        holder = holder if holder in self.studio.holders() else "B"
        where, who = self.world.currency(currency), self.world.addresses[holder]
        send = lambda: work.token.send("claimToken", where, who)  # noqa: E731
        self.cashier.claim(work, currency, holder, holder, send)

    def _unsealed(self) -> list[Opened]:
        return [it for it in self.studio.works.values() if not it.model.total]

    def _work(self, number: int) -> Opened:
        return self._pick(list(self.studio.works.values()), number)

    def _pick(self, works: list[Opened], number: int) -> Opened:
        return works[(number - 1) % len(works)]

    def _other(self, work: Opened, name: str) -> str:
        """An account that is not the work's own, and exists."""
        return name if name in self.studio.holders() and name != work.model.name else "B"


@pytest.fixture
def studio(world, project):
    return Studio(world, project)


@pytest.mark.threat("B1", "B5", "B6")
def test_splitter__given_random_steps__keeps_every_invariant(studio, stateful):
    run_state_machine_as_test(lambda: SplitterMachine(studio), settings=stateful)


@given(bps=st.lists(st.integers(1, 1_200), max_size=8), count=shares)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_seal__given_many_parents__cuts_none_short(studio, bps, count):
    machine = SplitterMachine(studio)
    for _ in bps:
        studio.open({}, None, [])
    studio.open({f"W{number}": cut for number, cut in enumerate(bps, start=1)}, None, [])
    machine.record(len(bps) + 1, [("A", count)])
    machine.seal(len(bps) + 1, [])
