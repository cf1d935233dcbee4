"""Events as evidence: the log as the node gave it, and the header of its block."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import rlp  # type: ignore[import-untyped]

from creatoken_sdk.chain.artifacts import artifact
from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.chain.codec import types_of
from creatoken_sdk.chain.events import Event, decode_log, topic
from creatoken_sdk.errors import RecordError
from creatoken_sdk.record import keccak256
from creatoken_sdk.record.structs import from_json
from creatoken_sdk.studio.findings import require
from creatoken_sdk.studio.inclusion import check_included

__all__ = ["LOG_KEYS", "check_event", "confirm", "header_of", "named"]

LOG_KEYS = ("address", "topics", "data", "blockNumber", "blockHash", "transactionHash", "logIndex")

_LOGGING = ("AssetRegistry", "Anchors", "ContributionToken")

# In the order in which Ethereum hashes them; later forks add fields at the end.
_HEADER = (
    "parentHash",
    "sha3Uncles",
    "miner",
    "stateRoot",
    "transactionsRoot",
    "receiptsRoot",
    "logsBloom",
    "difficulty#",
    "number#",
    "gasLimit#",
    "gasUsed#",
    "timestamp#",
    "extraData",
    "mixHash",
    "nonce",
    "baseFeePerGas#",
    "withdrawalsRoot",
    "blobGasUsed#",
    "excessBlobGas#",
    "parentBeaconBlockRoot",
    "requestsHash",
    "blockAccessListHash",
    "slotNumber#",
)
_BLOOM, _NUMBER, _TIME = 6, 8, 11


def header_of(block: Mapping[str, Any]) -> str:
    """Return the header whose hash is the block's; empty on chains that hash other fields."""
    fields = [
        _field(name, block[name.rstrip("#")])
        for name in _HEADER
        if block.get(name.rstrip("#")) is not None
    ]
    header = rlp.encode(fields)
    return "0x" + header.hex() if "0x" + keccak256(header).hex() == block["hash"] else ""


def named(contract: str, event: str) -> str:
    """Return an event of a packaged contract as its topic hashes it: name and types.

    RecordError if the contract has no such event.
    """
    entries = (e for e in artifact(contract).abi if e["type"] == "event" and e["name"] == event)
    if (entry := next(entries, None)) is None:
        raise RecordError(f"{contract} has no event {event}; get the original evidence")
    return f"{event}({','.join(types_of(entry['inputs']))})"


def check_event(evidence: Mapping[str, Any], one: Mapping[str, Any]) -> tuple[Event, str]:
    """Return the event and when it was; RecordError unless it is about the asset."""
    log, contract = one["log"], one["contract"]
    _check_form(log)
    require(contract in _LOGGING, f"{contract!r} is no contract whose events are evidence")
    event = decode_log(log)
    require(event is not None, "the log is of no event of the contracts")
    assert event is not None
    require(one["event"] == named(contract, event.name), "the log is of another event")
    require(log["topics"][0] == topic(contract, event.name), "the log is of another event")
    require(log["address"] == evidence["contracts"][contract], "another contract logged it")
    require(_is_about(evidence, contract, event), "it is about something else")
    require(one["header"] or one["proof"] is None, "a proof without the header that it is under")
    if event.name == "AssetRegistered":
        require(_same(evidence["asset"], event["asset"]), "another asset was registered")
    when = f"{event.name} in block {event.block_number} ({log['blockHash']}"
    if one["header"]:
        fields = _header(one["header"], log)
        if one["proof"] is not None:
            check_included(one["proof"], from_json("bytes", one["header"]), log)
        time, root = int.from_bytes(fields[_TIME], "big"), fields[4].hex()
        when += f", transactions 0x{root}, UTC seconds {time}"
    return event, when + ")"


def confirm(client: Creatoken, log: Mapping[str, Any]) -> str:
    """Return how final an event is; RecordError unless the node's chain holds it."""
    rpc = client.wallet.rpc
    receipt = rpc.request("eth_getTransactionReceipt", log["transactionHash"]) or {"logs": []}
    wanted = _compared(log)
    require(wanted in [_compared(o) for o in receipt["logs"]], "the chain has no such event")
    block = rpc.mapping("eth_getBlockByNumber", log["blockNumber"], False)
    require(block["hash"] == log["blockHash"], "the chain has another block there")
    final = rpc.request("eth_getBlockByNumber", "finalized", False)
    sure = final and int(final["number"], 16) >= int(log["blockNumber"], 16)
    return "final" if sure else "not final yet: ask again later"


def _check_form(log: Mapping[str, Any]) -> None:
    """Python reads hex with blanks or in upper case too; a node never writes that."""
    for text in (log["blockHash"], log["transactionHash"], *log["topics"]):
        from_json("bytes32", text)
    from_json("bytes", log["data"])
    for text in (log["blockNumber"], log["logIndex"]):
        require(re.fullmatch("0x[0-9a-f]+", text), "the log has a malformed number")


def _compared(log: Mapping[str, Any]) -> list[Any]:
    return [log["address"].lower(), *(log[key] for key in LOG_KEYS[1:])]


def _field(name: str, value: str) -> bytes:
    if name.endswith("#"):
        number = int(value, 16)
        return number.to_bytes((number.bit_length() + 7) // 8, "big")
    return bytes.fromhex(value[2:])


def _header(text: str, log: Mapping[str, Any]) -> list[bytes]:
    header = from_json("bytes", text)
    try:
        fields: list[bytes] = rlp.decode(header)
    except (rlp.exceptions.RLPException, RecursionError):
        raise RecordError("its header is none; get the original again") from None
    here = "0x" + keccak256(header).hex() == log["blockHash"]
    number = int.from_bytes(fields[_NUMBER], "big")
    require(here and number == int(log["blockNumber"], 16), "it is of another block")
    values = [bytes.fromhex(one[2:]) for one in (log["address"], *log["topics"])]
    inside = all(_in_bloom(fields[_BLOOM], one) for one in values)
    require(inside, "the block has no such event")
    return fields


def _in_bloom(bloom: bytes, value: bytes) -> bool:
    hashed, bits = keccak256(value), int.from_bytes(bloom, "big")
    places = (int.from_bytes(hashed[i : i + 2], "big") % 2048 for i in (0, 2, 4))
    return all(bits >> place & 1 for place in places)


def _is_about(evidence: Mapping[str, Any], contract: str, event: Event) -> bool:
    if contract == "AssetRegistry":
        return bool(f"0x{event['asset_id']:064x}" == evidence["asset"]["id"])
    if contract == "Anchors":
        anchor = evidence["anchor"]
        told = (event["anchorer"], "0x" + event["root"].hex())
        return bool(told == (anchor["anchorer"], anchor["root"]))
    return bool(str(event["work_id"]) == evidence["asset"]["workId"])


def _same(asset: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    hashes = {"contentHash": "content_hash", "recordRoot": "record_root"}
    hashes["manifestHash"] = "manifest_hash"
    numbers = {"workId": "work_id", "sourceType": "source_type"}
    return (
        all(asset[key] == "0x" + told[name].hex() for key, name in hashes.items())
        and all(asset[key] == str(told[name]) for key, name in numbers.items())
        and asset["creator"] == told["creator"]
        and asset["parents"] == [f"0x{parent:064x}" for parent in told["parents"]]
    )
