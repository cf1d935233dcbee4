"""A campaign from brief to royalties: agents propose, people decide, and everybody is paid.

Run it with `python3 dev.py campaign`; what it makes is in out/campaign.
"""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from typing import Any

from langgraph.types import Command
from rich.console import Console

from creatoken_sdk.adapters.langchain import LangChainRecorder
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.demo.report import Report
from creatoken_sdk.studio.run import Run
from graph import Agents, Banner
from hands import CHOICE, finish
from insight import learn
from model import house_model
from money import approve_and_pay, fund, sell_and_split
from showing import show
from stage import Stage

HERE = Path(__file__).parent
SHARES = {"research": 10, "copy": 25, "design": 40}


def generate(stage: Stage, run: Run, brief: dict[str, Any]) -> list[Banner]:
    """Let the agents work, have Maya decide where they wait for her, and return their banners."""
    report, drafts = stage.report, stage.out / "drafts"
    drafts.mkdir()
    with house_model() as model:
        agents = Agents(model, stage.index, stage.brand, run, drafts)
        graph = agents.graph()
        recorder = LangChainRecorder(run, shares=SHARES, signers=stage.people.agents)
        config = {"callbacks": [recorder], "configurable": {"thread_id": "summer"}}
        asked = graph.invoke({"brief": stage.brief, "insight": brief["feedback"]}, config)
        [question] = asked["__interrupt__"]
        run.human("choose", question.value, by=stage.people.maya, output=CHOICE, shares=15)
        done = graph.invoke(Command(resume=CHOICE), config)
    stage.rejected = agents.rejected
    report.say(f"Research says: {done['direction']}")
    for line in agents.rejected:
        report.say(f"The brand check sends back {line}")
    rows = [(b["file"], b["headline"], b["p"], b["picture_p"]) for b in done["banners"]]
    report.table(("Draft", "Headline", ">p of the words", ">p of the picture"), rows)
    report.say(f"Maya takes {CHOICE['take']}: “{CHOICE['note']}”")
    return list(done["banners"])


def main(out: Path) -> int:
    """Tell the story; 1 if a check fails."""
    started, report = time.monotonic(), Report(Console())
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    with Anvil() as chain:
        stage = Stage(chain, HERE, out, report)
        terms = fund(stage, len(CHOICE["take"]))
        brief, maya = learn(stage, HERE / "metrics.csv"), stage.people.maya
        with stage.studio.run(
            "the long summer", work=stage.work, brief=brief, authorised_by=maya
        ) as run:
            report.act("The agents", "Maya signed brief and insight before anything was made.")
            banners = generate(stage, run, brief)
            report.act("The hands", "Ana finishes what Maya took, and signs each edit.")
            finals = finish(stage, run, [banners[number - 1] for number in CHOICE["take"]])
            report.check("nothing went unrecorded", not run.unrecorded, f"{len(run.steps)} steps")
        report.act("The money", "Three signatures of Maya release what the client paid in.")
        approve_and_pay(stage, terms, finals)
        paid = sell_and_split(stage, run, finals[0])
        report.act("Looking back")
        show(stage, banners, finals, paid)
        stage.studio.close()
    report.close(time.monotonic() - started, f"Look at {out}/campaign.html.")
    return 0 if report.passed else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "out/campaign")))
