from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import encode

from creatoken_sdk import Event, Receipt
from creatoken_sdk.chain.errors import BadResponseError
from creatoken_sdk.chain.events import decode_log, topic

ALICE = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
VAULT = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"
TRANSFER = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"


def log(*topics: str, data: bytes = b"") -> dict[str, Any]:
    return {
        "address": VAULT.lower(),
        "topics": list(topics),
        "data": "0x" + data.hex(),
        "blockNumber": "0x10",
        "transactionHash": "0x" + "ab" * 32,
        "logIndex": "0x2",
    }


def word(kind: str, value: object) -> str:
    return "0x" + encode([kind], [value]).hex()


ANCHORED = log(
    topic("Anchors", "Anchored"),
    word("address", ALICE),
    word("bytes32", b"\x01" * 32),
    word("bytes32", b"\x02" * 32),
    data=encode(["uint32", "string"], [7, "ipfs://x"]),
)


def test_decode_log__given_an_event__names_everything() -> None:
    arguments = {
        "anchorer": ALICE,
        "topic": b"\x01" * 32,
        "root": b"\x02" * 32,
        "count": 7,
        "uri": "ipfs://x",
    }
    assert decode_log(ANCHORED) == Event("Anchored", VAULT, arguments, 16, "0x" + "ab" * 32, 2)


def test_decode_log__given_transfers_of_both_standards__tells_them_apart() -> None:
    parties = (word("address", ALICE), word("address", VAULT))
    shares = decode_log(log(TRANSFER, *parties, data=encode(["uint256"], [5])))
    asset = decode_log(log(TRANSFER, *parties, word("uint256", 5)))
    assert shares is not None
    assert asset is not None
    assert list(shares.arguments.values()) == list(asset.arguments.values()) == [ALICE, VAULT, 5]
    assert shares.arguments.keys() != asset.arguments.keys()


@pytest.mark.parametrize(
    "strange",
    [
        log(),
        log("0x" + "99" * 32),
        log(TRANSFER),
        {**ANCHORED, "data": "0x"},
        {**ANCHORED, "data": None},
        {**ANCHORED, "address": 7},
        {},
        {**ANCHORED, "data": "0x" + "ff" * 64},
    ],
)
def test_decode_log__given_what_no_abi_knows__is_none(strange: dict[str, Any]) -> None:
    assert decode_log(strange) is None


def test_event__given_the_same_event_of_another_contract__does_not_take_it() -> None:
    event = decode_log(ANCHORED)
    assert event is not None
    receipt = Receipt("0x01", 16, "0x02", 0, 21_000, 1, (event,))
    assert receipt.event("Anchored", VAULT)["count"] == 7
    with pytest.raises(BadResponseError, match="has no event Anchored"):
        receipt.event("Anchored", ALICE)
