"""What people do: Maya chose, Ana finishes, Maya looks at every final."""

from __future__ import annotations

from creatoken_sdk import SourceType
from creatoken_sdk.demo.copywriter import Copy
from creatoken_sdk.demo.designer import draw_banner
from creatoken_sdk.studio.outputs import Output
from creatoken_sdk.studio.run import Run
from graph import Banner
from stage import Stage

CHOICE = {"take": [1, 2, 4], "note": "The third is a joke, not an evening."}
EDITED = {"Let the harbour slow you down": "Let the harbour slow down"}


def finish(stage: Stage, run: Run, chosen: list[Banner]) -> list[Output]:
    """Have Ana finish each banner by hand and Maya review them all; certify drafts and finals."""
    people, made = stage.people, []
    for plan in chosen:
        draft, final = stage.out / "drafts" / plan["file"], stage.out / f"final-{plan['file']}"
        headline = EDITED.get(plan["headline"], plan["headline"])
        words = Copy(headline, plan["subline"], "Taste the summer")
        banner = draw_banner(words, stage.brand, seed=plan["seed"], logo="top-right")
        final.write_bytes(banner.png)
        run.human("finish", draft, by=people.ana, output=final, shares=20)
        run.gate("picture", stage.index.drift(final))
        made.append((draft, final))
    seen = [final.read_bytes() for _, final in made]
    run.human("review", seen, by=people.maya, output={"accepted": True}, shares=5)
    owner, agent = people.studio.address, people.agents["design"]
    machine, hand = SourceType.ALGORITHMIC_MEDIA, SourceType.HUMAN_EDITS
    return [
        run.output(
            final,
            parents=[run.output(draft, creator=agent, owner=owner, source_type=machine)],
            creator=people.ana,
            owner=owner,
            source_type=hand,
        )
        for draft, final in made
    ]
