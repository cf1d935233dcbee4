"""Keeping the events in a store level with the chain, through forks and crashes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.chain.errors import (
    BadResponseError,
    RateLimitedError,
    RpcError,
    UnreachableError,
)
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.studio.indexed import insert
from creatoken_sdk.studio.logs import RECENT, Header, Log, Logs
from creatoken_sdk.studio.selection import Selection, matching
from creatoken_sdk.studio.store import Database, Store

__all__ = ["Follower"]

_FIRST_SIZE, _MOST = 1_000, 10_000  # blocks asked for at once
_KEPT = 1_024
_ATTEMPTS = 4

_TOP = "SELECT number, hash FROM indexed_blocks WHERE chain_id = ? ORDER BY number DESC"


class _Mark(NamedTuple):
    number: int
    hash: str


class Follower:
    """Reads the chain into the store: each step is a transaction, from one known block to the next.

    Processes that do so at once take the same steps: the first one writes, the others look again.
    """

    def __init__(self, store: Store, chain: Creatoken, witness: Rpc | None = None) -> None:
        """Follow the client's deployment."""
        self._store = store
        self._rpc = chain.wallet.rpc
        self._chain_id = chain.chain_id
        self._turn = f"index-{self._chain_id}"
        self._logs = Logs(self._rpc, chain.deployment, witness)
        self._begin = min(one.block for one in chain.deployment.contracts.values())
        self._size = _FIRST_SIZE
        self._learnt = 0

    def update(self, progress: Callable[[int, int], None] | None = None) -> int:
        """See `Index.update`."""
        head, failures = self._rpc.integer("eth_blockNumber"), 0
        while True:
            try:
                reached = self._advance(head)
            except (BadResponseError, RpcError):  # the chain may have changed in between
                failures += 1
                if failures == _ATTEMPTS:
                    raise
                continue
            failures = 0
            if progress:
                progress(reached, head)
            if reached >= head:
                return reached

    def rewind(self, block: int) -> None:
        """See `Index.rewind`."""
        with self._store.transaction() as db:
            db.take_turn(self._turn)
            self._cut(db, block)

    def walk_back(self) -> None:
        """Cut off what is no longer on the chain."""
        self._top(self._rpc.integer("eth_blockNumber"))

    def _advance(self, head: int) -> int:
        """Read the next blocks; return how far the events are in."""
        top = self._top(head)
        if top.number >= head:
            return top.number
        self._learn()
        if top.number + 1 > head - RECENT:
            end, logs = self._next_block(top)
        else:
            end, logs = self._next_range(top, head - RECENT)
        with self._store.transaction(durable=False) as db:
            db.take_turn(self._turn)
            if db.rows(_TOP + " LIMIT 1", (self._chain_id,)) != [top]:
                return top.number  # another was faster, or cut it off: look again
            insert(db, self._chain_id, logs)
            self._mark(db, end.number, end.hash)
        return end.number

    def _next_block(self, top: _Mark) -> tuple[Header, list[Log]]:
        header = self._header(top.number + 1)
        if header.parent != top.hash:
            raise self._changed()
        return header, self._logs.of_block(header)

    def _next_range(self, top: _Mark, most: int) -> tuple[Header, list[Log]]:
        """Read as many blocks as the node gives at once.

        Should they change after their end is known, the next step finds that end on a fork.
        """
        while True:
            size = min(self._size, most - top.number)
            end = self._header(top.number + size)
            try:
                logs = self._logs.between(top.number + 1, end.number)
                break
            except (RateLimitedError, RpcError, UnreachableError):
                if size == 1:
                    raise
                self._size = size // 2
        if self._header(top.number).hash != top.hash:
            raise self._changed()
        self._size = min(self._size + self._size // 4 + 1, _MOST)
        return end, logs

    def _header(self, number: int) -> Header:
        header = self._logs.header(number)
        if header is None:
            raise self._changed()
        return header

    def _changed(self) -> BadResponseError:
        return BadResponseError(
            f"{self._rpc.endpoint} changed its chain while it was read; update again"
        )

    def _top(self, head: int) -> _Mark:
        """Return the highest block that is in, after walking back from forks to the chain.

        An endpoint that is behind has no say on the blocks that it lacks.
        """
        marks = [_Mark(*row) for row in self._store.rows(_TOP, (self._chain_id,))]
        forked = False
        for mark in marks:
            header = self._logs.header(mark.number) if mark.number <= head else None
            if header is not None and header.hash == mark.hash:
                if forked:
                    self._cut_if_still(marks[0], mark.number)
                return mark if forked else marks[0]
            forked = forked or header is not None
        if marks and not forked:
            return marks[0]
        base = self._header(min(max(self._begin - 1, 0), head))
        self._cut_if_still(marks[0] if marks else None, -1, base)
        return _Mark(base.number, base.hash)

    def _cut_if_still(self, top: _Mark | None, block: int, base: Header | None = None) -> None:
        """Cut off a fork, unless another process did since; begin anew at the base."""
        with self._store.transaction(durable=False) as db:
            db.take_turn(self._turn)
            if db.rows(_TOP + " LIMIT 1", (self._chain_id,)) == ([top] if top else []):
                self._cut(db, block)
                if base is not None:
                    self._mark(db, base.number, base.hash)

    def _cut(self, db: Database, block: int) -> None:
        db.execute(
            "UPDATE events SET superseded = 1"
            " WHERE chain_id = ? AND block_number > ? AND superseded = 0",
            (self._chain_id, block),
        )
        above = (self._chain_id, block)
        db.execute("DELETE FROM indexed_blocks WHERE chain_id = ? AND number > ?", above)

    def _mark(self, db: Database, number: int, block_hash: str) -> None:
        """Note that all events up to a block are in.

        Old marks go, except the lowest: it tells this chain from another one.
        """
        added = (self._chain_id, number, block_hash)
        db.execute("INSERT INTO indexed_blocks VALUES (?, ?, ?)", added)
        db.execute(
            "DELETE FROM indexed_blocks WHERE chain_id = ? AND number < ?"
            " AND number > (SELECT min(number) FROM indexed_blocks WHERE chain_id = ?)",
            (self._chain_id, number - _KEPT, self._chain_id),
        )

    def _learn(self) -> None:
        """Watch the tokens of the works whose opening is in the store by now."""
        opened = Selection(self._store, matching(self._chain_id, name="WorkOpened"))
        for event in opened.after(self._learnt):
            self._logs.learn(event["token"], event["work_id"])
            self._learnt = event.position
