"""Native currency that arrives without a call: by self-destruction, as a block's tip, or early."""

import pytest

from money import NATIVE, gains

AMOUNT = 101
TIP = 10**9


@pytest.fixture
def force(chain, actors):
    """Forces native currency on a contract; says how much arrived."""
    eth, request = chain.provider.web3.eth, chain.provider.make_request
    payer = actors.payer.address

    def self_destruct(to):
        code = b"\x73" + bytes.fromhex(to.address[2:]) + b"\xff"  # PUSH20 to, SELFDESTRUCT
        sent = eth.send_transaction({"from": payer, "data": code, "value": AMOUNT})
        assert eth.wait_for_transaction_receipt(sent)["status"] == 1

    def tip(to):
        usual = eth.get_block("latest")["miner"]
        request("anvil_setCoinbase", [to.address])
        sent = eth.send_transaction(
            {"from": payer, "to": payer, "maxPriorityFeePerGas": TIP, "maxFeePerGas": 10 * TIP}
        )
        assert eth.wait_for_transaction_receipt(sent)["status"] == 1
        request("anvil_setCoinbase", [usual])

    def send(how, to):
        before = to.balance
        {"self-destruction": self_destruct, "a block's tip": tip}[how](to)
        assert to.balance > before
        return to.balance - before

    return send


@pytest.mark.threat("B4")
@pytest.mark.parametrize("how", ["self-destruction", "a block's tip"])
def test_owed_of__given_native_currency_by_force__is_revenue(seal_work, actors, force, how):
    token = seal_work((actors.ana, 60), (actors.ben, 40))
    amount = force(how, token)
    parts = (amount * 60 // 100, amount * 40 // 100)
    assert (token.owedOf(actors.ana, NATIVE), token.owedOf(actors.ben, NATIVE)) == parts
    with gains(NATIVE, (actors.ana, parts[0]), (actors.ben, parts[1])):
        token.claimMany([actors.ana, actors.ben], sender=actors.outsider)
    assert token.balance == amount - sum(parts)


@pytest.mark.threat("B4")
@pytest.mark.parametrize("how", ["self-destruction", "a block's tip"])
def test_vault__given_native_currency_by_force__pays_what_was_funded_and_no_more(
    vault, funded, actors, chain, force, how
):
    waived, refunded = funded(), funded(salt=1)
    amount = force(how, vault)
    with gains(NATIVE, (actors.payer, 1_000), (vault, -1_000)):
        vault.waive(waived, sender=actors.payee)
    chain.pending_timestamp = refunded.expiresAt + 1
    with gains(NATIVE, (actors.payer, 1_000), (vault, -1_000)):
        vault.refund(refunded, sender=actors.outsider)
    assert vault.balance >= amount
