"""Royalty splitter: claims, share movements, and what is never lost between them."""

import pytest
from eth_utils import keccak

from money import NATIVE, NO_ROOT, ZERO, event, gains, pay
from reverts import reverts_with

LOCKED = keccak(text="ReentrancyGuardReentrantCall()")[:4]
REJECT, REJECT_WITH_BOMB, ACCEPT_WITH_BOMB, BURN_GAS = 1, 2, 3, 4


@pytest.fixture
def token(seal_work, actors):
    """Ana has 50 shares, ben 30, cleo 20."""
    return seal_work((actors.ana, 50), (actors.ben, 30), (actors.cleo, 20))


@pytest.fixture
def rich(seal_work, actors, recipient, dollar):
    """A token that a contract has 60 of 100 shares of, with 1,000 native and 1,000 dollars."""
    token = seal_work((recipient, 60), (actors.ana, 40), primaryCurrency=dollar)
    pay(NATIVE, actors.payer, token, 1_000)
    pay(dollar, actors.payer, token, 1_000)
    return token


def owed(token, currency, *holders):
    return [token.owedOf(holder, currency) for holder in holders]


# claim and its variants


def test_claim__when_called_by_anyone__pays_the_holder_only(token, actors):
    pay(NATIVE, actors.payer, token, 1_000)
    expected = [(actors.ana, 500), (actors.ben, 0), (token, -500)]
    with gains(NATIVE, *expected):
        receipt = token.claim(actors.ana, sender=actors.outsider)
    assert receipt.events == [event(token, "RevenueClaimed", actors.ana, NATIVE, 500)]
    assert receipt.return_value == 500
    assert owed(token, NATIVE, actors.ana, actors.ben, actors.cleo) == [0, 300, 200]


@pytest.mark.threat("B7")
def test_claim__when_repeated__pays_nothing_and_is_silent(token, actors):
    pay(NATIVE, actors.payer, token, 1_000)
    token.claim(actors.ana, sender=actors.outsider)
    with gains(NATIVE, (actors.ana, 0), (token, 0)):
        receipt = token.claim(actors.ana, sender=actors.outsider)
    assert (receipt.return_value, list(receipt.logs)) == (0, [])


def test_claim__given_no_shares__pays_nothing(token, actors):
    pay(NATIVE, actors.payer, token, 1_000)
    receipt = token.claim(actors.payee, sender=actors.outsider)
    assert (receipt.return_value, list(receipt.logs)) == (0, [])


def test_claim__given_the_zero_address_or_the_token__reverts(token, actors):
    for holder in (ZERO, token.address):
        with reverts_with(token, "RoyaltySplitterRecipientInvalid", recipient=holder):
            token.claim(holder, sender=actors.outsider)


def test_claim__given_a_holder_that_rejects__reverts_and_stays_owed(rich, recipient, actors):
    recipient.setMode(REJECT, sender=actors.outsider)
    failed = {"holder": recipient, "currency": NATIVE, "amount": 600}
    with reverts_with(rich, "RoyaltySplitterPaymentFailed", **failed):
        rich.claim(recipient, sender=actors.outsider)
    assert owed(rich, NATIVE, recipient, actors.ana) == [600, 400]


@pytest.mark.parametrize("mode", [REJECT_WITH_BOMB, BURN_GAS])
def test_claim__given_a_holder_that_burns_gas__reverts_with_the_reason(
    rich, recipient, actors, mode
):
    recipient.setMode(mode, sender=actors.outsider)
    failed = {"holder": recipient, "currency": NATIVE, "amount": 600}
    with reverts_with(rich, "RoyaltySplitterPaymentFailed", **failed):
        rich.claim(recipient, sender=actors.outsider)


def test_claim_to__when_called_by_a_holder__pays_whom_it_names(token, actors):
    pay(NATIVE, actors.payer, token, 1_000)
    with gains(NATIVE, (actors.payee, 300), (token, -300)):
        receipt = token.claimTo(actors.payee, sender=actors.ben)
    assert receipt.events == [event(token, "RevenueClaimed", actors.ben, NATIVE, 300)]
    assert receipt.return_value == 300
    assert owed(token, NATIVE, actors.ben, actors.payee) == [0, 0]


def test_claim_to__given_the_zero_address_or_the_token__reverts(token, actors):
    pay(NATIVE, actors.payer, token, 1_000)
    for to in (ZERO, token.address):
        with reverts_with(token, "RoyaltySplitterRecipientInvalid", recipient=to):
            token.claimTo(to, sender=actors.ana)
        with reverts_with(token, "RoyaltySplitterRecipientInvalid", recipient=to):
            token.claimTokenTo(NATIVE, to, sender=actors.ana)
    assert owed(token, NATIVE, actors.ana) == [500]


@pytest.mark.threat("B2")
def test_claim_to__given_a_holder_that_rejects__pays_elsewhere(rich, recipient, actors):
    recipient.setMode(REJECT, sender=actors.outsider)
    call = rich.claimTo.encode_input(actors.payee)
    with gains(NATIVE, (actors.payee, 600), (rich, -600)):
        recipient.execute(rich, 0, call, sender=actors.outsider)
    assert owed(rich, NATIVE, recipient) == [0]


@pytest.mark.threat("B7")
def test_claim_many__given_holders_once_or_twice__pays_each_once(token, actors):
    pay(NATIVE, actors.payer, token, 1_000)
    expected = [(actors.ana, 500), (actors.ben, 300), (actors.payee, 0), (token, -800)]
    holders = [actors.ben, actors.ana, actors.ben, actors.payee]
    with gains(NATIVE, *expected):
        receipt = token.claimMany(holders, sender=actors.outsider)
    assert receipt.events == [
        event(token, "RevenueClaimed", actors.ben, NATIVE, 300),
        event(token, "RevenueClaimed", actors.ana, NATIVE, 500),
    ]
    assert receipt.return_value == 800


@pytest.mark.gas
@pytest.mark.threat("B2")
@pytest.mark.parametrize("mode", [REJECT, REJECT_WITH_BOMB, BURN_GAS])
def test_claim_many__given_a_holder_that_cannot_be_paid__skips_it(rich, recipient, actors, mode):
    recipient.setMode(mode, sender=actors.outsider)
    with gains(NATIVE, (actors.ana, 400), (recipient, 0)):
        receipt = rich.claimMany([recipient, actors.ana, recipient], sender=actors.outsider)
    assert receipt.events == [event(rich, "RevenueClaimed", actors.ana, NATIVE, 400)]
    assert receipt.return_value == 400
    assert receipt.gas_used < 2 * 200_000 + 120_000
    assert owed(rich, NATIVE, recipient) == [600]
    pay(NATIVE, actors.payer, rich, 100)
    assert owed(rich, NATIVE, recipient, actors.ana) == [660, 40]


@pytest.mark.threat("B2")
def test_claim_many__given_an_answer_of_100_kilobytes__pays_for_little_gas(rich, recipient, actors):
    recipient.setMode(ACCEPT_WITH_BOMB, sender=actors.outsider)
    with gains(NATIVE, (recipient, 600), (actors.ana, 400)):
        receipt = rich.claimMany([recipient, actors.ana], sender=actors.outsider)
    assert receipt.gas_used < 170_000


def test_claim_many__given_the_zero_address__reverts(token, actors):
    with reverts_with(token, "RoyaltySplitterRecipientInvalid", recipient=ZERO):
        token.claimMany([actors.ana, ZERO], sender=actors.outsider)


def test_claim_token__given_each_kind_of_currency__pays_the_holder(
    seal_work, actors, dollar, hostile
):
    token = seal_work((actors.ana, 3), (actors.ben, 1), accepts=[hostile], primaryCurrency=dollar)
    for currency in (NATIVE, dollar, hostile):
        pay(currency, actors.payer, token, 400)
        address = getattr(currency, "address", currency)
        with gains(currency, (actors.ana, 300), (token, -300)):
            receipt = token.claimToken(currency, actors.ana, sender=actors.outsider)
        claimed = event(token, "RevenueClaimed", actors.ana, address, 300)
        assert (receipt.events[-1], receipt.return_value) == (claimed, 300)
        assert owed(token, currency, actors.ana, actors.ben) == [0, 100]


def test_claim_token__given_a_currency_that_is_not_settled__pays_nothing(token, actors, dollar):
    pay(dollar, actors.payer, token, 400)
    assert owed(token, dollar, actors.ana) == [0]
    receipt = token.claimToken(dollar, actors.ana, sender=actors.outsider)
    assert (receipt.return_value, list(receipt.logs)) == (0, [])


def test_claim_token_to__when_called_by_a_holder__pays_whom_it_names(rich, actors, dollar):
    with gains(dollar, (actors.payee, 400), (rich, -400)):
        receipt = rich.claimTokenTo(dollar, actors.payee, sender=actors.ana)
    assert receipt.events == [
        event(dollar, "Transfer", rich, actors.payee, 400),
        event(rich, "RevenueClaimed", actors.ana, dollar, 400),
    ]
    assert receipt.return_value == 400


def test_claim_token_many__given_holders__pays_them(rich, recipient, actors, dollar):
    with gains(dollar, (actors.ana, 400), (recipient, 600), (rich, -1_000)):
        receipt = rich.claimTokenMany(dollar, [actors.ana, recipient], sender=actors.outsider)
    assert receipt.events == [
        event(dollar, "Transfer", rich, actors.ana, 400),
        event(rich, "RevenueClaimed", actors.ana, dollar, 400),
        event(dollar, "Transfer", rich, recipient, 600),
        event(rich, "RevenueClaimed", recipient, dollar, 600),
    ]
    assert receipt.return_value == 1_000


# Before the seal


@pytest.mark.threat("B9")
def test_revenue__when_it_comes_before_the_seal__waits_for_the_holders(open_work, actors, dollar):
    _, token = open_work(primaryCurrency=dollar)
    token.record(b"\1" * 32, 1, [(actors.ana, 3)], sender=actors.pipeline)
    pay(NATIVE, actors.payer, token, 400)
    pay(dollar, actors.payer, token, 800)
    assert token.claim(actors.ana, sender=actors.outsider).return_value == 0
    assert owed(token, NATIVE, actors.ana) + owed(token, dollar, actors.ana) == [0, 0]
    token.record(b"\2" * 32, 1, [(actors.ben, 1)], sender=actors.pipeline)
    token.seal(NO_ROOT, 0, sender=actors.studio)
    assert owed(token, NATIVE, actors.ana, actors.ben) == [300, 100]
    assert owed(token, dollar, actors.ana, actors.ben) == [600, 200]


# Rounding


@pytest.mark.threat("B5")
def test_owed_of__given_single_wei__carries_the_fractions(seal_work, actors):
    token = seal_work((actors.ana, 1), (actors.ben, 1), (actors.cleo, 1))
    holders = (actors.ana, actors.ben, actors.cleo)
    for wei in range(1, 10):
        pay(NATIVE, actors.payer, token, 1)
        token.claimMany(holders, sender=actors.outsider)
        assert token.balance == wei % 3


@pytest.mark.threat("B5")
def test_owed_of__given_a_prime_supply__adds_up_to_the_wei(seal_work, actors):
    holders = (actors.ana, actors.ben, actors.cleo)
    shares = [2**39 - 7, 104_729, 1]
    token = seal_work(*zip(holders, shares, strict=True))
    for amount in (1, 10**18, 7, 2**64 + 13):
        pay(NATIVE, actors.payer, token, amount)
        token.claim(actors.ben, sender=actors.outsider)
    token.claimMany(holders, sender=actors.outsider)
    accounted = token.revenueOf(NATIVE).accounted
    assert token.balance << 20 >= accounted
    assert (token.balance << 20) - accounted < sum(shares)
    assert accounted < 3 << 20


@pytest.mark.threat("B5")
def test_transfer__given_single_wei_and_a_huge_supply__farms_no_dust(seal_work, actors):
    """Shares go to and fro around each payment; what did not divide comes out later."""
    holders, parts = (actors.ana, actors.ben), (2**39 - 8, 2**39 + 7)
    token = seal_work(*zip(holders, parts, strict=True))
    for wei in range(1, 9):
        token.transfer(actors.cleo, wei, sender=actors.ana)
        pay(NATIVE, actors.payer, token, 1)
        assert token.claimMany([*holders, actors.cleo], sender=actors.outsider).return_value == 0
        token.transfer(actors.ana, wei, sender=actors.cleo)
    pay(NATIVE, actors.payer, token, sum(parts) - token.balance)
    with gains(NATIVE, (actors.ana, parts[0]), (actors.ben, parts[1]), (actors.cleo, 0)):
        token.claimMany([*holders, actors.cleo], sender=actors.outsider)
    assert token.balance == 0


def test_claim__given_fractions_that_make_a_whole__pays_it(seal_work, actors):
    token = seal_work((actors.ana, 1), (actors.ben, 2))
    for wei in (4, 2):  # 4/3, then 2/3
        pay(NATIVE, actors.payer, token, wei)
        with gains(NATIVE, (actors.ana, 1)):
            token.claim(actors.ana, sender=actors.outsider)


# Share movements


@pytest.mark.threat("B6")
def test_transfer__given_past_revenue__leaves_it_with_the_sender(
    seal_work, actors, dollar, hostile
):
    currencies = (NATIVE, dollar, hostile)
    token = seal_work((actors.ana, 60), (actors.ben, 40), accepts=[hostile], primaryCurrency=dollar)
    for currency in currencies:
        pay(currency, actors.payer, token, 1_000)
    token.transfer(actors.cleo, 30, sender=actors.ana)
    for currency in currencies:
        assert owed(token, currency, actors.ana, actors.ben, actors.cleo) == [600, 400, 0]
        pay(currency, actors.payer, token, 1_000)
        assert owed(token, currency, actors.ana, actors.ben, actors.cleo) == [900, 800, 300]
    token.transfer(actors.ana, 30, sender=actors.cleo)
    token.transfer(actors.ben, 60, sender=actors.ana)
    for currency in currencies:
        assert owed(token, currency, actors.ana, actors.ben, actors.cleo) == [900, 800, 300]
        for holder in (actors.ana, actors.ben, actors.cleo):
            token.claimToken(currency, holder, sender=actors.outsider)
        assert tuple(token.revenueOf(currency))[1:] == (0, 100)


@pytest.mark.threat("B7")
def test_transfer__given_a_claim_before__pays_nothing_twice(token, actors):
    pay(NATIVE, actors.payer, token, 1_000)
    token.claim(actors.ana, sender=actors.outsider)
    token.transfer(actors.cleo, 50, sender=actors.ana)
    assert owed(token, NATIVE, actors.ana, actors.ben, actors.cleo) == [0, 300, 200]
    pay(NATIVE, actors.payer, token, 1_000)
    assert owed(token, NATIVE, actors.ana, actors.ben, actors.cleo) == [0, 600, 900]


@pytest.mark.threat("B6")
def test_transfer__given_the_last_holder__moves_no_past_revenue(seal_work, actors):
    token = seal_work((actors.ana, 1))
    pay(NATIVE, actors.payer, token, 7)
    token.transfer(actors.ben, 1, sender=actors.ana)
    pay(NATIVE, actors.payer, token, 5)
    with gains(NATIVE, (actors.ana, 7), (actors.ben, 5)):
        token.claimMany([actors.ana, actors.ben], sender=actors.outsider)


def test_transfer__given_no_primary_currency__books_nothing_in_it(token, actors):
    token.transfer(actors.cleo, 50, sender=actors.ana)
    assert owed(token, ZERO, actors.ana, actors.cleo) == [0, 0]


# Generations


def test_claim__given_three_generations__each_gets_its_cut_to_the_wei(
    works, open_work, seal_work, actors
):
    first = seal_work((actors.ana, 1_000))
    second = seal_work((actors.ben, 75), upstream=[(works.count(), 0, 2_500)])
    third = seal_work((actors.cleo, 9_000), upstream=[(works.count(), 0, 1_000)])
    pay(NATIVE, actors.payer, third, 10_000)
    holders = [(second, 1_000), (actors.cleo, 9_000), (third, -10_000)]
    with gains(NATIVE, *holders):
        third.claimMany([second, actors.cleo], sender=actors.outsider)
    with gains(NATIVE, (first, 250), (actors.ben, 750), (second, -1_000)):
        second.claimMany([first, actors.ben], sender=actors.outsider)
    with gains(NATIVE, (actors.ana, 250), (first, -250)):
        first.claim(actors.ana, sender=actors.outsider)


@pytest.mark.threat("B9")
def test_claim__given_a_parent_that_is_not_sealed__waits_there(works, open_work, seal_work, actors):
    parent_id, parent = open_work()
    child = seal_work((actors.ben, 90), upstream=[(parent_id, 0, 1_000)])
    pay(NATIVE, actors.payer, child, 1_000)
    with gains(NATIVE, (parent, 100), (child, -100)):
        child.claim(parent, sender=actors.outsider)
    assert owed(parent, NATIVE, actors.ana) == [0]
    parent.record(b"\1" * 32, 1, [(actors.ana, 1)], sender=actors.pipeline)
    parent.seal(NO_ROOT, 0, sender=actors.studio)
    assert owed(parent, NATIVE, actors.ana) == [100]
