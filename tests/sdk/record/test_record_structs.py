"""Words equal eth-abi's for exact values; whatever eth-abi or eth-account would bend is refused."""

import dataclasses
import re

import eth_abi
import pytest
from eth_account.messages import encode_typed_data
from hypothesis import given
from hypothesis import strategies as st

from creatoken_sdk import record
from creatoken_sdk.errors import EncodingError
from creatoken_sdk.record.structs import encode, members
from creatoken_sdk.testing.strategies import structs

STRUCTS = (
    record.Step,
    record.Approval,
    record.BulkApproval,
    record.Registration,
    record.Attestation,
    record.Metric,
    record.PayoutTerms,
    record.Offer,
)
ADDRESS = "0x5FbDB2315678afecb367f032d93F642f64180aa3"


ANY = st.sampled_from(STRUCTS).flatmap(structs)
MESSAGE = st.sampled_from([one for one in STRUCTS if issubclass(one, record.Message)])


@given(ANY)
def test_encode__given_any_struct__equals_eth_abi(struct):
    kinds = [kind for kind, _ in members(struct.TYPE)]
    assert struct.encode() == eth_abi.encode(kinds, list(dataclasses.astuple(struct)))


@given(MESSAGE.flatmap(structs))
def test_digest__given_any_message__equals_eth_account(message):
    domain = record.Domain(chain_id=1, verifying_contract=ADDRESS)
    payload = message.payload(domain)
    integers = {n for kind, n in members(message.TYPE) if kind.startswith("uint")}
    fields = {n: int(v) if n in integers else v for n, v in payload["message"].items()}
    signable = encode_typed_data(full_message=payload | {"message": fields})
    assert signable.header == domain.separator()
    assert signable.body == message.struct_hash()
    joined = b"\x19\x01" + domain.separator() + message.struct_hash()
    assert message.digest(domain) == record.keccak256(joined)


@given(ANY)
def test_from_json__given_what_to_json_wrote__returns_an_equal_struct(struct):
    assert type(struct).from_json(struct.to_json()) == struct


@pytest.mark.parametrize("cls", STRUCTS, ids=lambda cls: cls.__name__)
def test_struct__given_its_type_string__has_the_same_fields_in_order(cls):
    names = [re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower() for _, name in members(cls.TYPE)]
    assert [field.name for field in dataclasses.fields(cls)] == names
    assert cls.TYPE.startswith(cls.__name__ + "(")


LENIENT = {
    "text as a number": ("uint256", "1"),
    "a float": ("uint256", 1.0),
    "a bool as a number": ("uint8", True),
    "nothing": ("uint256", None),
    "negative": ("uint40", -1),
    "one too large for uint8": ("uint8", 256),
    "one too large for uint40": ("uint40", 2**40),
    "one too large for uint256": ("uint256", 2**256),
    "short bytes32": ("bytes32", b"\x01"),
    "long bytes32": ("bytes32", bytes(33)),
    "hex as bytes32": ("bytes32", "0x" + "00" * 32),
    "bytearray as bytes32": ("bytes32", bytearray(32)),
    "number as bool": ("bool", 1),
    "text as bool": ("bool", "true"),
    "lower-case address": ("address", ADDRESS.lower()),
    "upper-case address": ("address", "0x" + ADDRESS[2:].upper()),
    "one letter's case wrong": ("address", ADDRESS.replace("F", "f", 1)),
    "address without 0x": ("address", ADDRESS[2:]),
    "address as bytes": ("address", bytes(20)),
    "short address": ("address", ADDRESS[:-1]),
}


@pytest.mark.threat("A13")
@pytest.mark.parametrize(("kind", "value"), LENIENT.values(), ids=LENIENT)
def test_encode__when_a_value_is_not_exact__refuses(kind, value):
    with pytest.raises(EncodingError, match=kind if kind != "address" else "address"):
        encode((kind,), (value,))


@pytest.mark.parametrize("values", [(), (1,), (1, 2, 3)])
def test_encode__when_values_and_types_differ_in_number__refuses(values):
    with pytest.raises(EncodingError, match="for 2 types"):
        encode(("uint8", "uint8"), values)


@pytest.mark.threat("A13")
def test_domain__when_its_chain_id_only_equals_a_number__refuses():
    with pytest.raises(EncodingError, match="got bool"):
        record.Domain(chain_id=True, verifying_contract=ADDRESS)


BENT = {
    "an extra key": lambda json: json | {"extra": "1"},
    "a missing key": lambda json: {k: v for k, v in json.items() if k != "stage"},
    "a number instead of text": lambda json: json | {"stage": 1},
    "a leading zero": lambda json: json | {"stage": "01"},
    "a sign": lambda json: json | {"stage": "+1"},
    "a space": lambda json: json | {"stage": " 1"},
    "another script's digit": lambda json: json | {"stage": "\u0661"},
    "hex as a number": lambda json: json | {"stage": "0x1"},
    "out of range": lambda json: json | {"stage": "256"},
    "a number of 5,000 digits": lambda json: json | {"assetId": "9" * 5000},
    "short hex": lambda json: json | {"noteHash": "0x00"},
    "upper-case hex": lambda json: json | {"noteHash": "0x" + "AA" * 32},
    "hex with a line break": lambda json: json | {"noteHash": "0x" + "aa" * 32 + "\n"},
    "wrong checksum": lambda json: json | {"director": ADDRESS.lower()},
    "not an object": lambda json: list(json),
}


@pytest.mark.threat("A13")
@pytest.mark.parametrize("bend", BENT.values(), ids=BENT)
def test_from_json__when_anything_is_not_as_written__refuses(bend):
    approval = record.Approval(
        asset_id=1, stage=2, note_hash=bytes(32), director=ADDRESS, epoch=0, deadline=9
    )
    with pytest.raises(EncodingError):
        record.Approval.from_json(bend(approval.to_json()))
