"""Fields are hidden, opened and erased one by one; nothing else changes the root."""

import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from creatoken_sdk.errors import CanonicalError, ErasedError, RecordError
from creatoken_sdk.record import (
    ERASED,
    VERIFIED,
    Certificate,
    Disclosure,
    Field,
    SignedStep,
    asset_document,
    canonical,
    new_key,
    parents_hash,
    sign,
    verify_chain,
)
from creatoken_sdk.record.commitments import DOMAIN, SHAPE

KEY = bytes(range(32))
PROMPT = "a red fox"
DOCUMENT = {
    "schema": "creatoken.step",
    "v": 1,
    "prompt": PROMPT,
    "model": {"name": "m-1", "version": None},
    "seeds": ["1", "2", []],
}
PATHS = {
    "/schema", "/v", "/prompt", "/model/name", "/model/version",
    "/seeds[0]", "/seeds[1]", "/seeds[2]",
}  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text("ab~/[]01", max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab~/[]01", max_size=3), inner)
    ),
    max_leaves=10,
)
DOCUMENTS = VALUES.map(lambda value: {"schema": "creatoken.test", "v": 1, "field": value})


@pytest.fixture
def certificate():
    return Certificate.issue(DOCUMENT, KEY)


def test_issue__given_a_document__commits_to_each_field_by_the_stated_formula(certificate):
    salt = hmac.digest(KEY, b"/prompt", "sha256")
    value = hashlib.sha256(b'"a red fox"').digest()
    expected = hashlib.sha256(DOMAIN + (7).to_bytes(4, "big") + b"/prompt" + salt + value).digest()
    assert certificate.disclose("/prompt").field.commitment == expected
    assert set(certificate.salts) == PATHS | {SHAPE}
    assert certificate.verify(certificate.root) == dict.fromkeys(PATHS, VERIFIED)


@given(DOCUMENTS)
def test_disclose__given_any_field__verifies_alone(document):
    certificate = Certificate.issue(document, KEY)
    assert (len(certificate.salts) + len(certificate.padding)).bit_count() == 1
    for path in certificate.salts:
        assert certificate.disclose(path).verify(certificate.root)


@given(DOCUMENTS, DOCUMENTS)
def test_issue__when_documents_differ__roots_differ(one, other):
    same = canonical.dumps(one) == canonical.dumps(other)
    assert (Certificate.issue(one, KEY).root == Certificate.issue(other, KEY).root) is same


@pytest.mark.parametrize(
    ("one", "other"),
    [([1], {"0": 1}), ({"a/b": 1}, {"a": {"b": 1}}), ({"a[0]": 1}, {"a": [1]}), ("1", 1), ([], {})],
)
def test_issue__when_two_shapes_look_alike__roots_differ(one, other):
    roots = {
        Certificate.issue({"schema": "x", "v": 1, "f": value}, KEY).root for value in (one, other)
    }
    assert len(roots) == 2


@pytest.mark.threat("D1")
def test_issue__when_the_key_differs__nothing_can_be_guessed_from_the_commitments(certificate):
    """A short prompt is found by trying words only if its salt is known."""
    other = Certificate.issue(DOCUMENT, new_key())
    assert other.root != certificate.root
    shared = {*certificate.erase("/prompt").erased.values(), *certificate.padding}
    assert not shared & {*other.erase("/prompt").erased.values(), *other.padding}
    guess = Field("/prompt", PROMPT, other.disclose("/prompt").field.salt)
    assert guess.commitment not in shared
    assert len({new_key() for _ in range(100)}) == 100


@pytest.mark.threat("D2")
def test_repr__given_secrets__shows_none(certificate):
    opened = certificate.disclose("/prompt")
    for text in (repr(certificate), repr(opened), repr(opened.field)):
        assert PROMPT not in text
        assert repr(opened.field.salt) not in text


def test_disclosure__when_value_path_salt_or_proof_is_changed__is_false(certificate):
    opened = certificate.disclose("/prompt")
    field, proof = opened.field, opened.proof
    forged = [
        Disclosure(Field("/prompt", "a blue fox", field.salt), proof),
        Disclosure(Field("/promptx", PROMPT, field.salt), proof),
        Disclosure(Field("/prompt", PROMPT, bytes(32)), proof),
        Disclosure(field, proof[1:]),
        Disclosure(field, certificate.disclose("/v").proof),
    ]
    assert opened.verify(certificate.root)
    assert [item.verify(certificate.root) for item in forged] == [False] * 5
    assert not opened.verify(bytes(32))
    with pytest.raises(RecordError, match="a salt is 32 bytes"):
        Field("/prompt", PROMPT, field.salt + b"x")


@pytest.mark.threat("D9")
def test_erase__given_a_field__siblings_verify_and_it_says_erased(certificate):
    kept = certificate.erase("/prompt", "/model")
    gone = {"/prompt", "/model/name", "/model/version"}
    assert kept.root == certificate.root
    verdicts = kept.verify(certificate.root)
    assert {path for path, verdict in verdicts.items() if verdict == ERASED} == gone
    assert {path for path, verdict in verdicts.items() if verdict == VERIFIED} == PATHS - gone
    assert kept.record["prompt"] == kept.record["model"]["name"] == "erased"
    assert kept.disclose("/seeds[1]").verify(certificate.root)
    text = json.dumps(kept.to_json())
    assert PROMPT not in text
    assert certificate.salts["/prompt"].hex() not in text
    assert KEY.hex() not in text
    with pytest.raises(ErasedError, match="'/prompt' is erased in this certificate"):
        kept.disclose("/prompt")
    assert certificate.disclose("/prompt").verify(kept.root)


def test_erase__given_two_turns__adds_up(certificate):
    assert certificate.erase("/prompt").erase("/seeds") == certificate.erase("/seeds", "/prompt")
    assert certificate.erase("/prompt").erase("/prompt") == certificate.erase("/prompt")


@pytest.mark.threat("D9")
@pytest.mark.parametrize("path", ["/schema", "/v", "", "/nothing", "/prom", "/seeds[9]", "prompt"])
def test_erase__when_the_path_is_unknown_or_vital__refuses(certificate, path):
    with pytest.raises(RecordError, match=r"schema and v|has nothing at"):
        certificate.erase(path)


def test_disclose__when_the_path_is_unknown__refuses(certificate):
    with pytest.raises(RecordError, match="has no field '/model'"):
        certificate.disclose("/model")


def test_verify__when_it_is_another_record__refuses(certificate):
    with pytest.raises(RecordError, match="not of this record root"):
        certificate.verify(bytes(32))


@given(DOCUMENTS)
def test_from_json__given_what_to_json_wrote__is_equal(document):
    certificate = Certificate.issue(document, KEY)
    for written in (certificate, certificate.erase("/field")):
        read = Certificate.from_json(canonical.loads(canonical.dumps(written.to_json())))
        assert read == written
        assert read.verify(certificate.root) == written.verify(certificate.root)


def nested(depth):
    return [nested(depth - 1)] if depth else []


@pytest.mark.parametrize("depth", [60, 61])
def test_issue__given_the_deepest_document__can_be_read_again(depth):
    certificate = Certificate.issue(DOCUMENT | {"deep": nested(depth)}, KEY)
    assert Certificate.from_json(canonical.loads(canonical.dumps(certificate.to_json())))


def test_issue__given_a_document_that_could_not_be_read_again__refuses():
    canonical.document_hash(DOCUMENT | {"deep": nested(62)})
    with pytest.raises(CanonicalError, match="deeper than 64"):
        Certificate.issue(DOCUMENT | {"deep": nested(62)}, KEY)


def endless():
    loop = []
    loop.append(loop)
    return loop


def edited(document, **changes):
    return {**document, **changes}


BENT = {
    "another value": lambda d: edited(d, record=d["record"] | {"prompt": "a blue fox"}),
    "an extra field": lambda d: edited(d, record=d["record"] | {"extra": 1}),
    "a field gone": lambda d: edited(d, record={"schema": "creatoken.step", "v": 1}),
    "an extra salt": lambda d: edited(d, salts=d["salts"] | {"/x": "0x" + "00" * 32}),
    "a salt of 31 bytes": lambda d: edited(d, salts=d["salts"] | {"/v": "0x" + "00" * 31}),
    "a salt also erased": lambda d: edited(d, erased={"/v": "0x" + "00" * 32}),
    "padding gone": lambda d: edited(d, padding=d["padding"][1:], erased={}),
    "another root": lambda d: edited(d, recordRoot="0x" + "00" * 32),
    "another version": lambda d: edited(d, v=2),
    "an extra key": lambda d: edited(d, note="x"),
    "no salts": lambda d: {key: value for key, value in d.items() if key != "salts"},
    "a list": lambda d: [d],
    "nothing": lambda d: None,
    "endless nesting": lambda d: edited(d, record=endless()),
}


@pytest.mark.parametrize("bend", BENT.values(), ids=BENT)
def test_from_json__when_anything_was_altered__refuses(bend):
    document = Certificate.issue(DOCUMENT | {"tenth": 10}, KEY).to_json()
    assert Certificate.from_json(document).to_json() == document
    with pytest.raises(RecordError):
        Certificate.from_json(bend(document))


def test_disclose__given_the_shape__proves_which_paths_there_are(certificate):
    opened = certificate.erase("/prompt", "/model").disclose(SHAPE)
    assert opened.field.value == sorted(PATHS)
    assert opened.verify(certificate.root)
    assert not Disclosure(Field(SHAPE, ["/v"], opened.field.salt), opened.proof).verify(
        certificate.root
    )


def strip_a_field(document, commitment_of):
    del document["record"]["prompt"], document["salts"]["/prompt"]
    document["padding"].append(commitment_of("/prompt"))


def invent_an_erased_field(document, commitment_of):
    document["record"]["consent"] = ERASED
    document["erased"]["/consent"] = document["padding"].pop()


def rename_an_erased_field(document, commitment_of):
    del document["record"]["seeds"][1], document["salts"]["/seeds[1]"]
    del document["salts"]["/seeds[2]"]
    document["record"] |= {"x": ERASED, "y": ERASED}
    document["erased"] |= {"/x": commitment_of("/seeds[1]"), "/y": commitment_of("/seeds[2]")}
    document["record"]["seeds"] = ["1"]


def erase_the_shape(document, commitment_of):
    strip_a_field(document, commitment_of)
    del document["salts"][SHAPE]
    document["erased"][SHAPE] = commitment_of(SHAPE)


def strip_the_shape(document, commitment_of):
    strip_a_field(document, commitment_of)
    del document["salts"][SHAPE]
    document["padding"].append(commitment_of(SHAPE))


FORGERIES = (
    strip_a_field,
    invent_an_erased_field,
    rename_an_erased_field,
    erase_the_shape,
    strip_the_shape,
)


@pytest.mark.parametrize("forge", FORGERIES)
def test_from_json__when_a_holder_moves_commitments_about__refuses(certificate, forge):
    """Every leaf of the tree stays, so the root is right; only the paths are not."""

    def commitment_of(path):
        return "0x" + certificate.disclose(path).field.commitment.hex()

    document = json.loads(json.dumps(certificate.to_json()))
    forge(document, commitment_of)
    with pytest.raises(RecordError):
        Certificate.from_json(document).verify(certificate.root)


@pytest.mark.threat("D1")
@pytest.mark.parametrize("key", [b"", bytes(31), bytes(33)])
def test_issue__when_the_key_is_not_32_bytes__refuses(key):
    with pytest.raises(RecordError, match="a record key is 32 bytes"):
        Certificate.issue(DOCUMENT, key)


def test_issue__when_the_document_is_not_canonical__refuses():
    with pytest.raises(CanonicalError, match="/temperature"):
        Certificate.issue(DOCUMENT | {"temperature": 0.7}, KEY)


def test_asset_document__given_signed_steps__can_be_checked_from_its_certificate(
    create_step, domain, agent
):
    step = create_step()
    signed = SignedStep(step, sign(domain, step, agent))
    document = asset_document(domain, [signed], [2**255], {"model": "m-1"})
    certificate = Certificate.issue(document, new_key()).erase("/details")
    written = Certificate.from_json(certificate.to_json()).record
    verify_chain(domain, [SignedStep.from_json(entry) for entry in written["steps"]])
    assert written["parents"] == [str(2**255)]
    assert written["parentsHash"] == "0x" + parents_hash([2**255]).hex()
    assert written["oversight"] == "fully_autonomous"
    assert written["details"] == {"model": "erased"}


def test_disclose__given_the_parents_hash__shows_that_no_parent_is_left_out(
    create_step, domain, agent
):
    step = create_step()
    signed = SignedStep(step, sign(domain, step, agent))
    certificate = Certificate.issue(asset_document(domain, [signed], [5, 6]), KEY)
    opened = certificate.erase("/parents").disclose("/parentsHash")
    assert opened.verify(certificate.root)
    assert opened.field.value == "0x" + parents_hash([5, 6]).hex()
    left_out = "0x" + parents_hash([5]).hex()
    forged = Field("/parentsHash", left_out, opened.field.salt)
    assert not Disclosure(forged, opened.proof).verify(certificate.root)


def test_from_json__given_a_value_in_place_of_an_erased_field__refuses():
    document = {"schema": "test", "v": 1, "prompt": "a sun over the sea"}
    shown = Certificate.issue(document, new_key()).erase("/prompt").to_json()
    shown["record"]["prompt"] = "something else"
    with pytest.raises(RecordError, match="an erased field shows a value"):
        Certificate.from_json(shown)
