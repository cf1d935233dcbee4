"""Royalty splitter: pushes to all holders at once, and recipients that re-enter."""

import pytest
from eth_utils import keccak

from money import NATIVE, ZERO, event, gains, pay
from reverts import reverts_with

LOCKED = keccak(text="ReentrancyGuardReentrantCall()")[:4]
REJECT, REJECT_WITH_BOMB, ACCEPT_WITH_BOMB, BURN_GAS = 1, 2, 3, 4


@pytest.fixture
def token(seal_work, actors):
    """Ana has 50 shares, ben 30, cleo 20."""
    return seal_work((actors.ana, 50), (actors.ben, 30), (actors.cleo, 20))


@pytest.fixture
def rich(seal_work, actors, recipient):
    """A token that a contract has 60 of 100 shares of, with 1,000 native."""
    token = seal_work((recipient, 60), (actors.ana, 40))
    pay(NATIVE, actors.payer, token, 1_000)
    return token


def ascending(*holders):
    return sorted((str(getattr(holder, "address", holder)) for holder in holders), key=str.lower)


def everyone(actors):
    return ascending(actors.ana, actors.ben, actors.cleo)


def test_push_all__given_all_holders__pays_all_at_once(token, actors):
    pay(NATIVE, actors.payer, token, 1_000)
    expected = [(actors.ana, 500), (actors.ben, 300), (actors.cleo, 200), (token, -1_000)]
    with gains(NATIVE, *expected):
        receipt = token.pushAll(everyone(actors), sender=actors.outsider)
    assert receipt.events == [event(token, "RevenuePushed", NATIVE, 1_000, 3)]
    assert receipt.return_value == 1_000
    assert tuple(token.revenueOf(NATIVE)) == (0, 0, 100)


@pytest.mark.threat("B5")
def test_push_all__given_what_does_not_divide__leaves_it_for_later(token, actors):
    pay(NATIVE, actors.payer, token, 9)
    with gains(NATIVE, (actors.ana, 4), (actors.ben, 2), (actors.cleo, 1), (token, -7)):
        token.pushAll(everyone(actors), sender=actors.outsider)
    pay(NATIVE, actors.payer, token, 98)
    with gains(NATIVE, (actors.ana, 50), (actors.ben, 30), (actors.cleo, 20), (token, -100)):
        token.pushAll(everyone(actors), sender=actors.outsider)


def test_push_all__given_attributed_revenue__pays_only_the_rest(token, actors):
    pay(NATIVE, actors.payer, token, 1_000)
    token.claim(actors.ana, sender=actors.outsider)
    pay(NATIVE, actors.payer, token, 100)
    with gains(NATIVE, (actors.ana, 50), (actors.ben, 30), (actors.cleo, 20), (token, -100)):
        token.pushAll(everyone(actors), sender=actors.outsider)
    with gains(NATIVE, (actors.ana, 0), (actors.ben, 300), (actors.cleo, 200)):
        token.claimMany(everyone(actors), sender=actors.outsider)
    assert token.balance == 0


def test_push_all__given_nothing_new__pays_nothing(token, actors):
    receipt = token.pushAll(everyone(actors), sender=actors.outsider)
    assert receipt.events == [event(token, "RevenuePushed", NATIVE, 0, 3)]


def test_push_all__given_an_account_without_shares__skips_it(token, actors):
    pay(NATIVE, actors.payer, token, 1_000)
    holders = ascending(actors.ana, actors.ben, actors.cleo, actors.payee)
    with gains(NATIVE, (actors.payee, 0), (token, -1_000)):
        receipt = token.pushAll(holders, sender=actors.outsider)
    assert receipt.events == [event(token, "RevenuePushed", NATIVE, 1_000, 4)]


def test_push_all__given_holders_out_of_order__reverts(token, actors):
    low, middle, high = everyone(actors)
    for holders, pair in (
        ([middle, low, high], (middle, low)),
        ([low, low, middle, high], (low, low)),
        ([ZERO, low, middle, high], (ZERO, ZERO)),
    ):
        unsorted = {"previous": pair[0], "holder": pair[1]}
        with reverts_with(token, "RoyaltySplitterUnsorted", **unsorted):
            token.pushAll(holders, sender=actors.outsider)


def test_push_all__given_some_holders_only__reverts(token, actors):
    pay(NATIVE, actors.payer, token, 1_000)
    for holders, listed in (([actors.ana, actors.ben], 80), ([actors.payee], 0), ([], 0)):
        missing = {"listedShares": listed, "totalShares": 100}
        with reverts_with(token, "RoyaltySplitterHoldersIncomplete", **missing):
            token.pushAll(ascending(*holders), sender=actors.outsider)
    assert token.balance == 1_000


def test_push_all__given_lazy_shares__reverts(seal_work, actors):
    token = seal_work((actors.ana, 5), lazy=(b"\7" * 32, 3))
    missing = {"listedShares": 5, "totalShares": 8}
    with reverts_with(token, "RoyaltySplitterHoldersIncomplete", **missing):
        token.pushAll([actors.ana], sender=actors.outsider)
    with reverts_with(token, "RoyaltySplitterRecipientInvalid", recipient=token):
        token.pushAll(ascending(actors.ana, token), sender=actors.outsider)


def test_push_all__given_an_open_work__reverts(open_work, actors):
    _, token = open_work()
    token.record(b"\1" * 32, 1, [(actors.ana, 5)], sender=actors.pipeline)
    with reverts_with(token, "RoyaltySplitterNotSealed"):
        token.pushAll([actors.ana], sender=actors.outsider)
    with reverts_with(token, "RoyaltySplitterNotSealed"):
        token.pushAllToken(NATIVE, [actors.ana], sender=actors.outsider)


@pytest.mark.threat("B2")
@pytest.mark.parametrize("mode", [REJECT, REJECT_WITH_BOMB, BURN_GAS])
def test_push_all__given_a_holder_that_cannot_be_paid__credits_it(rich, recipient, actors, mode):
    recipient.setMode(mode, sender=actors.outsider)
    holders = ascending(actors.ana, recipient)
    with gains(NATIVE, (actors.ana, 400), (recipient, 0), (rich, -400)):
        receipt = rich.pushAll(holders, sender=actors.outsider)
    assert receipt.events == [
        event(rich, "RevenueCredited", recipient, NATIVE, 600),
        event(rich, "RevenuePushed", NATIVE, 400, 2),
    ]
    assert receipt.return_value == 400
    assert receipt.gas_used < 200_000 + 130_000
    pay(NATIVE, actors.payer, rich, 100)
    assert (rich.owedOf(recipient, NATIVE), rich.owedOf(actors.ana, NATIVE)) == (660, 40)
    to_payee = rich.claimTo.encode_input(actors.payee)
    with gains(NATIVE, (actors.payee, 660), (rich, -660)):
        recipient.execute(rich, 0, to_payee, sender=actors.outsider)


def test_push_all__given_an_answer_of_100_kilobytes__pays_for_little_gas(rich, recipient, actors):
    recipient.setMode(ACCEPT_WITH_BOMB, sender=actors.outsider)
    with gains(NATIVE, (recipient, 600), (actors.ana, 400)):
        receipt = rich.pushAll(ascending(actors.ana, recipient), sender=actors.outsider)
    assert receipt.gas_used < 120_000


def test_push_all_token__given_a_settled_currency__pays_all(seal_work, actors, dollar):
    token = seal_work((actors.ana, 3), (actors.ben, 1), primaryCurrency=dollar)
    pay(dollar, actors.payer, token, 400)
    holders = ascending(actors.ana, actors.ben)
    with gains(dollar, (actors.ana, 300), (actors.ben, 100), (token, -400)):
        receipt = token.pushAllToken(dollar, holders, sender=actors.outsider)
    paid = {actors.ana.address: 300, actors.ben.address: 100}
    transfers = [event(dollar, "Transfer", token, holder, paid[holder]) for holder in holders]
    assert receipt.events == [*transfers, event(token, "RevenuePushed", dollar, 400, 2)]
    assert receipt.return_value == 400
    assert token.owedOf(actors.ana, dollar) == 0


def test_push_all_token__given_a_currency_that_is_not_settled__pays_who_holds_now(
    token, actors, dollar
):
    pay(dollar, actors.payer, token, 1_000)
    token.transfer(actors.payee, 50, sender=actors.ana)
    holders = ascending(actors.payee, actors.ben, actors.cleo)
    expected = [(actors.payee, 500), (actors.ben, 300), (actors.cleo, 200), (actors.ana, 0)]
    with gains(dollar, *expected):
        token.pushAllToken(dollar, holders, sender=actors.outsider)


def test_push_all_token__given_the_shares_of_a_derivative__keeps_them(works, seal_work, actors):
    parent = seal_work((actors.ana, 1))
    child = seal_work((actors.ben, 90), upstream=[(works.count(), 0, 1_000)])
    for shares in (child, parent):
        with reverts_with(parent, "RoyaltySplitterCurrencyInvalid", currency=shares):
            parent.pushAllToken(shares, [actors.ana], sender=actors.ana)
    assert child.balanceOf(parent) == 10


@pytest.mark.parametrize("settled", [False, True])
def test_push_all_token__given_a_blocked_holder__credits_it(seal_work, actors, hostile, settled):
    accepts = [hostile] if settled else []
    token = seal_work((actors.ana, 50), (actors.ben, 50), accepts=accepts)
    holders = ascending(actors.ana, actors.ben)
    hostile.setBlocked(actors.ana, True, sender=actors.outsider)
    for round_ in (1, 2):
        pay(hostile, actors.payer, token, 100)
        with gains(hostile, (actors.ben, 50), (token, -50)):
            receipt = token.pushAllToken(hostile, holders, sender=actors.outsider)
        assert receipt.events == [
            event(token, "RevenueCredited", actors.ana, hostile, 50),
            event(token, "RevenuePushed", hostile, 50, 2),
        ]
        assert token.owedOf(actors.ana, hostile) == 50 * round_
    with gains(hostile, (actors.payee, 100), (token, -100)):
        receipt = token.claimTokenTo(hostile, actors.payee, sender=actors.ana)
    assert receipt.events == [event(token, "RevenueClaimed", actors.ana, hostile, 100)]
    assert token.revenueOf(hostile).accounted == 0


# Re-entrancy


@pytest.mark.threat("B1")
@pytest.mark.parametrize("path", ["claim", "claimTo", "claimMany", "claimToken", "pushAll"])
@pytest.mark.parametrize(
    "attack", ["claim", "claimTo", "claimMany", "pushAll", "transfer", "join", "owedOf"]
)
def test_payment__when_the_recipient_re_enters__is_paid_once(rich, recipient, actors, path, attack):
    attacks = {
        "claim": (actors.ana,),
        "claimTo": (recipient,),
        "claimMany": ([recipient],),
        "pushAll": (sorted([actors.ana.address, recipient.address], key=str.lower),),
        "transfer": (actors.ben, 60),
        "join": (0, actors.ben, 1, []),
        "owedOf": (recipient, NATIVE),
    }
    calls = attacks | {"claim": (recipient,), "claimToken": (NATIVE, recipient)}
    data = getattr(rich, attack).encode_input(*attacks[attack])
    recipient.reenter(rich, data, sender=actors.outsider)
    call = getattr(rich, path).encode_input(*calls[path])
    with gains(NATIVE, (recipient, 600)):
        recipient.execute(rich, 0, call, sender=actors.outsider)
    assert (recipient.entries(), recipient.succeeded(), recipient.answer()) == (1, False, LOCKED)
    assert rich.balanceOf(recipient) == 60
    rich.claim(actors.ana, sender=actors.outsider)
    assert rich.balance == 0
