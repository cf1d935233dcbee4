"""Contribution token, the holders: lazy ones joining, and the ERC-20."""

import pytest

from creatoken_sdk import record
from money import NATIVE, NO_ROOT, ZERO, event, pay
from reverts import reverts_with

UNLIMITED = 2**256 - 1


class LazyTable:
    """A tree over (index, account, shares), as a director seals it."""

    @classmethod
    def of(cls, *rows):
        table = cls()
        table.rows = [(index, str(account), shares) for index, account, shares in rows]
        table.leaves = [record.join_leaf(*row) for row in table.rows]
        table.tree = record.MerkleTree(table.leaves)
        return table

    def sealed(self, shares=None):
        return self.tree.root, sum(row[2] for row in self.rows) if shares is None else shares

    def claim(self, number):
        return (*self.rows[number], list(self.tree.proof(self.leaves[number])))


@pytest.fixture
def table(actors):
    """Ben has 30 lazy shares, cleo 10, and ben 2 more at the last index there is."""
    return LazyTable.of((0, actors.ben, 30), (1, actors.cleo, 10), (2**256 - 1, actors.ben, 2))


@pytest.fixture
def token(seal_work, actors, table):
    """Ana has 58 shares; 42 are lazy."""
    return seal_work((actors.ana, 58), lazy=table.sealed())


# join


def test_join__given_a_proof__gives_the_shares_with_all_revenue(token, table, actors):
    pay(NATIVE, actors.payer, token, 1_000)
    receipt = token.join(*table.claim(0), sender=actors.outsider)
    assert receipt.events == [
        event(token, "Transfer", token, actors.ben, 30),
        event(token, "Joined", 0, actors.ben, 30),
    ]
    assert (token.balanceOf(actors.ben), token.balanceOf(token)) == (30, 12)
    assert (token.totalSupply(), token.owedOf(actors.ben, NATIVE)) == (100, 300)
    assert [token.isJoined(index) for index in (0, 1, 2**256 - 1)] == [True, False, False]


def test_join__given_all_leaves__leaves_nothing_behind(token, table, actors):
    for number in (2, 0, 1):
        token.join(*table.claim(number), sender=actors.outsider)
    assert (token.balanceOf(token), token.balanceOf(actors.ben)) == (0, 32)
    assert token.isJoined(2**256 - 1)
    assert not token.isJoined(2**256 - 2)


@pytest.mark.threat("B6")
def test_join__given_earlier_claims_of_others__keeps_every_wei(token, table, actors):
    pay(NATIVE, actors.payer, token, 1_000)
    token.claim(actors.ana, sender=actors.outsider)
    token.join(*table.claim(1), sender=actors.outsider)
    pay(NATIVE, actors.payer, token, 1_000)
    owed = [token.owedOf(holder, NATIVE) for holder in (actors.ana, actors.cleo)]
    assert owed == [580, 200]


def test_join__given_a_holder_that_claimed__keeps_what_it_took_on_the_books(
    seal_work, table, actors, dollar
):
    holders = (actors.ben, 50), (actors.ana, 8)
    token = seal_work(*holders, lazy=table.sealed(), primaryCurrency=dollar)
    pay(NATIVE, actors.payer, token, 1_000)
    pay(dollar, actors.payer, token, 2_000)
    token.claim(actors.ben, sender=actors.outsider)
    token.join(*table.claim(0), sender=actors.outsider)
    assert (token.owedOf(actors.ben, NATIVE), token.owedOf(actors.ben, dollar)) == (300, 1_600)


def test_join__given_a_tree_of_one_leaf__needs_no_proof(seal_work, actors):
    table = LazyTable.of((5, actors.ben, 7))
    token = seal_work(lazy=table.sealed())
    token.join(5, actors.ben, 7, [], sender=actors.outsider)
    assert token.balanceOf(actors.ben) == 7


@pytest.mark.threat("B7")
def test_join__when_joined_before__reverts(token, table, actors):
    token.join(*table.claim(0), sender=actors.ben)
    with reverts_with(token, "ContributionTokenJoined", index=0):
        token.join(*table.claim(0), sender=actors.ben)
    assert token.balanceOf(actors.ben) == 30


@pytest.mark.threat("B7")
def test_join__given_two_leaves_of_one_index__takes_one(seal_work, actors):
    table = LazyTable.of((3, actors.ben, 1), (3, actors.cleo, 1))
    token = seal_work(lazy=table.sealed())
    token.join(*table.claim(1), sender=actors.cleo)
    with reverts_with(token, "ContributionTokenJoined", index=3):
        token.join(*table.claim(0), sender=actors.ben)


def test_join__given_values_that_are_not_in_the_tree__reverts(token, table, actors):
    index, account, shares, proof = table.claim(0)
    wrong = [(9, account, shares), (index, actors.cleo, shares), (index, account, shares + 1)]
    for values in wrong:
        leaf = dict(zip(("index", "account", "shares"), values, strict=True))
        with reverts_with(token, "ContributionTokenProofInvalid", **leaf):
            token.join(*values, proof, sender=actors.ben)


@pytest.mark.parametrize("spoil", ["none", "shorter", "longer", "other"])
def test_join__given_another_proof__reverts(token, table, actors, spoil):
    index, account, shares, proof = table.claim(0)
    spoilt = {
        "none": [],
        "shorter": proof[:-1],
        "longer": [*proof, NO_ROOT],
        "other": table.claim(1)[3],
    }
    leaf = {"index": index, "account": account, "shares": shares}
    with reverts_with(token, "ContributionTokenProofInvalid", **leaf):
        token.join(index, account, shares, spoilt[spoil], sender=actors.ben)


@pytest.mark.threat("B7")
def test_join__given_the_proof_of_another_work__reverts(token, seal_work, actors):
    table = LazyTable.of((0, actors.ben, 31), (1, actors.cleo, 11))
    seal_work(lazy=table.sealed())
    leaf = {"index": 0, "account": actors.ben, "shares": 31}
    with reverts_with(token, "ContributionTokenProofInvalid", **leaf):
        token.join(*table.claim(0), sender=actors.ben)


def test_join__given_no_lazy_root__reverts(open_work, seal_work, actors):
    leaf = {"index": 0, "account": actors.ben, "shares": 1}
    for token in (open_work()[1], seal_work((actors.ana, 1))):
        with reverts_with(token, "ContributionTokenProofInvalid", **leaf):
            token.join(0, actors.ben, 1, [], sender=actors.ben)


def test_join__given_a_tree_with_more_shares_than_sealed__lets_the_first_win(
    seal_work, table, actors
):
    token = seal_work((actors.ana, 58), lazy=table.sealed(35))
    token.join(*table.claim(0), sender=actors.ben)
    short = {"sender": token, "balance": 5, "needed": 10}
    with reverts_with(token, "ERC20InsufficientBalance", **short):
        token.join(*table.claim(1), sender=actors.cleo)
    token.join(*table.claim(2), sender=actors.ben)
    assert (token.balanceOf(actors.ben), token.balanceOf(token)) == (32, 3)


def test_join__given_a_leaf_that_nobody_can_hold__reverts(works, seal_work, actors):
    own = works.tokenOf(works.count() + 1)
    table = LazyTable.of((0, ZERO, 1), (1, own, 2))
    token = seal_work(lazy=table.sealed())
    assert token.address == own
    for number, account in enumerate((ZERO, own)):
        refused = {"account": account, "shares": number + 1}
        with reverts_with(token, "ContributionTokenAllocationInvalid", **refused):
            token.join(*table.claim(number), sender=actors.ben)


# ERC-20


def test_metadata__given_a_work__names_it(open_work):
    work_id, token = open_work()
    assert token.name() == f"Creatoken Work {work_id}"
    assert token.symbol() == f"WORK-{work_id}"
    assert token.decimals() == 0


@pytest.mark.parametrize("shares", [0, 1, 58])
def test_transfer__given_enough_shares__moves_them(token, actors, shares):
    receipt = token.transfer(actors.cleo, shares, sender=actors.ana)
    assert receipt.events == [event(token, "Transfer", actors.ana, actors.cleo, shares)]
    assert receipt.return_value is True
    assert token.balanceOf(actors.ana) == 58 - shares
    assert token.balanceOf(actors.cleo) == shares
    assert token.totalSupply() == 100


def test_transfer__given_an_open_work__moves_them(open_work, actors):
    _, token = open_work()
    token.record(b"\1" * 32, 1, [(actors.ana, 5)], sender=actors.pipeline)
    token.transfer(actors.ben, 2, sender=actors.ana)
    token.seal(NO_ROOT, 0, sender=actors.studio)
    pay(NATIVE, actors.payer, token, 50)
    assert [token.owedOf(holder, NATIVE) for holder in (actors.ana, actors.ben)] == [30, 20]


def test_transfer__when_to_oneself__changes_nothing(token, actors):
    pay(NATIVE, actors.payer, token, 1_000)
    receipt = token.transfer(actors.ana, 58, sender=actors.ana)
    assert receipt.events == [event(token, "Transfer", actors.ana, actors.ana, 58)]
    assert (token.balanceOf(actors.ana), token.owedOf(actors.ana, NATIVE)) == (58, 580)


def test_transfer__when_to_zero_or_to_the_token__reverts(token, actors):
    for receiver in (ZERO, token.address):
        with reverts_with(token, "ERC20InvalidReceiver", receiver=receiver):
            token.transfer(receiver, 1, sender=actors.ana)


@pytest.mark.parametrize("shares", [59, UNLIMITED])
def test_transfer__given_too_few_shares__reverts(token, actors, shares):
    for receiver in (actors.ben, actors.ana):
        short = {"sender": actors.ana, "balance": 58, "needed": shares}
        with reverts_with(token, "ERC20InsufficientBalance", **short):
            token.transfer(receiver, shares, sender=actors.ana)


def test_approve__when_called__sets_and_replaces_the_allowance(token, actors):
    for shares in (10, 0, 3):
        receipt = token.approve(actors.ben, shares, sender=actors.ana)
        assert receipt.events == [event(token, "Approval", actors.ana, actors.ben, shares)]
        assert receipt.return_value is True
        assert token.allowance(actors.ana, actors.ben) == shares
    assert token.allowance(actors.ben, actors.ana) == 0


def test_approve__given_the_zero_address__reverts(token, actors):
    with reverts_with(token, "ERC20InvalidSpender", spender=ZERO):
        token.approve(ZERO, 1, sender=actors.ana)


def test_transfer_from__given_an_allowance__uses_it_up(token, actors):
    token.approve(actors.ben, 10, sender=actors.ana)
    receipt = token.transferFrom(actors.ana, actors.cleo, 7, sender=actors.ben)
    assert receipt.events == [event(token, "Transfer", actors.ana, actors.cleo, 7)]
    assert receipt.return_value is True
    assert (token.balanceOf(actors.cleo), token.allowance(actors.ana, actors.ben)) == (7, 3)
    short = {"spender": actors.ben, "allowance": 3, "needed": 4}
    with reverts_with(token, "ERC20InsufficientAllowance", **short):
        token.transferFrom(actors.ana, actors.cleo, 4, sender=actors.ben)
    token.transferFrom(actors.ana, actors.cleo, 3, sender=actors.ben)
    assert (token.balanceOf(actors.cleo), token.allowance(actors.ana, actors.ben)) == (10, 0)


def test_transfer_from__given_an_unlimited_allowance__keeps_it(token, actors):
    token.approve(actors.ben, UNLIMITED, sender=actors.ana)
    token.transferFrom(actors.ana, actors.cleo, 58, sender=actors.ben)
    assert token.allowance(actors.ana, actors.ben) == UNLIMITED
    assert token.balanceOf(actors.cleo) == 58


def test_transfer_from__given_no_allowance__reverts(token, actors):
    short = {"spender": actors.ben, "allowance": 0, "needed": 1}
    with reverts_with(token, "ERC20InsufficientAllowance", **short):
        token.transferFrom(actors.ana, actors.ben, 1, sender=actors.ben)
    short["spender"] = actors.ana
    with reverts_with(token, "ERC20InsufficientAllowance", **short):
        token.transferFrom(actors.ana, actors.ben, 1, sender=actors.ana)


def test_transfer_from__when_lazy_shares_are_asked_for__reverts(token, actors):
    short = {"spender": actors.ben, "allowance": 0, "needed": 1}
    with reverts_with(token, "ERC20InsufficientAllowance", **short):
        token.transferFrom(token, actors.ben, 1, sender=actors.ben)


def test_transfer_from__given_an_allowance_above_the_balance__reverts(token, actors):
    token.approve(actors.ben, 100, sender=actors.ana)
    short = {"sender": actors.ana, "balance": 58, "needed": 59}
    with reverts_with(token, "ERC20InsufficientBalance", **short):
        token.transferFrom(actors.ana, actors.cleo, 59, sender=actors.ben)
    assert token.allowance(actors.ana, actors.ben) == 100
