"""What a hostile or lost admin cannot do: hold up money, or the end of a work."""

import pytest

from money import NATIVE, NO_ROOT, gains, pay
from reverts import reverts_with

ALL_BUT_ADMIN = 62
BURNS_GAS_IN_BALANCE = 12


@pytest.fixture
def take_over(projects, project, project_id, actors, directors):
    """The admin takes every role from everybody and asks for what nobody can give."""

    def take():
        gate = project.MockGate.deploy(sender=actors.studio)
        gate.set(2, b"", 0, sender=actors.studio)
        for account in (*directors, actors.studio, actors.pipeline, actors.treasurer):
            roles = projects.rolesOf(project_id, account.address) & ~ALL_BUT_ADMIN
            projects.setRoles(project_id, account.address, roles, sender=actors.studio)
        projects.setApprovalsRequired(project_id, 255, sender=actors.studio)
        projects.setTreasury(project_id, actors.outsider, sender=actors.studio)
        for stage in range(8):
            projects.setGates(project_id, stage, [gate], sender=actors.studio)
            projects.lockGates(project_id, stage, sender=actors.studio)

    return take


@pytest.mark.threat("A9")
def test_refund_and_waive__given_a_hostile_admin__pay_the_payer_back(
    vault, registry, funded, create_asset, signed, approve, directors, actors, take_over, chain
):
    asset, first, second = create_asset(), funded(), funded(salt=1)
    take_over()
    with reverts_with(registry, "ApprovalsTooFew", assetId=asset[0], given=3, required=255):
        approve(asset, [signed(asset, director) for director in directors], call=True)
    with gains(NATIVE, (actors.payer, 1_000), (vault, -1_000)):
        vault.waive(first, sender=actors.payee)
    chain.pending_timestamp = second.expiresAt + 1
    with gains(NATIVE, (actors.payer, 1_000), (vault, -1_000)):
        vault.refund(second, sender=actors.outsider)


@pytest.mark.threat("A9")
def test_release__given_an_approval_from_before__pays_the_payee(
    vault, funded, create_asset, signed, approve, directors, actors, take_over
):
    asset, terms = create_asset(), funded()
    approve(asset, [signed(asset, directors[0])])
    take_over()
    with gains(NATIVE, (actors.payee, 1_000), (vault, -1_000)):
        vault.release(terms, asset[0], sender=actors.outsider)


@pytest.mark.threat("A9")
def test_seal_and_claim__given_a_hostile_admin__pay_the_contributors(
    open_work, actors, take_over, chain
):
    _, token = open_work()
    token.record(b"\1" * 32, 1, [(actors.ana, 60), (actors.ben, 40)], sender=actors.pipeline)
    pay(NATIVE, actors.payer, token, 1_000)
    take_over()
    chain.pending_timestamp = token.terms().sealBy + 1
    token.seal(NO_ROOT, 0, sender=actors.outsider)
    with gains(NATIVE, (actors.ana, 600), (actors.ben, 400), (token, -1_000)):
        token.claimMany([actors.ana, actors.ben], sender=actors.outsider)


@pytest.mark.gas
@pytest.mark.threat("A9")
def test_accept_currency__given_four_that_burn_gas__only_makes_transfers_dearer(
    project, seal_work, actors
):
    """Each costs a transfer 200,000 gas for the question; claims of others cost nothing more."""
    token = seal_work((actors.ana, 60), (actors.ben, 40))
    pay(NATIVE, actors.payer, token, 1_000)
    for _ in range(4):
        burner = project.MockHostileERC20.deploy(sender=actors.studio)
        burner.setFlaw(BURNS_GAS_IN_BALANCE, sender=actors.studio)
        token.acceptCurrency(burner, sender=actors.studio)
    with gains(NATIVE, (actors.ana, 600), (token, -600)):
        assert token.claim(actors.ana, sender=actors.outsider).gas_used < 80_000
    receipt = token.transfer(actors.cleo, 60, sender=actors.ana)
    assert 800_000 < receipt.gas_used < 4 * 200_000 + 120_000
    assert (token.balanceOf(actors.cleo), token.owedOf(actors.ben, NATIVE)) == (60, 400)
