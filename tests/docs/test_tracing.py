"""What docs/how-to/find-the-step-that-went-wrong.md and decide-what-to-review.md show does run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from studio.faulty import Line, brand_of

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"


def blocks(name, language):
    return re.findall(rf"```{language}\n(.*?)```", (HOW_TO / name).read_text(), re.DOTALL)


@pytest.fixture
def line(creatoken_studio, creatoken_work, creatoken_actors, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "made").mkdir()
    (tmp_path / "brand").mkdir()
    about = {"work": creatoken_work, "authorised_by": creatoken_actors.director}
    brand = brand_of(tmp_path / "brand" / "images")
    return Line(creatoken_studio, brand, tmp_path / "made", about, creatoken_actors.designer)


def run(line):
    """Runs `creatoken ...` as the line says; returns exit code and what it printed."""
    command = [sys.executable, "-m", "creatoken_sdk", *line.split()[1:]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_find_the_step__when_followed__names_the_designer(line, tmp_path, capsys):
    line.make(1, "palette")
    (tmp_path / "banner.png").write_bytes((tmp_path / "made" / "palette-1.png").read_bytes())
    names = {"studio": line.studio, "brand": line.brand}
    for block in blocks("find-the-step-that-went-wrong.md", "python"):
        exec(block, names)
    assert "palette-1: render#1" in capsys.readouterr().out
    [script] = blocks("find-the-step-that-went-wrong.md", "sh")
    code, told = run(script.strip())
    assert (code, "=> render#1" in told) == (1, True)


def test_decide_what_to_review__when_followed__queues_records_and_tells(
    line, creatoken_run, creatoken_actors, tmp_path
):
    assets = [line.make(n, "tone" if n == 3 else "").output for n in range(6)]
    (tmp_path / "banner.png").write_bytes((tmp_path / "made" / "clean-1.png").read_bytes())
    names = {"studio": line.studio, "brand": line.brand, "assets": assets}
    names |= {"run": creatoken_run, "ana": creatoken_actors.designer}
    for block in blocks("decide-what-to-review.md", "python"):
        exec(block, names)
    assert names["first"].asset.id == assets[3].id
    assert creatoken_run.unrecorded == []
    [script] = blocks("decide-what-to-review.md", "sh")
    codes = [run(command)[0] for command in script.strip().splitlines()]
    assert codes == [0, 0]
    assert (tmp_path / "boundary.svg").exists()
