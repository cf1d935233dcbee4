"""What of a store still has to go on chain, as jobs: step roots, anchors and registrations."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from creatoken_sdk.chain.anchors import topic
from creatoken_sdk.chain.calls import Call
from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.chain.codec import encode_call
from creatoken_sdk.chain.receipts import Receipt
from creatoken_sdk.chain.works import Work
from creatoken_sdk.record import MerkleTree
from creatoken_sdk.record.keccak import keccak256
from creatoken_sdk.record.structs import to_json
from creatoken_sdk.studio.jobs import Effect, Jobs, JobState
from creatoken_sdk.studio.outputs import Output
from creatoken_sdk.studio.store import Database, Store

__all__ = ["Settlement", "kept_tree"]

_HERE = "run_id IN (SELECT id FROM runs WHERE chain_id = ? AND works = ?)"


@dataclass
class Settlement:
    """Queues for the client's account what is recorded for its chain and not queued yet."""

    store: Store
    client: Creatoken

    def queue(self) -> int:
        """Queue all signed steps and all outputs; return how many jobs that added.

        A draft that became final waits until its anchor is: queue again after draining.
        """
        jobs = Jobs(self.store, self.client.chain_id, self.client.address)
        before = sum(jobs.states().values())
        runs = self.store.rows(
            "SELECT id, work_id FROM runs WHERE chain_id = ? AND works = ?"
            " AND settled < (SELECT count(*) FROM steps WHERE run_id = id) ORDER BY created_at",
            self._chain,
        )
        for run_id, work_id in runs:
            work = self.client.works.get(work_id)  # not while others wait for the transaction
            with self.store.transaction() as db:
                self._queue_steps(db, jobs, run_id, work)
        with self.store.transaction() as db:
            self._queue_drafts(db, jobs)
            self._queue_finals(db, jobs)
        return sum(jobs.states().values()) - before

    @property
    def _chain(self) -> tuple[int, str]:
        domain = self.client.works.domain
        return domain.chain_id, domain.verifying_contract

    def _queue_steps(self, db: Database, jobs: Jobs, run_id: str, work: Work) -> None:
        """One root over all signed steps of the run, and the shares of those that are new."""
        settled = db.rows(f"SELECT settled FROM runs WHERE id = ? {db.FOR_UPDATE}", (run_id,))
        done, steps = settled[0][0], _signed_steps(db, run_id)
        if len(steps) <= done:
            return
        # A step's leaf is the double hash of its struct hash.
        tree = MerkleTree(keccak256(keccak256(bytes.fromhex(step[2:]))) for step, _, _ in steps)
        earned: Counter[str] = Counter()
        for _, actor, shares in steps[done:]:
            earned[actor] += shares
        allocations = {actor: shares for actor, shares in earned.items() if shares}
        call = self.client.contributions.record.call(work, tree.root, len(tree), allocations)
        data = encode_call("ContributionToken", "stepsRecordedAt", (tree.root,))
        _keep(db, tree)
        jobs.add(db, "record", call, Effect(work.token, data), {"run": run_id, "steps": len(steps)})
        db.execute("UPDATE runs SET settled = ? WHERE id = ?", (len(steps), run_id))

    def _queue_drafts(self, db: Database, jobs: Jobs) -> None:
        """One anchor for all drafts that have none."""
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
        _keep(db, tree)
        job = jobs.add(db, "anchor", call, Effect(call.to, asked), {"drafts": len(rows)})
        for asset_id, _ in rows:  # not those that another process added meanwhile
            db.execute(
                "UPDATE assets SET settled = 1, anchor = ?, anchored_by = ? WHERE id = ?",
                (to_json(tree.root), job, asset_id),
            )

    def _queue_finals(self, db: Database, jobs: Jobs) -> None:
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
            jobs.add(db, "register", call, Effect(call.to, asked), {"asset": asset_id})
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


def _signed_steps(db: Database, run_id: str) -> list[tuple[str, str, int]]:
    """Struct hash, actor and shares of the steps before the first one that nobody signed yet."""
    rows = db.rows(
        "SELECT struct_hash, actor, shares FROM steps WHERE run_id = ? AND position <"
        " COALESCE((SELECT min(position) FROM steps WHERE run_id = ? AND signature IS NULL),"
        " (SELECT count(*) FROM steps WHERE run_id = ?)) ORDER BY position",
        (run_id, run_id, run_id),
    )
    return [(step, actor, shares) for step, actor, shares in rows]


def _keep(db: Database, tree: MerkleTree) -> None:
    leaves = b"".join(tree.leaves).hex()
    db.execute(
        "INSERT INTO trees VALUES (?, ?) ON CONFLICT (root) DO NOTHING",
        (to_json(tree.root), leaves),
    )


def kept_tree(db: Database, root: str) -> MerkleTree:
    """Return a tree that went on chain, from its leaves in the store."""
    leaves = bytes.fromhex(db.rows("SELECT leaves FROM trees WHERE root = ?", (root,))[0][0])
    return MerkleTree(leaves[i : i + 32] for i in range(0, len(leaves), 32))
