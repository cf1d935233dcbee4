"""Payout vault: release by an approved asset, and money that no order of calls can lose."""

import random

import pytest
from eth_utils import keccak

from approvals import approval_of, domain_of, sign, single
from money import NATIVE, ZERO, balance, event, gains, payout_id
from reverts import reverts_with

NONE, FUNDED, RELEASED, REFUNDED, WAIVED = range(5)
LOCKED = keccak(text="ReentrancyGuardReentrantCall()")[:4]
REJECT, REJECT_WITH_BOMB, ACCEPT_WITH_BOMB, BURN_GAS = range(1, 5)
HOOK, PAUSED, RETURNS_FALSE = 2, 3, 4
DAY = 24 * 3600
REASON = b"\6" * 32


@pytest.fixture
def approval(registry, directors):
    """What `approve` takes after the asset: stage, note, one director's signature, no gates."""

    def make(asset_id, stage=0, key=directors[0]):
        message = approval_of(asset_id, directors[0].address, stage=stage)
        signature = single(message, sign(domain_of(registry), message, key))
        return stage, message.note_hash, [signature], []

    return make


@pytest.fixture
def approved_asset(registry, create_asset, approval, actors):
    """Registers an asset of the work, relays a director's approval, and returns its id."""

    def make(*, stage=0, **asset):
        asset_id, content = create_asset(**asset)
        registry.approve(content, *approval(asset_id, stage), sender=actors.relayer)
        return asset_id

    return make


@pytest.fixture
def asset_id(approved_asset):
    return approved_asset()


def status(vault, terms):
    return vault.statusOf(payout_id(vault, terms))


def released(vault, terms, asset_id):
    values = (payout_id(vault, terms), terms.payee, asset_id, terms.amount)
    return event(vault, "PaymentReleased", *values)


def not_funded(vault, terms, actual):
    refused = {"payoutId": payout_id(vault, terms), "actual": actual, "expected": FUNDED}
    return reverts_with(vault, "PayoutVaultStatusInvalid", **refused)


# release


def test_release__given_an_approved_asset__pays_the_payee(vault, funded, asset_id, actors):
    terms = funded()
    with gains(NATIVE, (actors.payee, 1_000), (vault, -1_000)):
        receipt = vault.release(terms, asset_id, sender=actors.outsider)
    assert receipt.events == [released(vault, terms, asset_id)]
    assert status(vault, terms) == RELEASED


def test_release__given_a_token__pays_the_payee(vault, funded, asset_id, actors, dollar):
    terms = funded(currency=dollar)
    with gains(dollar, (actors.payee, 1_000), (vault, -1_000)):
        receipt = vault.release(terms, asset_id, sender=actors.outsider)
    paid = event(dollar, "Transfer", vault, actors.payee, 1_000)
    assert receipt.events == [released(vault, terms, asset_id), paid]


@pytest.mark.threat("B10")
def test_release__given_each_end__happens_once(vault, funded, payout, asset_id, actors, chain):
    soon = chain.pending_timestamp + DAY
    paid, waived, refunded = funded(), funded(salt=1), funded(salt=2, expiresAt=soon)
    vault.release(paid, asset_id, sender=actors.outsider)
    vault.waive(waived, sender=actors.payee)
    chain.pending_timestamp = soon + 1
    vault.refund(refunded, sender=actors.outsider)
    ends = [(paid, RELEASED), (waived, WAIVED), (refunded, REFUNDED), (payout(salt=3), NONE)]
    for terms, end in ends:
        with not_funded(vault, terms, end):
            vault.release(terms, asset_id, sender=actors.outsider)
    with not_funded(vault, paid, RELEASED):
        vault.waive(paid, sender=actors.payee)
    with not_funded(vault, paid, RELEASED):
        vault.refund(paid, sender=actors.payer)


@pytest.mark.threat("B10")
def test_release__when_expired_and_not_refunded__pays_the_payee(
    vault, funded, asset_id, actors, chain
):
    terms = funded(expiresAt=chain.pending_timestamp + DAY)
    chain.pending_timestamp = terms.expiresAt + DAY
    with gains(NATIVE, (actors.payee, 1_000)):
        vault.release(terms, asset_id, sender=actors.outsider)
    with not_funded(vault, terms, RELEASED):
        vault.refund(terms, sender=actors.payer)


@pytest.mark.threat("A11")
def test_release__given_the_asset_of_another_work__reverts(
    vault, registry, funded, open_work, asset_id, actors, work_id
):
    other, _ = open_work()
    terms = funded(workId=other)
    mismatch = {"assetId": asset_id, "assetWorkId": work_id, "workId": other}
    with reverts_with(registry, "ApprovalsWorkMismatch", **mismatch):
        vault.release(terms, asset_id, sender=actors.payee)
    assert status(vault, terms) == FUNDED


def test_release__given_an_unknown_asset__reverts(vault, registry, funded, actors):
    with reverts_with(registry, "AssetRegistryUnknown", assetId=5):
        vault.release(funded(), 5, sender=actors.payee)


@pytest.mark.threat("A11")
def test_release__given_a_withdrawn_asset__reverts(vault, registry, funded, asset_id, actors):
    registry.withdraw(asset_id, REASON, sender=actors.studio)
    with reverts_with(registry, "ApprovalsWithdrawn", assetId=asset_id):
        vault.release(funded(), asset_id, sender=actors.payee)


def test_release__given_a_stage_without_approval__reverts(
    vault, registry, funded, create_asset, asset_id, actors
):
    unapproved, _ = create_asset()
    for terms, asset in ((funded(stage=1), asset_id), (funded(), unapproved)):
        missing = {"assetId": asset, "stage": terms.stage}
        with reverts_with(registry, "ApprovalsNotApproved", **missing):
            vault.release(terms, asset, sender=actors.payee)


def test_release__given_any_approved_asset_of_the_work__pays(vault, funded, approved_asset, actors):
    terms = funded(stage=7)
    approved_asset(stage=6)
    with gains(NATIVE, (actors.payee, 1_000)):
        vault.release(terms, approved_asset(stage=7), sender=actors.outsider)


def test_release__given_a_works_token_as_payee__lets_contributors_share(
    vault, funded, asset_id, seal_work, actors
):
    token = seal_work((actors.ana, 3), (actors.ben, 1))
    vault.release(funded(payee=token), asset_id, sender=actors.outsider)
    with gains(NATIVE, (actors.ana, 750), (actors.ben, 250)):
        token.claimMany([actors.ana, actors.ben], sender=actors.outsider)


@pytest.mark.threat("B10")
@pytest.mark.parametrize("end", ["release", "waive", "refund"])
def test_vault__given_a_payer_that_is_the_payee__gives_it_its_money_once(
    vault, funded, asset_id, actors, chain, end
):
    terms = funded(payee=actors.payer)
    arguments = (terms, asset_id) if end == "release" else (terms,)
    sender = actors.payer if end == "waive" else actors.outsider
    if end == "refund":
        chain.pending_timestamp = terms.expiresAt + 1
    fee = (lambda receipt: receipt.total_fees_paid) if end == "waive" else (lambda receipt: 0)
    before = actors.payer.balance
    receipt = getattr(vault, end)(*arguments, sender=sender)
    assert actors.payer.balance - before + fee(receipt) == 1_000
    with not_funded(vault, terms, {"release": RELEASED, "waive": WAIVED}.get(end, REFUNDED)):
        getattr(vault, end)(*arguments, sender=sender)


# release, given payees that cannot be paid


@pytest.mark.threat("B2")
@pytest.mark.parametrize("mode", [REJECT, REJECT_WITH_BOMB, BURN_GAS])
def test_release__given_a_payee_that_cannot_be_paid__credits_it(
    vault, funded, asset_id, recipient, actors, mode
):
    recipient.setMode(mode, sender=actors.outsider)
    terms = funded(payee=recipient)
    with gains(NATIVE, (vault, 0)):
        receipt = vault.release(terms, asset_id, sender=actors.outsider)
    credited = event(vault, "PaymentCredited", recipient, NATIVE, 1_000)
    assert receipt.events == [released(vault, terms, asset_id), credited]
    assert (status(vault, terms), vault.creditOf(recipient, NATIVE)) == (RELEASED, 1_000)
    assert receipt.gas_used < 200_000 + 120_000
    call = vault.withdrawTo.encode_input(NATIVE, actors.ana)
    with gains(NATIVE, (actors.ana, 1_000), (vault, -1_000)):
        recipient.execute(vault, 0, call, sender=actors.outsider)


def test_release__given_an_answer_of_100_kilobytes__pays_for_little_gas(
    vault, funded, asset_id, recipient, actors
):
    recipient.setMode(ACCEPT_WITH_BOMB, sender=actors.outsider)
    with gains(NATIVE, (recipient, 1_000)):
        receipt = vault.release(funded(payee=recipient), asset_id, sender=actors.outsider)
    assert receipt.gas_used < 120_000


@pytest.mark.threat("B2")
@pytest.mark.parametrize("flaw", [PAUSED, RETURNS_FALSE])
def test_release__given_a_token_that_refuses__credits_the_payee(
    vault, funded, asset_id, hostile, actors, flaw
):
    terms = funded(currency=hostile)
    hostile.setFlaw(flaw, sender=actors.outsider)
    receipt = vault.release(terms, asset_id, sender=actors.outsider)
    credited = event(vault, "PaymentCredited", actors.payee, hostile, 1_000)
    assert receipt.events == [released(vault, terms, asset_id), credited]
    failed = {"to": actors.payee, "currency": hostile, "amount": 1_000}
    with reverts_with(vault, "PayoutVaultPaymentFailed", **failed):
        vault.withdrawTo(hostile, actors.payee, sender=actors.payee)
    hostile.setFlaw(0, sender=actors.outsider)
    with gains(hostile, (actors.payee, 1_000), (vault, -1_000)):
        receipt = vault.withdrawTo(hostile, actors.payee, sender=actors.payee)
    assert receipt.return_value == 1_000


@pytest.mark.threat("B2")
def test_release__given_a_blocked_payee__lets_it_withdraw_elsewhere(
    vault, funded, asset_id, hostile, actors
):
    terms = funded(currency=hostile)
    hostile.setBlocked(actors.payee, True, sender=actors.outsider)
    vault.release(terms, asset_id, sender=actors.outsider)
    with gains(hostile, (actors.ana, 1_000), (vault, -1_000)):
        vault.withdrawTo(hostile, actors.ana, sender=actors.payee)


@pytest.mark.threat("B3")
def test_release__given_a_rebase_down__pays_first_come_and_spares_other_currencies(
    vault, funded, asset_id, hostile, actors
):
    first, second = funded(currency=hostile), funded(currency=hostile, salt=1)
    native = funded()
    hostile.setBalance(vault, 1_500, sender=actors.outsider)
    with gains(hostile, (actors.payee, 1_000)), gains(NATIVE, (actors.payee, 1_000)):
        vault.releaseMany([first, second, native], asset_id, sender=actors.outsider)
    assert vault.creditOf(actors.payee, hostile) == 1_000


def test_withdraw_to__given_a_credit_of_one__pays_it(vault, funded, asset_id, hostile, actors):
    terms = funded(currency=hostile, amount=1)
    hostile.setBlocked(actors.payee, True, sender=actors.outsider)
    vault.release(terms, asset_id, sender=actors.outsider)
    with gains(hostile, (actors.ana, 1), (vault, -1)):
        vault.withdrawTo(hostile, actors.ana, sender=actors.payee)


ATTACKS = ["fund", "fundMany", "release", "releaseMany", "approveAndRelease"]
ATTACKS += ["refund", "waive", "withdraw", "withdrawTo"]


@pytest.mark.threat("B1")
@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("native", [True, False])
def test_release__when_the_payee_re_enters__pays_once(
    vault, funded, asset_id, recipient, hostile, actors, attack, native
):
    currency = NATIVE if native else hostile
    terms, other = funded(payee=recipient, currency=currency), funded(payee=recipient, salt=1)
    hostile.setFlaw(HOOK, sender=actors.outsider)
    arguments = {
        "fund": (other,),
        "fundMany": ([],),
        "release": (other, asset_id),
        "releaseMany": ([other], asset_id),
        "approveAndRelease": ([other], (ZERO, bytes(32), bytes(32)), bytes(32), [], []),
        "refund": (other,),
        "waive": (other,),
        "withdraw": (recipient, NATIVE),
        "withdrawTo": (NATIVE, recipient),
    }
    data = getattr(vault, attack).encode_input(*arguments[attack])
    recipient.reenter(vault, data, sender=actors.outsider)
    with gains(currency, (recipient, 1_000), (vault, -1_000)):
        vault.release(terms, asset_id, sender=actors.outsider)
    assert (recipient.entries(), recipient.succeeded(), recipient.answer()) == (1, False, LOCKED)
    assert (status(vault, terms), status(vault, other)) == (RELEASED, FUNDED)


# releaseMany


def test_release_many__given_payouts_of_several_stages__pays_all(
    vault, registry, funded, create_asset, approval, actors
):
    asset_id, content = create_asset()
    for stage in (0, 1):
        registry.approve(content, *approval(asset_id, stage), sender=actors.relayer)
    terms = [funded(), funded(stage=1, payee=actors.ana, amount=7)]
    with gains(NATIVE, (actors.payee, 1_000), (actors.ana, 7), (vault, -1_007)):
        receipt = vault.releaseMany(terms, asset_id, sender=actors.outsider)
    assert receipt.events == [released(vault, each, asset_id) for each in terms]


def test_release_many__given_one_that_is_not_funded__releases_none(
    vault, funded, payout, asset_id, actors
):
    good, bad = funded(), payout(salt=1)
    with not_funded(vault, bad, NONE):
        vault.releaseMany([good, bad], asset_id, sender=actors.outsider)
    with not_funded(vault, good, RELEASED):
        vault.releaseMany([good, good], asset_id, sender=actors.outsider)
    assert status(vault, good) == FUNDED


def test_release_many__given_nothing__reverts(vault, asset_id, actors):
    with reverts_with(vault, "PayoutVaultEmpty"):
        vault.releaseMany([], asset_id, sender=actors.outsider)


# approveAndRelease


def test_approve_and_release__given_signatures__does_both(
    vault, registry, funded, create_asset, approval, actors, work_id
):
    asset_id, content = create_asset()
    terms = [funded(stage=3), funded(stage=3, salt=1, payee=actors.ana)]
    stage, note, signatures, gates = approval(asset_id, 3)
    with gains(NATIVE, (actors.payee, 1_000), (actors.ana, 1_000)):
        receipt = vault.approveAndRelease(
            terms, content, note, signatures, gates, sender=actors.outsider
        )
    directors = [signatures[0][0]]
    approved = event(registry, "AssetApproved", asset_id, work_id, stage, note, directors)
    assert receipt.events == [approved, *(released(vault, each, asset_id) for each in terms)]


@pytest.mark.threat("A7")
def test_approve_and_release__given_that_somebody_approved_first__releases(
    vault, registry, funded, create_asset, approval, actors
):
    asset_id, content = create_asset()
    terms = funded()
    stage, *rest = approval(asset_id)
    registry.approve(content, stage, *rest, sender=actors.relayer)
    receipt = vault.approveAndRelease([terms], content, *rest, sender=actors.outsider)
    assert receipt.events == [released(vault, terms, asset_id)]
    assert status(vault, terms) == RELEASED


def test_approve_and_release__given_a_wrong_signature__passes_the_approvals_error_on(
    vault, registry, funded, create_asset, approval, directors, actors
):
    asset_id, content = create_asset()
    terms = funded()
    _, *rest = approval(asset_id, key=directors[1])
    message = approval_of(asset_id, directors[0].address)
    digest = message.digest(domain_of(registry))
    refused = {"director": directors[0].address, "digest": digest}
    with reverts_with(registry, "ApprovalsSignatureInvalid", **refused):
        vault.approveAndRelease([terms], content, *rest, sender=actors.outsider)
    assert status(vault, terms) == FUNDED


def test_approve_and_release__given_an_asset_withdrawn_after_approval__reverts(
    vault, registry, funded, create_asset, approval, actors
):
    asset_id, content = create_asset()
    stage, *rest = approval(asset_id)
    registry.approve(content, stage, *rest, sender=actors.relayer)
    registry.withdraw(asset_id, REASON, sender=actors.studio)
    with reverts_with(registry, "ApprovalsWithdrawn", assetId=asset_id):
        vault.approveAndRelease([funded()], content, *rest, sender=actors.outsider)


def test_approve_and_release__given_a_payout_of_another_stage__undoes_the_approval(
    vault, registry, funded, create_asset, approval, actors
):
    asset_id, content = create_asset()
    _, *rest = approval(asset_id)
    terms = [funded(), funded(stage=1)]
    with reverts_with(registry, "ApprovalsNotApproved", assetId=asset_id, stage=1):
        vault.approveAndRelease(terms, content, *rest, sender=actors.outsider)
    assert not registry.isApproved(asset_id, 0)


def test_approve_and_release__given_nothing__reverts(vault, create_asset, approval, actors):
    asset_id, content = create_asset()
    _, *rest = approval(asset_id)
    with reverts_with(vault, "PayoutVaultEmpty"):
        vault.approveAndRelease([], content, *rest, sender=actors.outsider)


# Conservation


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_vault__given_a_random_sequence__holds_what_is_funded_and_credited(
    vault, funded, asset_id, recipient, hostile, dollar, actors, chain, seed
):
    pick = random.Random(seed)
    recipient.setMode(REJECT, sender=actors.outsider)
    chain.provider.set_balance(vault.address, 5)
    currencies, payees = (NATIVE, dollar, hostile), (actors.payee, recipient)
    held = {str(currency): 5 if currency == NATIVE else 0 for currency in currencies}
    live = []
    for salt in range(20):
        amount = pick.randint(1, 10**18)
        currency, payee = pick.choice(currencies), pick.choice(payees)
        expiry = chain.pending_timestamp + pick.randint(60, DAY)
        live.append(
            funded(currency=currency, payee=payee, amount=amount, salt=salt, expiresAt=expiry)
        )
        held[str(currency)] += amount
        if pick.random() < 0.7:
            terms = live.pop(pick.randrange(len(live)))
            refused = terms.payee == recipient and terms.currency == NATIVE
            if pick.random() < 0.5:
                vault.release(terms, asset_id, sender=actors.outsider)
                held[str(terms.currency)] -= 0 if refused else terms.amount
            else:
                chain.pending_timestamp = max(terms.expiresAt + 1, chain.pending_timestamp)
                vault.refund(terms, sender=actors.outsider)
                held[str(terms.currency)] -= terms.amount
        chain.mine()
        assert {str(each): balance(each, vault) for each in currencies} == held
    open_native = sum(terms.amount for terms in live if terms.currency == NATIVE)
    assert held[NATIVE] == 5 + open_native + vault.creditOf(recipient, NATIVE)
