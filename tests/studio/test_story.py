"""The whole of a studio in one story, on both kinds of store: a campaign as a user writes it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from brand.voice import copy, line
from creatoken_sdk import Creatoken, Studio, Work
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.brand.index import BrandIndex
from creatoken_sdk.brand.retrieved import Retrieved
from creatoken_sdk.studio.findings import State
from creatoken_sdk.testing.plugin import Actors
from studio.kept import keys

BLOCKS_TO_FINAL = 64


@pytest.fixture
def studio(where: str, creatoken_client: Creatoken, creatoken_actors: Actors) -> Iterator[Studio]:
    chain = creatoken_client.with_signer(creatoken_actors.recorder)
    studio = Studio.open(where, chain=chain, signer=creatoken_actors.agent)
    yield studio
    studio.close()


def test_studio__given_a_campaign__cites_records_measures_settles_approves_and_traces(
    studio: Studio,
    creatoken_chain: Anvil,
    creatoken_work: Work,
    creatoken_actors: Actors,
    tmp_path: Path,
) -> None:
    brand, brief, director = BrandIndex(copy(40)), "an evening swim", creatoken_actors.director
    sketch, path = tmp_path / "sketch.txt", tmp_path / "ad.txt"
    sketch.write_text(line(7))

    @studio.step("draft", actor="agent:copy", model="m-1", source_type="trainedAlgorithmicMedia")
    def draft(brief: str, context: Retrieved) -> str:
        return context.citations[0].text

    with studio.run("summer", work=creatoken_work, brief=brief, authorised_by=director) as run:
        parent = run.output(sketch)
        with ThreadPoolExecutor() as pool:
            text = pool.submit(run.bind(draft), brief, run.retrieve(brand, brief, k=5)).result()
        path.write_text(
            run.human("edit", text, by=creatoken_actors.designer, output=f"{text} Stay.")
        )
        asset = run.output(path, parents=[parent])
        report = run.gate("brand", brand.drift(asset))
        ticket = run.request_approval(asset, stage="final")
    assert run.unrecorded == []
    wanted = ["retrieve#1", "draft#1", "edit#1", "gate:brand#1"]
    assert keys(studio) == [(key, 1, 0) for key in wanted]
    assert report.content == "0x" + asset.asset.content_hash.hex()

    studio.flush(wait="latest")
    ticket.approve(ticket.sign(director))
    creatoken_chain.request("anvil_mine", hex(BLOCKS_TO_FINAL))
    studio.flush(wait="final")
    verdicts = studio.verify(path)
    assert verdicts.integrity.state is verdicts.chain.state is State.HOLDS
    assert verdicts.trust.state is State.UNKNOWN  # nobody said whom they know
    assert ticket.is_approved
    assert asset.certificate().root == asset.asset.record_root
    assert studio.trace(asset).first is None
    studio.index.update()
    assert [one.asset for one in studio.index.lineage(asset).ancestors()] == [parent.id]
    assert len(list(studio.index.where(asset=asset, name="AssetApproved"))) == 1
