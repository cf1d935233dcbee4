"""What a transaction did, as Ape tells it."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import ape
import ape.managers.converters  # before the process forks, as it takes long
from ape.exceptions import ContractLogicError
from ape.types.events import ContractLogContainer
from eth_utils import to_checksum_address
from ethpm_types import ContractType
from hexbytes import HexBytes

from mutation.chain import CHAIN

ETHEREUM = ape.networks.ethereum  # loads plugins, which also takes long
TYPES: dict[str, ContractType] = {}
"""Of the contracts that a test knows, by address: their logs can be told."""


def send(
    sender: str,
    to: str,
    data: bytes,
    abi: Any,
    *,
    value: int = 0,
    gas: int | None = None,
    raise_on_revert: bool = True,
) -> SimpleNamespace:
    """Mines a transaction; returns what tests ask of a receipt. It takes no gas of anybody's."""
    CHAIN.mine()
    failed, output = False, b""
    try:
        output = CHAIN.run(sender, to, bytes(data), value, gas)
    except ContractLogicError:
        if raise_on_revert:
            raise
        failed = True
    logs = [] if failed else [raw(log) for log in CHAIN.evm.result.logs]
    return SimpleNamespace(
        events=ContractLogContainer(each for log in logs for each in decoded_log(log)),
        decode_logs=lambda event: [
            it for log in logs for it in decoded_log(log) if it.event_name == event.abi.name
        ],
        logs=logs,
        failed=failed,
        timestamp=CHAIN.time,
        gas_used=0 if abi else CHAIN.evm.result.gas_used,  # mutable code takes more
        return_value=decoded(abi, output) if abi and not failed else None,
        txn_hash="0x",
    )


def raw(log: Any) -> dict[str, Any]:
    return {
        "address": to_checksum_address(log.address),
        "topics": list(log.topics),
        "data": HexBytes(log.data[1]),
        "transactionHash": "0x" + "00" * 32,
        "blockNumber": CHAIN.time,
        "blockHash": "0x" + "00" * 32,
        "logIndex": 0,
        "transactionIndex": 0,
    }


def decoded_log(log: dict[str, Any]) -> Iterator[Any]:
    known = TYPES.get(log["address"])
    return ETHEREUM.decode_logs([log], *(known.events if known else []))


def decoded(abi: Any, output: bytes) -> Any:
    values = ETHEREUM.decode_returndata(abi, bytes(output))
    return values[0] if len(values) == 1 else values
