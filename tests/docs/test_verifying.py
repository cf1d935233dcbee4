"""What docs/how-to/verify-a-file.md and erase-a-prompt.md tell people to run does run."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

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

    [script] = blocks("verify-a-file.md", "sh")
    for line in script.strip().splitlines():
        command = line.replace("https://a-node-that-you-trust", scene.chain.url).split()
        done = subprocess.run([sys.executable, *command[1:]], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        assert "INTEGRITY: holds" in done.stdout
    assert "CHAIN: holds" in done.stdout


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
