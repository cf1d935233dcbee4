"""What docs/how-to/stay-on-brand.md tells people to run does run."""

import json
import re
import subprocess
import sys
from pathlib import Path

from brand.voice import LOUD, PALETTE, banner, lines
from creatoken_sdk import Role

TEXT = (Path(__file__).parents[2] / "docs/how-to/stay-on-brand.md").read_text()


def folder(path, rules, texts, colours):
    """Write a brand as the page describes it."""
    for name in ("guide", "copy", "images"):
        (path / name).mkdir(parents=True)
    (path / "guide/voice.md").write_text("We are never in a hurry.\n")
    (path / "copy/lines.txt").write_text("\n\n".join(texts))
    (path / "rules.json").write_text(rules)
    for number in range(60):
        banner(path / f"images/{number}.png", colours, number)


def test_stay_on_brand__when_followed__approves_a_banner_and_its_commands_run(
    creatoken_client, creatoken_studio, creatoken_actors, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    ct, people = creatoken_client, creatoken_actors
    project = ct.projects.create(
        treasury=people.studio, directors=[people.director], recorders=[people.recorder]
    )
    ct.projects.set_roles(project, people.designer.address, Role.COMPLIANCE)
    [rules] = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    folder(tmp_path / "brand", rules, lines(90), PALETTE)
    folder(tmp_path / "not-brand", rules, [f"Buy {n} now!" for n in range(30)], LOUD)
    prompts = []

    def make_banner(prompt, name):
        prompts.append(prompt)
        banner(tmp_path / name, PALETTE, 502)

    names = {"ct": ct, "project": project, "work": ct.works.open(project)}
    names |= {"studio": creatoken_studio, "maya": people.director, "checker": people.designer}
    names["make_banner"] = make_banner
    [code] = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    exec(code, names)

    assert names["run"].unrecorded == []
    assert names["ticket"].is_approved
    assert "[3] " in prompts[0]

    [commands] = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    for command in commands.splitlines():
        run = [sys.executable, "-m", "creatoken_sdk", *command.split()[1:], "--json"]
        done = subprocess.run(run, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), command
        assert json.loads(done.stdout)["results"]


def test_brand_evaluation__given_what_was_measured__says_the_same():
    root = Path(__file__).parents[2]
    found = json.loads((root / "bench/brand.json").read_text())
    text = (root / "docs/brand-evaluation.md").read_text()
    written = [line for line in text.splitlines() if re.search(r"\| 0\.\d{3} \(", line)]
    measured = [
        f"| {name} | {cell(row['falseAlarms'])} | {cell(row['power'])} |"
        for part in ("texts", "pictures")
        for rows in found[part].values()
        for name, row in rows.items()
    ]
    assert written == measured
    for package, version in found["packages"].items():
        assert f"{package} {version}" in " ".join(text.split())


def cell(figures):
    """Mean, least and most as the page writes them."""
    mean, least, most = figures
    return f"{mean} ({least} to {most})"
