"""Ids follow the terms: another term, another id. Their values are in the shared vectors."""

import dataclasses
import hashlib
import io

import eth_abi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from creatoken_sdk import record
from creatoken_sdk.errors import EncodingError, RecordError
from creatoken_sdk.record import keccak256

REGISTRY = "0x5FbDB2315678afecb367f032d93F642f64180aa3"
CREATOR = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
OTHER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
BYTES32 = st.binary(min_size=32, max_size=32)
TERMS = record.PayoutTerms(
    work_id=1,
    stage=7,
    payer=CREATOR,
    payee=OTHER,
    currency="0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE",
    amount=10**18,
    expires_at=1_800_000_000,
    brief_hash=bytes(32),
    salt=0,
)


@given(st.integers(0, 2**256 - 1), BYTES32, BYTES32)
def test_asset_id__given_any_asset__is_the_stated_hash(chain_id, content, root):
    types = ["bytes32", "uint256", "address", "address", "bytes32", "bytes32"]
    values = [keccak256(b"creatoken.asset.v1"), chain_id, REGISTRY, CREATOR, content, root]
    expected = int.from_bytes(keccak256(eth_abi.encode(types, values)), "big")
    assert record.asset_id(chain_id, REGISTRY, CREATOR, content, root) == expected


def test_asset_id__when_any_part_differs__differs():
    parts = (1, REGISTRY, CREATOR, bytes(32), bytes(32))
    others = (2, OTHER, OTHER, b"\x01" * 32, b"\x01" * 32)
    ids = {record.asset_id(*parts)}
    for place, other in enumerate(others):
        ids.add(record.asset_id(*parts[:place], other, *parts[place + 1 :]))
    assert len(ids) == 6


def test_payout_id__given_terms__is_the_stated_hash():
    struct = "(uint40,uint8,address,address,address,uint128,uint40,bytes32,uint256)"
    types = ["bytes32", "uint256", "address", struct]
    place = [keccak256(b"creatoken.payout.v1"), 31337, REGISTRY]
    expected = keccak256(eth_abi.encode(types, [*place, dataclasses.astuple(TERMS)]))
    assert record.payout_id(31337, REGISTRY, TERMS) == expected


@pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(TERMS)])
def test_payout_id__when_any_term_differs__differs(field):
    value = getattr(TERMS, field)
    if isinstance(value, int):
        other = value + 1
    else:
        other = REGISTRY if isinstance(value, str) else b"\x01" * 32
    changed = dataclasses.replace(TERMS, **{field: other})
    assert record.payout_id(1, REGISTRY, changed) != record.payout_id(1, REGISTRY, TERMS)


def test_payout_id__when_a_term_is_out_of_range__refuses():
    too_much = dataclasses.replace(TERMS, amount=2**128)
    with pytest.raises(EncodingError, match="uint128"):
        record.payout_id(1, REGISTRY, too_much)


def test_parents_hash__given_none__is_the_hash_of_nothing():
    assert record.parents_hash([]) == keccak256(b"")
    assert record.parents_hash([1, 2]) != record.parents_hash([2, 1])


def test_leaves__given_values__are_standard_leaves():
    digest = b"\x02" * 32
    made = {
        record.asset_leaf(CREATOR, digest, digest, digest): (
            record.ASSET_LEAF,
            [CREATOR, digest, digest, digest],
        ),
        record.approval_leaf(5, 7, digest): (record.APPROVAL_LEAF, [5, 7, digest]),
        record.join_leaf(0, CREATOR, 3): (record.JOIN_LEAF, [0, CREATOR, 3]),
    }
    for leaf, (types, values) in made.items():
        assert leaf == keccak256(keccak256(eth_abi.encode(types, values)))


@pytest.mark.threat("D7")
def test_content_hash__given_bytes_or_a_file__is_sha256_of_all():
    data = bytes(range(256)) * 10_000
    assert record.content_hash(data) == hashlib.sha256(data).digest()
    assert record.content_hash(io.BytesIO(data)) == hashlib.sha256(data).digest()
    assert record.content_hash(io.BytesIO()) == hashlib.sha256(b"").digest()


def test_source_type__given_the_table__never_changes():
    """These numbers are on chain: only additions at the end are allowed."""
    terms = """
        empty digitalCapture computationalCapture negativeFilm positiveFilm print humanEdits
        algorithmicallyEnhanced digitalCreation dataDrivenMedia trainedAlgorithmicMedia
        compositeWithTrainedAlgorithmicMedia algorithmicMedia screenCapture virtualRecording
        composite compositeCapture compositeSynthetic trainedAlgorithmicData
    """.split()  # noqa: SIM905
    assert [record.SourceType(number).term for number in range(len(terms))] == terms
    assert len(record.SourceType) == len(terms)


def test_of__given_a_term_or_uri__returns_the_type():
    iptc = "cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    for text in ("trainedAlgorithmicMedia", f"http://{iptc}", f"https://{iptc}"):
        assert record.SourceType.of(text) is record.SourceType.TRAINED_ALGORITHMIC_MEDIA
    c2pa = "http://c2pa.org/digitalsourcetype/trainedAlgorithmicData"
    assert record.SourceType.TRAINED_ALGORITHMIC_DATA.uri == c2pa
    for kind in record.SourceType:
        assert record.SourceType.of(kind.uri) is record.SourceType.of(kind.term) is kind
        assert record.SourceType.of(int(kind)) is kind


@pytest.mark.parametrize("text", ["foo", "", "minorHumanEdits", "TrainedAlgorithmicMedia", 19, -1])
def test_of__given_a_retired_or_unknown_term__lists_the_current_ones(text):
    with pytest.raises(RecordError, match="humanEdits"):
        record.SourceType.of(text)
