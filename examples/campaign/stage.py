"""The stage: a chain with the contracts, a project that the brand checker guards, a brand."""

from __future__ import annotations

from pathlib import Path

from eth_account.signers.local import LocalAccount

from creatoken_sdk import Creatoken, Studio
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.brand.attest import brand_gate
from creatoken_sdk.brand.folder import read_exemplars, read_rules
from creatoken_sdk.brand.index import BrandIndex
from creatoken_sdk.chain.deploy import deploy
from creatoken_sdk.chain.deployments import Deployment
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.wallet import Wallet
from creatoken_sdk.demo.brief import read_brand
from creatoken_sdk.demo.report import Report
from people import People

FINAL = 7
LEVEL = 0.05
"""One good line or picture in twenty is sent back by chance."""


class Stage:
    """What every act needs."""

    def __init__(self, chain: Anvil, here: Path, out: Path, report: Report) -> None:
        """Deploy the contracts, open project and work, and read the brand in `here`."""
        self.out, self.report = out, report
        self.rejected: list[str] = []
        self.people = People.gather(chain)
        for address, name in self.people.names.items():
            report.name(address, name)
        self._rpc = Rpc.connect(chain.url)
        self._chain_id = self._rpc.integer("eth_chainId")
        contracts = dict(deploy(self._wallet(self.people.studio)))
        self._deployment = Deployment(self._chain_id, contracts)
        self._open()
        pipeline = self.people.pipeline
        self.studio = Studio.open(out / "studio.db", chain=self.client(pipeline), signer=pipeline)
        self.brief = (here / "brief.md").read_text()
        self.brand = read_brand(here / "brand/guide.json")
        self.index = BrandIndex(read_exemplars(here / "brand"), rules=read_rules(here / "brand"))

    def client(self, sender: LocalAccount) -> Creatoken:
        """Return the client of somebody who sends transactions."""
        return Creatoken(self._wallet(sender), self._deployment)

    def balance(self, address: str) -> int:
        """Return what an account owns, in wei."""
        return self._rpc.integer("eth_getBalance", address, "latest")

    def _open(self) -> None:
        people, ct = self.people, self.client(self.people.studio)
        project = ct.projects.create(
            treasury=people.studio,
            directors=[people.maya, people.studio],
            recorders=[people.pipeline],
            compliance=[people.checker],
        )
        self.gate = ct.gates.deploy(brand_gate(ct, LEVEL))
        ct.projects.set_gates(project, FINAL, [self.gate])
        self.work = ct.works.open(project)
        self.report.name(self.work.token, "the work")

    def _wallet(self, sender: LocalAccount) -> Wallet:
        return Wallet(self._rpc, self._chain_id, sender)
