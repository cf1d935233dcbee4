"""The acts in which the banner is made: agents draft, Ana edits, certificates are registered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from creatoken_sdk import SourceType
from creatoken_sdk.demo.opening import Commission
from creatoken_sdk.demo.piece import Piece
from creatoken_sdk.demo.production import Draft, shares_of
from creatoken_sdk.demo.report import short
from creatoken_sdk.demo.stage import Stage
from creatoken_sdk.record import oversight

__all__ = ["Drafts", "Finished", "finish", "make_drafts", "register_both"]

_HEADLINE = "Stay for one more golden hour"


@dataclass(frozen=True, slots=True)
class Drafts:
    """Drafts with what they would be registered as, anchored at `anchored_at` (UTC seconds)."""

    drafts: tuple[Draft, ...]
    pieces: tuple[Piece, ...]
    anchored_at: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The draft that was chosen, and the two certificates that came of it."""

    chosen: Draft
    draft: Piece
    final: Piece


def make_drafts(stage: Stage, deal: Commission) -> Drafts:
    """Let the agents work, and anchor all drafts by one transaction."""
    report = stage.report
    stage.act(
        "Agents at work",
        "No model is downloaded: a grammar writes, numpy paints, and pixels are measured.",
        "The copy agent proposes:",
    )
    candidates = deal.production.write_copy()
    lines = [(one.copy.headline, str(one.score), one.copy.subline) for one in candidates]
    report.table(("Headline", ">Mark", "Line below"), lines)
    drafts = deal.production.draw(candidates[0].copy)
    report.say("The design agent draws the first three times, the check agent measures:")
    pieces = tuple(_piece_of(stage, deal, draft) for draft in drafts)
    events = [(one, event) for one in stage.flush() for event in one.events]
    receipt, anchored = next(pair for pair in events if pair[1].name == "Anchored")
    _show_drafts(stage, drafts, pieces)
    report.say(
        f"One root, {short(anchored['root'])}, anchors all {anchored['count']} drafts for",
        f"{receipt.gas_used:,} gas. It proves when they existed and shows nothing of them.",
    )
    report.facts["anchorRoot"] = "0x" + anchored["root"].hex()
    return Drafts(drafts, pieces, receipt.timestamp)


def finish(stage: Stage, deal: Commission, made: Drafts) -> tuple[Draft, Draft]:
    """Have Ana choose and edit and Maya review; return the chosen draft and the final."""
    report, production = stage.report, deal.production
    stage.wait(days=3)
    stage.act("Ana's hands, Maya's eyes", "Three days later.")
    best = max(made.drafts, key=lambda draft: draft.report.score).banner.scene
    chosen = production.select(made.drafts, "shore", "It is where people meet: at the water.")
    report.say(
        f"The checker would take the {best}. Ana takes the shore, because people meet at the",
        f"water, and writes a headline of her own: “{_HEADLINE}”.",
    )
    first = production.edit(chosen, _HEADLINE, "top-right")
    final = production.edit(chosen, _HEADLINE, "bottom-right")
    for edit in (first, final):
        found = " ".join(edit.report.reasons) or f"It passes with {edit.report.score} of 100."
        report.say(f"Logo {edit.banner.logo}: {found}")
    outcome = (first.report.passed, final.report.passed)
    report.check("the check agent stopped the first edit, not the second", outcome == (False, True))
    production.review(final.banner, "Warm, unhurried, and the logo reads. This is it.")
    steps = [signed.step for signed in production.run.steps]
    level = oversight(steps).value
    report.say(
        "Maya reviews exactly these bytes. Nobody claims a level of oversight: it follows from",
        f"the {len(steps)} signed steps, and is {level}.",
    )
    _show_steps(stage, deal)
    return chosen, final


def register_both(
    stage: Stage, deal: Commission, made: Drafts, chosen: Draft, final: Draft
) -> Finished:
    """Record the steps, promote the chosen draft with its old time, register the final."""
    report, ct, run = stage.report, stage.studio.chain, deal.production.run
    stage.act(
        "Birth certificates",
        "Only what is published becomes an asset: the chosen draft, which keeps the time of its",
        "anchor, and the final. Ana and the design agent sign, the pipeline sends.",
    )
    draft = made.pieces[made.drafts.index(chosen)]
    draft.output.promote(stage.studio.store, ct, draft.creator.account)
    piece = Piece.make(
        stage,
        run,
        "final",
        stage.cast.ana,
        final.banner,
        SourceType.HUMAN_EDITS,
        parents=[draft, deal.earlier.piece],
        prompt=deal.production.brief.source,
    )
    events = [event for receipt in stage.flush() for event in receipt.events]
    recorded = next(event for event in events if event.name == "StepsRecorded")
    report.facts["stepsRoot"] = "0x" + recorded["steps_root"].hex()
    report.say(
        f"The work records the root of all {recorded['step_count']} steps and what they earned:",
        f"{sum(shares_of(run).values())} shares.",
    )
    pieces = (deal.earlier.piece, draft, piece)
    registered = [ct.assets.get(one.id).registered_at for one in pieces]
    _show_assets(stage, pieces, registered)
    report.check("the draft keeps the time of its anchor", registered[1] == made.anchored_at)
    return Finished(chosen, draft, piece)


def _piece_of(stage: Stage, deal: Commission, draft: Draft) -> Piece:
    return Piece.make(
        stage,
        deal.production.run,
        f"draft-{draft.banner.scene}",
        stage.cast.design_agent,
        draft.banner,
        SourceType.ALGORITHMIC_MEDIA,
        parents=[deal.earlier.piece],
        prompt=deal.production.brief.source,
        final=False,
    )


def _show_drafts(stage: Stage, drafts: Sequence[Draft], pieces: Sequence[Piece]) -> None:
    rows = [
        (
            f"{piece.name}.png",
            f"{draft.report.palette_share:.1%}",
            f"{draft.report.contrast:.2f}",
            str(draft.report.score),
            short(piece.id),
        )
        for draft, piece in zip(drafts, pieces, strict=True)
    ]
    columns = ("Draft", ">In palette", ">Contrast", ">Mark", "Asset id, known before registering")
    stage.report.table(columns, rows)


def _show_steps(stage: Stage, deal: Commission) -> None:
    rows = []
    for step in [signed.step for signed in deal.production.run.steps]:
        document = stage.studio.memory.certificate("0x" + step.struct_hash().hex()).record
        rows.append(
            (
                str(step.index),
                stage.report.who(step.actor),
                str(document["action"]),
                str(step.shares),
                short(step.struct_hash()),
                short(step.previous),
            )
        )
    stage.report.table((">Step", "Signed by", "Act", ">Shares", "Its hash", "Follows"), rows)


def _show_assets(stage: Stage, pieces: Sequence[Piece], registered: Sequence[int]) -> None:
    names = {piece.id: piece.name for piece in pieces}
    rows = [
        (
            piece.name,
            short(piece.id),
            piece.creator.name,
            f"{datetime.fromtimestamp(when, timezone.utc):%Y-%m-%d %H:%M:%S}",
            ", ".join(names[parent] for parent in piece.output.asset.parents),
        )
        for piece, when in zip(pieces, registered, strict=True)
    ]
    stage.report.table(("Asset", "Id", "Made by", "Registered, UTC", "Made from"), rows)
    stage.report.facts["assets"] = {
        piece.name: {
            "id": str(piece.id),
            "contentHash": "0x" + piece.output.asset.content_hash.hex(),
        }
        for piece in pieces
    }
