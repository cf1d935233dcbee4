"""A verdict is on the genuine registration, whoever else registered the same hashes first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from creatoken_sdk import AssetInput, Creatoken, Studio, Work
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.demo.verdict import FINAL_STAGE, examine
from creatoken_sdk.record import steps_tree


@pytest.fixture
def genuine(ct: Creatoken, chain: Anvil, work: Work, tmp_path: Path) -> Iterator[SimpleNamespace]:
    """A file whose steps are signed and recorded, not registered yet."""
    maker, path = chain.accounts[0], tmp_path / "genuine.txt"
    path.write_text(f"genuine {work.id}")
    studio = Studio.open(tmp_path / "studio.db", chain=ct, signer=maker)
    with studio.run("genuine", work=work, brief="a brief", authorised_by=maker) as run:
        run.human("draw", "a brief", by=maker, output=path, shares=1)
        run.human("review", path, by=maker, output="it is good", shares=1)
        made = run.output(path, final=False)
    studio.flush(wait="latest")
    last = run.steps[-1].step
    yield SimpleNamespace(
        content=path.read_bytes(),
        certificate=made.certificate(),
        asset=made.asset,
        review=studio.memory.disclose("0x" + last.struct_hash().hex(), "/inputHash"),
        root=steps_tree([signed.step for signed in run.steps]).root,
        count=len(run.steps),
    )
    studio.close()


def squat(squatter: Creatoken, asset: AssetInput, work_id: int = 0) -> None:
    """Register the same hashes as another creator."""
    squatter.assets.register(
        AssetInput(
            creator=squatter.address,
            content_hash=asset.content_hash,
            record_root=asset.record_root,
            work_id=work_id,
        )
    )


def approve(ct: Creatoken, chain: Anvil, asset: AssetInput) -> None:
    signature = ct.approvals.sign(chain.accounts[1], ct.assets.id_of(asset), FINAL_STAGE)
    ct.approvals.approve(asset, FINAL_STAGE, [signature])


@pytest.mark.threat("A7")
@pytest.mark.parametrize("own_work", [False, True], ids=["for no work", "for a work of its own"])
def test_examine__when_a_squatter_came_first__passes_the_genuine_file(
    ct: Creatoken, artist: Creatoken, chain: Anvil, genuine: SimpleNamespace, own_work: bool
) -> None:
    work_id = 0
    if own_work:  # there it can even record the very same steps
        project = artist.projects.create(treasury=artist.address, recorders=[artist.address])
        work = artist.works.open(project)
        work_id = work.id
        artist.contributions.record(work, genuine.root, genuine.count, {ct.address: 2})
    squat(artist, genuine.asset, work_id)
    ct.assets.register(genuine.asset)
    approve(ct, chain, genuine.asset)
    verdict = examine(ct, genuine.content, genuine.certificate, genuine.review)
    assert [one.name for one in verdict.integrity + verdict.chain if not one.passed] == []
    assert len(verdict.chain) == 3


@pytest.mark.threat("D8")
def test_examine__when_only_a_squatter_registered__fails_what_is_not_so(
    ct: Creatoken, artist: Creatoken, genuine: SimpleNamespace
) -> None:
    squat(artist, genuine.asset)
    verdict = examine(ct, genuine.content, genuine.certificate, genuine.review)
    failed = [one.name for one in verdict.chain if not one.passed]
    assert failed == ["the work recorded these steps", "a director approved it as final"]
