"""What is registered and anchored, and a model of who may register what in plain Python."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from creatoken_sdk import record
from invariants.chain import CHAIN_ID
from invariants.house import PROJECTS, RECORDER, House, checksum
from invariants.world import ZERO

STOCK = 17
"""Assets that are there from the beginning: more than one can have as parents."""
SIGNED = ("asset_id", "to", "work_id", "manifest_hash", "parents_hash", "deadline")


class Draft(NamedTuple):
    """An asset that somebody wants to register."""

    creator: str
    content: int
    record: int
    manifest: int
    work: int
    parents: tuple[int, ...] = ()
    """Ids; to be resolved before: n for the nth asset, 0 for itself, -1 for one that nobody has."""


@dataclass
class Entry:
    """What is stored of an asset."""

    owner: str
    time: int
    work: int
    status: int = 0


class Tree(NamedTuple):
    """Drafts under a root, and who anchored it."""

    anchorer: str
    drafts: tuple[Draft, ...]
    merkle: record.MerkleTree


class Archive:
    """The registry and the anchors of a house, and what they must say."""

    def __init__(self, house: House) -> None:
        """Registers the stock."""
        self.house, self.registry = house, house.registry
        self.stock = [Draft("ana", content, 1, 0, 0) for content in range(1, STOCK + 1)]
        self.entries: dict[int, Entry] = {}
        terms = tuple(map(self.terms, self.stock))
        house.act("ana", self.registry, "registerBatch", terms, house.addresses["ana"])
        self._stocked_at = house.world.chain.time
        house.world.keep()
        self.reset()

    def reset(self) -> None:
        self.house.reset()
        self.entries = {self.id_of(it): Entry("ana", self._stocked_at, 0) for it in self.stock}
        self.anchored: dict[tuple[str, bytes], int] = {}
        self.trees: list[Tree] = []

    def id_of(self, draft: Draft) -> int:
        """INV-22: the documented hash, in Python."""
        where, creator = self.registry.address, self.house.addresses[draft.creator]
        preimage = _hash("content", draft.content), _hash("record", draft.record)
        return record.asset_id(CHAIN_ID, checksum(where), checksum(creator), *preimage)

    def resolve(self, draft: Draft, siblings: Sequence[Draft] = ()) -> Draft:
        """The draft with the ids of its parents, which may be siblings before it in a batch."""
        ids = [*self.entries, *map(self.id_of, siblings)]
        special = {0: self.id_of(draft), -1: 1}
        return draft._replace(
            parents=tuple(special.get(it) or ids[(it - 1) % len(ids)] for it in draft.parents)
        )

    def terms(self, draft: Draft) -> tuple[Any, ...]:
        """The struct that the registry takes."""
        content = _hash("content", draft.content)
        hashes = (content, _hash("record", draft.record), _hash("manifest", draft.manifest))
        creator = self.house.addresses[draft.creator]
        return (draft.work, creator, *hashes, 7, draft.parents, f"ipfs://{draft.content}")

    def leaf(self, draft: Draft) -> bytes:
        _, creator, *hashes = self.terms(draft)[:5]
        return record.asset_leaf(checksum(creator), *hashes)

    def registration(self, draft: Draft, to: str, deadline: int) -> record.Registration:
        """What the creator signs."""
        return record.Registration(
            asset_id=self.id_of(draft),
            to=checksum(self.house.addresses[to]),
            work_id=draft.work,
            manifest_hash=_hash("manifest", draft.manifest),
            parents_hash=record.parents_hash(draft.parents),
            deadline=deadline,
        )

    def sign(
        self, draft: Draft, due: record.Registration, defect: str | None
    ) -> tuple[bytes, bool]:
        """A signature by the creator, or one with the defect, and whether it counts."""
        signed = due
        if defect in SIGNED:
            old = getattr(due, defect)
            other = "0x" + "11" * 20 if defect == "to" else bytes(32)
            signed = replace(due, **{defect: old + 1 if isinstance(old, int) else other})
        key = "otto" if defect == "key" else draft.creator
        form = defect if defect in ("high s", "v of 0", "64 bytes") else "proper"
        domain = defect if defect in ("works", "chain 2") else "registry"
        counts = signed == due and self.house.is_signature(draft.creator, key, form, domain)
        return self.house.sign(key, signed, form, domain), counts

    def signature_error(self, deadline: int, counts: bool) -> str | None:
        """INV-22: the creator signed exactly this, and in time."""
        if self.now() > deadline:
            return "AssetRegistryExpired"
        return None if counts else "AssetRegistrySignatureInvalid"

    def error(self, draft: Draft, by: str, to: str) -> str | None:
        """INV-22: once per id, and to a work only by a RECORDER of its project."""
        if to == "zero":
            return "AssetRegistryRecipientZero"
        if not draft.content or not draft.record:
            return "AssetRegistryHashZero"
        if draft.work:
            if draft.work not in PROJECTS:
                return "WorksUnknown"
            if not self.house.has(draft.work, by, RECORDER):
                return "ProjectsUnauthorized"
        if error := self.parents_error(draft):
            return error
        return "AssetRegistryAlreadyRegistered" if self.id_of(draft) in self.entries else None

    def parents_error(self, draft: Draft) -> str | None:
        """INV-24: parents are registered before their child, distinct, and 16 at most."""
        if len(draft.parents) > 16:
            return "AssetRegistryTooManyParents"
        for number, parent in enumerate(draft.parents):
            if parent not in self.entries:
                return "AssetRegistryParentUnknown"
            if parent in draft.parents[:number]:
                return "AssetRegistryParentRepeated"
        return None

    def told(self, draft: Draft, to: str, time: int) -> list[tuple[Any, ...]]:
        """INV-24: the events of a registration say everything that is not stored."""
        asset, terms = self.id_of(draft), self.terms(draft)
        minted = ("Transfer", ZERO, self.house.addresses[to], asset)
        return [minted, ("AssetRegistered", asset, terms[2], terms[4], terms, time)]

    def now(self) -> int:
        """Time of the next block."""
        return self.house.world.chain.time + 1


def _hash(what: str, number: int) -> bytes:
    return record.name_hash(f"{what} {number}") if number else bytes(32)
