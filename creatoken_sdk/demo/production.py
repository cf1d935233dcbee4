"""How the banner is made, without a chain: agents write, draw and check; people decide and edit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from creatoken_sdk.demo.brief import Brand, Brief
from creatoken_sdk.demo.cast import Cast, Person
from creatoken_sdk.demo.checker import BrandReport, check_banner
from creatoken_sdk.demo.copywriter import Candidate, Copy, write_copy
from creatoken_sdk.demo.designer import Banner, draw_banner, draw_variants, edit_banner
from creatoken_sdk.demo.evidence import Evidence
from creatoken_sdk.demo.layout import Corner
from creatoken_sdk.record import SourceType
from creatoken_sdk.record.canonical import dumps
from creatoken_sdk.studio.actors import Actor
from creatoken_sdk.studio.run import Run
from creatoken_sdk.studio.step import StepSpec

__all__ = ["LAST_SUMMER", "SHARES", "Draft", "Production", "draw_last_summer", "shares_of"]

SHARES = {
    "write-copy": 55,
    "draw-banner": 25,
    "check-brand": 5,
    "select-draft": 10,
    "edit-banner": 30,
    "review": 45,
}
"""What each step earns in the work's contribution token."""

_SEED = 7
_LAST_SEED = 4
LAST_SUMMER = Copy("Hello, long evening", "Sparkling water with real citrus.", "Taste the summer")


@dataclass(frozen=True, slots=True)
class Draft:
    """A banner, the checker's report on it, and the index of the step that made it."""

    banner: Banner
    report: BrandReport
    step: int


class Production:
    """The making of one work, each act recorded in its run and signed by whoever did it."""

    def __init__(self, cast: Cast, brief: Brief, brand: Brand, run: Run) -> None:
        """Work for a brief within a brand guide."""
        self._cast = cast
        self.brief = brief
        self._brand = brand
        self.run = run

    def write_copy(self) -> tuple[Candidate, ...]:
        """The copy agent writes candidates, best first; the step commits to the best."""
        candidates = write_copy(self.brief, self._brand, seed=_SEED)
        self._write(self._cast.copy_agent, candidates[0].evidence, SourceType.ALGORITHMIC_MEDIA)
        return candidates

    def draw(self, copy: Copy) -> tuple[Draft, ...]:
        """The design agent draws three variants, the check agent measures each."""
        drafts = []
        for banner in draw_variants(copy, self._brand, seed=_SEED):
            agent = self._cast.design_agent
            self._write(agent, banner.evidence, SourceType.ALGORITHMIC_MEDIA)
            step = len(self.run.steps) - 1
            drafts.append(Draft(banner, self._check(banner), step))
        return tuple(drafts)

    def select(self, drafts: tuple[Draft, ...], scene: str, reason: str) -> Draft:
        """Ana chooses, with the checker's findings in front of her."""
        chosen = next(draft for draft in drafts if draft.banner.scene == scene)
        findings = dumps([draft.report.evidence.output.decode() for draft in drafts])
        choice = {"reason": reason, "scene": scene}
        evidence = Evidence("select-draft", "human", choice, findings, chosen.banner.png)
        self._write(self._cast.ana, evidence, SourceType.HUMAN_EDITS)
        return chosen

    def edit(self, draft: Draft, headline: str, logo: Corner) -> Draft:
        """Ana changes the headline and moves the logo; the check agent measures again."""
        banner = edit_banner(draft.banner, self._brand, headline=headline, logo=logo)
        self._write(self._cast.ana, banner.evidence, SourceType.HUMAN_EDITS)
        step = len(self.run.steps) - 1
        return Draft(banner, self._check(banner), step)

    def review(self, banner: Banner, note: str) -> None:
        """Maya looks at exactly these bytes and accepts them: the last step is a person's."""
        verdict = dumps({"decision": "accept", "note": note})
        evidence = Evidence("review", "human", {"note": note}, banner.png, verdict)
        self._write(self._cast.maya, evidence, SourceType.DIGITAL_CREATION)

    def _check(self, banner: Banner) -> BrandReport:
        report = check_banner(banner, self._brand)
        self._write(self._cast.check_agent, report.evidence, SourceType.DATA_DRIVEN_MEDIA)
        return report

    def _write(self, actor: Person, evidence: Evidence, source: SourceType) -> None:
        _record(self.run, actor, evidence, source, SHARES[evidence.action])


def draw_last_summer(run: Run, cast: Cast, brand: Brand) -> Banner:
    """Ben's key visual of the year before, from which this year's scenes are painted."""
    banner = draw_banner(LAST_SUMMER, brand, seed=_LAST_SEED)
    evidence = replace(banner.evidence, model="human")
    _record(run, cast.ben, evidence, SourceType.DIGITAL_CREATION, 1)
    return banner


def shares_of(run: Run) -> dict[str, int]:
    """Return what each account earned in a run."""
    earned: Counter[str] = Counter()
    for signed in run.steps:
        earned[signed.step.actor] += signed.step.shares
    return {account: shares for account, shares in earned.items() if shares}


def _record(run: Run, actor: Person, evidence: Evidence, source: SourceType, shares: int) -> None:
    who = Actor(f"{actor.kind.name.lower()}:{actor.name}", actor.kind, actor.address, actor.account)
    spec = StepSpec(evidence.action, who, source, shares, evidence.model, evidence.parameters)
    run.begin(spec, _content(evidence.input)).finish(_content(evidence.output))


def _content(data: bytes) -> str | bytes:
    return data if data.startswith(b"\x89PNG") else data.decode()
