"""What of a store still has to go on chain, as jobs: step roots, anchors and registrations."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from creatoken_sdk.chain.anchors import topic
from creatoken_sdk.chain.calls import Call
from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.chain.codec import encode_call
from creatoken_sdk.chain.receipts import Receipt
from creatoken_sdk.record import MerkleTree
from creatoken_sdk.record.keccak import keccak256
from creatoken_sdk.record.structs import to_json
from creatoken_sdk.studio.jobs import Effect, Jobs
from creatoken_sdk.studio.outputs import Output
from creatoken_sdk.studio.store import Database, Store

__all__ = ["Settlement"]


@dataclass
class Settlement:
    """Queues for the client's account what is recorded and not queued yet."""

    store: Store
    client: Creatoken

    def queue(self) -> None:
        """Queue all signed steps and all outputs; what is queued already stays as it is."""
        jobs = Jobs(self.store, self.client.address)
        for run_id, work_id in self.store.rows("SELECT id, work_id FROM runs ORDER BY created_at"):
            with self.store.transaction() as db:
                self._queue_steps(db, jobs, run_id, work_id)
        with self.store.transaction() as db:
            self._queue_drafts(db, jobs)
            self._queue_finals(db, jobs)

    def _queue_steps(self, db: Database, jobs: Jobs, run_id: str, work_id: int) -> None:
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
        work = self.client.works.get(work_id)
        call = self.client.contributions.record.call(work, tree.root, len(tree), allocations)
        data = encode_call("ContributionToken", "stepsRecordedAt", (tree.root,))
        _keep(db, tree)
        jobs.add(db, "record", call, Effect(work.token, data), {"run": run_id, "steps": len(steps)})
        db.execute("UPDATE runs SET settled = ? WHERE id = ?", (len(steps), run_id))

    def _queue_drafts(self, db: Database, jobs: Jobs) -> None:
        """One anchor for all drafts that have none."""
        rows = db.rows(
            f"SELECT id, leaf FROM assets WHERE final = 0 AND settled = 0 {db.FOR_UPDATE}"
        )
        if not rows:
            return
        tree = MerkleTree(bytes.fromhex(leaf[2:]) for _, leaf in rows)
        call = self.client.anchors.anchor.call(tree.root, topic=topic("assets"), count=len(tree))
        asked = encode_call("Anchors", "anchoredAt", (self.client.address, tree.root))
        _keep(db, tree)
        jobs.add(db, "anchor", call, Effect(call.to, asked), {"assets": [row[0] for row in rows]})
        db.execute("UPDATE assets SET settled = 1 WHERE final = 0 AND settled = 0")

    def _queue_finals(self, db: Database, jobs: Jobs) -> None:
        rows = db.rows(
            "SELECT id, input, certificate FROM assets WHERE final = 1 AND settled = 0"
            f" ORDER BY created_at, id {db.FOR_UPDATE}"
        )
        for row in rows:
            output = Output.load(*row)
            call = self._registration(output)
            asked = encode_call("AssetRegistry", "ownerOf", (output.id,))
            jobs.add(db, "register", call, Effect(call.to, asked), {"asset": row[0]})
            db.execute("UPDATE assets SET settled = 1 WHERE id = ?", (row[0],))

    def _registration(self, output: Output) -> Call[Receipt]:
        return self.client.assets.register_for.call(
            output.asset, output.owner, output.deadline, output.signature
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
