"""Who plays: some sign and never own a coin, some pay for gas, one pays for the work."""

from __future__ import annotations

from dataclasses import dataclass

from eth_account import Account
from eth_account.signers.local import LocalAccount

from creatoken_sdk.anvil import Anvil

NODES = ("research", "copy", "check_copy", "design", "check_design", "hand_over")
"""The agents, in their order; each signs with a key of its own."""


@dataclass(frozen=True)
class People:
    """Accounts by what they do."""

    studio: LocalAccount
    pipeline: LocalAccount
    client: LocalAccount
    licensee: LocalAccount
    maya: LocalAccount
    ana: LocalAccount
    checker: LocalAccount
    agents: dict[str, LocalAccount]

    @classmethod
    def gather(cls, chain: Anvil) -> People:
        """Give the first four of the chain's rich accounts to those who send transactions."""
        agents = {name: Account.create() for name in NODES}
        signing = [Account.create() for _ in range(3)]
        return cls(*chain.accounts[:4], *signing, agents)

    @property
    def names(self) -> dict[str, str]:
        """Names by address, for people to read."""
        found = {
            self.studio.address: "the studio",
            self.pipeline.address: "the pipeline",
            self.maya.address: "Maya, creative director",
            self.ana.address: "Ana, designer",
            self.checker.address: "Cora, brand",
        }
        return found | {
            one.address: f"{name.replace('_', ' ')} agent" for name, one in self.agents.items()
        }
