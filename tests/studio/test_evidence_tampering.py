"""Every class of byte in a bundle, changed: both verifiers must say which answer fails, and why."""

import copy
import hashlib
import json
import random
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from creatoken_sdk.record import Field
from studio.both import REFUSED, by_script, by_sdk, failed, standalone, states
from studio.scene import BANNER, made

DIGEST = hashlib.sha256(BANNER).digest()
OTHER = "0x" + "ab" * 32


@pytest.fixture(scope="module")
def evidence(tmp_path_factory):
    """The evidence of a banner: drafted, anchored, registered, approved, with one open field."""
    from creatoken_sdk.studio.bundle import Bundle

    folder = tmp_path_factory.mktemp("evidence")
    with made(folder) as scene:
        opened = (None, scene.certificate.disclose("/details/file"))
        path = scene.studio.pack(scene.banner, folder / "b.zip", disclosures=[opened])
        return dict(Bundle.read(path).evidence)


def steps(evidence):
    return evidence["certificate"]["record"]["steps"]


def flip(text, place=-1):
    """Change one hex digit."""
    digits = list(text)
    digits[place] = "1" if digits[place] == "0" else "0"
    return "".join(digits)


def put(*path, change=flip):
    """A mutation of what is at a path of keys."""

    def mutate(evidence):
        place = evidence
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = change(place[path[-1]])

    return mutate


def swap_steps(evidence):
    listed = steps(evidence)
    listed[0], listed[1] = listed[1], listed[0]


def drop_field(evidence):
    del evidence["certificate"]["record"]["oversight"]
    del evidence["certificate"]["salts"]["/oversight"]


def feign_erasure(evidence):
    """Claim that a field was erased and show another value in its place."""
    certificate, path = evidence["certificate"], "/details/file"
    salt = bytes.fromhex(certificate["salts"].pop(path)[2:])
    hidden = Field(path, certificate["record"]["details"]["file"], salt).commitment
    certificate["erased"][path] = "0x" + hidden.hex()
    certificate["record"]["details"]["file"] = "other.png"


def swap_proofs(evidence):
    proofs = evidence["stepProofs"]
    proofs["0"], proofs["1"] = proofs["1"], proofs["0"]


INTEGRITY, TRUST, CHAIN = "integrity", "trust", "chain"
RECORD = ("certificate", "record")
# name: mutation, the answers and checks that must fail (others may too), words of the reason
MATRIX = {
    "content hash": (put("asset", "contentHash"), {INTEGRITY: {"file", "asset id"}}),
    "asset id": (put("asset", "id"), {INTEGRITY: {"asset id"}, TRUST: {"creator"}}),
    "record root": (put("asset", "recordRoot"), {INTEGRITY: {"asset id", "record"}}),
    "record field": (
        put(*RECORD, "details", "file", change=lambda _: "x.png"),
        {INTEGRITY: {"record"}},
    ),
    "salt": (put("certificate", "salts", "/details/file"), {INTEGRITY: {"record"}}),
    "shape salt": (put("certificate", "salts", ""), {INTEGRITY: {"record"}}),
    "padding": (put("certificate", "padding", 0), {INTEGRITY: {"record"}}),
    "field removed": (drop_field, {INTEGRITY: {"record"}, TRUST: {"oversight"}}),
    "false erasure": (feign_erasure, {INTEGRITY: {"record"}}),
    "oversight": (
        put(*RECORD, "oversight", change=lambda _: "human_validated"),
        {INTEGRITY: {"record"}, TRUST: {"oversight"}},
    ),
    "step order": (swap_steps, {INTEGRITY: {"record", "step order"}}),
    "step content": (
        put(*RECORD, "steps", 1, "message", "output"),
        {INTEGRITY: {"record", "step order", "step signatures", "steps root"}},
    ),
    "step signature": (
        put(*RECORD, "steps", 1, "signature", change=lambda text: flip(text, 20)),
        {INTEGRITY: {"record", "step signatures"}},
    ),
    "step actor": (
        put(*RECORD, "steps", 2, "message", "actor", change=lambda _: "0x" + "0" * 40),
        {INTEGRITY: {"record", "step signatures", "steps root"}},
    ),
    "steps root": (put(*RECORD, "stepsRoot"), {INTEGRITY: {"record", "steps root"}}),
    "step proof": (put("stepProofs", "1", 0), {INTEGRITY: {"steps root"}}),
    "step proofs swapped": (swap_proofs, {INTEGRITY: {"steps root"}}),
    "parents": (put("asset", "parents", change=lambda _: [OTHER]), {INTEGRITY: {"parents"}}),
    "anchor proof": (put("anchor", "proof", 0), {INTEGRITY: {"anchor proof"}}),
    "anchor root": (put("anchor", "root"), {INTEGRITY: {"anchor proof"}}),
    "disclosed value": (
        put("disclosures", 0, "value", change=lambda _: "other.png"),
        {INTEGRITY: {"disclosure 0"}},
    ),
    "disclosed salt": (put("disclosures", 0, "salt"), {INTEGRITY: {"disclosure 0"}}),
    "registration signature": (
        put("signatures", 0, "signature", change=lambda text: flip(text, 20)),
        {TRUST: {"creator"}},
    ),
    "registration terms": (
        put("signatures", 0, "message", "deadline", change=lambda _: "1"),
        {TRUST: {"creator"}},
    ),
    "approval signature": (
        put("signatures", 1, "signature", change=lambda text: flip(text, 20)),
        {TRUST: {"approval 0"}},
    ),
    "approval stage": (
        put("signatures", 1, "stage", change=lambda _: "6"),
        {TRUST: {"approval 0"}},
    ),
    "header": (put("events", 0, "header"), {CHAIN: {"event 0"}}),
    "block hash": (put("events", 0, "log", "blockHash"), {CHAIN: {"event 0"}}),
    "block number": (
        put("events", 0, "log", "blockNumber", change=lambda _: "0x1"),
        {CHAIN: {"event 0"}},
    ),
    "event data": (
        put("events", 0, "log", "data", change=lambda text: flip(text, 2 + 64 * 4 - 1)),
        {CHAIN: {"event 0"}},
    ),
    "proof index": (put("events", 0, "proof", "index"), {CHAIN: {"event 0"}}),
    "proof node": (put("events", 0, "proof", "nodes", 0), {CHAIN: {"event 0"}}),
    "proof removed": (
        put("events", 0, "proof", "nodes", change=lambda _: []),
        {CHAIN: {"event 0"}},
    ),
    "proof without header": (put("events", 0, "header", change=lambda _: ""), {CHAIN: {"event 0"}}),
    "event topic": (put("events", 0, "log", "topics", 1), {CHAIN: {"event 0"}}),
    "event name": (
        put("events", 0, "event", change=lambda _: "Transfer(address,address,uint256)"),
        {CHAIN: {"event 0"}},
    ),
    "contract of an event": (
        put("events", 0, "contract", change=lambda _: "Anchors"),
        {CHAIN: {"event 0"}},
    ),
    "event contract": (
        put("events", 0, "log", "address", change=lambda _: "0x" + "0" * 40),
        {CHAIN: {"event 0"}},
    ),
    "chain id": (
        put("chainId", change=lambda _: "1"),
        {INTEGRITY: {"asset id", "step signatures"}, TRUST: {"creator", "approval 0"}},
    ),
    "registry": (
        put("contracts", "AssetRegistry", change=lambda _: "0x" + "0" * 40),
        {INTEGRITY: {"asset id"}, TRUST: {"creator", "approval 0"}, CHAIN: {"event 0"}},
    ),
}


def test_verifiers__given_untouched_evidence__find_nothing_wrong_and_agree(evidence):
    found = by_sdk(evidence, DIGEST)
    assert failed(found) == {}
    assert states(found) == states(by_script(evidence, DIGEST))
    assert set(states(found)[INTEGRITY].values()) == {"holds"}
    assert set(states(found)[CHAIN].values()) == {"unknown"}


@pytest.mark.parametrize("name", MATRIX)
def test_verifiers__when_one_thing_is_changed__name_the_answer_and_the_check(evidence, name):
    mutate, expected = MATRIX[name]
    changed = copy.deepcopy(evidence)
    mutate(changed)
    for verifier in (by_sdk, by_script):
        found = failed(verifier(changed, DIGEST))
        for answer, checks in expected.items():
            assert checks <= found.get(answer, set()), (verifier.__name__, found)
        assert set(found) <= set(expected) | {CHAIN}, (verifier.__name__, found)
    assert states(by_sdk(changed, DIGEST)) == states(by_script(changed, DIGEST))


def test_verifiers__when_one_bit_of_the_file_is_changed__fail_integrity_alone(evidence):
    digest = hashlib.sha256(BANNER[:-1] + b"R").digest()
    for verifier in (by_sdk, by_script):
        assert failed(verifier(evidence, digest)) == {INTEGRITY: {"file"}}


VECTORS = json.loads((Path(__file__).parents[1] / "vectors/typed_data.json").read_text())


@pytest.mark.threat("A2")
def test_script__given_the_shared_vectors__recovers_each_signer_and_no_malformed_one():
    standalone()
    mathematics = sys.modules["mathematics"]
    for one in VECTORS["messages"]:
        digest, signature = (bytes.fromhex(one[key][2:]) for key in ("digest", "signature"))
        assert mathematics.recover(digest, signature) == mathematics.account(one["signer"])
    refused = VECTORS["refused"]
    signer = mathematics.account(refused["signer"])
    for one in refused["signatures"]:
        signature = bytes.fromhex(one["signature"][2:])
        found = mathematics.recover(bytes.fromhex(refused["digest"][2:]), signature)
        assert found != signer


def leaves(value, path=()):
    """Where the scalars of a document are."""
    if isinstance(value, (dict, list)) and value:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in items:
            yield from leaves(item, (*path, key))
    else:
        yield path


ODD = st.sampled_from(
    ["", "0", "1", "-1", "0x", "0xzz", OTHER, "file/x", None, True, 7, [], {}, "é"]
)


@settings(
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.integers(0, 2**32), st.one_of(st.none(), ODD))
def test_verifiers__when_anything_is_changed__agree_and_never_say_yes(evidence, seed, odd):
    places = list(leaves(evidence))
    place = random.Random(seed).choice(places)
    changed = copy.deepcopy(evidence)

    def other(old):
        if odd is None and isinstance(old, str) and len(old) > 3:
            return flip(old, random.Random(seed).randrange(2, len(old)))
        return odd

    put(*place, change=other)(changed)
    sdk, script = states(by_sdk(changed, DIGEST)), states(by_script(changed, DIGEST))
    assert sdk == script, place
    # Of these, some is free text, some only a node or the other answers can judge: see MATRIX.
    elsewhere = ("schema", "v", "file", "wallets", "contracts", "events", "signatures")
    elsewhere += ("anchor", "disclosures")
    if changed != evidence and sdk != REFUSED and place[0] not in elsewhere:
        assert "fails" in {state for checks in sdk.values() for state in checks.values()}, place
