from __future__ import annotations

from types import SimpleNamespace

import pytest
from eth_account import Account
from web3 import Web3

from creatoken_sdk import NATIVE, AssetInput, PayoutTerms, Signature
from creatoken_sdk.chain.artifacts import artifact
from creatoken_sdk.chain.codec import decode_result, encode_arguments, encode_call
from creatoken_sdk.chain.errors import BadResponseError
from creatoken_sdk.chain.reading import snake_case
from creatoken_sdk.errors import EncodingError

ALICE = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
HASH = bytes(range(32))
ASSET = AssetInput(
    creator=ALICE, content_hash=HASH, record_root=HASH[::-1], parents=(7, 8), uri="ipfs://é"
)
ASSET_TUPLE = (0, ALICE, HASH, HASH[::-1], bytes(32), 0, [7, 8], "ipfs://é")
TERMS = PayoutTerms(
    work_id=1,
    stage=7,
    payer=ALICE,
    payee=ALICE,
    currency=NATIVE,
    amount=5,
    expires_at=2**40 - 1,
    brief_hash=HASH,
    salt=3,
)
TERMS_TUPLE = (1, 7, ALICE, ALICE, NATIVE, 5, 2**40 - 1, HASH, 3)
SIGNATURE = Signature(ALICE, 9, 2, (HASH,), b"s" * 65)
CALLS = {
    "struct with arrays": (
        ("AssetRegistry", "register", (ASSET, ALICE)),
        (ASSET_TUPLE, ALICE),
    ),
    "array of structs": (
        ("PayoutVault", "fundMany", ([TERMS, TERMS],)),
        ([TERMS_TUPLE, TERMS_TUPLE],),
    ),
    "struct read from a wider object": (
        ("PayoutVault", "approveAndRelease", ([TERMS], ASSET, HASH, [SIGNATURE], [b"proof"])),
        (
            [TERMS_TUPLE],
            (ALICE, HASH, HASH[::-1]),
            HASH,
            [(ALICE, 9, 2, [HASH], b"s" * 65)],
            [b"proof"],
        ),
    ),
    "nothing": (("Works", "count", ()), ()),
}


@pytest.mark.parametrize("name", CALLS)
def test_encode_call__when_arguments_are_objects__equals_what_web3_encodes(name: str) -> None:
    (contract, function, ours), theirs = CALLS[name]
    abi = list(artifact(contract).abi)
    oracle = Web3().eth.contract(abi=abi).encode_abi(function, args=theirs)
    assert encode_call(contract, function, ours) == bytes.fromhex(oracle[2:])


def test_encode_call__when_a_function_is_overloaded__takes_the_one_with_that_many_arguments() -> (
    None
):
    erc721 = encode_call("AssetRegistry", "approve", (ALICE, 1))
    ours = encode_call("AssetRegistry", "approve", (ASSET, 1, HASH, [], []))
    assert erc721[:4].hex() == "095ea7b3"
    assert ours[:4] != erc721[:4]


def test_encode_call__when_an_address_is_an_account__takes_its_address() -> None:
    account = Account.create()
    assert encode_call("Projects", "rolesOf", (1, account)) == encode_call(
        "Projects", "rolesOf", (1, account.address)
    )


@pytest.mark.threat("A13")
@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("uint8", "1"),
        ("uint8", True),
        ("uint8", 256),
        ("uint8", -1),
        ("uint40", 1.0),
        ("bytes32", b"short"),
        ("bytes32", "0x" + "00" * 32),
        ("address", ALICE.lower()),
        ("address", ALICE[:-1] + "9"),
        ("address", None),
        ("bool", 1),
        ("bytes", "0x00"),
        ("string", b"text"),
        ("string", "\ud800"),
        ("tuple", SimpleNamespace(other=1)),
        ("tuple", (1, 2)),
        ("uint8[]", [1, "2"]),
    ],
)
def test_encode_arguments__when_a_value_does_not_fit_exactly__refuses(
    kind: str, value: object
) -> None:
    component = {"name": "stage", "type": kind, "components": [{"name": "one", "type": "uint8"}]}
    with pytest.raises(EncodingError):
        encode_arguments([component], [value])


def test_encode_arguments__when_a_value_does_not_fit__names_the_argument() -> None:
    with pytest.raises(EncodingError, match=r"^sealBy: uint40 takes an int"):
        encode_arguments([{"name": "sealBy", "type": "uint40"}], ["soon"])


def test_encode_call__when_the_function_is_unknown__refuses() -> None:
    with pytest.raises(EncodingError, match="Works has no function close with 0 arguments"):
        encode_call("Works", "close", ())


def test_decode_result__when_a_struct_comes_back__names_its_fields_in_snake_case() -> None:
    components = [
        {"name": n, "type": t}
        for n, t in [("o", "address"), ("r", "uint40"), ("w", "uint40"), ("s", "uint8")]
    ]
    data = encode_arguments([*components, {"name": "x", "type": "uint8"}], (ALICE, 1, 2, 128, 1))
    assert decode_result("AssetRegistry", "assetOf", 1, data) == {
        "owner": ALICE,
        "registered_at": 1,
        "work_id": 2,
        "stages": 128,
        "status": 1,
    }


@pytest.mark.parametrize("data", [b"", b"\x01", b"\xff" * 32])
def test_decode_result__when_the_bytes_are_no_answer__raises_bad_response(data: bytes) -> None:
    with pytest.raises(BadResponseError, match="check that the contract at this address"):
        decode_result("Anchors", "anchoredAt", 2, data)


@pytest.mark.parametrize(
    ("solidity", "python"),
    [("payoutId", "payout_id"), ("sealBy", "seal_by"), ("_tokenId", "token_id"), ("by", "by")],
)
def test_snake_case__given_a_solidity_name__returns_the_python_spelling(
    solidity: str, python: str
) -> None:
    assert snake_case(solidity) == python
