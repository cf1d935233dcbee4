"""What a store remembers of contents: finding it, opening it, and erasing it for good."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from creatoken_sdk.errors import RecordError
from creatoken_sdk.record import Certificate, Disclosure
from creatoken_sdk.studio.store import Database, Store

__all__ = ["Memory", "Remembered"]

CONTENTS = ("/input", "/output", "/inputHash", "/outputHash", "/model", "/parameters")
"""What of a step's document says anything about its contents."""

_TABLES = {"steps": ("struct_hash", "document"), "assets": ("id", "certificate")}


@dataclass(frozen=True, slots=True)
class Remembered:
    """A private document of the store: of a step (its struct hash) or of an asset (its id).

    `step` is the step's place in its run; None for an asset.
    """

    id: str
    run: str
    what: str
    step: int | None


@dataclass(frozen=True)
class Memory:
    """The private documents of a store."""

    store: Store

    def find(self, text: str) -> list[Remembered]:
        """Return every document that still holds a piece of text."""
        written = json.dumps(text)[1:-1].replace("\\", "\\\\").replace("%", "\\%")
        pattern = "%" + written.replace("_", "\\_") + "%"
        rows = self.store.rows(
            "SELECT struct_hash, runs.name, key, position FROM steps JOIN runs ON runs.id = run_id"
            " WHERE document LIKE ? ESCAPE '\\' UNION ALL"
            " SELECT assets.id, runs.name, file, NULL FROM assets JOIN runs ON runs.id = run_id"
            " WHERE certificate LIKE ? ESCAPE '\\'",
            (pattern, pattern),
        )
        return [Remembered(*row) for row in rows]

    def certificate(self, record_id: str) -> Certificate:
        """Return the private document of a step or an asset, as far as it is not erased."""
        with self.store.transaction() as db:
            return _load(db, record_id)[1]

    def disclose(self, record_id: str, path: str) -> Disclosure:
        """Return one field with its proof; see `Certificate.disclose`."""
        return self.certificate(record_id).disclose(path)

    def erase(self, record_id: str, *paths: str) -> None:
        """Erase fields for good: their values, their salts, and the key that could make them.

        By default all that says anything about a step's contents; RecordError if the document
        never had one of the paths, or by default none of them. What is on chain stays true:
        commitments to nothing that anybody can open. Warning: copies elsewhere (backups,
        certificates handed out) are yours to erase.
        """
        with self.store.transaction() as db:
            table, certificate = _load(db, record_id)
            _require_known(certificate, record_id, paths)
            present = [path for path in paths or CONTENTS if _has(certificate.salts, path)]
            left = certificate.erase(*present)
            key, column = _TABLES[table]
            db.execute(
                f"UPDATE {table} SET {column} = ? WHERE {key} = ?",
                (json.dumps(left.to_json()), record_id),
            )
            if "/details/file" in left.erased:
                db.execute("UPDATE assets SET file = '' WHERE id = ?", (record_id,))
            db.execute("DELETE FROM record_keys WHERE id = ?", (record_id,))
        self.store.purge()


def _load(db: Database, record_id: str) -> tuple[str, Certificate]:
    for table, (key, column) in _TABLES.items():
        rows = db.rows(f"SELECT {column} FROM {table} WHERE {key} = ?", (record_id,))
        if rows:
            return table, Certificate.from_json(json.loads(rows[0][0]))
    raise RecordError(f"{record_id} is no step or asset of this store; `find` lists them")


def _require_known(certificate: Certificate, record_id: str, paths: Sequence[str]) -> None:
    """A path that is misspelt, or of another kind of document, must not look erased."""
    known = (*certificate.salts, *certificate.erased)
    missing = [path for path in paths or CONTENTS if not _has(known, path)]
    if missing and (paths or len(missing) == len(CONTENTS)):
        raise RecordError(
            f"{record_id} has no {missing[0]}; nothing was erased, name paths of its certificate"
        )


def _has(known: Iterable[str], path: str) -> bool:
    inside = (path + "/", path + "[")
    return any(p == path or p.startswith(inside) for p in known)
