"""Three studios, three generations: B is derived from A and C from B, each by a bought licence.

What is sold on the way and what C earns in the end reaches the last holder of each work. The split
is worked out here in whole numbers, by the rules of the interfaces alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from eth_account import Account

from creatoken_sdk import Creatoken, License, Offer, Upstream, Work
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.reverts import ApprovalsGateRefusedError, WorksUpstreamNotLicensedError
from creatoken_sdk.record import Certificate, name_hash, new_key, parents_hash
from finals import approve, asset_of
from flows.coin import ETHER, Coin

SCALE = 2**20
DERIVE, DAY = 1, 24 * 60 * 60
PRICE = 10**16 + 3
REVENUE = 10**18 + 1
BPS = {"B": 1_500, "C": 2_000}
"""What each derivative offers its parent; the licences ask for exactly that."""
HOLDERS = {"A": (7,), "B": (5, 4), "C": (3, 2, 1)}
"""Shares of the people who made each work, who hold nothing else."""


@dataclass(frozen=True)
class Studio:
    """A studio with one finished work."""

    name: str
    ct: Creatoken
    project: int
    work: Work
    asset_id: int
    people: tuple[str, ...]

    def shares(self) -> dict[str, int]:
        """Return what the people hold."""
        return dict(zip(self.people, HOLDERS[self.name], strict=True))


@pytest.fixture
def coin(dollar: Coin, request: pytest.FixtureRequest) -> Coin:
    """The currency of a story; the native one unless a test says otherwise."""
    return dollar if getattr(request, "param", "native") == "ERC-20" else ETHER


def studio_of(ct: Creatoken, name: str, coin: Coin, parent: License | None = None) -> Studio:
    """Found a studio and have it make a work, from the parent if it holds a licence of one."""
    project = ct.projects.create(
        treasury=ct.address, directors=[ct.address], recorders=[ct.address]
    )
    upstream = [Upstream(parent.offer.work_id, BPS[name], parent.id)] if parent else []
    terms = {} if coin is ETHER else {"primary_currency": coin.address}
    work = ct.works.open(project, upstream=upstream, **terms)
    people = tuple(Account.from_key(name_hash(f"{name} {n}")).address for n in HOLDERS[name])
    studio = Studio(name, ct, project, work, 0, people)
    ct.contributions.record(work, name_hash("steps"), 1, studio.shares())
    final = asset_of(ct, work, "final")
    ct.assets.register(final)
    signer = ct.wallet.signer
    return replace(studio, asset_id=approve(ct, signer, final))  # type: ignore[arg-type]


def sell(studio: Studio, buyer: Creatoken, coin: Coin, **changes: object) -> License:
    """Post an offer that lets the buyer derive from the studio's work, and have it bought."""
    child = chr(ord(studio.name) + 1)
    offer = Offer(
        work_id=studio.work.id,
        currency=coin.address,
        price=PRICE,
        deployment_fee=0,
        duration=DAY,
        max_supply=0,
        uses=DERIVE,
        derivative_bps=BPS[child],
        derivatives=True,
        exclusive=False,
        transferable=True,
        territory=bytes(32),
        terms_hash=name_hash("you may derive"),
        salt=0,
    )
    offer = replace(offer, **changes)  # type: ignore[arg-type]
    studio.ct.licenses.post(offer, studio.asset_id)
    coin.mint(buyer, buyer.address, PRICE)
    if coin is not ETHER:
        buyer.licenses.allow(coin.address, PRICE)
    return buyer.licenses.buy(offer)


def split(amount: int, shares: dict[str, int]) -> dict[str, int]:
    """Return what each holder can claim: rounded down once per share, once per claim."""
    per_share = amount * SCALE // sum(shares.values())
    return {holder: per_share * held // SCALE for holder, held in shares.items()}


def with_parent(studio: Studio, parent: Studio) -> dict[str, int]:
    """Return the people's shares and the parent work's, rounded up."""
    shares, bps = studio.shares(), BPS[studio.name]
    return shares | {parent.work.token: -(-sum(shares.values()) * bps // (10_000 - bps))}


@pytest.mark.parametrize("coin", ["native", "ERC-20"], indirect=True)
def test_generations__when_c_earns__each_generation_is_paid_to_the_base_unit(
    clients: list[Creatoken], coin: Coin
) -> None:
    a = studio_of(clients[0], "A", coin)
    b = studio_of(clients[1], "B", coin, sell(a, clients[1], coin))
    c = studio_of(clients[2], "C", coin, sell(b, clients[2], coin))
    payer, relayer = clients[3], clients[4]
    for studio in (a, b, c):
        studio.ct.contributions.seal(studio.work)
    coin.mint(payer, payer.address, REVENUE)
    coin.pay(payer, c.work.token, REVENUE)

    of_c = split(REVENUE, with_parent(c, b))
    of_b = split(PRICE + of_c[b.work.token], with_parent(b, a))
    of_a = split(PRICE + of_b[a.work.token], a.shares())
    for studio, parent in ((c, b), (b, a), (a, None)):
        holders = [*studio.people, *([parent.work.token] if parent else [])]
        relayer.royalties.claim_token_many(studio.work, coin.address, holders)

    expected = of_a | of_b | of_c
    people = [*a.people, *b.people, *c.people]
    assert [coin.balance(relayer, one) for one in people] == [expected[one] for one in people]
    left = sum(coin.balance(relayer, studio.work.token) for studio in (a, b, c))
    assert sum(expected[one] for one in people) + left == REVENUE + 2 * PRICE
    assert 0 <= left < len(people) + 2
    assert of_b[a.work.token] > (PRICE + of_c[b.work.token]) * BPS["B"] // 10_000


def test_open__when_the_licence_does_not_cover_it__is_refused(
    clients: list[Creatoken], chain: Anvil
) -> None:
    a = studio_of(clients[0], "A", ETHER)
    ct = clients[1]
    license = sell(a, ct, ETHER)
    reading = sell(a, ct, ETHER, derivatives=False, salt=1)
    stranger = sell(a, clients[2], ETHER, salt=2)
    project = ct.projects.create(treasury=ct.address, recorders=[ct.address])
    refused = [
        Upstream(a.work.id, 1_499, license.id),
        Upstream(a.work.id, 1_500, reading.id),
        Upstream(a.work.id, 1_500, stranger.id),
        Upstream(a.work.id, 1_500),
    ]
    for upstream in refused:
        with pytest.raises(WorksUpstreamNotLicensedError) as caught:
            ct.works.open(project, upstream=[upstream])
        assert caught.value.args == (a.work.id, upstream.license_id, upstream.bps)
    covered = [Upstream(a.work.id, 1_501, license.id)]
    work = ct.works.open(project, upstream=covered)
    chain.request("evm_increaseTime", DAY)
    chain.request("evm_mine")
    with pytest.raises(WorksUpstreamNotLicensedError):
        ct.works.open(project, upstream=covered)
    assert ct.contributions.upstreams(work) == {a.work.id: 1_501}


def test_approve__when_the_lineage_is_gated__needs_the_licence_of_every_parent(
    clients: list[Creatoken],
) -> None:
    a = studio_of(clients[0], "A", ETHER)
    license = sell(a, clients[1], ETHER)
    b = studio_of(clients[1], "B", ETHER, license)
    ct, gate = b.ct, b.ct.gates.deploy(b.ct.gates.lineage())
    ct.projects.set_gates(b.project, 7, [gate])
    ct.projects.lock_gates(b.project, 7)
    parents = (a.asset_id, b.asset_id)
    hashed = "0x" + parents_hash(parents).hex()
    document = {"schema": "studio.film", "v": 1, "parentsHash": hashed}
    certificate = Certificate.issue(document, new_key())
    derived = replace(
        asset_of(ct, b.work, "derived"), record_root=certificate.root, parents=parents
    )
    ct.assets.register(derived)
    director = ct.wallet.signer
    with pytest.raises(ApprovalsGateRefusedError):
        approve(ct, director, derived, proofs=[gate.proof(certificate, parents)])  # type: ignore[arg-type]
    proof = gate.proof(certificate, parents, {a.asset_id: license.id})
    approve(ct, director, derived, proofs=[proof])  # type: ignore[arg-type]
    assert ct.approvals.is_approved(ct.assets.id_of(derived), 7)
