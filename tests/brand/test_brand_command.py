"""The commands `creatoken brand ...` on folders of texts and pictures."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from brand.voice import LOUD, PALETTE, banner, lines
from creatoken_sdk.brand.evaluation import Rate, evaluate
from creatoken_sdk.brand.exemplar import Exemplar

RUN = "from creatoken_sdk.cli import main\nmain()"
RULES = '{"schema": "creatoken.brand-rules", "v": 1, "bannedWords": ["hurry"]}'


def creatoken(*arguments, code=RUN):
    """Run a command; return its exit code and what it printed."""
    command = [sys.executable, "-c", code, "brand", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def folder(path, texts, colours, count):
    """Write a brand's folder."""
    (path / "copy").mkdir(parents=True)
    (path / "images").mkdir()
    (path / "copy" / "all.txt").write_text("\n\n".join(texts))
    (path / "rules.json").write_text(RULES)
    for number in range(count):
        banner(path / "images" / f"{number}.png", colours, number)
    return path


@pytest.fixture(scope="module")
def brands(tmp_path_factory):
    """A brand, and what is none of it."""
    root = tmp_path_factory.mktemp("brands")
    shouts = [f"Hurry! Deal number {n} ends today, click NOW to optimise." for n in range(40)]
    return folder(root / "own", lines(90), PALETTE, 90), folder(root / "other", shouts, LOUD, 20)


def test_calibrate__given_a_folder__says_what_calibrates_and_the_least_level(brands) -> None:
    code, shown, complaint = creatoken("calibrate", brands[0], "--json")
    assert (code, complaint) == (0, "")
    found = json.loads(shown)
    assert found["items"] == 180
    assert [(one["kind"], one["calibration"], one["leastLevel"]) for one in found["results"]] == [
        ("copy", 45, "0.0217"),
        ("image", 45, "0.0217"),
    ]
    assert f"indexRoot: {found['indexRoot']}\n" in creatoken("calibrate", brands[0])[1]


def test_evaluate__given_both_sides__prints_false_alarms_and_power(brands) -> None:
    code, shown, _ = creatoken("evaluate", *brands, "--level", "0.1", "--json")
    assert code == 0
    copy, image = json.loads(shown)["results"]
    for one in (copy, image):
        assert (one["exemplars"], one["calibration"]) == (30, 30)
        assert one["falseAlarms"]["of"] == 30
        assert one["falseAlarms"]["rejected"] <= 9
        assert one["power"]["rejected"] == one["power"]["of"]
    assert (copy["power"]["of"], image["power"]["of"]) == (40, 20)
    shown = creatoken("evaluate", *brands, "--level", "0.1")[1]
    assert "power: 1.000 [0.912, 1.000] of 40\n" in shown


def test_evaluate__given_too_little_for_the_level__says_how_much_it_needs(brands) -> None:
    code, _, complaint = creatoken("evaluate", *brands, "--level", "0.01")
    assert code == 1
    assert "needs 99 calibration samples, there are 30" in complaint


@pytest.mark.threat("D5")
def test_check__given_files__exits_with_one_if_one_fails(brands, tmp_path) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad\x1b[2J.txt"
    good.write_text(lines(90)[3] + " ")
    bad.write_text("Hurry up and buy.")
    assert creatoken("check", brands[0], good)[0] == 0
    code, shown, _ = creatoken("check", brands[0], good, bad, "--json")
    assert code == 1
    first, second = json.loads(shown)["results"]
    assert (first["passes"], first["brokenRules"]) == ("yes", "")
    assert first["nearCopyOf"]
    assert (second["passes"], second["brokenRules"]) == ("no", "banned words")
    shown = creatoken("check", brands[0], bad)[1]
    assert "bad\\x1b[2J.txt" in shown
    assert "\x1b" not in shown


def test_check__when_a_package_is_missing__names_the_extra(brands) -> None:
    code, _, complaint = creatoken(
        "calibrate", brands[0], code="import sys\nsys.modules['imagehash'] = None\n" + RUN
    )
    assert code == 1
    assert complaint == (
        "creatoken: imagehash is not installed; run `pip install 'creatoken-sdk[brand]'`\n"
    )


def test_evaluate__given_content_on_both_sides__counts_it_once() -> None:
    inside = [Exemplar(text) for text in lines(90)]
    [found] = evaluate(inside, [*inside, Exemplar("x"), Exemplar("x")], level=0.1)
    assert found.power.total == 1
    assert found.false_alarms.total == 30


def test_rate__given_counts__has_the_exact_interval() -> None:
    assert Rate(0, 10).interval == pytest.approx((0, 0.3085), abs=1e-4)
    assert Rate(5, 10).interval == pytest.approx((0.1871, 0.8129), abs=1e-4)
    assert Rate(0, 0).interval == (0, 1)
