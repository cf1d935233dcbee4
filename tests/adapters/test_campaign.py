"""The campaign in examples/ runs, and leaves what it promises."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_campaign__when_run__leaves_banners_that_prove_themselves(tmp_path):
    out = tmp_path / "out"
    command = [sys.executable, "examples/campaign/campaign.py", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "✗" not in done.stdout
    assert "banned words: perfect, hurry" in done.stdout
    assert "✓ the confounded difference says the opposite" in done.stdout

    finals = sorted(out.glob("final-*.png"))
    assert [path.stem for path in finals] == ["final-1-shore", "final-2-shore", "final-4-sunrise"]
    page = (out / "campaign.html").read_text()
    for final in finals:
        assert f'src="{final.name}"' in page
        certificate = json.loads(final.with_suffix(".certificate.json").read_text())
        assert certificate["record"]["oversight"] == "human_validated"
        alone = [sys.executable, "-I", str(final.with_suffix(".evidence.zip"))]
        told = subprocess.run(alone, capture_output=True, text=True, check=False)
        assert "INTEGRITY: holds" in told.stdout, told.stdout + told.stderr
