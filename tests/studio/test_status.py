import pytest

from creatoken_sdk import Studio


@pytest.mark.parametrize("signed", [True, False])
def test_status__when_jobs_wait_for_another_account__raises_an_alarm_if_it_signed_them(
    creatoken_studio, creatoken_run, creatoken_actors, creatoken_client, creatoken_chain, signed
):
    creatoken_studio.preview()
    if signed:
        creatoken_chain.request("evm_setAutomine", False)
        creatoken_studio.flush(wait="latest", timeout_seconds=0)
    other = creatoken_client.with_signer(creatoken_actors.buyer)
    second = Studio(creatoken_studio.store, other, creatoken_actors.buyer)
    assert creatoken_studio.status().alarms == ()
    alarm = "1 jobs wait for another account: run its relayer too"
    assert second.status().alarms == ((alarm,) if signed else ())
    assert second.status().elsewhere == int(signed)
    assert second.status().left == int(not signed)
    assert creatoken_studio.status().left == 0
