"""How the banner is made, without a chain: agents write, draw and check; people decide and edit."""

from __future__ import annotations

from dataclasses import dataclass, replace

from creatoken_sdk.demo.brief import Brand, Brief
from creatoken_sdk.demo.cast import Cast, Person
from creatoken_sdk.demo.checker import BrandReport, check_banner
from creatoken_sdk.demo.copywriter import Candidate, Copy, write_copy
from creatoken_sdk.demo.designer import Banner, draw_banner, draw_variants, edit_banner
from creatoken_sdk.demo.evidence import Evidence, Parameters
from creatoken_sdk.demo.journal import Entry, Journal
from creatoken_sdk.demo.layout import Corner
from creatoken_sdk.record import SourceType
from creatoken_sdk.record.canonical import dumps

__all__ = ["SHARES", "Draft", "Production", "draw_last_summer"]

SHARES = {
    "authorise": 15,
    "write-copy": 55,
    "draw-banner": 25,
    "check-brand": 5,
    "select-draft": 10,
    "edit-banner": 30,
    "review": 30,
}
"""What each step earns in the work's contribution token."""

_SEED = 7
_LAST_SEED = 4
_LAST_SUMMER = Copy("Hello, long evening", "Sparkling water with real citrus.", "Taste the summer")


@dataclass(frozen=True, slots=True)
class Draft:
    """A banner, the checker's report on it, and the number of steps it took to make."""

    banner: Banner
    report: BrandReport
    steps: int


class Production:
    """The making of one work, each act written into its journal by whoever did it."""

    def __init__(self, cast: Cast, brief: Brief, brand: Brand, journal: Journal) -> None:
        """Work for a brief within a brand guide."""
        self._cast = cast
        self.brief = brief
        self._brand = brand
        self.journal = journal

    def authorise(self, budget_wei: int) -> Entry:
        """Step 0: Maya signs brief, policy and budget before anything is generated."""
        evidence = _authorisation(self.brief.source, budget_wei)
        return self._write(self._cast.maya, evidence, SourceType.DIGITAL_CREATION)

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
            entry = self._write(agent, banner.evidence, SourceType.ALGORITHMIC_MEDIA)
            drafts.append(Draft(banner, self._check(banner), entry.signed.step.index + 1))
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
        entry = self._write(self._cast.ana, banner.evidence, SourceType.HUMAN_EDITS)
        return Draft(banner, self._check(banner), entry.signed.step.index + 1)

    def review(self, banner: Banner, note: str) -> Entry:
        """Maya looks at exactly these bytes and accepts them: the last step is a person's."""
        verdict = dumps({"decision": "accept", "note": note})
        evidence = Evidence("review", "human", {"note": note}, banner.png, verdict)
        return self._write(self._cast.maya, evidence, SourceType.DIGITAL_CREATION)

    def _check(self, banner: Banner) -> BrandReport:
        report = check_banner(banner, self._brand)
        self._write(self._cast.check_agent, report.evidence, SourceType.DATA_DRIVEN_MEDIA)
        return report

    def _write(self, actor: Person, evidence: Evidence, source: SourceType) -> Entry:
        return self.journal.write(actor, evidence, source, shares=SHARES[evidence.action])


def draw_last_summer(journal: Journal, cast: Cast, brand: Brand) -> Banner:
    """Ben's key visual of the year before, from which this year's scenes are painted."""
    authorisation = _authorisation(_LAST_SUMMER.text, 0)
    journal.write(cast.maya, authorisation, SourceType.DIGITAL_CREATION, shares=0)
    banner = draw_banner(_LAST_SUMMER, brand, seed=_LAST_SEED)
    evidence = replace(banner.evidence, model="human")
    journal.write(cast.ben, evidence, SourceType.DIGITAL_CREATION, shares=1)
    return banner


def _authorisation(brief: str, budget_wei: int) -> Evidence:
    policy: Parameters = {"approvalsRequired": 1, "budgetWei": str(budget_wei), "finalStage": 7}
    return Evidence("authorise", "human", policy, brief.encode(), dumps(policy))
