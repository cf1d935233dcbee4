"""What of a store still has to go on chain, as jobs: step roots, anchors and registrations."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from creatoken_sdk.chain.anchors import topic
from creatoken_sdk.chain.calls import Call
from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.chain.codec import encode_call
from creatoken_sdk.chain.receipts import Receipt
from creatoken_sdk.chain.works import Work
from creatoken_sdk.errors import EncodingError, RevertError
from creatoken_sdk.record import Certificate, MerkleTree
from creatoken_sdk.record.keccak import keccak256
from creatoken_sdk.record.structs import to_json
from creatoken_sdk.studio.errors import BehindError, IncompleteRunError, RunError
from creatoken_sdk.studio.jobs import Effect, Jobs, JobState
from creatoken_sdk.studio.outputs import Output
from creatoken_sdk.studio.roots import Root, Roots
from creatoken_sdk.studio.store import Database, Row, Store

__all__ = ["Settlement", "keep_tree", "kept_tree"]

_HERE = "run_id IN (SELECT id FROM runs WHERE chain_id = ? AND works = ?)"


@dataclass(frozen=True, slots=True)
class _Signed:
    """What settling needs of a step."""

    struct_hash: bytes
    actor: str
    shares: int
    signed: bool


@dataclass
class Settlement:
    """Queues for the client's account what is recorded for its chain and not queued yet."""

    store: Store
    client: Creatoken

    def __post_init__(self) -> None:
        """Belong to the account that sends the jobs."""
        self._jobs = Jobs(self.store, self.client.chain_id, self.client.address)
        self._roots = Roots(self.store, self.client)

    def queue(self) -> tuple[RunError, ...]:
        """Queue all signed steps and all outputs; return what is wrong with which runs.

        A draft that became final waits until its anchor is: queue again after draining. A run
        that cannot be settled does not keep the others waiting.
        """
        roots_of, refused = cache(self._roots.of), []
        for run_id, name, work_id in self._open_runs():
            try:
                work = self.client.works.get(work_id)  # not while others wait for the transaction
                roots = roots_of(work.token)
                with self.store.transaction() as db:
                    self._queue_run(db, run_id, work, roots)
            except RunError as error:
                refused.append(type(error)(f"run {name!r}: {error}"))
            except (EncodingError, RevertError) as error:
                refused.append(RunError(f"run {name!r}: {error}"))
        with self.store.transaction() as db:
            self._queue_drafts(db)
            self._queue_finals(db)
        return tuple(refused)

    @property
    def _chain(self) -> tuple[int, str]:
        domain = self.client.works.domain
        return domain.chain_id, domain.verifying_contract

    def _open_runs(self) -> list[Row]:
        """The runs with steps that are in no job, or in one that was refused."""
        rows = self.store.rows(
            "SELECT id, name, work_id, settled <> (SELECT COALESCE(max(position) + 1, 0) FROM steps"
            " WHERE run_id = id) FROM runs WHERE chain_id = ? AND works = ? ORDER BY created_at",
            self._chain,
        )
        jobs = self._jobs.within(JobState.REVERTED)
        refused = {job.subject["run"] for job in jobs if job.kind == "record"}
        return [row[:3] for row in rows if row[3] or row[0] in refused]

    def _queue_run(self, db: Database, run_id: str, work: Work, roots: Sequence[Root]) -> None:
        """Queue the new steps, in the same portions as another copy of the store settled them.

        A portion ends where a final was made, so that the chain has the root that it commits to.
        Its jobs are then ours, found done by their effect, and sent again should a fork undo them.
        """
        db.rows(f"SELECT id FROM runs WHERE id = ? {db.FOR_UPDATE}", (run_id,))
        steps = _steps(db, run_id)
        settled = [root for root in roots if steps and root.is_copy_of(steps[0].struct_hash)]
        if not all(_covers(root, steps) for root in settled):
            raise BehindError(
                "the chain holds steps of it that this store lacks; settle it from the newest copy "
                "of the store, which may have to be rescued, or do what is new in a run of "
                "another name"
            )
        if settled:
            self._jobs.withdraw(db, run_id, {one.root for one in roots if one not in settled})
        ends = {root.steps for root in settled}
        signed = next((i for i, step in enumerate(steps) if not step.signed), len(steps))
        if signed > max(ends, default=0):
            ends |= {signed} | _made_at(db, run_id)
        [(done,)] = db.rows("SELECT settled FROM runs WHERE id = ?", (run_id,))
        known = self._jobs.root_of(db, run_id, done)
        if known is not None and known != _root(steps[:done]):
            raise _gone(f"some of its first {done} steps, which are settled, are gone")
        for end in sorted(ends):
            if done < end <= signed:
                self._queue_steps(db, run_id, work, steps[:end], done)
                done = end

    def _queue_steps(
        self, db: Database, run_id: str, work: Work, steps: Sequence[_Signed], done: int
    ) -> None:
        """One root over the steps of the run, and the shares of those that are new."""
        tree = _tree(steps)
        earned: Counter[str] = Counter()
        for step in steps[done:]:
            earned[step.actor] += step.shares
        allocations = {actor: shares for actor, shares in earned.items() if shares}
        call = self.client.contributions.record.call(work, tree.root, len(tree), allocations)
        # What follows the arguments the contract ignores; copies of the store find the run by it.
        call = replace(call, data=call.data + steps[0].struct_hash)
        data = encode_call("ContributionToken", "stepsRecordedAt", (tree.root,))
        keep_tree(db, tree)
        subject = {"run": run_id, "steps": len(steps), "new": len(steps) - done}
        subject["shares"] = sum(allocations.values())
        self._jobs.add(db, "record", call, Effect(work.token, data), subject)
        db.execute("UPDATE runs SET settled = ? WHERE id = ?", (len(steps), run_id))

    def _queue_drafts(self, db: Database) -> None:
        """Queue one anchor for all drafts that have none."""
        rows = db.rows(
            f"SELECT id, leaf FROM assets WHERE final = 0 AND settled = 0 AND {_HERE}"
            f" {db.FOR_UPDATE}",
            self._chain,
        )
        if not rows:
            return
        tree = MerkleTree(bytes.fromhex(leaf[2:]) for _, leaf in rows)
        call = self.client.anchors.anchor.call(tree.root, topic=topic("assets"), count=len(tree))
        asked = encode_call("Anchors", "anchoredAt", (self.client.address, tree.root))
        keep_tree(db, tree)
        job = self._jobs.add(db, "anchor", call, Effect(call.to, asked), {"drafts": len(rows)})
        for asset_id, _ in rows:  # not those that another process added meanwhile
            db.execute(
                "UPDATE assets SET settled = 1, anchor = ?, anchored_by = ? WHERE id = ?",
                (to_json(tree.root), job, asset_id),
            )

    def _queue_finals(self, db: Database) -> None:
        rows = db.rows(
            "SELECT id, input, certificate, anchor,"
            " (SELECT account FROM jobs WHERE jobs.id = anchored_by) FROM assets"
            f" WHERE final = 1 AND settled = 0 AND {_HERE}"
            " AND (anchored_by IS NULL OR anchored_by IN (SELECT id FROM jobs WHERE state = ?))"
            f" ORDER BY position, id {db.FOR_UPDATE}",
            (*self._chain, JobState.FINAL.value),
        )
        for asset_id, written, certificate, anchor, anchorer in rows:
            output = Output.load(asset_id, written, certificate)
            call = self._registration(db, output, anchor, anchorer)
            asked = encode_call("AssetRegistry", "ownerOf", (output.id,))
            self._jobs.add(db, "register", call, Effect(call.to, asked), {"asset": asset_id})
            db.execute("UPDATE assets SET settled = 1 WHERE id = ?", (asset_id,))

    def _registration(
        self, db: Database, output: Output, anchor: str | None, anchorer: str
    ) -> Call[Receipt]:
        asset, owner, deadline = output.asset, output.owner, output.deadline
        if anchor is None:
            return self.client.assets.register_for.call(asset, owner, deadline, output.signature)
        return self.client.assets.register_anchored.call(
            asset,
            owner,
            anchorer=anchorer,
            root=bytes.fromhex(anchor[2:]),
            proof=kept_tree(db, anchor).proof(output.leaf),
            deadline=deadline,
            signature=output.signature,
        )


def _steps(db: Database, run_id: str) -> list[_Signed]:
    """Return all steps of a run; IncompleteRunError if one is missing in between."""
    rows = db.rows(
        "SELECT position, struct_hash, actor, shares, signature IS NOT NULL FROM steps"
        " WHERE run_id = ? ORDER BY position",
        (run_id,),
    )
    if missing := sorted(set(range(rows[-1][0] if rows else 0)) - {row[0] for row in rows}):
        raise _gone(f"step {missing[0]} is gone")
    return [
        _Signed(bytes.fromhex(struct_hash[2:]), actor, shares, bool(signed))
        for _, struct_hash, actor, shares, signed in rows
    ]


def _made_at(db: Database, run_id: str) -> set[int]:
    """How many steps there were when each new final was made: the root that it commits to."""
    rows = db.rows(
        "SELECT certificate FROM assets WHERE run_id = ? AND final = 1 AND settled = 0", (run_id,)
    )
    records = [Certificate.from_json(json.loads(written)).record for (written,) in rows]
    return {len(record["steps"]) for record in records if "steps" in record}


def _gone(what: str) -> IncompleteRunError:
    return IncompleteRunError(
        f"{what}; put a copy of the store back that has them, or do what is new in a run of "
        "another name"
    )


def _root(steps: Sequence[_Signed]) -> bytes:
    return _tree(steps).root if steps else b""


def _tree(steps: Sequence[_Signed]) -> MerkleTree:
    # A step's leaf is the double hash of its struct hash.
    return MerkleTree(keccak256(keccak256(step.struct_hash)) for step in steps)


def _covers(root: Root, steps: Sequence[_Signed]) -> bool:
    return root.steps <= len(steps) and _root(steps[: root.steps]) == root.root


def keep_tree(db: Database, tree: MerkleTree) -> None:
    """Keep the leaves of a tree that goes on chain."""
    leaves = b"".join(tree.leaves).hex()
    db.execute(
        "INSERT INTO trees VALUES (?, ?) ON CONFLICT (root) DO NOTHING",
        (to_json(tree.root), leaves),
    )


def kept_tree(db: Database, root: str) -> MerkleTree:
    """Return a tree that went on chain, from its leaves in the store."""
    leaves = bytes.fromhex(db.rows("SELECT leaves FROM trees WHERE root = ?", (root,))[0][0])
    return MerkleTree(leaves[i : i + 32] for i in range(0, len(leaves), 32))
