"""The acts in which the banner is made: agents draft, Ana edits, certificates are registered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from creatoken_sdk import SourceType
from creatoken_sdk.chain.anchors import topic
from creatoken_sdk.demo.opening import Commission
from creatoken_sdk.demo.piece import Piece, register
from creatoken_sdk.demo.production import Draft
from creatoken_sdk.demo.report import short
from creatoken_sdk.demo.stage import Stage
from creatoken_sdk.record import MerkleTree, oversight

__all__ = ["Drafts", "Finished", "finish", "make_drafts", "register_both"]

_HEADLINE = "Stay for one more golden hour"


@dataclass(frozen=True, slots=True)
class Drafts:
    """Drafts with what they would be registered as, under one root anchored at (UTC seconds)."""

    drafts: tuple[Draft, ...]
    pieces: tuple[Piece, ...]
    tree: MerkleTree
    anchored_at: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The draft that was chosen, and the two certificates that came of it."""

    chosen: Draft
    draft: Piece
    final: Piece


def make_drafts(stage: Stage, deal: Commission) -> Drafts:
    """Let the agents work, and anchor all drafts by one transaction."""
    report, ct = stage.report, stage.client(stage.cast.pipeline)
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
    tree = MerkleTree(piece.leaf for piece in pieces)
    receipt = ct.anchors.anchor(tree.root, topic=topic("assets"), count=len(tree))
    _show_drafts(stage, drafts, pieces)
    report.say(
        f"One root, {short(tree.root)}, anchors all {len(tree)} drafts for {receipt.gas_used:,}",
        "gas. It proves when they existed and shows nothing of them.",
    )
    report.facts["anchorRoot"] = "0x" + tree.root.hex()
    return Drafts(drafts, pieces, tree, receipt.timestamp)


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
    level = oversight([signed.step for signed in production.journal.steps]).value
    report.say(
        "Maya reviews exactly these bytes. Nobody claims a level of oversight: it follows from",
        f"the {len(production.journal.steps)} signed steps, and is {level}.",
    )
    _show_steps(stage, deal)
    return chosen, final


def register_both(
    stage: Stage, deal: Commission, made: Drafts, chosen: Draft, final: Draft
) -> Finished:
    """Record the steps, promote the chosen draft with its old time, register the final."""
    report, ct, journal = stage.report, stage.client(stage.cast.pipeline), deal.production.journal
    stage.act(
        "Birth certificates",
        "Only what is published becomes an asset: the chosen draft, which keeps the time of its",
        "anchor, and the final. Ana and the design agent sign, the pipeline sends.",
    )
    ct.contributions.record(deal.work, journal.tree.root, len(journal.tree), journal.shares)
    report.facts["stepsRoot"] = "0x" + journal.tree.root.hex()
    report.say(
        f"The work records the root of all {len(journal.tree)} steps and what they earned:",
        f"{sum(journal.shares.values())} shares.",
    )
    draft = made.pieces[made.drafts.index(chosen)]
    register(stage, draft, made.tree)
    piece = Piece.make(
        ct,
        "final",
        stage.cast.ana,
        final.banner,
        journal.steps,
        SourceType.HUMAN_EDITS,
        parents=[draft.id, deal.earlier.piece.id],
        prompt=deal.production.brief.source,
    )
    register(stage, piece)
    stage.artefacts.save("final.png", piece.content)
    pieces = (deal.earlier.piece, draft, piece)
    registered = [ct.assets.get(one.id).registered_at for one in pieces]
    _show_assets(stage, pieces, registered)
    report.check("the draft keeps the time of its anchor", registered[1] == made.anchored_at)
    return Finished(chosen, draft, piece)


def _piece_of(stage: Stage, deal: Commission, draft: Draft) -> Piece:
    piece = Piece.make(
        stage.client(stage.cast.pipeline),
        f"draft-{draft.banner.scene}",
        stage.cast.design_agent,
        draft.banner,
        deal.production.journal.steps[: draft.steps],
        SourceType.ALGORITHMIC_MEDIA,
        parents=[deal.earlier.piece.id],
        prompt=deal.production.brief.source,
    )
    stage.artefacts.save(f"{piece.name}.png", piece.content)
    return piece


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
    rows = [
        (
            str(entry.signed.step.index),
            entry.actor.name,
            entry.action,
            str(entry.signed.step.shares),
            short(entry.signed.step.struct_hash()),
            short(entry.signed.step.previous),
        )
        for entry in deal.production.journal.entries
    ]
    stage.report.table((">Step", "Signed by", "Act", ">Shares", "Its hash", "Follows"), rows)


def _show_assets(stage: Stage, pieces: Sequence[Piece], registered: Sequence[int]) -> None:
    names = {piece.id: piece.name for piece in pieces}
    rows = [
        (
            piece.name,
            short(piece.id),
            piece.creator.name,
            f"{datetime.fromtimestamp(when, timezone.utc):%Y-%m-%d %H:%M:%S}",
            ", ".join(names[parent] for parent in piece.asset.parents),
        )
        for piece, when in zip(pieces, registered, strict=True)
    ]
    stage.report.table(("Asset", "Id", "Made by", "Registered, UTC", "Made from"), rows)
    stage.report.facts["assets"] = {
        piece.name: {"id": str(piece.id), "contentHash": "0x" + piece.asset.content_hash.hex()}
        for piece in pieces
    }
