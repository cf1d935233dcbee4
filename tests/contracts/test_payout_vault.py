"""Payout vault: funding, the ways back to the payer, and credits."""

import pytest
from ape.exceptions import ContractLogicError
from eth_utils import keccak

from money import NATIVE, ZERO, event, gains, payout_id
from reverts import reverts_with

NONE, FUNDED, RELEASED, REFUNDED, WAIVED = range(5)
LOCKED = keccak(text="ReentrancyGuardReentrantCall()")[:4]
ACCEPT, REJECT, REJECT_WITH_BOMB, _, BURN_GAS = range(5)
DAY = 24 * 3600
FEE, HOOK, PAUSED, RETURNS_FALSE, RETURNS_NOTHING, RETURNS_TWO = 1, 2, 3, 4, 5, 6
BALANCE_REVERTS = 10


@pytest.fixture
def approved_dollar(dollar, actors, vault):
    """The payer has 10,000 dollars and allows the vault to take them."""
    dollar.mint(actors.payer, 10_000, sender=actors.payer)
    dollar.approve(vault, 10_000, sender=actors.payer)
    return dollar


def funded_event(vault, terms):
    return event(vault, "PayoutFunded", payout_id(vault, terms), terms.payer, terms.payee, terms)


def wrong_status(vault, terms, actual, expected):
    refused = {"payoutId": payout_id(vault, terms), "actual": actual, "expected": expected}
    return reverts_with(vault, "PayoutVaultStatusInvalid", **refused)


# payoutIdOf


def test_payout_id_of__given_terms__is_the_hash_the_interface_defines(vault, payout, actors):
    terms = [payout(), payout(salt=1), payout(stage=7), payout(payee=actors.ana)]
    ids = [vault.payoutIdOf(each) for each in terms]
    assert ids == [payout_id(vault, each) for each in terms]
    assert len(set(ids)) == 4


@pytest.mark.threat("A1")
def test_payout_id_of__given_another_chain__differs(vault, payout, on_chain_id):
    here = vault.payoutIdOf(payout(expiresAt=1))
    with on_chain_id(2):
        assert vault.payoutIdOf(payout(expiresAt=1)) != here


# fund


def test_fund__given_native_currency__keeps_it(vault, payout, actors):
    terms = payout(stage=7)
    with gains(NATIVE, (vault, 1_000)):
        receipt = vault.fund(terms, value=1_000, sender=actors.payer)
    assert receipt.events == [funded_event(vault, terms)]
    assert receipt.return_value == payout_id(vault, terms)
    assert vault.statusOf(payout_id(vault, terms)) == FUNDED


def test_fund__given_a_token__pulls_it(vault, payout, actors, approved_dollar):
    terms = payout(currency=approved_dollar)
    with gains(approved_dollar, (vault, 1_000), (actors.payer, -1_000)):
        receipt = vault.fund(terms, sender=actors.payer)
    moved = event(approved_dollar, "Transfer", actors.payer, vault, 1_000)
    assert receipt.events == [funded_event(vault, terms), moved]
    assert vault.statusOf(payout_id(vault, terms)) == FUNDED


@pytest.mark.parametrize("value", [0, 999, 1_001])
def test_fund__given_another_value__reverts(vault, payout, actors, value):
    terms = payout()
    with reverts_with(vault, "PayoutVaultValueMismatch", value=value, expected=1_000):
        vault.fund(terms, value=value, sender=actors.payer)
    assert vault.statusOf(payout_id(vault, terms)) == NONE


def test_fund__given_value_beside_a_token__reverts(vault, payout, actors, approved_dollar):
    with reverts_with(vault, "PayoutVaultValueMismatch", value=1, expected=0):
        vault.fund(payout(currency=approved_dollar), value=1, sender=actors.payer)


def test_fund__when_not_called_by_the_payer__reverts(vault, payout, actors):
    refused = {"account": actors.outsider, "payer": actors.payer}
    with reverts_with(vault, "PayoutVaultNotPayer", **refused):
        vault.fund(payout(), value=1_000, sender=actors.outsider)


def test_fund__given_the_vault_as_payee__reverts(vault, payout, actors):
    with reverts_with(vault, "PayoutVaultTermsInvalid", payee=vault, amount=5):
        vault.fund(payout(payee=vault, amount=5), value=5, sender=actors.payer)


@pytest.mark.threat("B10")
@pytest.mark.parametrize(("payee", "amount"), [(ZERO, 5), (None, 0), (ZERO, 0)])
def test_fund__given_no_payee_or_no_amount__reverts(vault, payout, actors, payee, amount):
    payee = payee or actors.payee.address
    with reverts_with(vault, "PayoutVaultTermsInvalid", payee=payee, amount=amount):
        vault.fund(payout(payee=payee, amount=amount), value=amount, sender=actors.payer)


@pytest.mark.threat("A11")
@pytest.mark.parametrize("stage", [8, 255])
def test_fund__given_a_stage_that_is_none__reverts(vault, payout, actors, stage):
    with reverts_with(vault, "PayoutVaultStageInvalid", stage=stage):
        vault.fund(payout(stage=stage), value=1_000, sender=actors.payer)


@pytest.mark.threat("B10")
def test_fund__given_expired_terms__reverts(vault, payout, actors, chain):
    now = chain.pending_timestamp + DAY
    chain.pending_timestamp = now
    with reverts_with(vault, "PayoutVaultExpired", expiresAt=now - 1, blockTime=now):
        vault.fund(payout(expiresAt=now - 1), value=1_000, sender=actors.payer)


@pytest.mark.threat("B10")
def test_fund__given_the_last_second__funds(vault, payout, actors, chain):
    now = chain.pending_timestamp + DAY
    chain.pending_timestamp = now
    receipt = vault.fund(payout(expiresAt=now), value=1_000, sender=actors.payer)
    assert (receipt.timestamp, len(receipt.events)) == (now, 1)


@pytest.mark.threat("B10")
@pytest.mark.parametrize("end", ["fund", "refund", "waive"])
def test_fund__given_the_same_terms_again__reverts(vault, funded, actors, chain, end):
    terms = funded()
    status = {"fund": FUNDED, "refund": REFUNDED, "waive": WAIVED}[end]
    if end == "refund":
        terms = funded(expiresAt=chain.pending_timestamp + 10)
        chain.pending_timestamp = terms.expiresAt + 1
        vault.refund(terms, sender=actors.outsider)
        expired = {"expiresAt": terms.expiresAt, "blockTime": terms.expiresAt + 9}
        chain.pending_timestamp = terms.expiresAt + 9
        with reverts_with(vault, "PayoutVaultExpired", **expired):
            vault.fund(terms, value=1_000, sender=actors.payer)
        return
    if end == "waive":
        vault.waive(terms, sender=actors.payee)
    with wrong_status(vault, terms, status, NONE):
        vault.fund(terms, value=1_000, sender=actors.payer)


def test_fund__given_another_salt__funds_again(vault, funded):
    with gains(NATIVE, (vault, 2_000)):
        funded(expiresAt=2**40 - 1)
        funded(expiresAt=2**40 - 1, salt=2**256 - 1)


def test_fund__given_too_small_an_allowance__reverts(vault, payout, actors, approved_dollar):
    refused = {"spender": vault, "allowance": 10_000, "needed": 10_001}
    with reverts_with(approved_dollar, "ERC20InsufficientAllowance", **refused):
        vault.fund(payout(currency=approved_dollar, amount=10_001), sender=actors.payer)


def test_fund__given_the_largest_amount__keeps_every_unit(vault, payout, actors, hostile):
    terms = payout(currency=hostile, amount=2**128 - 1)
    hostile.mint(actors.payer, terms.amount, sender=actors.payer)
    with gains(hostile, (vault, 2**128 - 1)):
        vault.fund(terms, sender=actors.payer)


# fund, given currencies that misbehave


@pytest.fixture
def hostile_terms(hostile, payout, actors):
    hostile.mint(actors.payer, 10_000, sender=actors.payer)
    return payout(currency=hostile)


def test_fund__given_one_base_unit__holds_it(vault, funded, dollar):
    for currency in (NATIVE, dollar):
        assert vault.statusOf(vault.payoutIdOf(funded(amount=1, currency=currency))) == FUNDED


def test_fund__when_the_payer_shrinks_the_vaults_balance__reverts(
    vault, hostile, funded, payout, recipient, actors
):
    for salt in (1, 2):
        funded(currency=hostile, salt=salt)
    terms = payout(currency=hostile, payer=recipient)
    hostile.mint(recipient, 1_000, sender=actors.payer)
    hostile.setFlaw(HOOK, sender=actors.payer)
    empty = hostile.setBalance.encode_input(vault, 0)
    recipient.reenter(hostile, empty, sender=actors.outsider)
    mismatch = {"currency": hostile, "received": 0, "expected": 1_000}
    with reverts_with(vault, "PayoutVaultReceivedMismatch", **mismatch):
        recipient.execute(vault, 0, vault.fund.encode_input(terms), sender=actors.outsider)


@pytest.mark.threat("B3")
def test_fund__given_a_fee_on_transfer__reverts(vault, hostile, hostile_terms, actors):
    hostile.setFlaw(FEE, sender=actors.payer)
    mismatch = {"currency": hostile, "received": 990, "expected": 1_000}
    with reverts_with(vault, "PayoutVaultReceivedMismatch", **mismatch):
        vault.fund(hostile_terms, sender=actors.payer)
    assert hostile.balanceOf(vault) == 0


@pytest.mark.threat("B3")
@pytest.mark.parametrize("flaw", [RETURNS_FALSE, RETURNS_TWO])
def test_fund__given_a_transfer_that_says_no__reverts(vault, hostile, hostile_terms, actors, flaw):
    hostile.setFlaw(flaw, sender=actors.payer)
    with reverts_with(vault, "SafeERC20FailedOperation", token=hostile):
        vault.fund(hostile_terms, sender=actors.payer)


@pytest.mark.parametrize("flaw", [PAUSED, BALANCE_REVERTS])
def test_fund__given_a_token_that_reverts__passes_its_error_on(
    vault, hostile, hostile_terms, actors, flaw
):
    hostile.setFlaw(flaw, sender=actors.payer)
    with reverts_with(hostile, "MockHostileERC20Refused"):
        vault.fund(hostile_terms, sender=actors.payer)


@pytest.mark.threat("B3")
def test_fund__given_a_token_that_returns_nothing__pulls_it(vault, hostile, hostile_terms, actors):
    hostile.setFlaw(RETURNS_NOTHING, sender=actors.payer)
    with gains(hostile, (vault, 1_000), (actors.payer, -1_000)):
        vault.fund(hostile_terms, sender=actors.payer)


@pytest.mark.threat("B3")
@pytest.mark.parametrize("currency", [ZERO, "payee"])
def test_fund__given_a_currency_without_code__reverts(vault, payout, actors, currency):
    terms = payout(currency=getattr(actors, currency, currency))
    with reverts_with(vault, "PayoutVaultCurrencyInvalid", currency=terms.currency):
        vault.fund(terms, sender=actors.payer)
    assert vault.statusOf(payout_id(vault, terms)) == NONE


@pytest.mark.threat("B1")
def test_fund__when_the_token_lets_the_payer_re_enter__takes_the_money_once(
    vault, hostile, recipient, payout, actors
):
    terms = payout(currency=hostile, payer=recipient)
    hostile.mint(recipient, 5_000, sender=actors.payer)
    hostile.setFlaw(HOOK, sender=actors.payer)
    again = vault.fund.encode_input(terms._replace(salt=1))
    recipient.reenter(vault, again, sender=actors.outsider)
    with gains(hostile, (vault, 1_000), (recipient, -1_000)):
        recipient.execute(vault, 0, vault.fund.encode_input(terms), sender=actors.outsider)
    assert (recipient.entries(), recipient.succeeded(), recipient.answer()) == (1, False, LOCKED)
    assert vault.statusOf(payout_id(vault, terms._replace(salt=1))) == NONE


# fundMany


def test_fund_many__given_native_and_token__keeps_both(vault, payout, actors, approved_dollar):
    native, more = payout(amount=7), payout(amount=5, salt=1)
    token = payout(currency=approved_dollar, amount=100)
    with gains(NATIVE, (vault, 12)), gains(approved_dollar, (vault, 100)):
        receipt = vault.fundMany([native, token, more], value=12, sender=actors.payer)
    assert receipt.events == [
        funded_event(vault, native),
        funded_event(vault, token),
        event(approved_dollar, "Transfer", actors.payer, vault, 100),
        funded_event(vault, more),
    ]
    ids = [payout_id(vault, each) for each in (native, token, more)]
    assert list(receipt.return_value) == ids


@pytest.mark.parametrize("value", [0, 11, 13])
def test_fund_many__given_another_sum__reverts(vault, payout, actors, value):
    terms = [payout(amount=7), payout(amount=5, salt=1)]
    with reverts_with(vault, "PayoutVaultValueMismatch", value=value, expected=12):
        vault.fundMany(terms, value=value, sender=actors.payer)


@pytest.mark.threat("B10")
def test_fund_many__given_one_payout_twice__reverts(vault, payout, actors):
    terms = payout()
    with wrong_status(vault, terms, FUNDED, NONE):
        vault.fundMany([terms, terms], value=2_000, sender=actors.payer)
    assert vault.statusOf(payout_id(vault, terms)) == NONE


def test_fund_many__given_nothing__funds_nothing(vault, actors):
    assert list(vault.fundMany([], sender=actors.payer).events) == []
    with reverts_with(vault, "PayoutVaultValueMismatch", value=1, expected=0):
        vault.fundMany([], value=1, sender=actors.payer)


# refund


@pytest.mark.threat("B10")
def test_refund__when_expired__pays_the_payer(vault, funded, actors, chain, dollar):
    for currency in (NATIVE, dollar):
        terms = funded(currency=currency, expiresAt=chain.pending_timestamp + DAY)
        chain.pending_timestamp = terms.expiresAt + 1
        with gains(currency, (actors.payer, 1_000), (vault, -1_000), (actors.payee, 0)):
            receipt = vault.refund(terms, sender=actors.outsider)
        refunded = event(vault, "Refunded", payout_id(vault, terms), actors.payer, 1_000)
        assert receipt.timestamp == terms.expiresAt + 1
        assert (receipt.events[0], len(receipt.logs)) == (refunded, 1 + (currency == dollar))
        assert vault.statusOf(payout_id(vault, terms)) == REFUNDED


@pytest.mark.threat("B10")
@pytest.mark.parametrize("early", [0, 1, DAY - 5])
def test_refund__until_the_last_second__reverts(vault, funded, actors, chain, early):
    terms = funded(expiresAt=chain.pending_timestamp + DAY)
    now = terms.expiresAt - early
    chain.pending_timestamp = now
    refused = {"payoutId": payout_id(vault, terms), "expiresAt": terms.expiresAt, "blockTime": now}
    with reverts_with(vault, "PayoutVaultNotExpired", **refused):
        vault.refund(terms, sender=actors.payer)


def test_refund__given_no_funded_payout__reverts(vault, payout, funded, actors, chain):
    with wrong_status(vault, payout(expiresAt=1), NONE, FUNDED):
        vault.refund(payout(expiresAt=1), sender=actors.payer)
    terms = funded(expiresAt=chain.pending_timestamp + DAY)
    chain.pending_timestamp = terms.expiresAt + 1
    vault.refund(terms, sender=actors.outsider)
    with wrong_status(vault, terms, REFUNDED, FUNDED):
        vault.refund(terms, sender=actors.outsider)
    with wrong_status(vault, terms._replace(amount=999), NONE, FUNDED):
        vault.refund(terms._replace(amount=999), sender=actors.outsider)


# waive


def test_waive__when_called_by_the_payee__pays_the_payer(vault, funded, actors):
    terms = funded()
    with gains(NATIVE, (actors.payer, 1_000), (vault, -1_000)):
        receipt = vault.waive(terms, sender=actors.payee)
    waived = event(vault, "PayoutWaived", payout_id(vault, terms), actors.payee, 1_000)
    assert receipt.events == [waived]
    assert vault.statusOf(payout_id(vault, terms)) == WAIVED
    with wrong_status(vault, terms, WAIVED, FUNDED):
        vault.waive(terms, sender=actors.payee)


@pytest.mark.parametrize("role", ["payer", "outsider", "studio"])
def test_waive__when_called_by_another__reverts(vault, funded, actors, role):
    sender = getattr(actors, role)
    refused = {"account": sender, "payee": actors.payee}
    with reverts_with(vault, "PayoutVaultNotPayee", **refused):
        vault.waive(funded(), sender=sender)


# Credits


@pytest.fixture
def creditor(vault, payout, recipient, actors):
    """A payer that rejects money, was refunded 2 x 1,000 by waivers, and has a credit of 2,000."""
    recipient.setMode(REJECT, sender=actors.outsider)
    for salt in (0, 1):
        terms = payout(payer=recipient, salt=salt)
        call = vault.fund.encode_input(terms)
        recipient.execute(vault, 1_000, call, value=1_000, sender=actors.outsider)
        receipt = vault.waive(terms, sender=actors.payee)
        assert receipt.events == [
            event(vault, "PayoutWaived", payout_id(vault, terms), actors.payee, 1_000),
            event(vault, "PaymentCredited", recipient, NATIVE, 1_000),
        ]
    return recipient


def withdraw_to(vault, creditor, to, sender):
    call = vault.withdrawTo.encode_input(NATIVE, to)
    return creditor.execute(vault, 0, call, sender=sender)


def test_withdraw__given_a_credit__pays_its_owner_whoever_calls(vault, creditor, actors):
    creditor.setMode(ACCEPT, sender=actors.outsider)
    with gains(NATIVE, (creditor, 2_000), (vault, -2_000)):
        receipt = vault.withdraw(creditor, NATIVE, sender=actors.relayer)
    assert receipt.events == [event(vault, "CreditWithdrawn", creditor, NATIVE, creditor, 2_000)]
    refused = {"account": creditor, "currency": NATIVE}
    with reverts_with(vault, "PayoutVaultNoCredit", **refused):
        vault.withdraw(creditor, NATIVE, sender=actors.relayer)


def test_withdraw__given_an_owner_that_still_rejects__keeps_the_credit(vault, creditor, actors):
    failed = {"to": creditor, "currency": NATIVE, "amount": 2_000}
    with reverts_with(vault, "PayoutVaultPaymentFailed", **failed):
        vault.withdraw(creditor, NATIVE, sender=actors.relayer)
    assert vault.creditOf(creditor, NATIVE) == 2_000


def test_withdraw_to__given_a_credit__pays_it_all_once(vault, creditor, actors):
    assert vault.creditOf(creditor, NATIVE) == 2_000
    with gains(NATIVE, (actors.ana, 2_000), (vault, -2_000)):
        receipt = withdraw_to(vault, creditor, actors.ana, actors.outsider)
    taken = event(vault, "CreditWithdrawn", creditor, NATIVE, actors.ana, 2_000)
    assert receipt.events == [taken]
    refused = {"account": creditor, "currency": NATIVE}
    with reverts_with(vault, "PayoutVaultNoCredit", **refused):
        withdraw_to(vault, creditor, actors.ana, actors.outsider)


def test_withdraw_to__given_no_credit__reverts(vault, creditor, actors, dollar):
    refused = {"account": actors.ana, "currency": NATIVE}
    with reverts_with(vault, "PayoutVaultNoCredit", **refused):
        vault.withdrawTo(NATIVE, actors.ana, sender=actors.ana)
    call = vault.withdrawTo.encode_input(dollar, actors.ana)
    refused = {"account": creditor, "currency": dollar}
    with reverts_with(vault, "PayoutVaultNoCredit", **refused):
        creditor.execute(vault, 0, call, sender=actors.outsider)


def test_withdraw_to__given_the_zero_address__reverts(vault, creditor, actors):
    with reverts_with(vault, "PayoutVaultRecipientZero"):
        withdraw_to(vault, creditor, ZERO, actors.outsider)
    assert vault.creditOf(creditor, NATIVE) == 2_000


@pytest.mark.parametrize("mode", [REJECT, REJECT_WITH_BOMB, BURN_GAS])
def test_withdraw_to__given_a_recipient_that_fails__reverts_and_keeps_the_credit(
    vault, creditor, actors, mode
):
    creditor.setMode(mode, sender=actors.outsider)
    failed = {"to": creditor, "currency": NATIVE, "amount": 2_000}
    with reverts_with(vault, "PayoutVaultPaymentFailed", **failed):
        withdraw_to(vault, creditor, creditor, actors.outsider)
    assert vault.creditOf(creditor, NATIVE) == 2_000


@pytest.mark.threat("B1")
def test_withdraw_to__when_the_recipient_re_enters__pays_once(vault, creditor, actors):
    again = vault.withdrawTo.encode_input(NATIVE, creditor)
    creditor.reenter(vault, again, sender=actors.outsider)
    with gains(NATIVE, (creditor, 2_000), (vault, -2_000)):
        withdraw_to(vault, creditor, creditor, actors.outsider)
    assert (creditor.entries(), creditor.succeeded(), creditor.answer()) == (1, False, LOCKED)


def test_vault__given_plain_native_currency__refuses_it(vault, actors):
    with pytest.raises(ContractLogicError):
        actors.payer.transfer(vault, 1)
