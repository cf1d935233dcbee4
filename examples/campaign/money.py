"""The acts in which money moves: escrow, approval, licence, royalty."""

from __future__ import annotations

from creatoken_sdk import NATIVE, Offer, PayoutTerms
from creatoken_sdk.brand.attest import attest
from creatoken_sdk.demo.money import eth, split
from creatoken_sdk.demo.production import shares_of
from creatoken_sdk.record import content_hash
from creatoken_sdk.studio.findings import State
from creatoken_sdk.studio.outputs import Output
from creatoken_sdk.studio.run import Run
from stage import FINAL, LEVEL, Stage

ETHER = 10**18
FEE, PRICE = ETHER, ETHER // 2
DAY = 24 * 60 * 60
TERMS = "You may show the banner unchanged, on the web and in print.\n"


def fund(stage: Stage, count: int) -> list[PayoutTerms]:
    """Put the client's fee for each final into escrow, to be paid to the work."""
    client = stage.client(stage.people.client)
    terms = [
        PayoutTerms(
            work_id=stage.work.id,
            stage=FINAL,
            payer=client.address,
            payee=stage.work.token,
            currency=NATIVE,
            amount=FEE,
            expires_at=client.now() + 90 * DAY,
            brief_hash=content_hash(stage.brief.encode()),
            salt=number,
        )
        for number in range(count)
    ]
    client.payouts.fund_many(terms)
    return terms


def approve_and_pay(stage: Stage, terms: list[PayoutTerms], finals: list[Output]) -> None:
    """Register the finals; with Cora's word that they are on brand, Maya's signature pays."""
    report, people = stage.report, stage.people
    stage.studio.flush(wait="latest")
    ct = stage.client(people.client)
    for one, final in zip(terms, finals, strict=True):
        path = stage.out / final.certificate().record["details"]["file"]
        proof = attest(
            stage.index.drift(path),
            final,
            gate=stage.gate,
            level=LEVEL,
            attester=people.checker,
            expires_at=ct.now() + DAY,
        )
        signature = ct.approvals.sign(people.maya, final.id, FINAL)
        ct.payouts.approve_and_release([one], final.asset, [signature], gate_proofs=[proof])
        found = stage.studio.verify(path, known=people.names)
        answers = (found.integrity.state, found.trust.state, found.chain.state)
        verifies = set(answers) == {State.HOLDS}
        report.check(
            f"{path.name} is approved and paid for, and verifies", verifies, ", ".join(answers)
        )
    paid = stage.balance(stage.work.token)
    report.check("the work has the whole fee", paid == FEE * len(finals), f"{eth(paid)} ETH")


def sell_and_split(stage: Stage, run: Run, final: Output) -> dict[str, int]:
    """Sell a licence, close the table of shares, and pay everybody who earned some."""
    report, people = stage.report, stage.people
    (stage.out / "license.txt").write_text(TERMS)
    offer = Offer(
        work_id=stage.work.id,
        currency=NATIVE,
        price=PRICE,
        deployment_fee=0,
        duration=90 * DAY,
        max_supply=10,
        uses=0b11,
        derivative_bps=0,
        derivatives=False,
        exclusive=False,
        transferable=False,
        territory=bytes(32),
        terms_hash=content_hash(TERMS.encode()),
        salt=0,
    )
    owner, buyer = stage.client(people.studio), stage.client(people.licensee)
    owner.licenses.post(offer, final.id)
    buyer.licenses.buy(offer)
    owner.contributions.seal(stage.work)
    shares, revenue = shares_of(run), stage.balance(stage.work.token)
    before = {holder: stage.balance(holder) for holder in shares}
    stage.client(people.pipeline).royalties.claim_many(stage.work, list(shares))
    claimed = {holder: stage.balance(holder) - before[holder] for holder in shares}
    rows = [(report.who(one), str(shares[one]), eth(claimed[one])) for one in shares]
    report.table(("Who", ">Shares", ">Received, ETH"), rows)
    report.check("each got the part that the steps earned", claimed == split(revenue, shares))
    return claimed
