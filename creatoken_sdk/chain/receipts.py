"""What a mined transaction did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from creatoken_sdk.chain.errors import BadResponseError
from creatoken_sdk.chain.events import Event, decode_log

__all__ = ["Receipt"]


@dataclass(frozen=True)
class Receipt:
    """A transaction that was mined and succeeded; a failed one raises instead.

    `timestamp` is the block's time in UTC seconds; `gas_price` is what was paid per gas, in base
    units. Logs that no packaged ABI knows are left out of `events`.
    """

    tx_hash: str
    block_number: int
    block_hash: str
    timestamp: int
    gas_used: int
    gas_price: int
    events: tuple[Event, ...]

    @classmethod
    def of(cls, answer: Mapping[str, Any], block: Mapping[str, Any]) -> Receipt:
        """Return the receipt from JSON-RPC's receipt and block."""
        events = [decode_log(log) for log in answer["logs"]]
        return cls(
            answer["transactionHash"],
            int(answer["blockNumber"], 16),
            answer["blockHash"],
            int(block["timestamp"], 16),
            int(answer["gasUsed"], 16),
            int(answer.get("effectiveGasPrice", "0x0"), 16),
            tuple(event for event in events if event is not None),
        )

    def event(self, name: str, address: str) -> Event:
        """Return the first event of that name that the contract at `address` emitted."""
        for event in self.events:
            if (event.name, event.address) == (name, address):
                return event
        raise BadResponseError(
            f"transaction {self.tx_hash} has no event {name} of {address}; "
            "compare its receipt on another endpoint"
        )
