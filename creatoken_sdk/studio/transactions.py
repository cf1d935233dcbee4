"""Signed transactions, stored before they are broadcast and kept for ever."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from enum import Enum

from creatoken_sdk.chain.signers import SignedTransaction
from creatoken_sdk.studio.store import Database, Store

__all__ = ["Sent", "TransactionState", "Transactions"]


class TransactionState(str, Enum):
    """Life of a transaction; all but the first two are terminal.

    Replaced: a sibling with higher fees was mined. Dropped: the nonce went to a stranger.
    """

    SENT = "sent"
    MINED = "mined"
    FINAL = "final"
    REVERTED = "reverted"
    REPLACED = "replaced"
    DROPPED = "dropped"


_OPEN = (TransactionState.SENT.value, TransactionState.MINED.value)


@dataclass(frozen=True, slots=True)
class Sent:
    """A stored transaction; `created_at` is UTC seconds."""

    signed: SignedTransaction
    state: TransactionState
    created_at: int


class Transactions:
    """The transactions of one account on one chain."""

    def __init__(self, store: Store, chain_id: int, account: str) -> None:
        """Belong to the account that signs them."""
        self._store = store
        self._chain_id = chain_id
        self._account = account

    def add(self, db: Database, job_id: str, signed: SignedTransaction) -> None:
        """Store a transaction before it is broadcast."""
        fields = {k: v.hex() if isinstance(v, bytes) else v for k, v in signed.fields.items()}
        db.execute(
            "INSERT INTO transactions (hash, job_id, chain_id, account, nonce, raw, fields, state,"
            " created_at, variant) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?,"
            " (SELECT count(*) FROM transactions WHERE job_id = ?))",
            (
                signed.tx_hash,
                job_id,
                self._chain_id,
                self._account,
                signed.nonce,
                signed.raw.hex(),
                json.dumps(fields),
                TransactionState.SENT.value,
                int(time.time()),
                job_id,
            ),
        )

    def under_way(self, job_id: str) -> list[Sent]:
        """Return the transactions of a job that may still be mined, newest first."""
        rows = self._store.rows(
            "SELECT hash, nonce, raw, fields, state, created_at FROM transactions"
            " WHERE job_id = ? AND state IN (?, ?) ORDER BY variant DESC",
            (job_id, *_OPEN),
        )
        return [self._sent(*row) for row in rows]

    def next_nonce(self) -> int:
        """Return the nonce after the highest one under way; 0 if there is none."""
        rows = self._store.rows(
            "SELECT max(nonce) FROM transactions"
            " WHERE chain_id = ? AND account = ? AND state IN (?, ?)",
            (self._chain_id, self._account, *_OPEN),
        )
        return 0 if rows[0][0] is None else int(rows[0][0]) + 1

    def mark(
        self,
        db: Database,
        tx_hash: str,
        state: TransactionState,
        block: tuple[int, str] | None = None,
    ) -> None:
        """Put a transaction into another state, with the number and hash of its block."""
        number, block_hash = block or (None, None)
        db.execute(
            "UPDATE transactions SET state = ?, block_number = ?, block_hash = ? WHERE hash = ?",
            (state.value, number, block_hash, tx_hash),
        )

    def close_others(self, db: Database, job_id: str, state: TransactionState) -> None:
        """Put what is still under way for a job into a terminal state."""
        db.execute(
            "UPDATE transactions SET state = ? WHERE job_id = ? AND state IN (?, ?)",
            (state.value, job_id, *_OPEN),
        )

    def _sent(
        self, tx_hash: str, nonce: int, raw: str, fields: str, state: str, created_at: int
    ) -> Sent:
        signed = json.loads(fields)
        signed["data"] = bytes.fromhex(signed["data"])
        transaction = SignedTransaction(tx_hash, nonce, self._account, bytes.fromhex(raw), signed)
        return Sent(transaction, TransactionState(state), created_at)
