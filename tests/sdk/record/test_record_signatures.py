"""Verdicts equal the contracts': one form of each signature counts, and only for who is named."""

import dataclasses
import json
from pathlib import Path

import pytest
from eth_account import Account
from eth_keys.datatypes import PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from creatoken_sdk import record
from creatoken_sdk.errors import EncodingError, SigningError

REFUSED = json.loads(
    (Path(__file__).parents[2] / "vectors" / "typed_data.json").read_text(encoding="utf-8")
)["refused"]


class KeyService:
    """A signer that keeps its key to itself, like a key management service."""

    def __init__(self, account, bend=lambda raw: raw):
        self.address, self._account, self._bend = account.address, account, bend

    def unsafe_sign_hash(self, message_hash):
        signed = self._account.unsafe_sign_hash(message_hash)
        return dataclasses.make_dataclass("Signed", ["signature"])(self._bend(signed.signature))


def test_sign__given_an_account__makes_what_eth_account_makes(create_step, domain, agent):
    step = create_step()
    signature = record.sign(domain, step, agent)
    assert signature == agent.unsafe_sign_hash(step.digest(domain)).signature
    assert len(signature) == 65
    assert signature[64] in (27, 28)
    assert record.recover(step.digest(domain), signature) == agent.address
    assert record.verify(domain, step, signature, agent.address)


def test_sign__given_a_key_service__makes_the_same_signature(create_step, domain, agent):
    step = create_step()
    service = KeyService(agent)
    assert record.sign(domain, step, service) == record.sign(domain, step, agent)


def test_sign__when_the_message_names_another_account__refuses(create_step, domain, director):
    with pytest.raises(SigningError, match="names 0x.* as signer, not " + director.address):
        record.sign(domain, create_step(), director)


@pytest.mark.parametrize(
    "bend",
    [lambda raw: raw[:64] + bytes([raw[64] - 27]), lambda raw: raw[:64], lambda raw: bytes(65)],
    ids=["v of 0 or 1", "64 bytes", "zeros"],
)
def test_sign__when_a_key_service_answers_in_another_form__refuses(
    create_step, domain, agent, bend
):
    with pytest.raises(SigningError, match="no signature by " + agent.address):
        record.sign(domain, create_step(), KeyService(agent, bend))


def test_sign__when_a_key_is_not_of_the_claimed_address__refuses(create_step, domain, agent):
    thief = KeyService(Account.create())
    thief.address, thief.key = agent.address, bytes(thief._account.key)
    with pytest.raises(SigningError, match="no signature by " + agent.address):
        record.sign(domain, create_step(), thief)


@pytest.mark.threat("A2")
@pytest.mark.parametrize("form", REFUSED["signatures"], ids=lambda form: form["why"])
def test_recover__given_a_malformed_or_foreign_signature__never_names_the_signer(form):
    digest, signature = bytes.fromhex(REFUSED["digest"][2:]), bytes.fromhex(form["signature"][2:])
    if form["why"].startswith("other v"):
        assert record.recover(digest, signature) != REFUSED["signer"]
        return
    with pytest.raises(SigningError):
        record.recover(digest, signature)


@pytest.mark.threat("A13")
def test_recover__when_eth_account_is_lenient__is_not(create_step, domain, agent):
    digest = create_step().digest(domain)
    raw = agent.unsafe_sign_hash(digest).signature
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    high = (order - int.from_bytes(raw[32:64], "big")).to_bytes(32, "big")
    for twin in (raw[:32] + high + bytes([55 - raw[64]]), raw[:64] + bytes([raw[64] - 27])):
        assert Account._recover_hash(digest, signature=twin) == agent.address
        with pytest.raises(SigningError):
            record.recover(digest, bytes(twin))


@given(position=st.integers(0, 64), flip=st.integers(1, 255))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_verify__when_any_byte_is_changed__is_false(domain, position, flip):
    key = PrivateKey(record.name_hash("reporter"))
    metric = record.Metric(
        asset_id=1,
        name=record.name_hash("clicks"),
        value=2,
        report_hash=bytes(32),
        reporter=key.public_key.to_checksum_address(),
        at=3,
    )
    signature = bytearray(record.sign(domain, metric, Account.from_key(key.to_bytes())))
    signature[position] ^= flip
    assert not record.verify(domain, metric, bytes(signature), metric.reporter)


def test_verify__when_any_field_is_changed__is_false(create_step, domain, agent, director):
    step = create_step()
    signature = record.sign(domain, step, agent)
    for field in dataclasses.fields(step):
        value = getattr(step, field.name)
        if isinstance(value, bytes):
            other = record.keccak256(value)
        else:
            other = director.address if isinstance(value, str) else value + 1
        changed = dataclasses.replace(step, **{field.name: other})
        assert not record.verify(domain, changed, signature, agent.address), field.name


@pytest.mark.threat("A12")
def test_verify__when_one_key_poses_as_two_signers__is_false(domain, director):
    """A wallet that a director owns cannot reuse the signature: it names the director."""
    wallet = "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512"
    approval = record.BulkApproval(
        root=bytes(32), count=1, director=director.address, epoch=0, deadline=9
    )
    signature = record.sign(domain, approval, director)
    assert record.verify(domain, approval, signature, director.address)
    assert not record.verify(domain, approval, signature, wallet)
    posing = dataclasses.replace(approval, director=wallet)
    assert not record.verify(domain, posing, signature, director.address)
    assert not record.verify(domain, posing, signature, wallet)


def test_verify__given_a_registration__asks_for_the_creator(domain, agent, director):
    registration = record.Registration(
        asset_id=5,
        to=director.address,
        work_id=0,
        manifest_hash=bytes(32),
        parents_hash=record.parents_hash([]),
        deadline=9,
    )
    signature = record.sign(domain, registration, agent)
    assert record.verify(domain, registration, signature, agent.address)
    assert not record.verify(domain, registration, signature, director.address)


@pytest.mark.threat("A13")
def test_verify__when_the_signer_is_no_checksummed_address__refuses(create_step, domain, agent):
    step = create_step()
    signature = record.sign(domain, step, agent)
    with pytest.raises(EncodingError, match="checksum"):
        record.verify(domain, step, signature, agent.address.lower())
