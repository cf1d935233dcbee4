"""The first acts: the contracts, last summer's work, and the brief with money in escrow."""

from __future__ import annotations

from dataclasses import dataclass

from creatoken_sdk import NATIVE, Creatoken, PayoutTerms, SourceType, Upstream, Work
from creatoken_sdk.demo.brief import Brand, Brief
from creatoken_sdk.demo.money import ETHER, eth
from creatoken_sdk.demo.piece import Piece
from creatoken_sdk.demo.production import LAST_SUMMER, Production, draw_last_summer
from creatoken_sdk.demo.report import short
from creatoken_sdk.demo.stage import Stage

__all__ = ["Commission", "Earlier", "commission", "create_project", "last_summer"]

_DRAFT_STAGE, _FINAL_STAGE = 1, 7
_DRAFT_FEE, _FINAL_FEE = ETHER // 4, 3 * ETHER
_UPSTREAM_BPS = 1_000
_ESCROW_SECONDS = 90 * 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Earlier:
    """A finished work that a new one builds on, and what came of it."""

    work: Work
    piece: Piece


@dataclass(frozen=True, slots=True)
class Commission:
    """A work that was authorised, with the client's money in escrow for draft and final."""

    work: Work
    earlier: Earlier
    upstream: Upstream
    production: Production
    draft_terms: PayoutTerms
    final_terms: PayoutTerms


def create_project(stage: Stage) -> int:
    """Show contracts and people, create the project and return its id."""
    report, cast = stage.report, stage.cast
    stage.act(
        "The stage",
        "Six contracts from the package, on a chain of our own. Their addresses follow from their",
        "code, so they are the same on every chain. Nobody owns them, and they take no fee.",
    )
    contracts = zip(stage.deployment.contracts.items(), stage.books.bills, strict=True)
    rows = [(name, one.address, f"{bill.gas:,}") for (name, one), bill in contracts]
    report.table(("Contract", "Address", ">Gas"), rows)
    report.say("Five accounts send transactions and pay for gas. The other six only sign.")
    people = [(one.name, one.part, one.kind.name.lower(), short(one.address)) for one in cast]
    report.table(("Who", "Part", "Kind", "Address"), people)
    project = stage.client(cast.studio).projects.create(
        treasury=cast.studio, directors=[cast.maya, cast.studio], recorders=[cast.pipeline]
    )
    report.say(
        f"Project {project} is open: Maya directs, the pipeline records.",
        "From Maya down, nobody owns or ever needs a single wei to take part.",
    )
    return project


def last_summer(stage: Stage, project: int, brand: Brand) -> Earlier:
    """Bring in Ben's key visual of the year before: a work that is finished and sealed."""
    report, cast, ct = stage.report, stage.cast, stage.client(stage.cast.pipeline)
    stage.act(
        "Last summer",
        "Ben drew the key visual that this year's scenes are painted from. Whoever builds on a",
        "work pays it: a parent is a shareholder.",
    )
    work = ct.works.open(project)
    report.name(work.token, "last summer's work")
    with stage.studio.run(
        "last summer", work=work, brief=LAST_SUMMER.text, authorised_by=cast.maya.account
    ) as run:
        banner = draw_last_summer(run, cast, brand)
        piece = Piece.make(stage, run, "last-summer", cast.ben, banner, SourceType.DIGITAL_CREATION)
    stage.flush()
    stage.client(cast.studio).contributions.seal(work)
    report.facts["works"] = {"lastSummer": {"id": work.id, "token": work.token}}
    report.say(f"Work {work.id} is sealed, all of it is Ben's, paid at {work.token}.")
    return Earlier(work, piece)


def commission(
    stage: Stage, project: int, earlier: Earlier, brief: Brief, brand: Brand
) -> Commission:
    """Open this year's work, have it authorised, and put the client's money in escrow."""
    report, cast, ct = stage.report, stage.cast, stage.client(stage.cast.pipeline)
    stage.act("The brief", f"{brief.title}.", brief.message)
    upstream = Upstream(earlier.work.id, _UPSTREAM_BPS)
    work = ct.works.open(project, upstream=[upstream])
    report.name(work.token, "this work")
    policy = {"approvalsRequired": 1, "budgetWei": str(_DRAFT_FEE + _FINAL_FEE), "finalStage": 7}
    run = stage.open_run(brief.title, work, brief.source, policy)
    production = Production(cast, brief, brand, run)
    authorisation = run.steps[0].step.detail
    for_draft = _terms(stage, work, _DRAFT_STAGE, cast.ana.address, _DRAFT_FEE, authorisation)
    for_final = _terms(stage, work, _FINAL_STAGE, work.token, _FINAL_FEE, authorisation)
    stage.client(cast.client).payouts.fund_many([for_draft, for_final])
    stage.artefacts.save("private/brief.md", brief.source)
    report.facts["works"]["thisWork"] = {"id": work.id, "token": work.token}
    report.say(
        f"Work {work.id} is open, with {_UPSTREAM_BPS / 100:g} % for Ben's. Maya signs step 0",
        "before anything is generated: brief, policy and budget. The client's money goes into",
        f"escrow under that authorisation ({short(authorisation)}), which stays private.",
    )
    _show_escrow(stage, ct, (for_draft, for_final))
    return Commission(work, earlier, upstream, production, for_draft, for_final)


def _terms(
    stage: Stage, work: Work, milestone: int, payee: str, amount: int, brief_hash: bytes
) -> PayoutTerms:
    client = stage.cast.client
    return PayoutTerms(
        work_id=work.id,
        stage=milestone,
        payer=client.address,
        payee=payee,
        currency=NATIVE,
        amount=amount,
        expires_at=stage.client(client).now() + _ESCROW_SECONDS,
        brief_hash=brief_hash,
        salt=0,
    )


def _show_escrow(stage: Stage, ct: Creatoken, terms: tuple[PayoutTerms, ...]) -> None:
    rows = [
        (what, f"stage {one.stage}", stage.report.who(one.payee), eth(one.amount))
        for what, one in zip(("draft", "final"), terms, strict=True)
    ]
    stage.report.table(("Once the", "is approved at", "the escrow pays", ">ETH"), rows)
    stage.report.facts["payouts"] = [
        {"id": "0x" + ct.payouts.id_of(one).hex(), **one.to_json()} for one in terms
    ]
