"""Commitments that nobody guesses, fields that open, and contents that are gone once erased."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from creatoken_sdk.errors import ErasedError, RecordError
from creatoken_sdk.record import SHAPE, Field, canonical
from creatoken_sdk.record.commitments import DOMAIN, salt
from creatoken_sdk.studio.memory import Remembered
from creatoken_sdk.studio.run import Run
from creatoken_sdk.studio.studio import Studio
from creatoken_sdk.testing.plugin import Actors
from studio.kept import Kept, kept

CANARY = "zimtstern-4711"


@pytest.fixture
def drafted(creatoken_studio: Studio, creatoken_run: Run) -> Kept:
    """A step with a secret in its input, its output, its model and its parameters."""
    given = {"key": CANARY, "seed": 1}

    @creatoken_studio.step("draft", actor="agent:copy", model=CANARY, parameters=given)
    def draft(brief: str) -> str:
        return f"text about {brief}"

    draft(f'the "{CANARY}"\n100 % of it, caf\u00e9_')
    return kept(creatoken_studio)[0]


def on_disk(folder: Path, text: str) -> list[str]:
    return [path.name for path in folder.rglob("*") if text.encode() in path.read_bytes()]


@pytest.mark.threat("D1")
def test_commitments__given_the_same_content_twice__differ_and_confirm_no_guess(
    creatoken_studio: Studio, creatoken_run: Run, creatoken_actors: Actors
) -> None:
    for _ in range(2):
        creatoken_run.human("edit", "yes", by=creatoken_actors.designer, output="yes")
    first, second = kept(creatoken_studio)
    assert first.record["inputHash"] == second.record["inputHash"]
    commitments = {one for step in (first.step, second.step) for one in (step.input, step.output)}
    assert len(commitments | {first.step.detail, second.step.detail}) == 6
    guess = hashlib.sha256(b"yes").digest()
    plain = canonical.dumps("0x" + guess.hex())
    path = b"/inputHash"
    unsalted = DOMAIN + len(path).to_bytes(4, "big") + path
    tries = [guess, hashlib.sha256(plain).digest()]
    tries += [hashlib.sha256(unsalted + tail).digest() for tail in (plain, guess, tries[1])]
    tries += [Field("/inputHash", "0x" + guess.hex(), key).commitment for key in (bytes(32), guess)]
    assert not commitments & set(tries)


@pytest.mark.threat("D1")
def test_record_key__given_to_somebody__confirms_a_guess(
    creatoken_studio: Studio, drafted: Kept
) -> None:
    rows = creatoken_studio.store.rows("SELECT key FROM record_keys WHERE id = ?", (drafted.id,))
    key = bytes.fromhex(rows[0][0][2:])
    for path, commitment in (
        ("/inputHash", drafted.step.input),
        ("/outputHash", drafted.step.output),
    ):
        value = drafted.record[path[1:]]
        assert Field(path, value, salt(key, path)).commitment == commitment


@pytest.mark.parametrize("text", [CANARY, f'the "{CANARY}"', "100 % of it", "caf\u00e9_", "\n100"])
def test_find__given_a_piece_of_text__finds_the_step(
    creatoken_studio: Studio, drafted: Kept, text: str
) -> None:
    [found] = creatoken_studio.memory.find(text)
    assert found == Remembered(drafted.id, "test", "draft#1", step=1)


@pytest.mark.parametrize("text", ["100 _ of it", "caf%", "zimtstern-4712", 'the \\"'])
def test_find__given_text_that_is_nowhere__finds_nothing(
    creatoken_studio: Studio, drafted: Kept, text: str
) -> None:
    assert creatoken_studio.memory.find(text) == []


@pytest.mark.parametrize("path", ["/inputHash", "/outputHash", "/output/text", "/model", SHAPE])
def test_disclose__given_a_field__verifies_under_the_steps_detail_and_nothing_else(
    creatoken_studio: Studio, drafted: Kept, path: str
) -> None:
    opened = creatoken_studio.memory.disclose(drafted.id, path)
    assert opened.verify(drafted.step.detail)
    assert not opened.verify(drafted.step.previous)
    of_step = {"/inputHash": drafted.step.input, "/outputHash": drafted.step.output}
    assert of_step.get(path, opened.field.commitment) == opened.field.commitment
    bent = Field(path, "another", opened.field.salt)
    assert bent.commitment != opened.field.commitment
    assert CANARY not in repr(opened)


def test_disclose__given_a_documents_canonical_input__is_what_its_hash_is_of(
    creatoken_studio: Studio, drafted: Kept
) -> None:
    memory = creatoken_studio.memory
    text = memory.disclose(drafted.id, "/output/text").field.value
    hashed = memory.disclose(drafted.id, "/outputHash").field.value
    assert hashed == "0x" + hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.threat("D9")
def test_erase__given_a_step__leaves_no_byte_of_it_on_disk_and_its_siblings_verifiable(
    creatoken_studio: Studio, creatoken_run: Run, drafted: Kept, tmp_path: Path
) -> None:
    creatoken_run.gate("brand", "unharmed")
    key = creatoken_studio.store.rows("SELECT key FROM record_keys WHERE id = ?", (drafted.id,))
    salts = creatoken_studio.memory.certificate(drafted.id).salts
    gone = [CANARY, key[0][0], drafted.record["inputHash"], drafted.record["outputHash"]]
    gone += ["0x" + salts[path].hex() for path in ("/inputHash", "/output/text", "/model")]
    assert [text for text in gone if not on_disk(tmp_path, text)] == []

    creatoken_studio.memory.erase(drafted.id)
    assert [text for text in gone if on_disk(tmp_path, text)] == []
    creatoken_studio.close()
    assert [text for text in gone if on_disk(tmp_path, text)] == []

    left = creatoken_studio.memory.certificate(drafted.id)
    states = left.verify(drafted.step.detail)
    assert {path for path, state in states.items() if state == "verified"} == {
        "/schema",
        "/v",
        "/action",
        "/actor",
        "/attempt",
    }
    assert creatoken_studio.memory.disclose(drafted.id, "/action").verify(drafted.step.detail)
    with pytest.raises(ErasedError, match="/output/text"):
        creatoken_studio.memory.disclose(drafted.id, "/output/text")
    erased, sibling = kept(creatoken_studio)
    assert (erased.step, erased.signature) == (drafted.step, drafted.signature)
    opened = creatoken_studio.memory.disclose(sibling.id, "/output/text")
    assert (opened.field.value, opened.verify(sibling.step.detail)) == ("unharmed", True)
    assert creatoken_studio.memory.find(CANARY) == []


@pytest.mark.threat("D9")
def test_erase__given_one_path__erases_that_alone_and_again_changes_nothing(
    creatoken_studio: Studio, drafted: Kept
) -> None:
    memory = creatoken_studio.memory
    memory.erase(drafted.id, "/parameters/key")
    memory.erase(drafted.id, "/parameters/key")
    states = memory.certificate(drafted.id).verify(drafted.step.detail)
    assert [path for path, state in states.items() if state == "erased"] == ["/parameters/key"]
    assert memory.disclose(drafted.id, "/model").field.value == CANARY
    memory.erase(drafted.id)
    memory.erase(drafted.id)
    assert memory.find(CANARY) == []


@pytest.mark.threat("D9")
def test_erase__given_an_asset__leaves_its_id_and_its_steps(
    creatoken_studio: Studio, creatoken_run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "banner.png"
    path.write_bytes(b"banner")
    made = creatoken_run.output(path, details={"note": CANARY})
    creatoken_studio.memory.erase(hex(made.id), "/details/note")
    left = creatoken_studio.memory.certificate(hex(made.id))
    assert left.verify(made.asset.record_root)["/details/note"] == "erased"
    assert creatoken_run.output(path).id == made.id
    assert on_disk(tmp_path, CANARY) == []


@pytest.mark.threat("D9")
def test_run__when_an_erased_step_is_repeated__pays_nothing_for_it(
    creatoken_studio: Studio, creatoken_run: Run, creatoken_actors: Actors
) -> None:
    ana = creatoken_actors.designer
    creatoken_run.human("edit", CANARY, by=ana, output="b", key="edit", shares=30)
    creatoken_studio.memory.erase(kept(creatoken_studio)[0].id)
    creatoken_run.human("edit", CANARY, by=ana, output="b", key="edit", shares=30)
    found = [(one.key, one.attempt, one.step.shares) for one in kept(creatoken_studio)]
    assert found == [("edit", 1, 30), ("edit", 2, 0)]


def test_certificate__given_an_unknown_id__says_what_to_do(creatoken_studio: Studio) -> None:
    with pytest.raises(RecordError, match="`find` lists them"):
        creatoken_studio.memory.certificate("0x00")


@pytest.mark.parametrize("paths", [("/inputs",), ("/input", "/outputs"), ("/details",)])
def test_erase__given_a_path_that_the_document_never_had__erases_nothing_and_says_so(
    creatoken_studio: Studio, drafted: Kept, paths: tuple[str, ...]
) -> None:
    with pytest.raises(RecordError, match=f"has no {paths[-1]}; nothing was erased"):
        creatoken_studio.memory.erase(drafted.id, *paths)
    assert len(creatoken_studio.memory.find(CANARY)) == 1
    assert creatoken_studio.memory.disclose(drafted.id, "/model").field.value == CANARY


def test_erase__given_an_asset_and_no_path__says_to_name_one(
    creatoken_studio: Studio, creatoken_run: Run, tmp_path: Path
) -> None:
    path = tmp_path / f"{CANARY}.png"
    path.write_bytes(b"banner")
    made = hex(creatoken_run.output(path).id)
    with pytest.raises(RecordError, match="name paths of its certificate"):
        creatoken_studio.memory.erase(made)
    creatoken_studio.memory.erase(made, "/details")
    creatoken_studio.memory.erase(made, "/details")
    with pytest.raises(ErasedError):
        creatoken_studio.memory.disclose(made, "/details/file")
    assert on_disk(tmp_path, CANARY) == []
