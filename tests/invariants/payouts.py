"""Payouts of many studios in one vault, beside what must become of them."""

from collections import Counter
from typing import Any

from invariants.escrow import STATUSES, Deal
from invariants.protocol import Asset, Protocol


class Payouts:
    """Each verb sends a transaction; it must do what the model says, or fail as the model says."""

    def __init__(self, protocol: Protocol) -> None:
        """Begins with no payouts."""
        self._protocol, self._vault, self._world = protocol, protocol.vault, protocol.world
        self.status: dict[Deal, str] = {}
        self.credits: Counter[tuple[str, str]] = Counter()

    def work(self, deal: Deal) -> str:
        return [*self._protocol.tokens][deal.work - 1]

    def status_on_chain(self, deal: Deal) -> str:
        payout_id = self._vault.read("payoutIdOf", self._terms(deal))
        return STATUSES[self._vault.read("statusOf", payout_id)]

    def credit_on_chain(self, name: str, currency: str) -> int:
        where = self._world.currency(currency)
        return self._vault.read("creditOf", self._world.addresses[name], where)

    def owes(self, currency: str) -> int:
        """Base units in open payouts and credits."""
        funded = (it for it, status in self.status.items() if status == "FUNDED")
        credits = (amount for (_, kind), amount in self.credits.items() if kind == currency)
        return sum(it.amount for it in funded if it.currency == currency) + sum(credits)

    def fund(self, deal: Deal, excess: int) -> None:
        value = excess + (deal.amount if deal.currency == "native" else 0)
        error = "StatusInvalid" if deal in self.status else None
        if error is None and not self._world.accepts(deal.currency, deal.payer, "vault"):
            error = "" if deal.currency != "native" else None
        if error is None and excess:
            error = "ValueMismatch"
        if self._try(error, deal.payer, "fund", self._terms(deal), value=value):
            self.status[deal] = "FUNDED"
            self._protocol.move(deal.currency, deal.payer, "vault", deal.amount)

    def release(self, deal: Deal, asset: Asset) -> None:
        error = self._protocol.approved_error(asset, self.work(deal), deal.stage)
        error = error or self._status_error(deal)
        if self._try(error, "zoe", "release", self._terms(deal), asset.id):
            self._end(deal, "RELEASED", deal.payee)

    def approve_and_release(self, deal: Deal, asset: Asset, studio: str) -> None:
        """One transaction: what was approved before needs no approval any more."""
        refused = self._protocol.approving_error(asset, deal.stage, studio)
        error = refused if deal.stage not in asset.stages else None
        if not error and self.work(deal) != asset.work:
            error = "ApprovalsWorkMismatch"
        if not error and asset.withdrawn:
            error = "ApprovalsWithdrawn"
        error = error or self._status_error(deal)
        proof, _, *rest = self._protocol.approval(asset, deal.stage, studio)
        if self._try(error, "zoe", "approveAndRelease", (self._terms(deal),), proof, *rest):
            asset.stages.add(deal.stage)
            self._end(deal, "RELEASED", deal.payee)

    def refund(self, deal: Deal) -> None:
        early = self._protocol.chain.time + 1 <= deal.expires_at
        error = self._status_error(deal) or ("NotExpired" if early else None)
        if self._try(error, "zoe", "refund", self._terms(deal)):
            self._end(deal, "REFUNDED", deal.payer)

    def waive(self, deal: Deal, by: str) -> None:
        error = "NotPayee" if by != deal.payee else self._status_error(deal)
        if self._try(error, by, "waive", self._terms(deal)):
            self._end(deal, "WAIVED", deal.payer)

    def withdraw(self, name: str, currency: str, to: str) -> None:
        """Somebody takes its credit out, whole."""
        amount = self.credits[name, currency]
        error = None if amount else "NoCredit"
        if amount and not self._world.accepts(currency, "vault", to):
            error = "PaymentFailed"
        order = (self._world.currency(currency), self._world.addresses[to])
        if self._try(error, name, "withdrawTo", *order):
            del self.credits[name, currency]
            self._protocol.move(currency, "vault", to, amount)

    def _terms(self, deal: Deal) -> tuple[Any, ...]:
        payer, payee = self._world.addresses[deal.payer], self._world.addresses[deal.payee]
        currency = self._world.currency(deal.currency)
        head = (deal.work, deal.stage, payer, payee, currency)
        return (*head, deal.amount, deal.expires_at, bytes(32), deal.salt)

    def _end(self, deal: Deal, status: str, to: str) -> None:
        self.status[deal] = status
        if self._world.accepts(deal.currency, "vault", to):
            self._protocol.move(deal.currency, "vault", to, deal.amount)
        else:
            self.credits[to, deal.currency] += deal.amount

    def _status_error(self, deal: Deal) -> str | None:
        return None if self.status[deal] == "FUNDED" else "StatusInvalid"

    def _try(self, error: str | None, by: str, *order: Any, value: int = 0) -> bool:
        """Whether it went through."""
        prefixed = error if not error or error.startswith("Approvals") else f"PayoutVault{error}"
        return self._protocol.attempt(prefixed, by, self._vault, *order, value=value)
