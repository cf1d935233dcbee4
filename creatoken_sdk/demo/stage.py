"""The stage: a local chain with the contracts on it, and a client for everybody who plays."""

from __future__ import annotations

from contextlib import ExitStack

from creatoken_sdk import Creatoken, Work
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.calls import Call
from creatoken_sdk.chain.deploy import deploy
from creatoken_sdk.chain.deployments import Deployment
from creatoken_sdk.chain.receipts import Receipt
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.demo.artefacts import Artefacts
from creatoken_sdk.demo.cast import Cast, Person
from creatoken_sdk.demo.money import BookedWallet, Books
from creatoken_sdk.demo.report import Report
from creatoken_sdk.studio.run import Run
from creatoken_sdk.studio.studio import Studio

__all__ = ["Stage"]

_DAY_SECONDS = 24 * 60 * 60
_VERBS = {
    "record": "ContributionToken.record",
    "anchor": "Anchors.anchor",
    "register": "AssetRegistry.register",
}


class Stage:
    """What every act needs."""

    def __init__(self, chain: Anvil, artefacts: Artefacts, report: Report) -> None:
        """Deploy the packaged contracts as the studio."""
        self._chain = chain
        self._runs = ExitStack()
        self._rpc = Rpc.connect(chain.url)
        self.chain_id = self._rpc.integer("eth_chainId")
        self.artefacts = artefacts
        self.report = report
        self.books = Books()
        self.cast = Cast.gather(chain.accounts)
        self.before = {person.address: self.balance(person.address) for person in self.cast}
        contracts = dict(deploy(self._wallet(self.cast.studio)))
        self.deployment = Deployment(self.chain_id, contracts)
        self.studio = self._open_studio()
        self._settled = 0
        for person in self.cast:
            report.name(person.address, person.name)
        for name, contract in contracts.items():
            report.name(contract.address, name)

    def act(self, title: str, *sentences: str) -> None:
        """Begin an act, in the report and in the books."""
        self.books.act = title
        self.report.act(title, *sentences)

    def client(self, person: Person) -> Creatoken:
        """Return the client of somebody who pays for gas."""
        return Creatoken(self._wallet(person), self.deployment)

    def open_run(self, name: str, work: Work, brief: str, policy: dict[str, object]) -> Run:
        """Open a run that Maya authorises and that stays open to the end of the story."""
        return self._runs.enter_context(
            self.studio.run(
                name, work=work, brief=brief, authorised_by=self.cast.maya.account, policy=policy
            )
        )

    def flush(self) -> list[Receipt]:
        """Settle what is recorded, enter it in the books, and return the receipts."""
        self.studio.flush(wait="latest")
        ct, receipts = self.studio.chain, []
        rows = self.studio.store.rows(
            "SELECT kind, hash FROM transactions JOIN jobs ON jobs.id = job_id"
            " ORDER BY block_number, transactions.nonce"
        )
        for kind, tx_hash in rows[self._settled :]:
            receipts.append(ct.wait(tx_hash))
            self.books.enter(ct.address, Call("", b"", name=_VERBS[kind]), receipts[-1])
        self._settled = len(rows)
        return receipts

    def stranger(self) -> Creatoken:
        """Return a client without a key, which checks the contracts' code before it reads."""
        return Creatoken.connect(self._chain.url, deployment=self.deployment)

    def balance(self, address: str) -> int:
        """Return what the chain says an account owns, in wei."""
        return self._rpc.integer("eth_getBalance", address, "latest")

    def wait(self, days: int) -> None:
        """Let time pass on the chain."""
        self._chain.request("evm_increaseTime", days * _DAY_SECONDS)
        self._chain.request("evm_mine")

    def close(self) -> None:
        """End the runs and close the studio."""
        self._runs.close()
        self.studio.close()

    def _open_studio(self) -> Studio:
        store = self.artefacts.folder / "private" / "studio.db"
        for old in store.parent.glob("studio.db*"):
            old.unlink()
        pipeline = self.cast.pipeline
        return Studio.open(store, chain=self.client(pipeline), signer=pipeline.account)

    def _wallet(self, person: Person) -> BookedWallet:
        return BookedWallet(self._rpc, self.chain_id, person.account, self.books)
