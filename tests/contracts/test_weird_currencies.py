"""Currencies that misbehave, as a work's revenue: nothing is lost, and no other currency stops."""

import pytest
from eth_utils import keccak

from creatoken_sdk import record
from money import NATIVE, event, gains, pay
from reverts import reverts_with

LOCKED = keccak(text="ReentrancyGuardReentrantCall()")[:4]
CAP = 2**88 - 1
FLAWS = [
    "NONE",
    "FEE",
    "HOOK",
    "PAUSED",
    "RETURNS_FALSE",
    "RETURNS_NOTHING",
    "RETURNS_TWO",
    "RETURNS_BOMB",
    "REVERTS_ON_ZERO",
    "BURNS_GAS",
    "BALANCE_REVERTS",
    "BALANCE_SHORT",
    "BALANCE_BURNS_GAS",
]
REFUSING = ["PAUSED", "RETURNS_FALSE", "RETURNS_TWO", "BURNS_GAS"]
MUTE = ["BALANCE_REVERTS", "BALANCE_SHORT", "BALANCE_BURNS_GAS"]


@pytest.fixture
def spoil(hostile, actors):
    """Gives the hostile currency a flaw."""
    return lambda flaw: hostile.setFlaw(FLAWS.index(flaw), sender=actors.outsider)


@pytest.fixture(params=["primary", "accepted"])
def token(request, seal_work, hostile, actors):
    """Ana has 60 shares and ben 40; the hostile currency is settled."""
    terms = {"primary": {"primaryCurrency": hostile}, "accepted": {"accepts": [hostile]}}
    return seal_work((actors.ana, 60), (actors.ben, 40), **terms[request.param])


def owed(token, currency, *holders):
    return [token.owedOf(holder, currency) for holder in holders]


def assert_native_works(token, actors):
    pay(NATIVE, actors.payer, token, 100)
    shares = token.balanceOf(actors.ana)
    with gains(NATIVE, (actors.ana, shares), (actors.ben, 40)):
        token.claimMany([actors.ana, actors.ben], sender=actors.outsider)


# Transfers that fail


@pytest.mark.threat("B3")
@pytest.mark.parametrize("flaw", REFUSING)
def test_claim_token__given_a_transfer_that_fails__stays_owed(token, hostile, actors, spoil, flaw):
    pay(hostile, actors.payer, token, 100)
    spoil(flaw)
    failed = {"holder": actors.ana, "currency": hostile, "amount": 60}
    with reverts_with(token, "RoyaltySplitterPaymentFailed", **failed):
        token.claimToken(hostile, actors.ana, sender=actors.outsider)
    failed = {"holder": actors.ben, "currency": hostile, "amount": 40}
    with reverts_with(token, "RoyaltySplitterPaymentFailed", **failed):
        token.claimTokenTo(hostile, actors.cleo, sender=actors.ben)
    assert_native_works(token, actors)
    spoil("NONE")
    with gains(hostile, (actors.ana, 60), (actors.ben, 40), (token, -100)):
        token.claimTokenMany(hostile, [actors.ana, actors.ben], sender=actors.outsider)


WORDS = {"yes": 1, "much": 2**256 - 1}
REVERTING = [f"0x7f{word.to_bytes(32, 'big').hex()}5f5260205ffd" for word in WORDS.values()]
SHORT = "0x601f5ff3"
"""Code of currencies: those that revert with a word, and one that answers 31 zero bytes."""


@pytest.mark.threat("B3")
@pytest.mark.parametrize("code", [*REVERTING, SHORT], ids=[*WORDS, "short"])
def test_claim_token__given_a_currency_that_changed_its_code__stays_owed(
    token, hostile, actors, chain, code
):
    to = "0x" + "00" * 15 + "01" + "00" * 4  # makes a 1 of a word that a short answer leaves
    pay(hostile, actors.payer, token, 100)
    token.claimTokenMany(hostile, [], sender=actors.outsider)
    chain.provider.set_code(hostile.address, code)
    failed = {"holder": actors.ana, "currency": hostile, "amount": 60}
    with reverts_with(token, "RoyaltySplitterPaymentFailed", **failed):
        token.claimTokenTo(hostile, to, sender=actors.ana)
    assert owed(token, hostile, actors.ana, actors.ben) == [60, 40]


@pytest.mark.threat("B3")
def test_claim_token__given_a_currency_that_answers_nothing__counts_as_paid(
    token, hostile, actors, chain
):
    pay(hostile, actors.payer, token, 100)
    token.claimTokenMany(hostile, [], sender=actors.outsider)
    chain.provider.set_code(hostile.address, "0x00")
    receipt = token.claimToken(hostile, actors.ana, sender=actors.outsider)
    claimed = event(token, "RevenueClaimed", actors.ana, hostile.address, 60)
    assert receipt.events == [claimed]


@pytest.mark.threat("B2")
@pytest.mark.parametrize("flaw", REFUSING)
def test_claim_token_many__given_transfers_that_fail__pays_nobody(
    token, hostile, actors, spoil, flaw
):
    pay(hostile, actors.payer, token, 100)
    spoil(flaw)
    receipt = token.claimTokenMany(hostile, [actors.ana, actors.ben], sender=actors.outsider)
    assert (receipt.return_value, list(receipt.logs)) == (0, [])
    assert receipt.gas_used < 2 * 200_000 + 120_000
    assert owed(token, hostile, actors.ana, actors.ben) == [60, 40]


@pytest.mark.parametrize("flaw", REFUSING)
def test_push_all_token__given_transfers_that_fail__credits_all(
    token, hostile, actors, spoil, flaw
):
    pay(hostile, actors.payer, token, 100)
    spoil(flaw)
    holders = sorted([actors.ana.address, actors.ben.address], key=str.lower)
    receipt = token.pushAllToken(hostile, holders, sender=actors.outsider)
    amounts = {actors.ana.address: 60, actors.ben.address: 40}
    assert receipt.events == [
        *(event(token, "RevenueCredited", who, hostile, amounts[who]) for who in holders),
        event(token, "RevenuePushed", hostile, 0, 2),
    ]
    spoil("NONE")
    with gains(hostile, (actors.ana, 60), (actors.ben, 40), (token, -100)):
        token.claimTokenMany(hostile, holders, sender=actors.outsider)


@pytest.mark.threat("B2")
def test_claim_token_many__given_a_blocked_holder__pays_the_others(token, hostile, actors):
    pay(hostile, actors.payer, token, 100)
    hostile.setBlocked(actors.ana, True, sender=actors.outsider)
    with gains(hostile, (actors.ana, 0), (actors.ben, 40), (token, -40)):
        token.claimTokenMany(hostile, [actors.ana, actors.ben], sender=actors.outsider)
    with gains(hostile, (actors.cleo, 60), (token, -60)):
        token.claimTokenTo(hostile, actors.cleo, sender=actors.ana)


# Transfers that are odd


@pytest.mark.threat("B3")
@pytest.mark.parametrize("flaw", ["RETURNS_NOTHING", "RETURNS_BOMB", "REVERTS_ON_ZERO"])
def test_claim_token__given_odd_but_valid_transfers__pays(token, hostile, actors, spoil, flaw):
    spoil(flaw)
    pay(hostile, actors.payer, token, 100)
    with gains(hostile, (actors.ana, 60), (token, -60)):
        receipt = token.claimToken(hostile, actors.ana, sender=actors.outsider)
    assert receipt.events == [event(token, "RevenueClaimed", actors.ana, hostile, 60)]
    assert receipt.gas_used < 160_000
    holders = [actors.ana, actors.cleo, actors.ben]
    with gains(hostile, (actors.ana, 0), (actors.cleo, 0), (actors.ben, 40)):
        token.claimTokenMany(hostile, holders, sender=actors.outsider)


@pytest.mark.parametrize("terms", ["primaryCurrency", "accepts"])
def test_push_all_token__given_a_currency_that_takes_another__reverts(
    project, seal_work, actors, hostile, recipient, spoil, terms
):
    other = project.MockHostileERC20.deploy(sender=actors.outsider)
    token = seal_work((recipient, 1), **{terms: [other] if terms == "accepts" else other})
    for currency in (hostile, other):
        pay(currency, actors.payer, token, 100)
    spoil("HOOK")
    recipient.reenter(other, other.setBalance.encode_input(token, 99), sender=actors.ana)
    with reverts_with(token, "RoyaltySplitterCurrencyInvalid", currency=hostile):
        token.pushAllToken(hostile, [recipient], sender=actors.outsider)
    recipient.reenter(other, other.setBalance.encode_input(token, 100), sender=actors.ana)
    with gains(hostile, (recipient, 100), (token, -100)):
        token.pushAllToken(hostile, [recipient], sender=actors.outsider)


@pytest.mark.threat("B3")
def test_push_all_token__given_a_revert_on_zero__skips_who_has_nothing(
    token, hostile, actors, spoil
):
    spoil("REVERTS_ON_ZERO")
    pay(hostile, actors.payer, token, 100)
    holders = (actors.ana.address, actors.ben.address, actors.cleo.address)
    holders = sorted(holders, key=str.lower)
    with gains(hostile, (actors.ana, 60), (actors.ben, 40), (actors.cleo, 0)):
        receipt = token.pushAllToken(hostile, holders, sender=actors.outsider)
    assert receipt.events == [event(token, "RevenuePushed", hostile, 100, 3)]


@pytest.mark.threat("B3")
def test_claim_token__given_a_fee_on_transfer__takes_it_from_the_receiver(
    token, hostile, actors, spoil
):
    spoil("FEE")
    hostile.mint(actors.payer, 20_000, sender=actors.payer)
    hostile.transfer(token, 20_000, sender=actors.payer)
    assert owed(token, hostile, actors.ana, actors.ben) == [11_880, 7_920]
    with gains(hostile, (actors.ana, 11_762), (token, -11_880)):
        receipt = token.claimToken(hostile, actors.ana, sender=actors.outsider)
    assert receipt.return_value == 11_880
    with gains(hostile, (actors.ben, 7_841), (token, -7_920)):
        token.claimToken(hostile, actors.ben, sender=actors.outsider)


@pytest.mark.threat("B3")
def test_claim_token__given_a_token_that_lost_its_code__stays_owed(token, hostile, actors, chain):
    pay(hostile, actors.payer, token, 100)
    token.claimToken(hostile, actors.ana, sender=actors.outsider)
    chain.provider.set_code(hostile.address, "0x")
    failed = {"holder": actors.ben, "currency": hostile, "amount": 40}
    with reverts_with(token, "RoyaltySplitterPaymentFailed", **failed):
        token.claimToken(hostile, actors.ben, sender=actors.outsider)
    assert_native_works(token, actors)


# Balances that move by themselves


@pytest.mark.threat("B3")
def test_owed_of__given_a_rebase_up__is_revenue(token, hostile, actors):
    pay(hostile, actors.payer, token, 100)
    token.claimToken(hostile, actors.ana, sender=actors.outsider)
    hostile.setBalance(token, 140, sender=actors.outsider)
    assert owed(token, hostile, actors.ana, actors.ben) == [60, 80]
    with gains(hostile, (actors.ana, 60), (actors.ben, 80), (token, -140)):
        token.claimTokenMany(hostile, [actors.ana, actors.ben], sender=actors.outsider)


@pytest.mark.threat("B3")
def test_claim_token__given_a_rebase_down__pays_first_come_until_revenue_fills_the_gap(
    token, hostile, actors
):
    pay(hostile, actors.payer, token, 100)
    token.transfer(actors.cleo, 1, sender=actors.ana)
    hostile.setBalance(token, 50, sender=actors.outsider)
    assert owed(token, hostile, actors.ana, actors.ben) == [60, 40]
    with gains(hostile, (actors.ben, 40), (token, -40)):
        token.claimToken(hostile, actors.ben, sender=actors.outsider)
    failed = {"holder": actors.ana, "currency": hostile, "amount": 60}
    with reverts_with(token, "RoyaltySplitterPaymentFailed", **failed):
        token.claimToken(hostile, actors.ana, sender=actors.outsider)
    assert_native_works(token, actors)
    pay(hostile, actors.payer, token, 150)
    assert owed(token, hostile, actors.ana, actors.ben, actors.cleo) == [119, 40, 1]
    holders = [actors.ana, actors.ben, actors.cleo]
    with gains(hostile, (token, -160)):
        token.claimTokenMany(hostile, holders, sender=actors.outsider)


def test_claim_token_many__given_a_rebase_down__accounts_for_nothing(seal_work, hostile, actors):
    token = seal_work((actors.ana, 1), accepts=[hostile])
    pay(hostile, actors.payer, token, 100)
    token.claimTokenMany(hostile, [], sender=actors.outsider)
    before = tuple(token.revenueOf(hostile))
    hostile.setBalance(token, 40, sender=actors.outsider)
    token.claimTokenMany(hostile, [], sender=actors.outsider)
    assert tuple(token.revenueOf(hostile)) == before == (100 << 20, 100 << 20, 1)


@pytest.mark.threat("B3")
@pytest.mark.parametrize("flaw", MUTE)
def test_transfer__given_a_balance_that_cannot_be_read__moves_shares(
    token, hostile, actors, spoil, flaw
):
    pay(hostile, actors.payer, token, 100)
    token.claimToken(hostile, actors.ana, sender=actors.outsider)
    spoil(flaw)
    receipt = token.transfer(actors.cleo, 10, sender=actors.ana)
    assert receipt.gas_used < 200_000 + 150_000
    assert owed(token, hostile, actors.ana, actors.ben, actors.cleo) == [0, 40, 0]
    assert_native_works(token, actors)
    token.claimToken(hostile, actors.ben, sender=actors.outsider)
    spoil("NONE")
    assert hostile.balanceOf(actors.ben) == 40
    pay(hostile, actors.payer, token, 100)
    assert owed(token, hostile, actors.ana, actors.ben, actors.cleo) == [50, 40, 10]


@pytest.mark.parametrize("flaw", MUTE)
def test_owed_of__given_a_balance_that_cannot_be_read__is_what_was_known(
    token, hostile, actors, spoil, flaw
):
    pay(hostile, actors.payer, token, 100)
    token.claimToken(hostile, actors.ana, sender=actors.outsider)
    pay(hostile, actors.payer, token, 100)
    spoil(flaw)
    assert owed(token, hostile, actors.ana, actors.ben) == [0, 40]
    spoil("NONE")
    assert owed(token, hostile, actors.ana, actors.ben) == [60, 80]


def test_join__given_a_balance_that_cannot_be_read__joins(seal_work, hostile, actors, spoil):
    root = record.join_leaf(0, actors.ben.address, 4)
    token = seal_work((actors.ana, 6), lazy=(root, 4), primaryCurrency=hostile)
    spoil("BALANCE_REVERTS")
    token.join(0, actors.ben, 4, [], sender=actors.outsider)
    spoil("NONE")
    pay(hostile, actors.payer, token, 10)
    assert owed(token, hostile, actors.ana, actors.ben) == [6, 4]


# Hooks that re-enter


@pytest.mark.threat("B1")
@pytest.mark.parametrize("path", ["claimToken", "claimTokenTo", "claimTokenMany", "pushAllToken"])
@pytest.mark.parametrize(
    "attack", ["claimToken", "pushAllToken", "transfer", "owedOf", "join", "acceptCurrency"]
)
def test_token_payment__when_the_recipient_re_enters__is_paid_once(
    seal_work, recipient, hostile, actors, spoil, path, attack
):
    token = seal_work((recipient, 60), (actors.ana, 40), primaryCurrency=hostile)
    pay(hostile, actors.payer, token, 1_000)
    spoil("HOOK")
    holders = sorted([actors.ana.address, recipient.address], key=str.lower)
    arguments = {
        "claimToken": (hostile, recipient),
        "claimTokenTo": (hostile, recipient),
        "claimTokenMany": (hostile, [recipient, recipient]),
        "pushAllToken": (hostile, holders),
        "transfer": (actors.ben, 60),
        "owedOf": (recipient, hostile),
        "join": (0, actors.ben, 1, []),
        "acceptCurrency": (actors.ben,),
    }
    data = getattr(token, attack).encode_input(*arguments[attack])
    recipient.reenter(token, data, sender=actors.outsider)
    call = getattr(token, path).encode_input(*arguments[path])
    with gains(hostile, (recipient, 600)):
        recipient.execute(token, 0, call, sender=actors.outsider)
    assert (recipient.entries(), recipient.succeeded(), recipient.answer()) == (1, False, LOCKED)
    spoil("NONE")
    token.claimToken(hostile, actors.ana, sender=actors.outsider)
    assert hostile.balanceOf(token) == 0


# Amounts


@pytest.mark.threat("B3")
@pytest.mark.parametrize(("decimals", "hundredth"), [(0, 1), (2, 1), (27, 10**25)])
def test_claim_token__given_any_decimals__pays_every_base_unit(
    token, hostile, actors, decimals, hundredth
):
    hostile.setDecimals(decimals, sender=actors.outsider)
    pay(hostile, actors.payer, token, 100 * hundredth)
    rounds = 100 * hundredth // CAP + 1
    ana, ben = 60 * hundredth, 40 * hundredth
    with gains(hostile, (actors.ana, ana), (actors.ben, ben), (token, -ana - ben)):
        for _ in range(rounds):
            token.claimTokenMany(hostile, [actors.ana, actors.ben], sender=actors.outsider)


@pytest.mark.threat("B12")
def test_owed_of__given_more_than_the_cap__lets_the_rest_wait(seal_work, hostile, actors):
    token = seal_work((actors.ana, 1), primaryCurrency=hostile)
    hostile.setBalance(token, 2 * CAP + 5, sender=actors.outsider)
    for expected in (CAP, CAP, 5, 0):
        assert owed(token, hostile, actors.ana) == [expected]
        with gains(hostile, (actors.ana, expected), (token, -expected)):
            token.claimToken(hostile, actors.ana, sender=actors.outsider)


@pytest.mark.threat("B3")
@pytest.mark.parametrize("excess", [2**128, 2**256 - 1 - CAP])
def test_owed_of__given_an_absurd_balance__stops_at_the_cap(token, hostile, actors, excess):
    hostile.setBalance(token, CAP + excess, sender=actors.outsider)
    scaled = (CAP << 20) // 100
    assert owed(token, hostile, actors.ana, actors.ben) == [
        scaled * 60 >> 20,
        scaled * 40 >> 20,
    ]
    token.transfer(actors.cleo, 10, sender=actors.ana)
    assert owed(token, hostile, actors.ana, actors.cleo) == [scaled * 60 >> 20, 0]


@pytest.mark.threat("B12")
def test_claim_token__given_revenue_per_share_that_wraps__pays_exactly(seal_work, hostile, actors):
    token = seal_work((actors.ana, 2), (actors.ben, 1), primaryCurrency=hostile)
    third = CAP // 3
    per_share = []
    for _ in range(4):
        pay(hostile, actors.payer, token, 3 * third)
        with gains(hostile, (actors.ana, 2 * third), (actors.ben, third), (token, -3 * third)):
            token.claimTokenMany(hostile, [actors.ana, actors.ben], sender=actors.outsider)
        per_share.append(token.revenueOf(hostile).perShare)
    assert per_share[3] < per_share[0] < per_share[1]


# Native currency that nobody sent by a payment


@pytest.mark.threat("B4")
def test_owed_of__given_forced_native_currency__is_revenue(token, actors, chain):
    chain.provider.set_balance(token.address, 101)
    assert owed(token, NATIVE, actors.ana, actors.ben) == [60, 40]
    with gains(NATIVE, (actors.ana, 60), (actors.ben, 40)):
        token.claimMany([actors.ana, actors.ben], sender=actors.outsider)
    assert token.balance == 1


@pytest.mark.threat("B4")
def test_owed_of__given_currency_at_the_address_before_the_work__is_revenue(
    works, seal_work, actors
):
    ahead = works.tokenOf(works.count() + 1)
    actors.payer.transfer(ahead, 7)
    token = seal_work((actors.ana, 1))
    assert (token.address, owed(token, NATIVE, actors.ana)) == (ahead, [7])
