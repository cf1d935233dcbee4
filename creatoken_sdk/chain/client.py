"""The way in: one connection, one signer, one object per noun."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from creatoken_sdk.chain.anchors import Anchors
from creatoken_sdk.chain.approvals import Approvals
from creatoken_sdk.chain.assets import Assets
from creatoken_sdk.chain.calls import Call
from creatoken_sdk.chain.contributions import Contributions
from creatoken_sdk.chain.deployments import Deployment
from creatoken_sdk.chain.gates import Gates
from creatoken_sdk.chain.licenses import Licenses
from creatoken_sdk.chain.payouts import Payouts
from creatoken_sdk.chain.projects import Projects
from creatoken_sdk.chain.receipts import Receipt
from creatoken_sdk.chain.royalties import Royalties
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.signers import SignedTransaction, TransactionSigner
from creatoken_sdk.chain.wallet import Wallet
from creatoken_sdk.chain.works import Works

if TYPE_CHECKING:
    from web3 import Web3

__all__ = ["Creatoken"]


class Creatoken:
    """The contracts on one chain, as one signer.

    Each verb of the contracts is a method of its noun: `ct.payouts.fund(terms)` simulates, signs,
    broadcasts, waits and returns the `Receipt`. Four verbs return what only the chain can know:
    `ct.projects.create` the project id, `ct.works.open` the `Work`, `ct.licenses.buy` and `renew`
    the `License`. Everything else has ids that are hashes, known before.

    `ct.payouts.fund.call(terms)` takes the same arguments and only builds the `Call`, without a
    chain; `ct.send(call)` sends it and returns the receipt, whatever the verb. For full control:
    `ct.sign(call)`, `ct.broadcast(transaction)`, `ct.wait(transaction)`.

    A refusal raises a `RevertError` before anything is spent; trouble with the chain a
    `ChainError`; if a transaction's fate is unknown, the error carries it: see `UnsettledError`.
    """

    def __init__(self, wallet: Wallet, deployment: Deployment) -> None:
        """Use a wallet and a deployment without checking them; `connect` checks."""
        self.wallet = wallet
        self.deployment = deployment

    @classmethod
    def connect(
        cls,
        where: str | Web3,
        *,
        signer: TransactionSigner | None = None,
        deployment: Deployment | Path | None = None,
        timeout_seconds: float = 120,
    ) -> Creatoken:
        """Connect to a chain and check that it holds exactly the contracts this SDK was made for.

        `where` is an http(s) URL, or a `Web3` for anything else. Without `deployment`, the one
        that ships with the package for the chain's id is taken. `timeout_seconds` is how long a
        verb waits for its receipt.
        """
        rpc = Rpc.connect(where)
        chain_id = rpc.integer("eth_chainId")
        if deployment is None:
            deployment = Deployment.packaged(chain_id)
        elif isinstance(deployment, Path):
            deployment = Deployment.load(deployment)
        deployment.require(rpc, chain_id)
        return cls(Wallet(rpc, chain_id, signer, timeout_seconds=timeout_seconds), deployment)

    def with_signer(self, signer: TransactionSigner) -> Creatoken:
        """Return a client for another signer over the same connection."""
        return Creatoken(self.wallet.with_signer(signer), self.deployment)

    @property
    def chain_id(self) -> int:
        """Id of the chain."""
        return self.wallet.chain_id

    @property
    def address(self) -> str:
        """The signer's address."""
        return self.wallet.address

    def now(self) -> int:
        """Return the chain's time in UTC seconds: what deadlines are measured against."""
        return self.wallet.rpc.latest_block().timestamp

    def send(self, call: Call[Any]) -> Receipt:
        """Simulate, sign and broadcast a call, and wait for its receipt."""
        return self.wallet.send(call)

    def sign(self, call: Call[Any], *, nonce: int | None = None) -> SignedTransaction:
        """Simulate and sign a call, and keep it; `nonce` is for senders that count themselves."""
        return self.wallet.sign(call, nonce=nonce)

    def bump(self, transaction: SignedTransaction) -> SignedTransaction:
        """Return the same transaction with higher fees, to take the place of one that is stuck."""
        return self.wallet.bump(transaction)

    def broadcast(self, transaction: SignedTransaction) -> None:
        """Broadcast signed bytes, for the first time or again."""
        self.wallet.broadcast(transaction)

    def wait(self, transaction: SignedTransaction | str) -> Receipt:
        """Wait for a transaction, signed here or known by its hash, and return its receipt."""
        return self.wallet.wait(transaction)

    @cached_property
    def projects(self) -> Projects:
        """Tenants, their roles and their approval policy."""
        return Projects(self)

    @cached_property
    def works(self) -> Works:
        """Creative works, each with a contribution token."""
        return Works(self)

    @cached_property
    def contributions(self) -> Contributions:
        """Who contributed what to a work: its cap table until the seal."""
        return Contributions(self)

    @cached_property
    def assets(self) -> Assets:
        """Registered content: digital birth certificates."""
        return Assets(self)

    @cached_property
    def approvals(self) -> Approvals:
        """What directors signed."""
        return Approvals(self)

    @cached_property
    def payouts(self) -> Payouts:
        """Escrow that an approval releases."""
        return Payouts(self)

    @cached_property
    def royalties(self) -> Royalties:
        """Revenue of a work and what its holders are owed."""
        return Royalties(self)

    @cached_property
    def licenses(self) -> Licenses:
        """Offers of works, and the licences sold under them."""
        return Licenses(self)

    @cached_property
    def gates(self) -> Gates:
        """What an approval can be made to ask for beside directors' signatures."""
        return Gates(self)

    @cached_property
    def anchors(self) -> Anchors:
        """Merkle roots with a time."""
        return Anchors(self)
