"""A computer's clock that is wrong: deadlines are counted from the chain's time."""

from __future__ import annotations

import time

import pytest

from creatoken_sdk import AssetInput, Creatoken
from creatoken_sdk.anvil import Anvil

DAY = 24 * 3600
YEARS = 5 * 365 * DAY


@pytest.fixture(params=["behind", "ahead"])
def _wrong_clock(chain: Anvil, monkeypatch: pytest.MonkeyPatch, request) -> None:
    if request.param == "behind":
        chain.request("evm_increaseTime", YEARS)
        chain.request("evm_mine")
    else:
        here = time.time
        monkeypatch.setattr(time, "time", lambda: here() + 4 * YEARS)


@pytest.mark.threat("C7")
@pytest.mark.usefixtures("_wrong_clock")
def test_deadlines__when_the_computers_clock_is_wrong__count_from_the_chains_time(
    ct: Creatoken, maya: Creatoken, project: int
) -> None:
    work = ct.works.open(project)
    now = ct.now()
    assert abs(now - time.time()) > YEARS - DAY
    content = work.id.to_bytes(32, "big")
    terms = {"creator": ct.address, "content_hash": content, "record_root": b"\x02" * 32}
    asset = AssetInput(**terms, work_id=work.id)
    ct.assets.register(asset)
    asset_id = ct.assets.id_of(asset)
    signature = ct.approvals.sign(maya.wallet.signer, asset_id, 7)
    assert now <= signature.deadline - 30 * DAY <= now + 60
    assert ct.approvals.approve(asset, 7, [signature]).timestamp >= now
    assert ct.assets.get(asset_id).stages == (7,)
