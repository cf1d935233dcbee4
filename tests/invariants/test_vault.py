"""The payout vault against the model, by random steps; docs/invariants.md lists what must hold."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from invariants.chain import Reverted
from invariants.escrow import ASSETS, Deal, Escrow
from invariants.world import CURRENCIES, HOSTILE, PEOPLE, TOKENS, Flaw, Mode

names = st.sampled_from((*PEOPLE, *HOSTILE))
payers = st.sampled_from("ABX")
currencies = st.sampled_from(CURRENCIES)
numbers = st.integers(1, 12)
assets = st.sampled_from(ASSETS)
modes = st.sampled_from(Mode)
flaws = st.sampled_from(Flaw)
stages = st.integers(0, 1)
terms = st.tuples(
    assets,  # the work's number
    stages,
    st.sampled_from("CXY"),  # the payee
    currencies,
    st.sampled_from((1, 99, 100, 10**18, 2**128 - 1)),
    st.integers(0, 9),  # seconds until it expires
    st.integers(0, 1),  # the salt
)


class VaultMachine(RuleBasedStateMachine):
    """Steps name payouts by number; A to D are people, X and Y hostile contracts."""

    def __init__(self, escrow: Escrow) -> None:
        """Begins with no payouts."""
        super().__init__()
        self.escrow, self.world, self.vault = escrow, escrow.world, escrow.vault
        escrow.reset()

    @initialize(mode=modes, flaw=flaws, approved=st.sets(st.tuples(assets, stages)))
    def begin(self, mode, flaw, approved):
        self.behave("X", mode)
        self.spoil(flaw)
        for asset, stage in approved:
            self.approve(asset, stage, True)

    # Funding

    @rule(payer=payers, drawn=terms)
    def fund(self, payer, drawn):
        deal = self._deal(payer, drawn)
        self._fund(payer, [deal], ("fund", self.escrow.terms(deal)))

    @rule(payer=payers, drawn=st.lists(terms, max_size=3))
    def fund_many(self, payer, drawn):
        deals = [self._deal(payer, it) for it in drawn]
        self._fund(payer, deals, ("fundMany", tuple(map(self.escrow.terms, deals))))

    @precondition(lambda self: self.escrow.status)
    @rule(payer=payers, number=numbers, value=st.integers(0, 1))
    def fund_again(self, payer, number, value):
        """INV-12: what was funded once cannot be funded again."""
        deal = self._known(number)
        wrong = "NotPayer" if payer != deal.payer else "StatusInvalid"
        expired = self.escrow.funding_time(payer, value) > deal.expires_at
        error = "Expired" if expired and wrong == "StatusInvalid" else wrong
        with self.vault.refuses(f"PayoutVault{error}"):
            self.world.act(payer, self.vault, ("fund", self.escrow.terms(deal)), value)

    @rule(currency=currencies, amount=st.integers(1, 9))
    def give(self, currency, amount):
        """Money that nobody funded: a token transfer, or native currency out of a self-destruct."""
        self.escrow.gifts[currency] += amount
        if currency == "native":
            self.world.chain.deploy(bytes.fromhex(f"73{self.vault.address[2:]}ff"), amount)
        else:
            self.world.give(currency, "vault", amount)

    # Ends

    @rule(asset=assets, stage=stages, approved=st.booleans())
    def approve(self, asset, stage, approved):
        self.escrow.set_approved(asset, stage, approved)

    @precondition(lambda self: self.escrow.status)
    @rule(number=numbers, asset=assets)
    def release(self, number, asset):
        deal = self._known(number)
        order = ("release", self.escrow.terms(deal), asset)
        self.escrow.release([deal], asset, lambda: self.vault.send(*order))

    @precondition(lambda self: self.escrow.status)
    @rule(picked=st.lists(numbers, min_size=1, max_size=3), asset=assets)
    def release_many(self, picked, asset):
        deals = [self._known(number) for number in picked]
        order = ("releaseMany", tuple(map(self.escrow.terms, deals)), asset)
        self.escrow.release(deals, asset, lambda: self.vault.send(*order))

    @precondition(lambda self: self.escrow.status)
    @rule(picked=st.lists(numbers, min_size=1, max_size=3), asset=assets, signed=st.booleans())
    def approve_and_release(self, picked, asset, signed):
        deals = [self._known(number) for number in picked]
        payer = self.world.addresses["A"]
        proof = (payer, asset.to_bytes(32, "big"), bytes(32))
        signatures = ((payer, 0, 0, (), b""),) if signed else ()
        listed = tuple(map(self.escrow.terms, deals))
        order = ("approveAndRelease", listed, proof, bytes(32), signatures, ())
        if not signed and (asset, deals[0].stage) not in self.escrow.approved:
            with self.escrow.registry.refuses("ApprovalsTooFew"):
                self.vault.send(*order)
            return
        before = set(self.escrow.approved)
        self.escrow.approved.add((asset, deals[0].stage))
        if not self.escrow.release(deals, asset, lambda: self.vault.send(*order)):
            self.escrow.approved = before

    @precondition(lambda self: self.escrow.status)
    @rule(number=numbers)
    def refund(self, number):
        """INV-13: refunded can be what is open and expired, whatever else happened; no other."""
        deal = self._known(number)
        send = lambda: self.vault.send("refund", self.escrow.terms(deal))  # noqa: E731
        is_open = self.escrow.status[deal] == "FUNDED"
        if is_open and self.world.chain.time >= deal.expires_at:
            self.escrow.end([deal], "REFUNDED", send)
            return
        with self.vault.refuses(f"PayoutVault{'NotExpired' if is_open else 'StatusInvalid'}"):
            send()

    @precondition(lambda self: self.escrow.status)
    @rule(number=numbers, name=names)
    def waive(self, number, name):
        deal = self._known(number)
        order = ("waive", self.escrow.terms(deal))
        send = lambda: self.world.act(name, self.vault, order)  # noqa: E731
        is_open = self.escrow.status[deal] == "FUNDED"
        if is_open and name == deal.payee:
            self.escrow.end([deal], "WAIVED", send)
            return
        error = "StatusInvalid" if name == deal.payee else "NotPayee"
        with self.vault.refuses(f"PayoutVault{error}"):
            send()

    @precondition(lambda self: self.escrow.credits)
    @rule(number=numbers, to=names)
    def withdraw(self, number, to):
        """INV-15: a credit is withdrawn whole and once, by its owner; a refusal leaves it."""
        credits = list(self.escrow.credits.items())
        (name, currency), amount = credits[(number - 1) % len(credits)]
        order = ("withdrawTo", self.world.currency(currency), self.world.addresses[to])
        if not self.escrow.accepts(currency, to):
            with self.vault.refuses("PayoutVaultPaymentFailed"):
                self.world.act(name, self.vault, order)
            return
        before = self.world.balance(currency, to)
        self.world.act(name, self.vault, order)
        arrived = self.world.balance(currency, to) - before
        assert arrived == self.world.arriving(currency, amount)
        del self.escrow.credits[name, currency]
        with self.vault.refuses("PayoutVaultNoCredit"):
            self.world.act(name, self.vault, order)

    # Moods

    @rule(seconds=st.integers(1, 5))
    def wait(self, seconds):
        self.world.chain.time += seconds

    @rule(name=st.sampled_from(HOSTILE), mode=modes)
    def behave(self, name, mode):
        self.world.set_mode(name, mode)

    @rule(flaw=flaws)
    def spoil(self, flaw):
        """Gives the odd token a flaw."""
        self.world.set_flaw(flaw)

    @rule(currency=st.sampled_from(TOKENS), name=names | st.just("vault"), blocked=st.booleans())
    def block(self, currency, name, blocked):
        self.world.set_blocked(currency, name, blocked)

    # What must hold after every step

    @invariant()
    def vault_holds_what_it_owes(self):
        """INV-11: the vault holds its open payouts and credits, and nothing of them is missing."""
        for currency in CURRENCIES:
            owes = self.escrow.owes(currency) + self.escrow.gifts[currency]
            assert self.world.balance(currency, "vault") == owes

    @invariant()
    def statuses_are_the_models(self):
        """INV-12: each payout is funded once and ends at most once."""
        for deal, status in self.escrow.status.items():
            assert self.escrow.status_on_chain(deal) == status

    @invariant()
    def credits_are_the_models(self):
        """INV-15: an account's credit is what could not be delivered to it."""
        for name in (*PEOPLE, *HOSTILE):
            for currency in CURRENCIES:
                order = (self.world.addresses[name], self.world.currency(currency))
                assert self.vault.read("creditOf", *order) == self.escrow.credits[name, currency]

    @invariant()
    def everybody_can_leave(self):
        """INV-16: once all is expired and all accept, only gifts remain."""
        chain, vault = self.world.chain, self.vault
        point = chain.snapshot()
        self.world.tokens["odd"].send("setFlaw", Flaw.NONE)
        for currency, name in self.world.blocked:
            self.world.tokens[currency].send("setBlocked", self.world.addresses[name], False)
        chain.time += 10
        for deal, status in self.escrow.status.items():
            if status == "FUNDED":
                vault.send("refund", self.escrow.terms(deal))
        for name in (*PEOPLE, *HOSTILE):
            for currency in CURRENCIES:
                where, who = self.world.currency(currency), self.world.addresses[name]
                if vault.read("creditOf", who, where):
                    order = ("withdrawTo", where, self.world.addresses["A"])
                    self.world.act(name, vault, order)
        for currency in CURRENCIES:
            assert self.world.balance(currency, "vault") == self.escrow.gifts[currency]
        chain.revert(point)

    def _deal(self, payer, drawn) -> Deal:
        work, stage, payee, currency, amount, seconds, salt = drawn
        expires_at = self.world.chain.time + seconds
        return Deal(work, stage, payer, payee, currency, amount, expires_at, salt)

    def _known(self, number) -> Deal:
        deals = list(self.escrow.status)
        return deals[(number - 1) % len(deals)]

    def _fund(self, payer, deals, order) -> None:
        """INV-12: funding takes exactly what it says, or nothing happens."""
        for currency in TOKENS:
            needed = sum(it.amount for it in deals if it.currency == currency)
            if needed:
                self.world.give(currency, payer, needed)
        value = sum(it.amount for it in deals if it.currency == "native")
        send = lambda: self.world.act(payer, self.vault, order, value)  # noqa: E731
        error = self.escrow.funding_error(payer, deals, value)
        if error is None:
            send()
            self.escrow.status |= dict.fromkeys(deals, "FUNDED")
        elif error:
            with self.vault.refuses(f"PayoutVault{error}"):
                send()
        else:
            with pytest.raises(Reverted):
                send()


@pytest.mark.threat("B10")
def test_vault__given_random_steps__keeps_every_invariant(world, project, stateful):
    escrow = Escrow(world, project)
    run_state_machine_as_test(lambda: VaultMachine(escrow), settings=stateful)
