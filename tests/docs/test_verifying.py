"""What docs/how-to/verify-a-file.md and erase-a-prompt.md tell people to run does run."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from creatoken_sdk.studio.bundle import Bundle
from studio.scene import made

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"


def blocks(name, language):
    return re.findall(rf"```{language}\n(.*?)```", (HOW_TO / name).read_text(), re.DOTALL)


@pytest.fixture
def scene(tmp_path, monkeypatch):
    with made(tmp_path) as scene:
        monkeypatch.chdir(tmp_path)
        document = scene.certificate.to_json()
        (tmp_path / "certificate.json").write_text(json.dumps(document))
        yield scene


def test_verify_a_file__when_followed__verifies_and_packs(scene):
    names = {"studio": scene.studio, "ana": scene.ana.address, "asset_id": scene.final.id}
    names |= {"maya": scene.maya.address, "pipeline": scene.pipe.address}
    for block in blocks("verify-a-file.md", "python"):
        exec(block.replace("http://127.0.0.1:8545", scene.chain.url), names)

    [commands] = blocks("verify-a-file.md", "console")
    for line in commands.strip().splitlines():
        found = followed(line.replace("0x...", f"0x{scene.final.id:064x}"), scene)
        assert "CHAIN: holds" in found

    [script] = blocks("verify-a-file.md", "sh")
    evidence = Bundle.read(Path("banner-evidence.zip")).evidence
    hashes = [event["log"]["blockHash"] for event in evidence["events"]]
    for line in script.strip().splitlines():
        found = followed(line.replace("0x...", "{}").format(*hashes), scene)
        assert "INTEGRITY: holds" in found
    assert "CHAIN: holds" in found


def followed(line, scene):
    """What a line of a shell prints, at the test's chain."""
    program, *words = line.split()
    nodes = ("http://127.0.0.1:8545", "https://a-node-that-you-trust")
    command = [scene.chain.url if word in nodes else word for word in words]
    module = ["-m", "creatoken_sdk"] if program == "creatoken" else []
    done = subprocess.run([sys.executable, *module, *command], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.threat("D9")
def test_erase_a_prompt__when_followed__leaves_no_prompt_and_a_file_that_verifies(scene, tmp_path):
    secret = b"a calm sea at dawn"
    before = b"".join(path.read_bytes() for path in tmp_path.glob("studio.db*"))
    names = {"studio": scene.studio}
    for block in blocks("erase-a-prompt.md", "python"):
        exec(block, names)
    after = b"".join(path.read_bytes() for path in tmp_path.glob("studio.db*"))
    assert (secret in before, secret in after) == (True, False)
    assert names["disclosure"].field.value == "copy-7"
