"""Fifty generations of works: opening and claiming cost the same at any depth."""

from __future__ import annotations

import pytest

from creatoken_sdk import NATIVE, Creatoken, Upstream

DEPTH = 50
HALF = 5_000


@pytest.mark.threat("B8")
def test_claim__given_fifty_generations__costs_the_same_and_pays_the_first(
    ct: Creatoken, project: int
) -> None:
    works, opened = [], []
    for _ in range(DEPTH):
        upstream = [Upstream(works[-1].id, HALF)] if works else []
        call = ct.works.open.call(project, upstream=upstream)
        receipt = ct.send(call)
        works.append(call.result(receipt))
        opened.append(receipt.gas_used)
        ct.contributions.record(works[-1], b"\x01" * 32, 1, {ct.address: 1})
        ct.contributions.seal(works[-1])
    assert max(opened[1:]) - min(opened[1:]) < 500

    ct.royalties.pay(works[-1], 2**DEPTH)
    claimed = [
        ct.royalties.claim(child, parent.token).gas_used
        for child, parent in zip(works[:0:-1], works[-2::-1], strict=True)
    ]
    assert max(claimed) - min(claimed) < 500
    owed = [ct.royalties.owed_of(work, ct.address, NATIVE) for work in works]
    assert owed == [2, *(2**level for level in range(1, DEPTH))]
