"""Bundles that are made to fill the memory of whoever runs the script on them."""

import os
import resource
import subprocess
import sys
import zipfile

import pytest

from creatoken_sdk.errors import RecordError
from creatoken_sdk.studio.bundle import EVIDENCE, SCRIPTS, Bundle
from studio.both import STANDALONE

LIMIT = 64 << 20
LOOSE = b" " * 60_000 + os.urandom(2_000)
"""Shrinks to a thirtieth, which is less than what is refused as a bomb."""


def run(*command):
    """Run the script where it gets 400 MB at most."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", *map(str, command)],
        capture_output=True,
        text=True,
        env={"PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20)),
    )
    return done.returncode, done.stdout, done.stderr


def packed(path, members, method=zipfile.ZIP_DEFLATED):
    """A bundle with the script and these members, written piece by piece."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for script in SCRIPTS:
            archive.write(STANDALONE / script, script)
        for name, (piece, count) in members.items():
            with archive.open(name, "w") as member:
                for _ in range(count):
                    member.write(piece)
    return path


def lying(path, size):
    """Have the zip say another unpacked size of its last member."""
    data = bytearray(path.read_bytes())
    said = data.rindex(b"PK\1\2") + 24  # in the central directory
    data[said : said + 4] = size.to_bytes(4, "little")
    path.write_bytes(data)


BOMBS = {
    "evidence": ({EVIDENCE: (bytes(1 << 20), 1024)}, "'evidence.json' unpacks to over 100 times"),
    "loose": ({EVIDENCE: (LOOSE, 1100)}, f"evidence.json is larger than {LIMIT} bytes"),
    "file": (
        {EVIDENCE: (b"{}", 1), "file/x": (bytes(1 << 20), 1024)},
        "'file/x' unpacks to over 100 times its size",
    ),
    "readme": (
        {EVIDENCE: (b"{}", 1), "README.txt": (bytes(1 << 20), 512)},
        "'README.txt' unpacks to over 100 times its size",
    ),
}


@pytest.mark.threat("D4")
@pytest.mark.parametrize("name", BOMBS)
def test_script__given_a_zip_bomb__says_the_limit_and_needs_little_memory(tmp_path, name):
    members, reason = BOMBS[name]
    path = packed(tmp_path / "bomb.zip", members)
    assert path.stat().st_size < 4 << 20
    code, output, error = run(path)
    assert (code, output) == (1, "")
    assert error.startswith(f"The bundle cannot be read: {reason}")
    assert error.count("\n") == 1
    with pytest.raises(RecordError, match=r"100 times|larger than 67108864 bytes"):
        Bundle.read(path)


@pytest.mark.threat("D4")
@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_script__given_a_packing_that_unpacks_all_at_once__refuses_it(tmp_path, method):
    path = packed(tmp_path / "rare.zip", {})
    with zipfile.ZipFile(path, "a", method) as archive:
        archive.writestr(EVIDENCE, bytes(1 << 20))
    lying(path, 100)
    code, _, error = run(path)
    assert code == 1
    assert error == "The bundle cannot be read: 'evidence.json' is packed in a rare way\n"


@pytest.mark.threat("D4")
def test_script__given_a_size_that_is_a_lie__reads_no_more_than_that(tmp_path):
    path = packed(tmp_path / "lie.zip", {EVIDENCE: (bytes(1 << 20), 1024)})
    lying(path, 50_000_000)
    code, _, error = run(path)
    assert code == 1
    assert error.startswith("The bundle cannot be read: ")
    assert "memory" not in error.lower()


@pytest.mark.threat("D4")
def test_script__given_unpacked_evidence_without_end__says_the_limit(tmp_path):
    with zipfile.ZipFile(packed(tmp_path / "b.zip", {})) as archive:
        archive.extractall(tmp_path / "folder")
    with (tmp_path / "folder" / EVIDENCE).open("wb") as file:
        file.truncate(8 << 30)  # a file with a hole: it takes no room on the disk
    code, _, error = run(tmp_path / "folder")
    assert code == 1
    assert error == f"The bundle cannot be read: evidence.json is larger than {LIMIT} bytes\n"


@pytest.mark.threat("D4")
def test_script__given_a_member_twice__refuses_the_bundle(tmp_path):
    path = packed(tmp_path / "twice.zip", {EVIDENCE: (b"{}", 1)})
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(EVIDENCE, b"{}")
    assert run(path)[2] == "The bundle cannot be read: a member is twice\n"
