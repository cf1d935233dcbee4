"""The committed vectors are what the SDK makes today, and what independent libraries make."""

import subprocess
import sys
from pathlib import Path

import pytest

VECTORS = Path(__file__).parents[2] / "vectors"
FILES = ("ids.json", "leaves.json", "trees.json", "typed_data.json")


def generate(folder, seed):
    subprocess.run([sys.executable, VECTORS / "generate.py", folder, str(seed)], check=True)


def crosscheck(folder):
    command = ["node", Path(__file__).with_name("crosscheck.mjs"), folder]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    folder = tmp_path_factory.mktemp("vectors")
    generate(folder, 7)
    return folder


def test_vectors__when_made_anew__are_the_committed_bytes(tmp_path):
    generate(tmp_path, 1)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (VECTORS / name).read_bytes(), name


def test_vectors__when_recomputed_by_ethers_and_openzeppelin__agree():
    result = crosscheck(VECTORS)
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) == 275


def test_vectors__given_another_seed__agree_too(fresh):
    result = crosscheck(fresh)
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) > 1_500


@pytest.mark.parametrize("name", FILES)
def test_crosscheck__when_one_digit_is_wrong__fails(fresh, tmp_path, name):
    for other in FILES:
        text = (fresh / other).read_text(encoding="utf-8")
        if other == name:
            place = text.rindex("0x", 0, len(text) // 2) + 30
            text = text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :]
        (tmp_path / other).write_text(text, encoding="utf-8")
    assert crosscheck(tmp_path).returncode != 0
