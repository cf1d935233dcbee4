"""Shares as equity: given away and sold in mid-life, with revenue before, between and after.

What everybody is owed is worked out here in whole numbers, by the rule of IRoyaltySplitter alone:
revenue per share is rounded down once, to 2^-20 of a base unit, and the rest is carried over.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from creatoken_sdk import Creatoken, Work
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.reverts import ERC20InsufficientBalanceError
from creatoken_sdk.record import name_hash
from flows.coin import ETHER, Coin

SCALE = 2**20
ANA, BEN, CLEO = range(1, 4)
FOUNDERS = {ANA: 601, BEN: 398}
TOTAL = 999
PRICE = 777_777
REVENUE = ((10**18 + 7, 10**6 + 1), (3 * 10**17 + 1, 999_998), (5, 41), (10**19 + 3, 123_457))
"""What comes in before each turn, in wei and in millionths of a dollar; none divides by 999."""
TURNS: tuple[tuple[int, int, int], ...] = (
    (ANA, CLEO, 250),  # sold
    (BEN, ANA, 1),  # given away
    (CLEO, BEN, 249),  # sold on, but for one share
)


class Attribution:
    """What every holder is owed in one currency, kept by hand."""

    def __init__(self) -> None:
        """Start with the founders."""
        self.shares = dict.fromkeys((ANA, BEN, CLEO), 0) | FOUNDERS
        self.owed = dict.fromkeys((ANA, BEN, CLEO), 0)
        self.carried = 0

    def earn(self, amount: int) -> None:
        """Attribute revenue to whoever holds shares now."""
        per_share, self.carried = divmod(amount * SCALE + self.carried, TOTAL)
        for person, held in self.shares.items():
            self.owed[person] += per_share * held

    def move(self, source: int, target: int, shares: int) -> None:
        """Move shares, and nothing that came before."""
        self.shares[source] -= shares
        self.shares[target] += shares


@pytest.fixture
def work(clients: list[Creatoken], dollar: Coin) -> Work:
    """A sealed work that earns in two currencies."""
    studio = clients[0]
    project = studio.projects.create(
        treasury=studio.address, directors=[studio.address], recorders=[studio.address]
    )
    opened = studio.works.open(project, primary_currency=dollar.address)
    founders = {clients[person].address: shares for person, shares in FOUNDERS.items()}
    studio.contributions.record(opened, name_hash("steps"), 2, founders)
    studio.contributions.seal(opened)
    return opened


@pytest.fixture
def payer(clients: list[Creatoken], dollar: Coin) -> Creatoken:
    """Somebody who licenses the work, and has dollars."""
    dollar.mint(clients[8], clients[8].address, 10**12)
    return clients[8]


def lives(
    clients: list[Creatoken], work: Work, payer: Creatoken, dollar: Coin
) -> Iterator[tuple[Attribution, Attribution]]:
    """Let revenue come in and shares change hands in turn; yield what everybody is owed."""
    books = Attribution(), Attribution()
    for turn, amounts in enumerate(REVENUE):
        for coin, book, amount in zip((ETHER, dollar), books, amounts, strict=True):
            coin.pay(payer, work.token, amount)
            book.earn(amount)
        yield books
        for source, target, shares in TURNS[turn : turn + 1]:
            clients[source].contributions.transfer(work, clients[target].address, shares)
            for book in books:
                book.move(source, target, shares)


def test_equity__when_shares_change_hands__each_is_paid_for_its_time_to_the_base_unit(
    clients: list[Creatoken], work: Work, payer: Creatoken, dollar: Coin
) -> None:
    *_, books = lives(clients, work, payer, dollar)
    people = [clients[person] for person in (ANA, BEN, CLEO)]
    for coin, book, paid in zip((ETHER, dollar), books, zip(*REVENUE, strict=True), strict=True):
        before = [coin.balance(payer, person.address) for person in people]
        payer.royalties.claim_token_many(work, coin.address, [one.address for one in people])
        after = [coin.balance(payer, person.address) for person in people]
        gained = [new - old for old, new in zip(before, after, strict=True)]
        assert gained == [owed // SCALE for owed in book.owed.values()]
        left = coin.balance(payer, work.token)
        assert sum(gained) + left == sum(paid)
        assert left * SCALE == book.carried + sum(owed % SCALE for owed in book.owed.values())
        assert left <= len(people)


def test_equity__when_claimed_at_every_turn__comes_to_the_same(
    clients: list[Creatoken], work: Work, payer: Creatoken, dollar: Coin
) -> None:
    people = [clients[person].address for person in (ANA, BEN, CLEO)]
    start = {coin: [coin.balance(payer, person) for person in people] for coin in (ETHER, dollar)}
    for books in lives(clients, work, payer, dollar):
        for coin, book in zip((ETHER, dollar), books, strict=True):
            payer.royalties.claim_token_many(work, coin.address, people)
            now = [coin.balance(payer, person) for person in people]
            gained = [new - old for old, new in zip(start[coin], now, strict=True)]
            assert gained == [owed // SCALE for owed in book.owed.values()]


def test_equity__when_shares_are_sold_for_money__buyer_pays_seller_and_earns_from_then_on(
    clients: list[Creatoken], work: Work, payer: Creatoken, dollar: Coin
) -> None:
    ana, cleo = clients[ANA], clients[CLEO]
    dollar.mint(cleo, cleo.address, PRICE)
    dollar.pay(payer, work.token, TOTAL * 100)
    dollar.pay(cleo, ana.address, PRICE)
    ana.contributions.transfer(work, cleo.address, 250)
    assert ana.royalties.owed_of(work, ana.address, dollar.address) == 601 * 100
    assert cleo.royalties.owed_of(work, cleo.address, dollar.address) == 0
    dollar.pay(payer, work.token, TOTAL * 10)
    cleo.royalties.claim_token(work, dollar.address, cleo.address)
    ana.royalties.claim_token(work, dollar.address, ana.address)
    assert dollar.balance(cleo, cleo.address) == 250 * 10
    assert dollar.balance(ana, ana.address) == PRICE + 601 * 100 + 351 * 10


def test_equity__when_more_is_sold_than_held__is_refused(
    clients: list[Creatoken], work: Work, chain: Anvil
) -> None:
    ben = clients[BEN]
    with pytest.raises(ERC20InsufficientBalanceError) as caught:
        ben.contributions.transfer(work, clients[CLEO].address, 399)
    assert caught.value.args == (ben.address, 398, 399)
