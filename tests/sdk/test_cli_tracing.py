"""The commands that explain an asset from a store, without a chain."""

from __future__ import annotations

import json
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest


@pytest.fixture
def creatoken(tmp_path):
    def run(*arguments):
        command = [sys.executable, "-m", "creatoken_sdk", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
        return done.returncode, done.stdout, done.stderr

    return run


@pytest.fixture
def ad(creatoken_studio, creatoken_run, creatoken_actors, tmp_path):
    """A file that an agent drafted in a part of the run, and that a person let pass."""
    draft = creatoken_studio.step("draft", actor="agent:\x1b\u202e")(lambda topic: f"On {topic}.")
    with creatoken_run.nested("left"):
        text = draft("the sea in the early morning")
    creatoken_run.gate("tone", {"passed": False})
    creatoken_run.human("accept", text, by=creatoken_actors.designer, output=text)
    path = tmp_path / "ad.txt"
    path.write_text(text)
    asset = creatoken_run.output(path)
    creatoken_studio.close()
    return asset


@pytest.mark.parametrize("named", ["ad.txt", "id"])
def test_trace__given_a_file_or_an_id__names_the_step_and_exits_with_1(creatoken, ad, named):
    code, told, complaint = creatoken(
        "trace", "studio.db", hex(ad.id) if named == "id" else named, "--json"
    )
    assert (code, complaint) == (1, "")
    found = json.loads(told)
    [first] = [one for one in found["steps"] if one["id"] == found["first"]]
    assert (first["key"], first["fault"]) == ("accept#1", "overrode")


@pytest.mark.threat("D5")
def test_trace__when_shown__is_a_tree_of_parts_in_which_nothing_steers_the_terminal(creatoken, ad):
    code, told, complaint = creatoken("trace", "studio.db", "ad.txt")
    assert (code, complaint) == (1, "")
    lines = told.splitlines()
    depth = {name: next(i.find(name) for i in lines if name in i) for name in ("left", "draft#1")}
    assert depth["left"] < depth["draft#1"]
    assert any("=> accept#1" in line for line in lines)
    assert "although gate:tone had warned: it did not pass" in told
    assert "agent:\\x1b\\u202e" in told
    assert told.replace("\n", "").isprintable()


def test_trace__given_a_brand_folder__measures(creatoken, ad, tmp_path):
    (tmp_path / "brand" / "copy").mkdir(parents=True)
    paragraphs = [f"The sea lies calm on day {n} of the year." for n in range(60)]
    (tmp_path / "brand" / "copy" / "all.txt").write_text("\n\n".join(paragraphs))
    code, told, complaint = creatoken(
        "trace", "studio.db", "ad.txt", "--brand", "brand", "--json", "--contents", "."
    )
    assert (code, complaint) == (1, "")
    [draft] = [one for one in json.loads(told)["steps"] if one["key"] == "left/draft#1"]
    assert [(d["against"], d["calibrationSamples"]) for d in draft["drifts"]] == [("brand", 30)]


def test_trace__without_the_extra_of_brands__says_what_to_install(ad, tmp_path):
    code = "import sys; sys.modules['numpy'] = None; from creatoken_sdk.cli import main; main()"
    command = [sys.executable, "-c", code, "trace", "studio.db", "ad.txt", "--brand", "brand"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith("is not installed; run `pip install 'creatoken-sdk[brand]'`\n")


@pytest.mark.parametrize("command", ["trace", "boundary"])
def test_commands__given_no_store__say_so_and_make_none(creatoken, tmp_path, command):
    code, told, complaint = creatoken(command, "nothing.db", "ad.txt")
    assert (code, told) == (1, "")
    assert "nothing.db is no store" in complaint
    assert not (tmp_path / "nothing.db").exists()


def test_boundary__given_a_file__tells_leaves_a_picture_and_needs_no_chain(creatoken, ad, tmp_path):
    code, told, complaint = creatoken("boundary", "studio.db", "ad.txt", "--svg", "ad.svg")
    assert (code, complaint) == (0, "")
    assert "prompt_guided" in told
    assert ET.parse(tmp_path / "ad.svg").getroot().get("role") == "img"
    code, told, _ = creatoken("boundary", "studio.db", f"work:{ad.asset.work_id}", "--json")
    [found] = json.loads(told)
    assert (code, found["steps"]["human"], found["steps"]["agent"]) == (0, 2, 1)


def test_boundary__given_a_work_that_is_none__says_so(creatoken, ad):
    code, _, complaint = creatoken("boundary", "studio.db", "work:x")
    assert code == 1
    assert "write work: and its number" in complaint


@pytest.mark.parametrize("command", ["trace", "boundary"])
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("x" * 300, "0x1"), "is no store"),
        ((".", "0x1"), "is no store"),
        (("studio.db", "0xzz"), "is no asset id"),
        (("studio.db", "0x1"), "is no asset of this studio"),
        (("studio.db", "gone.txt"), "cannot be read"),
        (("studio.db", "x" * 300), "cannot be read (File name too long)"),
    ],
)
def test_commands__given_what_is_not_there__say_so_in_one_line(
    creatoken, ad, command, arguments, told
):
    code, shown, complaint = creatoken(command, *arguments)
    assert (code, shown, complaint.count("\n")) == (1, "", 1)
    assert told in complaint


@pytest.mark.parametrize(
    "arguments",
    [
        ("boundary", "studio.db", "ad.txt", "--svg", "gone/a.svg"),
        ("brand", "calibrate", "x" * 300),
        ("rescue", "x" * 300),
    ],
)
def test_commands__when_a_file_cannot_be_reached__say_so_in_one_line(creatoken, ad, arguments):
    code, shown, complaint = creatoken(*arguments)
    assert (code, shown, complaint.count("\n")) == (1, "", 1)
