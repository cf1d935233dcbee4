"""Assets up for approval, and a model of who may approve them in plain Python."""

from typing import Any

from creatoken_sdk import record
from invariants.ballot import Leaf, Vote
from invariants.house import DIRECTOR, PROJECTS, House, checksum

ASSETS = {"poster": 1, "trailer": 1, "song": 2, "sketch": 0}
"""Their works. A ghost is not registered."""
STAGES = (0, 1, 7)
GATES = ("rights", "safety", "metrics")
"""Nobody is one that has no code."""


class Board:
    """The registry of a house with assets and gates, and what it must say."""

    def __init__(self, house: House) -> None:
        """Registers the assets and deploys the gates."""
        self.house, self.registry = house, house.registry
        self.gates = {name: house.add_gate(name) for name in GATES}
        house.addresses["nobody"] = "0x" + "99" * 20
        ana = house.addresses["ana"]
        self.preimages = {
            it: (ana, record.name_hash(it), record.name_hash("record")) for it in (*ASSETS, "ghost")
        }
        self.ids = {
            it: self.registry.read("assetIdOf", *preimage)
            for it, preimage in self.preimages.items()
        }
        for project in PROJECTS:
            house.act("ana", house.projects, "setRoles", project, ana, 1 | 4)
        for name, work in ASSETS.items():
            terms = (work, *self.preimages[name], bytes(32), 0, (), "")
            house.act("ana", self.registry, "register", terms, ana)
        house.world.keep()
        self.reset()

    def reset(self) -> None:
        self.house.reset()
        self.required = dict.fromkeys(PROJECTS, 1)
        self.listed: dict[tuple[int, int], list[str]] = {}
        self.locked: set[tuple[int, int]] = set()
        self.epochs = dict.fromkeys(self.house.addresses, 0)
        self.stages: dict[str, set[int]] = {name: set() for name in ASSETS}
        self.withdrawn: set[str] = set()

    def project(self, asset: str) -> int:
        """Whose directors decide; 1 where nobody does."""
        return ASSETS.get(asset) or 1

    def directors(self, project: int) -> list[str]:
        """Ascending by address, as signatures must be."""
        names = (name for (number, name), _ in self.house.roles.items() if number == project)
        return sorted(filter(lambda it: self._directs(project, it), names), key=self.address)

    def address(self, name: str) -> str:
        return self.house.addresses[name]

    def relayed(self, vote: Vote, leaf: Leaf) -> tuple[Any, ...]:
        """`IApprovals.Signature` of a vote on this leaf."""
        signed, director = vote.signed, checksum(self.address(vote.signed.director))
        rest = {"director": director, "epoch": signed.epoch, "deadline": signed.deadline}
        message: record.Message
        if signed.count:
            message = record.BulkApproval(root=self._tree(vote).root, count=signed.count, **rest)
        else:
            asset, stage, note = self._terms(signed.leaves[0])
            message = record.Approval(asset_id=asset, stage=stage, note_hash=note, **rest)
        signature = self.house.sign(vote.key, message, vote.form, vote.domain)
        proof = self._proof(vote, leaf)
        return self.address(vote.director), vote.deadline, vote.count, proof, signature

    def expect(self, leaf: Leaf) -> list[bytes]:
        """Tells the stage's gates what they must be asked; returns the proofs they must see."""
        project, (asset, stage, note) = self.project(leaf.asset), self._terms(leaf)
        about = (project, ASSETS.get(leaf.asset, 0), asset, stage, note)
        names = self.listed.get((project, stage), [])
        for name in set(names) & set(GATES):
            self.gates[name].send("expect", (*about, *self.preimages[leaf.asset]), name.encode())
        return [name.encode() for name in names]

    def error(self, leaf: Leaf, votes: list[Vote], proofs: list[bytes], now: int) -> str | None:
        """What an approval in a block of this time must end in; None if it must be accepted."""
        if leaf.stage > 7:
            return "ApprovalsStageInvalid"
        if leaf.asset not in ASSETS:
            return "AssetRegistryUnknown"
        if not ASSETS[leaf.asset]:
            return "ApprovalsNoWork"
        if leaf.asset in self.withdrawn:
            return "ApprovalsWithdrawn"
        if leaf.stage in self.stages[leaf.asset]:
            return "ApprovalsAlreadyApproved"
        return self.signatures_error(leaf, votes, now) or self.gates_error(leaf, proofs)

    def signatures_error(self, leaf: Leaf, votes: list[Vote], now: int) -> str | None:
        """INV-17: enough distinct directors of now signed exactly this, in time and epoch."""
        project, previous = self.project(leaf.asset), 0
        if len(votes) < self.required[project]:
            return "ApprovalsTooFew"
        for vote in votes:
            if int(self.address(vote.director), 16) <= previous:
                return "ApprovalsUnsorted"
            if not self._directs(project, vote.director):
                return "ApprovalsNotDirector"
            if now > vote.deadline:
                return "ApprovalsExpired"
            if not _fits(vote.count, len(self._proof(vote, leaf))):
                return "ApprovalsProofInvalid"
            if not self._is_genuine(vote, leaf):
                return "ApprovalsSignatureInvalid"
            previous = int(self.address(vote.director), 16)
        return None

    def gates_error(self, leaf: Leaf, proofs: list[bytes]) -> str | None:
        """INV-18: every gate of the stage says yes to exactly this, and to the proof it gets."""
        names = self.listed.get((self.project(leaf.asset), leaf.stage), [])
        if len(proofs) != len(names):
            return "ApprovalsGateProofsMismatch"
        for name, proof in zip(names, proofs, strict=True):
            if self.house.moods.get(name) != "honest" or proof != name.encode():
                return "ApprovalsGateRefused"
        return None

    def _is_genuine(self, vote: Vote, leaf: Leaf) -> bool:
        relayed = (vote.director, vote.deadline, vote.count, self.epochs[vote.director])
        signed = vote.signed
        matches = relayed == (signed.director, signed.deadline, signed.count, signed.epoch)
        whole = self._proof(vote, leaf) == self._proof(vote._replace(steps=0), leaf)
        origin = (vote.key, vote.form, vote.domain)
        own = self.house.is_signature(vote.director, *origin)
        return matches and whole and own and leaf in signed.leaves

    def _proof(self, vote: Vote, leaf: Leaf) -> tuple[bytes, ...]:
        known = leaf if leaf in vote.signed.leaves else vote.signed.leaves[0]
        proof = self._tree(vote).proof(self._hash(known)) if vote.signed.count else ()
        return (*proof, bytes(32)) if vote.steps > 0 else proof[: len(proof) + vote.steps]

    def _tree(self, vote: Vote) -> record.MerkleTree:
        return record.MerkleTree(map(self._hash, vote.signed.leaves))

    def _hash(self, leaf: Leaf) -> bytes:
        return record.approval_leaf(*self._terms(leaf))

    def _terms(self, leaf: Leaf) -> tuple[int, int, bytes]:
        return self.ids[leaf.asset], leaf.stage, record.name_hash(leaf.note)

    def _directs(self, project: int, name: str) -> bool:
        return self.house.has(project, name, DIRECTOR)


def _fits(count: int, length: int) -> bool:
    """Whether a tree of so many leaves has one so many steps below the root."""
    return length in ((count - 1).bit_length(), count.bit_length() - 1) if count else length == 0
