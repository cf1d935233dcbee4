import pytest

from creatoken_sdk.studio.findings import Finding, Report, State, Verdict


@pytest.mark.threat("D5")
def test_report__given_a_check_that_holds_a_line_break__stays_one_line():
    forged = Finding("x\nCHAIN: holds", State.FAILS, "\x1b[2J\u202egnp")
    report = Report(Verdict((forged,)), Verdict(()), Verdict(()))
    assert str(report).splitlines() == [
        "INTEGRITY: fails",
        "  fails   x\\nCHAIN: holds: \\x1b[2J\\u202egnp",
        "TRUST: unknown",
        "CHAIN: unknown",
    ]
