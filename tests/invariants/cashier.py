"""Pays holders in every way a work can, and checks each payment against what was promised."""

from collections.abc import Callable

from invariants.model import CAP, SCALE
from invariants.studio import Opened, Studio


class Cashier:
    """Verbs that assert, and book what happened in the model."""

    def __init__(self, studio: Studio) -> None:
        """Works for this studio."""
        self._studio, self._world = studio, studio.world

    def receive(self, name: str, currency: str, amount: int) -> None:
        """Books what arrived at an account, if that is a work."""
        if name in self._studio.works:
            self._studio.works[name].model.revenue(currency).held += amount

    def claim(self, work: Opened, currency: str, holder: str, to: str, send: Callable) -> None:
        """INV-6: a claim pays all whole units that are owed, or fails and changes nothing."""
        if to == work.model.name:
            with work.token.refuses("RoyaltySplitterRecipientInvalid"):
                send()
            return
        owed = self._studio.owed(work, currency, holder)
        enough = owed <= self._world.balance(currency, work.model.name)
        if owed and not (enough and self._world.accepts(currency, work.model.name, to)):
            with work.token.refuses("RoyaltySplitterPaymentFailed"):
                send()
            return
        before = self._world.balance(currency, to)
        send()
        arrived = self._world.balance(currency, to) - before
        assert arrived == self._world.arriving(currency, owed)
        if owed:
            self._settle(work, currency)
            self._book(work, currency, holder, to, owed)

    def claim_many(self, work: Opened, currency: str, listed: list[str]) -> None:
        """INV-6: claims in one go skip who cannot be paid, and nobody is paid twice."""
        owed = {it: self._studio.owed(work, currency, it) for it in listed}
        before = {it: self._world.balance(currency, it) for it in owed}
        left = self._world.balance(currency, work.model.name)
        addresses = tuple(self._world.addresses[it] for it in listed)
        total = work.token.send("claimTokenMany", self._world.currency(currency), addresses)
        self._settle(work, currency)
        for holder, amount in owed.items():
            delivers = amount <= left and self._world.accepts(currency, work.model.name, holder)
            paid = amount if delivers else 0
            left -= paid
            arrived = self._world.balance(currency, holder) - before[holder]
            assert arrived == self._world.arriving(currency, paid)
            self._book(work, currency, holder, holder, paid)
            total -= paid
        assert total == 0

    def push(self, work: Opened, currency: str) -> None:
        """INV-9: a push pays or credits each holder its part of what is new, to the base unit."""
        model, where = work.model, self._world.currency(currency)
        listed = sorted(
            (it for it, count in model.shares.items() if count and it != model.name),
            key=self._address,
        )
        send = lambda: work.token.send("pushAllToken", where, tuple(map(self._address, listed)))  # noqa: E731
        if not model.total or model.shares[model.name]:
            short = "HoldersIncomplete" if model.total else "NotSealed"
            with work.token.refuses(f"RoyaltySplitter{short}"):
                send()
            return
        parts = self._parts(work, currency)
        owed = self._studio.owed_scaled(work, currency)
        before = {it: self._world.balance(currency, it) for it in listed}
        total = send()
        for holder in listed:
            paid = parts[holder] if self._world.accepts(currency, model.name, holder) else 0
            credited = parts[holder] - paid
            arrived = self._world.balance(currency, holder) - before[holder]
            assert arrived == self._world.arriving(currency, paid)
            gained = work.books.owed(where, self._address(holder)) - owed[holder]
            assert gained == credited * SCALE
            self.receive(holder, currency, arrived)
            model.push(currency, holder, paid, credited)
            total -= paid
        assert total == 0

    def _parts(self, work: Opened, currency: str) -> dict[str, int]:
        """What a push owes each holder; differs from the fraction by less than a base unit."""
        where, model = self._world.currency(currency), work.model
        readable = self._world.readable(currency)
        held = min(self._world.balance(currency, model.name), CAP) if readable else 0
        new = max(held * SCALE - work.books.revenue(where)[1], 0)
        ideal = max(model.revenue(currency).unsettled(readable), 0) / model.total
        parts = {}
        for holder, count in model.shares.items():
            parts[holder] = new // model.total * count // SCALE
            drift = 2 if model.revenue(currency).erratic else 1
            assert abs(parts[holder] - ideal * count) <= 1 + drift * count / SCALE
        return parts

    def _settle(self, work: Opened, currency: str) -> None:
        work.model.settle(currency, self._world.readable(currency))

    def _book(self, work: Opened, currency: str, holder: str, to: str, amount: int) -> None:
        work.model.pay(currency, holder, amount)
        self.receive(to, currency, self._world.arriving(currency, amount))

    def _address(self, name: str) -> str:
        return self._world.addresses[name]
