"""A studio's works for the splitter's state machine: as contracts, as model and as books."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from eth_utils import to_checksum_address

from creatoken_sdk.record.merkle import MerkleTree, leaf_hash
from invariants.books import Books
from invariants.chain import RICH
from invariants.contract import Contract
from invariants.model import Work
from invariants.world import CURRENCIES, HOSTILE, PEOPLE, ZERO, World

ADMIN, DIRECTOR, RECORDER, TREASURER = 1, 2, 4, 32
LEAF = ("uint256", "address", "uint40")


@dataclass
class Opened:
    """A work and everything that is known about it."""

    token: Contract
    model: Work
    books: Books
    parents: dict[str, int]
    """Cuts in 1/10,000 by the parent's name."""
    lazy: list[tuple[str, int]] = field(default_factory=list)
    tree: MerkleTree | None = None
    joined: set[int] = field(default_factory=set)
    recordings: int = 0


class Studio:
    """One project and its works W1, W2 ..., whose tokens are accounts of the world."""

    def __init__(self, world: World, project: Any) -> None:
        """Deploys what it needs; `project` is Ape's."""
        self.world = world
        chain = world.chain
        projects = Contract.deploy(chain, project.Projects.contract_type)
        grants = ((RICH, ADMIN | DIRECTOR | RECORDER | TREASURER),)
        projects.send("create", (RICH, RICH, ZERO, 1, grants, ""))
        self._works = Contract.deploy(chain, project.Works.contract_type, projects.address)
        self._token = Contract(chain, project.ContributionToken.contract_type, ZERO)
        world.keep()
        self.reset()

    def reset(self) -> None:
        """Closes all works."""
        self.world.reset()
        self.works: dict[str, Opened] = {}

    def open(self, parents: dict[str, int], primary: str | None, accepts: list[str]) -> None:
        """Opens a work that settles the native currency, a primary one and more."""
        name = f"W{len(self.works) + 1}"
        upstream = tuple((int(parent[1:]), 0, bps) for parent, bps in parents.items())
        currency = self.world.currency(primary) if primary else ZERO
        terms = (1, currency, self.world.chain.time + 10**6, upstream, "")
        _, address = self._works.send("open", terms)
        token = self._token.at(address)
        settled = ["native", *([primary] if primary else []), *accepts]
        for accepted in accepts:
            token.send("acceptCurrency", self.world.currency(accepted))
        books = Books(self.world.chain, token.address, currency)
        self.works[name] = Opened(token, Work(name, settled), books, parents)
        self.world.addresses[name] = token.address

    def record(self, work: Opened, allocated: list[tuple[str, int]]) -> None:
        """Mints shares for steps that nobody recorded yet."""
        rows = tuple((self.world.addresses[name], count) for name, count in allocated)
        root = (work.recordings + 1).to_bytes(32, "big")
        work.token.send("record", root, 1, rows)
        work.recordings += 1

    def seal(self, work: Opened, lazy: list[tuple[str, int]]) -> None:
        """Seals with a tree of lazy holders, if there are any."""
        leaves = [self._leaf(index, *row) for index, row in enumerate(lazy)]
        tree = MerkleTree(leaves) if leaves else None
        work.token.send("seal", tree.root if tree else bytes(32), sum(row[1] for row in lazy))
        work.tree, work.lazy = tree, lazy

    def join_arguments(self, work: Opened, index: int) -> tuple[Any, ...]:
        """What a lazy holder shows to join."""
        assert work.tree
        name, count = work.lazy[index]
        proof = work.tree.proof(self._leaf(index, name, count))
        return (index, self.world.addresses[name], count, proof)

    def _leaf(self, index: int, name: str, count: int) -> bytes:
        return leaf_hash(LEAF, (index, to_checksum_address(self.world.addresses[name]), count))

    def holders(self) -> list[str]:
        """Every account that can hold shares."""
        return [*PEOPLE, *HOSTILE, *self.works]

    def shares(self, work: Opened, holder: str) -> int:
        return work.books.shares(self.world.addresses[holder])

    def owed(self, work: Opened, currency: str, holder: str) -> int:
        """What the contract says a claim would pay."""
        where, who = self.world.currency(currency), self.world.addresses[holder]
        return work.token.read("owedOf", who, where)

    def owed_scaled(self, work: Opened, currency: str) -> dict[str, int]:
        """What the books say each holder is owed of the revenue accounted so far."""
        where = self.world.currency(currency)
        return {it: work.books.owed(where, self.world.addresses[it]) for it in self.holders()}

    def revenues(self) -> Iterator[tuple[Opened, str]]:
        """Every work with every currency."""
        return ((work, currency) for work in self.works.values() for currency in CURRENCIES)

    @contextmanager
    def nobody_gains(self, work: Opened, *but: str) -> Iterator[None]:
        """INV-4: the block moves no revenue that came before, but between the accounts named."""
        watched = [(c, it) for c in CURRENCIES for it in self.holders() if it not in but]
        before = [self.owed(work, *it) for it in watched]
        yield
        for it, owed in zip(watched, before, strict=True):
            assert self.owed(work, *it) == owed, f"{it[1]} was owed {owed} {it[0]}"
