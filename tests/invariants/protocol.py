"""All of Creatoken on a chain, run by three studios, and who must have how much money."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

from invariants.chain import RICH, Reverted
from invariants.contract import Contract
from invariants.studio import ADMIN, DIRECTOR, RECORDER, TREASURER
from invariants.world import CURRENCIES, ZERO, Order, World

STUDIOS = ("maya", "ana", "ben")
"""Each runs the project of its number, and is its treasury."""
ACCOUNTS = (*STUDIOS, "zoe", "X")
GATED = "ben"
"""Has no licence market, and a gate before the final stage."""
FINAL = 7
FOREVER = 2**40 - 1
RICHES = 2**100


@dataclass(eq=False)
class Asset:
    """An asset of a work, and what a director said of it."""

    id: int
    preimage: tuple[str, bytes, bytes]
    work: str
    stages: set[int] = field(default_factory=set)
    withdrawn: bool = False


class Protocol:
    """The contracts, the works and assets by name, and a model of all balances."""

    def __init__(self, world: World, project: Any) -> None:
        """Deploys all and opens the projects; `project` is Ape's."""
        self.world, self.chain, self._project = world, world.chain, project
        self.projects = self._deploy("Projects")
        self._works = self._deploy("Works", self.projects)
        anchors = self._deploy("Anchors")
        self.registry = self._deploy("AssetRegistry", self.projects, self._works, anchors)
        self.vault = self._deploy("PayoutVault", self.registry)
        self.market = self._deploy("LicenseMarket", self.projects, self._works, self.registry)
        self._gate = self._deploy("MockGate")
        self._token = Contract(self.chain, project.ContributionToken.contract_type, ZERO)
        self._addresses = {name: "0x" + name.encode().hex().rjust(40, "b") for name in ACCOUNTS}
        self._addresses["X"] = world.addresses["X"]
        self._addresses |= {"vault": self.vault.address, "market": self.market.address}
        self._wallets = {name: self._found(name) for name in STUDIOS}
        world.keep()
        self.reset()

    def reset(self) -> None:
        """Goes back to three empty projects and rich people."""
        self.world.reset()
        self.world.addresses = dict(self._addresses)
        self.tokens: dict[str, Contract] = {}
        self.owners: dict[str, str] = {}
        self.settled: dict[str, tuple[str, ...]] = {}
        self.assets: list[Asset] = []
        self.gate_open = True
        self.balances: Counter[tuple[str, str]] = Counter()
        for name in ACCOUNTS:
            for currency in CURRENCIES:
                self.world.give(currency, name, RICHES)
                self.balances[currency, name] = RICHES

    # Accounts

    def act(self, name: str, contract: Contract, *order: Any, value: int = 0) -> Any:
        """Sends a transaction in somebody's name and out of its purse, in one block."""
        if name != "X":
            return contract.send(*order, sender=self._addresses[name], value=value)
        call = (contract.address, value, contract.data(*order))
        return self.world.recipients[name].send("execute", *call)

    def attempt(
        self, error: str | None, by: str, contract: Contract, *order: Any, value: int = 0
    ) -> bool:
        """Acts, which must end in an error: None for none, empty for the currency's own."""
        if error is None:
            self.act(by, contract, *order, value=value)
            return True
        registries = {"Projects": self.projects, "Works": self._works, "Approvals": self.registry}
        found = (it for prefix, it in registries.items() if error.startswith(prefix))
        refusal = next(found, contract).refuses(error) if error else pytest.raises(Reverted)
        with refusal:
            self.act(by, contract, *order, value=value)
        return False

    def move(self, currency: str, source: str, target: str, amount: int) -> None:
        """Books a payment."""
        self.balances[currency, source] -= amount
        self.balances[currency, target] += amount

    def actual(self) -> dict[tuple[str, str], int]:
        """What everybody has."""
        names = [*self.world.addresses]
        return {(c, it): self.world.balance(c, it) for c in CURRENCIES for it in names}

    def mine(self, second: int) -> None:
        """Makes this the time of the last block, unless it is later."""
        self.chain.time = max(self.chain.time, second - 1)
        self.chain.send(RICH, RICH)

    # Works and assets

    def number(self, work: str) -> int:
        return [*self.tokens].index(work) + 1

    def opening(self, studio: str, primary: str | None, parents: tuple[Any, ...]) -> Order:
        """What opens a work; parents are numbers of works, licences and 1/10,000."""
        currency = self.world.currency(primary) if primary else ZERO
        terms = (STUDIOS.index(studio) + 1, currency, self.chain.time + 10**6, parents, "")
        return self._works, "open", terms

    def open(
        self, work: str, studio: str, settled: tuple[str, ...], parents: tuple[Any, ...] = ()
    ) -> None:
        """Opens a work that settles tokens, the first one as its primary currency."""
        primary = settled[0] if settled else None
        _, address = self.act(studio, *self.opening(studio, primary, parents))
        self.tokens[work] = token = self._token.at(address)
        for currency in settled[1:]:
            self.act(studio, token, "acceptCurrency", self.world.currency(currency))
        self.owners[work], self.settled[work] = studio, ("native", *settled)
        self.world.addresses[work] = token.address

    def register(self, work: str) -> Asset:
        studio = self.owners[work]
        content = (len(self.assets) + 1).to_bytes(32, "big")
        preimage = (self._addresses[studio], content, content)
        terms = (self.number(work), *preimage, content, 7, (), "")
        asset_id = self.act(studio, self.registry, "register", terms, self._addresses[studio])
        self.assets.append(asset := Asset(asset_id, preimage, work))
        return asset

    def approval(self, asset: Asset, stage: int, studio: str) -> tuple[Any, ...]:
        """What approves an asset: its proof, stage, note, a studio's signature, gate proofs."""
        gated = stage == FINAL and self.owners[asset.work] == GATED
        signature = (self._wallets[studio].address, FOREVER, 0, (), b"")
        return asset.preimage, stage, bytes(32), (signature,), (b"",) if gated else ()

    def approve(self, asset: Asset, stage: int, studio: str) -> None:
        """A studio's director approves, where that is allowed and the gate agrees."""
        order = ("approve", *self.approval(asset, stage, studio))
        error = self.approving_error(asset, stage, studio)
        if self.attempt(error, "zoe", self.registry, *order):
            asset.stages.add(stage)

    def approving_error(self, asset: Asset, stage: int, studio: str) -> str | None:
        if asset.withdrawn:
            return "ApprovalsWithdrawn"
        if stage in asset.stages:
            return "ApprovalsAlreadyApproved"
        if studio != (owner := self.owners[asset.work]):
            return "ApprovalsNotDirector"
        refused = stage == FINAL and owner == GATED and not self.gate_open
        return "ApprovalsGateRefused" if refused else None

    def approved_error(self, asset: Asset, work: str, stage: int) -> str | None:
        """Why the registry denies that an asset of a work stands and has a stage."""
        if asset.work != work:
            return "ApprovalsWorkMismatch"
        if asset.withdrawn:
            return "ApprovalsWithdrawn"
        return None if stage in asset.stages else "ApprovalsNotApproved"

    def set_gate(self, is_open: bool) -> None:
        """Makes the gate pass or refuse everything."""
        self._gate.send("set", 1, is_open.to_bytes(32, "big"), 32)
        self.gate_open = is_open

    def withdraw(self, asset: Asset, by: str) -> None:
        order = ("withdraw", asset.id, bytes(32))
        error = "AssetRegistryWithdrawn" if asset.withdrawn else None
        if by != self.owners[asset.work]:
            error = "ProjectsUnauthorized"
        asset.withdrawn |= self.attempt(error, by, self.registry, *order)

    # Payments

    def pulls(self, currency: str, source: str, target: str) -> bool:
        """Whether a contract that measures what arrives can move a token."""
        return self.world.accepts(currency, source, target) and self.world.readable(currency)

    def _found(self, name: str) -> Contract:
        """Creates a project; its director's wallet takes any signature for its own."""
        wallet = self._deploy("MockWallet", ZERO)
        founder, market = self._addresses[name], ZERO if name == GATED else self.market.address
        roles = ADMIN | DIRECTOR | RECORDER | TREASURER
        grants = ((founder, roles), (wallet.address, DIRECTOR))
        terms = (founder, founder, market, 1, grants, "")
        project_id = self.projects.send("create", terms, sender=founder)
        if name == GATED:
            gates = (self._gate.address,)
            self.projects.send("setGates", project_id, FINAL, gates, sender=founder)
        return wallet

    def _deploy(self, name: str, *arguments: Any) -> Contract:
        addresses = [getattr(it, "address", it) for it in arguments]
        return Contract.deploy(self.chain, getattr(self._project, name).contract_type, *addresses)
