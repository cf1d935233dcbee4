"""Signed transactions, stored before they are broadcast and kept for ever."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from enum import Enum
from itertools import count

from creatoken_sdk.chain.signers import SignedTransaction
from creatoken_sdk.studio.store import Database, Store

__all__ = ["GIVEN_UP", "Sent", "TransactionState", "Transactions"]


class TransactionState(str, Enum):
    """Life of a transaction; all but the first two are terminal.

    Replaced: a sibling with other fees was mined. Dropped: the job goes on with another nonce; if
    the pool still mines the dropped one after that, it fails, for the job is done.
    """

    SENT = "sent"
    MINED = "mined"
    FINAL = "final"
    REVERTED = "reverted"
    REPLACED = "replaced"
    DROPPED = "dropped"


_OPEN = (TransactionState.SENT.value, TransactionState.MINED.value)
GIVEN_UP = (TransactionState.REVERTED.value, TransactionState.DROPPED.value)
_MINED = tuple(
    state.value
    for state in (TransactionState.MINED, TransactionState.FINAL, TransactionState.REVERTED)
)


@dataclass(frozen=True, slots=True)
class Sent:
    """A stored transaction; `created_at` is UTC seconds, `block` number and hash once mined."""

    signed: SignedTransaction
    state: TransactionState
    created_at: int
    block: tuple[int, str] | None


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
            " (SELECT count(*) FROM transactions"
            " WHERE chain_id = ? AND account = ? AND nonce = ?))",
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
                self._chain_id,
                self._account,
                signed.nonce,
            ),
        )

    def under_way(self, job_id: str) -> list[Sent]:
        """Return the transactions of a job that may still be mined, newest first."""
        return self._of(job_id, _OPEN)

    def given_up(self, job_id: str) -> list[Sent]:
        """Return the transactions of a job that failed or were dropped, newest first."""
        return self._of(job_id, GIVEN_UP)

    def free_nonce(self, first: int) -> int:
        """Return the lowest nonce from `first` on that nothing under way has."""
        rows = self._store.rows(
            "SELECT DISTINCT nonce FROM transactions"
            " WHERE chain_id = ? AND account = ? AND nonce >= ? AND state IN (?, ?)",
            (self._chain_id, self._account, first, *_OPEN),
        )
        taken = {nonce for (nonce,) in rows}
        return next(nonce for nonce in count(first) if nonce not in taken)

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

    def reopen(self, db: Database, job_id: str) -> None:
        """Have the transaction that settled the job, or was mined, under way again."""
        db.execute(
            "UPDATE transactions SET state = ?, block_number = NULL, block_hash = NULL"
            " WHERE job_id = ? AND state IN (?, ?, ?)"
            " AND nonce = (SELECT nonce FROM jobs WHERE id = job_id)",
            (TransactionState.SENT.value, job_id, *_MINED),
        )

    def _of(self, job_id: str, states: tuple[str, str]) -> list[Sent]:
        rows = self._store.rows(
            "SELECT hash, nonce, raw, fields, state, created_at, block_number, block_hash"
            " FROM transactions WHERE job_id = ? AND state IN (?, ?) ORDER BY variant DESC",
            (job_id, *states),
        )
        return [self._sent(*row) for row in rows]

    def _sent(
        self,
        tx_hash: str,
        nonce: int,
        raw: str,
        fields: str,
        state: str,
        created_at: int,
        number: int | None,
        block_hash: str | None,
    ) -> Sent:
        signed = json.loads(fields)
        signed["data"] = bytes.fromhex(signed["data"])
        transaction = SignedTransaction(tx_hash, nonce, self._account, bytes.fromhex(raw), signed)
        block = None if number is None or block_hash is None else (number, block_hash)
        return Sent(transaction, TransactionState(state), created_at, block)
