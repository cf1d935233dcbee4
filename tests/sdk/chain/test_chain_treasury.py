"""A treasury's consent, and credits that somebody else pays out."""

import pytest

from creatoken_sdk import NATIVE, Creatoken
from creatoken_sdk.chain.projects import ZERO_ADDRESS
from creatoken_sdk.chain.reverts import PayoutVaultNoCreditError, ProjectsNotTreasuryError


def test_accept_treasury__given_another_account__serves_once_it_agreed(
    ct: Creatoken, artist: Creatoken
) -> None:
    project = ct.projects.create(treasury=artist.address)
    assert ct.projects.licensee_of(project) == ZERO_ADDRESS

    with pytest.raises(ProjectsNotTreasuryError) as refused:
        ct.projects.accept_treasury(project)
    assert (refused.value.account, refused.value.treasury) == (ct.address, artist.address)

    artist.projects.accept_treasury(project)
    assert ct.projects.licensee_of(project) == artist.address


def test_withdraw__given_no_credit__raises_before_anything_is_sent(
    ct: Creatoken, artist: Creatoken
) -> None:
    with pytest.raises(PayoutVaultNoCreditError) as refused:
        ct.payouts.withdraw(artist.address, NATIVE)
    assert (refused.value.account, refused.value.currency) == (artist.address, NATIVE)
