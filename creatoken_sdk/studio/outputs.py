"""What a run makes: files with a birth certificate, whose ids are known before any transaction."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from creatoken_sdk.chain.assets import AssetInput
from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.errors import RecordError
from creatoken_sdk.record import Certificate, SignedStep, asset_document, asset_leaf
from creatoken_sdk.record.canonical import Json
from creatoken_sdk.record.signatures import Signer
from creatoken_sdk.record.structs import to_json
from creatoken_sdk.studio.store import Database, Store
from creatoken_sdk.studio.values import Content

__all__ = ["Output", "parent_ids"]

_DEADLINE_SECONDS = 365 * 24 * 60 * 60
_LEAST_SECONDS = 30 * 24 * 60 * 60
_MAX_PARENTS = 16  # the registry's limit


@dataclass(frozen=True)
class Output:
    """An asset of a run. `signature` lets anybody register it to `owner` until `deadline`.

    It is a path, too, in the process that made it: of its file.
    """

    id: int
    asset: AssetInput
    owner: str
    deadline: int
    signature: bytes = field(repr=False)
    _certificate: Certificate = field(repr=False)
    path: Path | None = field(default=None, repr=False, compare=False)

    @classmethod
    def make(
        cls,
        client: Creatoken,
        file: Content,
        steps: Sequence[SignedStep],
        creator: Signer,
        *,
        work_id: int,
        parents: Sequence[int],
        source_type: int,
        owner: str,
        details: Mapping[str, Json],
        key: bytes,
    ) -> Output:
        """Commit to the record of a file, hashed already, and have the creator sign for it."""
        known = {"file": file["file"], "bytes": file["bytes"]}
        known["contentHash"] = file["sha256"]  # so that the certificate alone finds its asset
        if taken := sorted(known.keys() & details.keys()):
            raise RecordError(
                f"details have {taken[0]!r} already, of the file; name yours otherwise"
            )
        details = {**known, **details}
        record = asset_document(client.works.domain, steps, parents, details)
        certificate = Certificate.issue(record, key)
        asset = AssetInput(
            creator=creator.address,
            content_hash=bytes.fromhex(file["sha256"][2:]),
            record_root=certificate.root,
            work_id=work_id,
            source_type=source_type,
            parents=tuple(parents),
        )
        deadline = int(time.time()) + _DEADLINE_SECONDS
        signature = client.assets.sign(creator, asset, owner, deadline)
        return cls(client.assets.id_of(asset), asset, owner, deadline, signature, certificate)

    def __fspath__(self) -> str:
        """Return where its file is; RecordError if another process made it."""
        if self.path is None:
            raise RecordError(f"where asset {hex(self.id)} is stored is not known; pass its path")
        return str(self.path)

    def certificate(self) -> Certificate:
        """Return its birth certificate as it was issued, with every field open."""
        return self._certificate

    @property
    def leaf(self) -> bytes:
        """The leaf that anchors it."""
        asset = self.asset
        return asset_leaf(asset.creator, asset.content_hash, asset.record_root, asset.manifest_hash)

    def store(self, db: Database, run_id: str, key: bytes, *, final: bool) -> Output:
        """Write it down with the key to its record; return it, or what another wrote meanwhile."""
        db.rows(f"SELECT id FROM runs WHERE id = ? {db.FOR_UPDATE}", (run_id,))
        known = self.find(db, run_id, to_json(self.asset.content_hash), self.asset.creator)
        if known is not None:
            return known
        db.execute(
            "INSERT INTO assets (id, run_id, file, final, leaf, content_hash, input, settled,"
            " certificate, created_at, position) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?,"
            " (SELECT COALESCE(max(position), 0) + 1 FROM assets))",
            (
                hex(self.id),
                run_id,
                str(self._certificate.record["details"]["file"]),
                int(final),
                to_json(self.leaf),
                to_json(self.asset.content_hash),
                json.dumps(self._input()),
                json.dumps(self._certificate.to_json()),
                int(time.time()),
            ),
        )
        db.execute("INSERT INTO record_keys VALUES (?, ?)", (hex(self.id), to_json(key)))
        return self

    @classmethod
    def find(
        cls, store: Store | Database, run_id: str, content_hash: object, creator: str
    ) -> Output | None:
        """Return the creator's asset of a run that has this content (0x hex), if there is one."""
        rows = store.rows(
            "SELECT id, input, certificate FROM assets WHERE run_id = ? AND content_hash = ?",
            (run_id, content_hash),
        )
        outputs = (cls.load(*row) for row in rows)
        return next((one for one in outputs if one.asset.creator == creator), None)

    def promote(self, store: Store, client: Creatoken, creator: Signer) -> Output:
        """Make a draft a final, which the next flush registers; return it as it is then.

        Its creator signs anew if too little is left of the time until which that is possible.
        """
        output = self
        if self.deadline < time.time() + _LEAST_SECONDS:
            deadline = int(time.time()) + _DEADLINE_SECONDS
            signature = client.assets.sign(creator, self.asset, self.owner, deadline)
            output = replace(self, deadline=deadline, signature=signature)
        with store.transaction() as db:
            changed = db.execute(
                "UPDATE assets SET final = 1, settled = 0, input = ?"
                " WHERE id = ? AND (final = 0 OR settled = 0)",
                (json.dumps(output._input()), hex(self.id)),
            )
        return output if changed else self

    @classmethod
    def load(cls, asset_id: str, written: str, certificate: str) -> Output:
        """Return the asset in a row of the store."""
        data = json.loads(written)
        asset = AssetInput(
            creator=data["creator"],
            content_hash=bytes.fromhex(data["contentHash"]),
            record_root=bytes.fromhex(data["recordRoot"]),
            work_id=data["workId"],
            source_type=data["sourceType"],
            parents=tuple(int(parent, 16) for parent in data["parents"]),
        )
        return cls(
            int(asset_id, 16),
            asset,
            data["owner"],
            data["deadline"],
            bytes.fromhex(data["signature"]),
            Certificate.from_json(json.loads(certificate)),
        )

    def _input(self) -> dict[str, Any]:
        asset = self.asset
        return {
            "creator": asset.creator,
            "contentHash": asset.content_hash.hex(),
            "recordRoot": asset.record_root.hex(),
            "workId": asset.work_id,
            "sourceType": int(asset.source_type),
            "parents": [hex(parent) for parent in asset.parents],
            "owner": self.owner,
            "deadline": self.deadline,
            "signature": self.signature.hex(),
        }


def parent_ids(parents: Sequence[int | Output]) -> list[int]:
    """Return the parents' ids; RecordError if there are more than the registry takes."""
    if len(parents) > _MAX_PARENTS:
        raise RecordError(
            f"an asset has at most {_MAX_PARENTS} parents, not {len(parents)}; "
            "make one of some of them first, and name that one"
        )
    return [_id(parent) for parent in parents]


def _id(parent: int | Output) -> int:
    if isinstance(parent, Output):
        return parent.id
    if isinstance(parent, int) and 0 <= parent < 1 << 256:
        return parent
    raise RecordError(f"{parent!r} is no parent; pass what `run.output` returned, or an asset id")
