"""The recorder works alike on both kinds of store."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from creatoken_sdk import Creatoken, Work
from creatoken_sdk.studio.store import Store
from creatoken_sdk.studio.studio import Studio
from creatoken_sdk.testing.plugin import Actors
from studio.kept import kept, keys

CANARY = "zimtstern 100 %_\\ \u00e9"


@pytest.fixture
def studio(store: Store, creatoken_client: Creatoken, creatoken_actors: Actors) -> Studio:
    recorder = creatoken_actors.recorder
    return Studio(store, creatoken_client.with_signer(recorder), recorder)


@pytest.mark.threat("D9")
def test_run__given_either_store__is_recorded_signed_settled_found_and_erased(
    studio: Studio,
    creatoken_client: Creatoken,
    creatoken_work: Work,
    creatoken_actors: Actors,
    tmp_path: Path,
) -> None:
    ana, path = creatoken_actors.designer, tmp_path / "banner.png"
    path.write_bytes(b"banner")
    draft = studio.step("draft", actor="agent:copy", shares=10)(lambda n: f"{CANARY} {n}")
    for _ in range(2):
        with studio.run(
            "summer", work=creatoken_work, brief=CANARY, authorised_by=creatoken_actors.director
        ) as run:
            for name in ("left", "right"):
                with run.nested(name) as part, ThreadPoolExecutor(4) as pool:
                    list(pool.map(part.bind(draft), [0] * 6))
            run.human("edit", CANARY, by=ana.address, output="text", shares=30)
            studio.sign(ana)
            made = run.output(path)
    wanted = [(f"{p}/draft#{n}", 1, 10) for p in ("left", "right") for n in range(1, 7)]
    assert sorted(keys(studio)) == sorted([*wanted, ("edit#1", 1, 30)])
    assert run.unrecorded == []

    studio.flush(wait="latest")
    assert creatoken_client.contributions.total_shares(creatoken_work) == 150
    assert creatoken_client.assets.get(made.id).owner == creatoken_actors.recorder.address

    found = studio.memory.find(CANARY)
    assert len(found) == 14
    [edit] = [one for one in kept(studio) if one.key == "edit#1"]
    assert studio.memory.disclose(edit.id, "/output/text").verify(edit.step.detail)
    for one in found:
        studio.memory.erase(one.id)
    assert studio.memory.find(CANARY) == []
    assert studio.memory.disclose(edit.id, "/action").verify(edit.step.detail)
