"""The acts in which money moves: an approval releases the escrow, a royalty is split."""

from __future__ import annotations

from collections.abc import Mapping

from creatoken_sdk import PayoutStatus, PayoutTerms
from creatoken_sdk.demo.making import Finished
from creatoken_sdk.demo.money import ETHER, eth, split, upstream_cut
from creatoken_sdk.demo.opening import Commission
from creatoken_sdk.demo.piece import Piece
from creatoken_sdk.demo.production import shares_of
from creatoken_sdk.demo.stage import Stage

__all__ = ["approve_and_release", "pay_royalty"]

_ROYALTY = ETHER


def approve_and_release(stage: Stage, deal: Commission, finished: Finished) -> None:
    """Have Maya sign both stages, and a relayer send what she signed."""
    report, cast = stage.report, stage.cast
    stage.act(
        "An approval pays",
        "Maya signs two approvals and sends nothing. Whoever relays them releases the escrow;",
        "the relayer can neither change what she approved nor keep a wei of it.",
    )
    _relay(stage, finished.draft, deal.draft_terms)
    _relay(stage, finished.final, deal.final_terms)
    ana, work = stage.balance(cast.ana.address), stage.balance(deal.work.token)
    exact = (ana, work) == (deal.draft_terms.amount, deal.final_terms.amount)
    report.check("Ana and the work have exactly what was promised", exact)
    report.check("Maya owned nothing and needed nothing", stage.balance(cast.maya.address) == 0)


def pay_royalty(stage: Stage, deal: Commission, licensed: int) -> None:
    """Seal the work, pay it by a plain transfer, and have everybody claim; licences paid before."""
    report, cast = stage.report, stage.cast
    stage.act(
        "A royalty",
        "The studio seals the cap table. Then Iris pays 1 ETH to the work's address, a plain",
        "transfer as any wallet makes it. What the escrow and the licence paid waited there and is",
        "split with it.",
    )
    stage.client(cast.studio).contributions.seal(deal.work)
    paid = stage.client(cast.licensee).royalties.pay(deal.work, _ROYALTY)
    report.say(f"The transfer cost {paid.gas_used:,} gas, however many people share it.")
    shares = shares_of(deal.production.run)
    shares[deal.earlier.work.token] = upstream_cut(sum(shares.values()), deal.upstream.bps)
    revenue = deal.final_terms.amount + licensed + _ROYALTY
    before = {holder: stage.balance(holder) for holder in shares}
    stage.client(cast.relayer).royalties.claim_many(deal.work, list(shares))
    claimed = {holder: stage.balance(holder) - before[holder] for holder in shares}
    _show_split(stage, shares, claimed, revenue)
    expected = split(revenue, shares)
    carried = stage.balance(deal.work.token)
    report.check("every claim is what the split comes to, worked out anew", claimed == expected)
    whole = sum(claimed.values()) + carried == revenue
    report.check("claims and remainder are what was paid", whole, f"{carried} wei carried over")
    _pass_on(stage, deal, expected[deal.earlier.work.token])


def _relay(stage: Stage, piece: Piece, terms: PayoutTerms) -> None:
    maya, ct = stage.cast.maya, stage.client(stage.cast.relayer)
    signature = ct.approvals.sign(maya.account, piece.id, terms.stage)
    ct.payouts.approve_and_release([terms], piece.output.asset, [signature])
    stage.report.check(
        f"{piece.name} is approved at stage {terms.stage} and its payout released",
        ct.approvals.is_approved(piece.id, terms.stage)
        and ct.payouts.status_of(ct.payouts.id_of(terms)) is PayoutStatus.RELEASED,
        f"{eth(terms.amount)} ETH to {stage.report.who(terms.payee)}",
    )


def _show_split(
    stage: Stage, shares: Mapping[str, int], claimed: Mapping[str, int], revenue: int
) -> None:
    total, paid_out = sum(shares.values()), sum(claimed.values())
    rows = [
        (stage.report.who(holder), str(held), f"{held / total:.2%}", eth(claimed[holder]))
        for holder, held in shares.items()
    ]
    rows += [
        ("carried to the next payment", "", "", eth(revenue - paid_out)),
        ("paid in: fee + licence + royalty", str(total), f"{1:.2%}", eth(revenue)),
    ]
    stage.report.table(("Holder", ">Shares", ">Part", ">Claimed, ETH"), rows)
    stage.report.facts["royalty"] = {
        "revenueWei": str(revenue),
        "carriedWei": str(revenue - paid_out),
        "holders": {
            stage.report.who(holder): {"shares": held, "claimedWei": str(claimed[holder])}
            for holder, held in shares.items()
        },
    }


def _pass_on(stage: Stage, deal: Commission, received: int) -> None:
    """Claim from last summer's work what arrived there, for Ben who holds all of it."""
    report, ben = stage.report, stage.cast.ben
    stage.client(stage.cast.relayer).royalties.claim(deal.earlier.work, ben)
    owned = stage.balance(ben.address)
    report.check(
        "last summer's work passed its part on to Ben",
        owned == split(received, {ben.address: 1})[ben.address],
        f"{eth(owned)} ETH",
    )
    report.facts["royalty"]["upstream"] = {"receivedWei": str(received), "benWei": str(owned)}
