"""Logs as named events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from eth_utils.abi import event_abi_to_log_topic
from eth_utils.address import to_checksum_address

from creatoken_sdk.chain.artifacts import artifact, artifacts
from creatoken_sdk.chain.codec import Component, decode_arguments, snake_case
from creatoken_sdk.chain.errors import BadResponseError

__all__ = ["Event", "decode_log", "topic"]


@dataclass(frozen=True)
class Event:
    """One event; `event["asset_id"]` is its argument `assetId`. Structs are dicts of snake_case."""

    name: str
    address: str
    arguments: Mapping[str, Any]
    block_number: int
    tx_hash: str
    log_index: int

    def __getitem__(self, argument: str) -> Any:
        """Return one argument."""
        return self.arguments[argument]


def topic(contract: str, event: str) -> str:
    """Return the first topic of an event of a packaged contract, as 0x hex."""
    for entry in artifact(contract).abi:
        if entry["type"] == "event" and entry["name"] == event:
            return _topic(entry)
    raise KeyError(f"{contract} has no event {event}")


def decode_log(log: Mapping[str, Any]) -> Event | None:
    """Return the event of a JSON-RPC log; None if no packaged ABI knows it."""
    try:
        return _event(log)
    except (BadResponseError, LookupError, TypeError, ValueError):
        return None  # strangers may log anything under a known topic


def _event(log: Mapping[str, Any]) -> Event:
    first, *others = log["topics"]
    entry = _events()[first, len(others)]
    indexed = b"".join(bytes.fromhex(word[2:]) for word in others)
    values = _decoded(entry, indexed, True)
    values |= _decoded(entry, bytes.fromhex(log["data"][2:]), False)
    return Event(
        entry["name"],
        to_checksum_address(log["address"]),
        {snake_case(item["name"]): values[item["name"]] for item in entry["inputs"]},
        int(log["blockNumber"], 16),
        log["transactionHash"],
        int(log["logIndex"], 16),
    )


def _decoded(entry: Component, data: bytes, indexed: bool) -> dict[str, Any]:
    inputs = [item for item in entry["inputs"] if item["indexed"] is indexed]
    names = [item["name"] for item in inputs]
    return dict(zip(names, decode_arguments(inputs, data), strict=True))


@cache
def _events() -> Mapping[tuple[str, int], Component]:
    # ERC-20's Transfer and ERC-721's share a topic and differ in how many arguments are indexed.
    entries = [entry for one in artifacts() for entry in one.abi if entry["type"] == "event"]
    return {(_topic(e), sum(i["indexed"] for i in e["inputs"])): e for e in entries}


def _topic(entry: Component) -> str:
    return "0x" + event_abi_to_log_topic(dict(entry)).hex()  # type: ignore[arg-type]
