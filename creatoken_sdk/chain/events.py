"""Logs as named events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from eth_utils.abi import event_abi_to_log_topic
from eth_utils.address import to_checksum_address

from creatoken_sdk.chain.artifacts import artifact, artifacts
from creatoken_sdk.chain.reading import Component, reader, snake_case

__all__ = ["Event", "decode_log", "names", "topic", "topics"]


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


def topics() -> list[str]:
    """Return the first topics of all events of packaged contracts, as 0x hex."""
    return sorted({first for first, _ in _forms()})


def names() -> list[str]:
    """Return the names of all events of packaged contracts."""
    return sorted({name for name, *_ in _forms().values()})


def decode_log(log: Mapping[str, Any]) -> Event | None:
    """Return the event of a JSON-RPC log; None if no packaged ABI knows it."""
    try:
        return _event(log)
    except (LookupError, TypeError, ValueError):
        return None  # strangers may log anything under a known topic


def _event(log: Mapping[str, Any]) -> Event:
    first, *others = log["topics"]
    name, arguments, read_indexed, read_data = _forms()[first, len(others)]
    indexed = read_indexed(bytes.fromhex("".join([word[2:] for word in others])))
    values = indexed + read_data(bytes.fromhex(log["data"][2:]))
    return Event(
        name,
        _checksummed(log["address"]),
        dict(zip(arguments, values, strict=True)),
        int(log["blockNumber"], 16),
        log["transactionHash"],
        int(log["logIndex"], 16),
    )


_Read = Callable[[bytes], tuple[Any, ...]]
_Form = tuple[str, list[str], _Read, _Read]  # its name, its arguments, what reads them


@cache
def _forms() -> Mapping[tuple[str, int], _Form]:
    # ERC-20's Transfer and ERC-721's share a topic and differ in how many arguments are indexed.
    entries = [entry for one in artifacts() for entry in one.abi if entry["type"] == "event"]
    return {(_topic(e), sum(i["indexed"] for i in e["inputs"])): _form(e) for e in entries}


def _form(entry: Component) -> _Form:
    indexed = [item for item in entry["inputs"] if item["indexed"]]
    others = [item for item in entry["inputs"] if not item["indexed"]]
    names = [snake_case(item["name"]) for item in (*indexed, *others)]
    return entry["name"], names, reader(indexed), reader(others)


@lru_cache(maxsize=65536)
def _checksummed(address: str) -> str:
    return str(to_checksum_address(address))


def _topic(entry: Component) -> str:
    return "0x" + event_abi_to_log_topic(dict(entry)).hex()  # type: ignore[arg-type]
