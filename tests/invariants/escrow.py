"""The payout vault with a registry that says what it is told, and what the vault must do."""

from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from invariants.contract import Contract
from invariants.world import PEOPLE, Flaw, World

ASSETS = (1, 2)
"""Each is of the work of the same number."""
STATUSES = ("NONE", "FUNDED", "RELEASED", "REFUNDED", "WAIVED")


class Deal(NamedTuple):
    """Terms of a payout, with names for accounts and currencies."""

    work: int
    stage: int
    payer: str
    payee: str
    currency: str
    amount: int
    expires_at: int
    salt: int


class Escrow:
    """The vault, and a model of it in plain Python: statuses, credits, and nothing else."""

    def __init__(self, world: World, project: Any) -> None:
        """Deploys what it needs; `project` is Ape's."""
        self.world = world
        chain = world.chain
        self.registry = Contract.deploy(chain, project.MockApprovals.contract_type)
        vault_type = project.PayoutVault.contract_type
        self.vault = Contract.deploy(chain, vault_type, self.registry.address)
        for asset in ASSETS:
            self.registry.send("setAsset", asset, asset)
        world.keep()
        self.reset()

    def reset(self) -> None:
        self.world.reset()
        self.world.addresses["vault"] = self.vault.address
        self.status: dict[Deal, str] = {}
        self.credits: Counter[tuple[str, str]] = Counter()
        self.gifts: Counter[str] = Counter()
        self.approved: set[tuple[int, int]] = set()

    def terms(self, deal: Deal) -> tuple[Any, ...]:
        """The struct that the vault takes."""
        payer, payee = self.world.addresses[deal.payer], self.world.addresses[deal.payee]
        currency = self.world.currency(deal.currency)
        head = (deal.work, deal.stage, payer, payee, currency)
        return (*head, deal.amount, deal.expires_at, bytes(32), deal.salt)

    def status_on_chain(self, deal: Deal) -> str:
        payout_id = self.vault.read("payoutIdOf", self.terms(deal))
        return STATUSES[self.vault.read("statusOf", payout_id)]

    def owes(self, currency: str) -> int:
        """Base units in open payouts and credits."""
        funded = (it for it, status in self.status.items() if status == "FUNDED")
        credits = (amount for (_, kind), amount in self.credits.items() if kind == currency)
        return sum(it.amount for it in funded if it.currency == currency) + sum(credits)

    def accepts(self, currency: str, account: str) -> bool:
        """Whether a payment from the vault arrives; it has no hook for a token to call."""
        hooked = currency == "odd" and self.world.flaw == Flaw.HOOK
        return not hooked and self.world.accepts(currency, "vault", account)

    def set_approved(self, asset: int, stage: int, approved: bool) -> None:
        pair = {(asset, stage)}
        self.approved = self.approved | pair if approved else self.approved - pair
        self.registry.send("setApproved", asset, stage, approved)

    def funding_error(self, payer: str, deals: list[Deal], value: int) -> str | None:
        """Error that funding must end in; None for none, empty for the token's own."""
        for number, deal in enumerate(deals):
            if self.funding_time(payer, value) > deal.expires_at:
                return "Expired"
            if deal in self.status or deal in deals[:number]:
                return "StatusInvalid"
            if deal.currency != "native" and not self._pulls(payer, deal.currency):
                return ""
            if self.world.arriving(deal.currency, deal.amount) != deal.amount:
                return "ReceivedMismatch"
        return None

    def funding_time(self, payer: str, value: int) -> int:
        """When funding is mined: a person is given the native currency a block before."""
        return self.world.chain.time + (2 if value and payer in PEOPLE else 1)

    def release(self, deals: list[Deal], asset: int, send: Callable[[], Any]) -> bool:
        """INV-14: released can be what is open and approved for its work and stage; no other."""
        error = self._release_error(deals, asset)
        if error:
            where = self.registry if error.startswith("Approvals") else self.vault
            with where.refuses(error):
                send()
            return False
        self.end(deals, "RELEASED", send)
        return True

    def end(self, deals: list[Deal], status: str, send: Callable[[], Any]) -> None:
        """INV-14: what ends is paid in full at once or, if that fails, credited in full."""
        to = [it.payee if status == "RELEASED" else it.payer for it in deals]
        ends = list(zip(deals, to, strict=True))
        expected = {(it.currency, name): self.world.balance(it.currency, name) for it, name in ends}
        send()
        for deal, name in ends:
            self.status[deal] = status
            if self.accepts(deal.currency, name):
                expected[deal.currency, name] += self.world.arriving(deal.currency, deal.amount)
            else:
                self.credits[name, deal.currency] += deal.amount
        for (currency, name), balance in expected.items():
            assert self.world.balance(currency, name) == balance

    def _pulls(self, payer: str, currency: str) -> bool:
        """Whether a token that is asked for moves."""
        return self.accepts(currency, payer) and self.world.readable(currency)

    def _release_error(self, deals: list[Deal], asset: int) -> str | None:
        for number, deal in enumerate(deals):
            if deal.work != asset:
                return "ApprovalsWorkMismatch"
            if (asset, deal.stage) not in self.approved:
                return "ApprovalsNotApproved"
            if self.status[deal] != "FUNDED" or deal in deals[:number]:
                return "PayoutVaultStatusInvalid"
        return None
