"""A caller that gives too little gas: an honest recipient is paid, or nothing happens."""

import pytest

from money import NATIVE, ZERO, pay


@pytest.fixture
def busy(recipient, projects, actors):
    """A contract that does something when it is paid, for most of the 200,000 gas it may use."""
    grants = [(actors.ana, 2)]
    data = projects.create.encode_input((recipient, actors.ana, ZERO, 1, grants, ""))
    recipient.reenter(projects, data, sender=actors.outsider)
    return recipient


@pytest.fixture
def least(chain, busy, actors):
    """Finds the least gas with which a call goes through; returns what it pays then."""
    eth = chain.provider.web3.eth

    def find(contract, function, *arguments):
        data = getattr(contract, function).encode_input(*arguments)
        terms = {"from": actors.outsider.address, "to": contract.address, "data": data}

        def attempt(gas):
            with chain.isolate():
                before = busy.balance
                sent = eth.send_transaction({**terms, "gas": gas})
                went_through = eth.wait_for_transaction_receipt(sent)["status"] == 1
                return went_through, busy.balance - before, busy.succeeded()

        fails, works = 50_000, 400_000
        assert (attempt(fails), attempt(works)) == ((False, 0, False), (True, 1_000, True))
        while works - fails > 1:
            middle = (fails + works) // 2
            fails, works = (fails, middle) if attempt(middle)[0] else (middle, works)
        return attempt(works)

    return find


@pytest.mark.threat("B2")
def test_release__given_too_little_gas__credits_nobody(
    vault, funded, create_asset, signed, approve, directors, busy, least
):
    asset = create_asset()
    approve(asset, [signed(asset, directors[0])])
    assert least(vault, "release", funded(payee=busy), asset[0]) == (True, 1_000, True)


@pytest.mark.threat("B2")
@pytest.mark.parametrize("path", ["claim", "claimMany", "pushAll"])
def test_payment__given_too_little_gas__skips_and_credits_nobody(
    seal_work, busy, actors, least, path
):
    token = seal_work((busy, 1))
    pay(NATIVE, actors.payer, token, 1_000)
    argument = busy if path == "claim" else [busy]
    assert least(token, path, argument) == (True, 1_000, True)
