"""Step roots on chain that this store did not settle: another copy of it did, or a stranger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.chain.codec import encode_call
from creatoken_sdk.chain.errors import (
    BadResponseError,
    RateLimitedError,
    RpcError,
    UnreachableError,
)
from creatoken_sdk.chain.events import decode_log, topic
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.record.structs import to_json
from creatoken_sdk.studio.jobs import Job, Jobs
from creatoken_sdk.studio.logs import RECENT, ask_logs
from creatoken_sdk.studio.store import Store
from creatoken_sdk.studio.witness import Witnessed

__all__ = ["Root", "Roots", "is_overtaken"]


@dataclass(frozen=True, slots=True)
class Root:
    """A root over the first `steps` steps of a run.

    `sent` is the calldata that recorded it, None if that is the call of a job of the store.
    """

    root: bytes
    steps: int
    sent: bytes | None = field(repr=False)

    def is_copy_of(self, first_step: bytes) -> bool:
        """Return whether another store recorded it, for the run that begins with this step."""
        return self.sent is not None and first_step in self.sent


@dataclass
class Roots:
    """What is recorded on the tokens of works.

    As long as this store's own jobs account for all shares of a token, nobody else minted any: the
    chain is asked for their number, and the token's events are not read. A `witness` is a second
    endpoint that has to see as many shares.
    """

    store: Store
    client: Creatoken
    witness: Rpc | None = None

    def __post_init__(self) -> None:
        """Begin without any events."""
        self._rpc = self.client.wallet.rpc
        self._nodes = Witnessed(self._rpc, self.witness)
        self._read: dict[str, tuple[int, list[Mapping[str, Any]]]] = {}
        self._sent: dict[str, bytes] = {}

    def of(self, token: str) -> list[Root]:
        """Return all roots on a work's token; none as long as all are of this store."""
        jobs = Jobs(self.store, self.client.chain_id, self.client.address)
        ours = jobs.recorded(token)
        minted = sum(n for _, effect, n, over in ours if n and (over or effect.is_done(self._rpc)))
        # Asked last: what came since shows in it.
        supply = self._nodes.ask(lambda rpc: _number(rpc, token, "totalSupply"))
        if minted == supply:
            return []
        logs = [(log, decode_log(log)) for log in self._logs(token)]
        events = [(log, event) for log, event in logs if event and event.name == "StepsRecorded"]
        if sum(event["shares"] for _, event in events) < supply:
            self._require_sealed(token)
        signed, calls = jobs.transactions(token), {call for call, _, _, _ in ours}
        sent = [
            None if log["transactionHash"] in signed else self._calldata(log) for log, _ in events
        ]
        # The same root by another call gave other shares: the steps were in other portions.
        return [
            Root(event["steps_root"], event["step_count"], None if call in calls else call)
            for call, (_, event) in zip(sent, events, strict=True)
        ]

    def _require_sealed(self, token: str) -> None:
        """Sealing mints the shares of parents and lazy holders, without steps; nothing else."""
        if not _number(self._rpc, token, "sealedAt"):
            raise BadResponseError(
                f"{self._rpc.endpoint} left out events of {token}; use another endpoint"
            )

    def _logs(self, token: str) -> list[Mapping[str, Any]]:
        head = self._rpc.integer("eth_blockNumber")
        begin = self.client.deployment.contracts["Works"].block
        first, logs = self._read.get(token, (begin, []))
        logs = logs + self._between(token, first, head)
        next_first = max(head - RECENT, first)
        kept = [log for log in logs if int(log["blockNumber"], 16) < next_first]
        self._read[token] = next_first, kept
        return logs

    def _between(self, token: str, first: int, last: int) -> list[Mapping[str, Any]]:
        """Read as many blocks at once as the node gives."""
        logs: list[Mapping[str, Any]] = []
        size = last - first + 1
        while first <= last:
            end = min(first + size - 1, last)
            try:
                logs += self._rows(token, first, end)
            except (RateLimitedError, RpcError, UnreachableError):
                if size == 1:
                    raise
                size //= 2
                continue
            first, size = end + 1, size + size // 4 + 1
        return logs

    def _rows(self, token: str, first: int, last: int) -> list[Mapping[str, Any]]:
        recorded = topic("ContributionToken", "StepsRecorded")
        place = {"fromBlock": hex(first), "toBlock": hex(last)}
        found = ask_logs(self._rpc, {"address": token, "topics": [recorded], **place})
        asked = token.lower()
        if not all(
            str(log.get("address")).lower() == asked and decode_log(log) is not None
            for log in found
        ):
            raise BadResponseError(
                f"{self._rpc.endpoint} answered eth_getLogs with other than was asked for; "
                "use another endpoint"
            )
        return found

    def _calldata(self, log: Mapping[str, Any]) -> bytes:
        """Return what was sent, by its place in a block: nodes forget old transactions' hashes."""
        tx_hash = str(log["transactionHash"])
        if tx_hash not in self._sent:
            place = (log["blockHash"], log["transactionIndex"])
            found = self._rpc.mapping("eth_getTransactionByBlockHashAndIndex", *place)
            if found.get("hash") != tx_hash:
                raise BadResponseError(
                    f"{self._rpc.endpoint} gave another transaction than {tx_hash}; "
                    "use another endpoint"
                )
            self._sent[tx_hash] = bytes.fromhex(str(found["input"]).removeprefix("0x"))
        return self._sent[tx_hash]


def is_overtaken(job: Job, roots_of: Callable[[str], list[Root]]) -> bool:
    """Return whether another copy of the store settled some of the job's steps, or all."""
    if job.kind != "record":
        return False
    first_step, settled = job.call.data[-32:], job.subject["steps"] - job.subject["new"]
    roots = roots_of(job.call.to)
    if any(root.sent is None and root.root == job.effect.data[-32:] for root in roots):
        return False  # by the very same call
    return any(root.steps > settled and root.is_copy_of(first_step) for root in roots)


def _number(rpc: Rpc, token: str, function: str) -> int:
    data = to_json(encode_call("ContributionToken", function, ()))
    answer = rpc.data("eth_call", {"to": token, "data": data}, "latest")
    return int.from_bytes(answer, "big")
