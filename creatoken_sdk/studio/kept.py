"""Finding in a store what belongs to a file: its asset, its certificate and its anchor."""

from __future__ import annotations

from creatoken_sdk.record.structs import to_json
from creatoken_sdk.studio.carried import Anchored
from creatoken_sdk.studio.outputs import Output
from creatoken_sdk.studio.settlement import kept_tree
from creatoken_sdk.studio.store import Store

__all__ = ["kept"]


def kept(store: Store, digest: bytes) -> tuple[Output, Anchored | None] | None:
    """Return the asset of a content, a final before drafts and the latest first; None if none."""
    rows = store.rows(
        "SELECT assets.id, input, certificate, anchor, jobs.account FROM assets"
        " LEFT JOIN jobs ON jobs.id = anchored_by WHERE content_hash = ?"
        " ORDER BY final DESC, assets.created_at DESC LIMIT 1",
        (to_json(digest),),
    )
    if not rows:
        return None
    asset_id, written, certificate, root, account = rows[0]
    output = Output.load(asset_id, written, certificate)
    if root is None:
        return output, None
    with store.transaction() as db:
        proof = kept_tree(db, root).proof(output.leaf)
    return output, Anchored(account, bytes.fromhex(root[2:]), proof)
