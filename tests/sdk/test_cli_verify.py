"""The command that verifies: a file, a bundle of evidence, a certificate or an asset id."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest

from creatoken_sdk.studio.bundle import EVIDENCE


@pytest.fixture
def banner(creatoken_studio, creatoken_run, tmp_path) -> Path:
    """A file that the test's run made and registered."""
    path = tmp_path / "banner.txt"
    path.write_text("the banner")
    creatoken_run.output(path)
    creatoken_studio.flush(wait="latest")
    return path


@pytest.fixture
def bundle(creatoken_studio, banner, tmp_path) -> Path:
    return creatoken_studio.pack(banner, tmp_path / "banner.zip")


@pytest.fixture
def certificate(bundle, tmp_path) -> Path:
    with zipfile.ZipFile(bundle) as archive:
        held = json.loads(archive.read(EVIDENCE))["certificate"]
    path = tmp_path / "certificate.json"
    path.write_text(json.dumps(held))
    return path


def answers(told: str) -> dict[str, str]:
    return {answer: found["state"] for answer, found in json.loads(told).items()}


def test_verify__given_a_bundle__reads_all_from_it_and_asks_the_chain(creatoken, bundle):
    code, told, complaint = creatoken("verify", bundle, "--json")
    assert (code, complaint) == (0, "")
    assert answers(told) == {"integrity": "holds", "trust": "unknown", "chain": "holds"}
    checks = [check for check, _, _ in json.loads(told)["integrity"]["findings"]]
    assert {"file", "step signatures"} <= set(checks)


def test_verify__given_a_bundle_with_another_file__fails(creatoken, bundle, tmp_path):
    forged = tmp_path / "forged.zip"
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(forged, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"the banneR" if name.startswith("file/") else old.read(name))
    code, told, complaint = creatoken("verify", forged)
    assert (code, complaint) == (1, "")
    assert "INTEGRITY: fails\n  fails   file: its bytes are not those" in told


def test_verify__given_a_certificate_alone__judges_its_steps_and_not_the_file(
    creatoken, certificate
):
    code, told, complaint = creatoken("verify", certificate, "--json")
    assert (code, complaint) == (0, "")
    assert answers(told) == {"integrity": "unknown", "trust": "unknown", "chain": "holds"}
    states = {check: state for check, state, _ in json.loads(told)["integrity"]["findings"]}
    assert (states["file"], states["step signatures"]) == ("unknown", "holds")


def test_verify__given_an_altered_certificate__fails(creatoken, certificate):
    certificate.write_text(certificate.read_text().replace('"version": "1"', '"version": "2"'))
    code, told, complaint = creatoken("verify", certificate)
    assert (code, complaint) == (1, "")
    assert "INTEGRITY: fails\n  fails   record: the certificate was altered" in told


@pytest.mark.parametrize("form", [str, lambda text: "0x" + text[2:].upper()])
def test_verify__given_an_asset_id__says_what_the_chain_holds(creatoken, bundle, form):
    with zipfile.ZipFile(bundle) as archive:
        asset = json.loads(archive.read(EVIDENCE))["asset"]["id"]
    code, told, complaint = creatoken("verify", form(asset), "--json")
    assert (code, complaint) == (0, "")
    assert answers(told) == {"integrity": "unknown", "trust": "unknown", "chain": "holds"}


def test_verify__given_an_id_that_nobody_registered__fails(creatoken):
    code, told, complaint = creatoken("verify", "0x" + "ab" * 32)
    assert (code, complaint) == (1, "")
    assert "CHAIN: fails\n  fails   registered: nobody registered this" in told


@pytest.mark.parametrize("name", ["work.zip", "work.json"])
def test_verify__given_a_registered_archive_or_json__takes_it_for_the_file_that_it_is(
    creatoken, creatoken_studio, creatoken_run, tmp_path, name
):
    path = tmp_path / name
    if name == "work.zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("banner.txt", "the banner")
    else:
        path.write_text('{"schema": "mine", "about": "creatoken.certificate"}')
    creatoken_run.output(path)
    creatoken_studio.flush(wait="latest")
    code, told, complaint = creatoken("verify", path, "--json")
    assert (code, complaint) == (0, "")
    assert answers(told) == {"integrity": "holds", "trust": "unknown", "chain": "holds"}


@pytest.mark.parametrize("given", ["0x", "0x" + "ab" * 29, "0x" + "ab" * 33, "0x" + "zz" * 32])
def test_verify__given_an_id_of_another_form__says_what_one_is(creatoken, given):
    code, told, complaint = creatoken("verify", given)
    assert (code, told) == (1, "")
    assert complaint == (
        f"creatoken: '{given}' is no asset id: pass 0x and its 64 hex digits, "
        "or a file of that name with ./\n"
    )


@pytest.mark.threat("D4")
@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("cut.zip", b"PK\3\4", "cut.zip is damaged (File is not a zip file); get it again"),
        ("cut.json", b'{"schema": "creatoken.certificate",', "not JSON at line 1 column"),
    ],
)
def test_verify__given_half_of_a_bundle_or_certificate__says_so_in_one_line(
    creatoken, tmp_path, name, content, says
):
    (tmp_path / name).write_bytes(content)
    code, told, complaint = creatoken("verify", name)
    assert (code, told) == (1, "")
    assert complaint.startswith(f"creatoken: {says}")
    assert complaint.count("\n") == 1


def test_verify__given_a_certificate_that_is_none__names_it(creatoken, banner):
    code, told, complaint = creatoken("verify", banner, "--certificate", banner)
    assert (code, told) == (1, "")
    assert complaint.startswith("creatoken: banner.txt is no certificate: not JSON at line 1")
    assert complaint.count("\n") == 1


def test_verify__given_a_registered_file__says_that_integrity_and_chain_hold(creatoken, banner):
    code, told, complaint = creatoken("verify", banner, "--json")
    assert (code, complaint) == (0, "")
    report = json.loads(told)
    assert [report[one]["state"] for one in ("integrity", "chain")] == ["holds", "holds"]


def test_verify__given_one_other_byte__fails(creatoken, banner):
    banner.write_text("the banneR")
    code, told, complaint = creatoken("verify", banner, "--json")
    assert (code, complaint) == (1, "")
    assert json.loads(told)["chain"]["state"] == "fails"


@pytest.mark.parametrize("name", ["nothing.png", "nothing.zip", "nothing.json"])
def test_verify__when_the_file_is_missing__says_so(creatoken, name):
    code, told, complaint = creatoken("verify", name)
    assert (code, told) == (1, "")
    assert complaint.startswith(f"creatoken: {name} cannot be read")


@pytest.mark.threat("D5")
def test_verify__given_a_name_that_steers_the_terminal__shows_it_escaped(
    creatoken, creatoken_studio, creatoken_run, tmp_path
):
    path, name = tmp_path / "banner.txt", "a\x1b\u202eb"
    path.write_text("the banner")
    made = creatoken_run.output(path, details={name: "secret"})
    creatoken_studio.flush(wait="latest")
    erased = made.certificate().erase(f"/details/{name}")
    (tmp_path / "certificate.json").write_text(json.dumps(erased.to_json()))
    _, told, _ = creatoken("verify", path, "--certificate", "certificate.json")
    assert "1 erased /details/a\\x1b\\u202eb\n" in told
    assert told.replace("\n", "").isprintable()


def test_verify__when_the_certificate_is_missing__says_so(creatoken, banner):
    code, told, complaint = creatoken("verify", banner, "--certificate", "nothing.json")
    assert (code, told) == (1, "")
    assert complaint.startswith("creatoken: nothing.json cannot be read")


@pytest.mark.parametrize("name", ["pipe.json", "pipe.png"])
def test_verify__given_a_pipe__does_not_wait_for_it(creatoken, tmp_path, name) -> None:
    os.mkfifo(tmp_path / name)
    code, _, complaint = creatoken("verify", name)
    assert (code, complaint) == (
        1,
        f"creatoken: {name} cannot be read (it is no file); pass a file\n",
    )
