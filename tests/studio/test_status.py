from creatoken_sdk import Studio


def test_status__when_jobs_wait_for_another_account__raises_an_alarm(
    creatoken_studio, creatoken_run, creatoken_actors, creatoken_client
):
    creatoken_studio.preview()
    other = creatoken_client.with_signer(creatoken_actors.buyer)
    second = Studio(creatoken_studio.store, other, creatoken_actors.buyer)
    assert creatoken_studio.status().alarms == ()
    assert second.status().alarms == ("1 jobs wait for another account: run its relayer too",)
