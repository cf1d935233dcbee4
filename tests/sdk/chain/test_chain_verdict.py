"""A verdict is on the genuine registration, whoever else registered the same hashes first."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from creatoken_sdk.demo.journal import Journal

from creatoken_sdk import AssetInput, Creatoken, Work
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.demo.cast import Person
from creatoken_sdk.demo.evidence import Evidence
from creatoken_sdk.demo.verdict import FINAL_STAGE, examine
from creatoken_sdk.record import (
    ActorKind,
    Certificate,
    SourceType,
    asset_document,
    content_hash,
    new_key,
)


@pytest.fixture
def genuine(ct: Creatoken, chain: Anvil, work: Work) -> SimpleNamespace:
    """A file whose steps are signed and recorded, not registered yet."""
    studio = Person("Studio", "draws and looks", chain.accounts[0], ActorKind.HUMAN)
    journal, content = Journal(ct.works.domain, work.id, ct.now), b"genuine %d" % work.id
    for evidence in (
        Evidence("draw", "human", {}, b"a brief", content),
        Evidence("review", "human", {}, content, b"it is good"),
    ):
        journal.write(studio, evidence, SourceType.UNSPECIFIED, shares=1)
    ct.contributions.record(work, journal.tree.root, len(journal.steps), journal.shares)
    certificate = Certificate.issue(asset_document(ct.works.domain, journal.steps), new_key())
    asset = AssetInput(
        creator=ct.address,
        content_hash=content_hash(content),
        record_root=certificate.root,
        work_id=work.id,
    )
    return SimpleNamespace(
        content=content, certificate=certificate, asset=asset, root=journal.tree.root, steps=journal
    )


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
        artist.contributions.record(work, genuine.root, 2, genuine.steps.shares)
    squat(artist, genuine.asset, work_id)
    ct.assets.register(genuine.asset)
    approve(ct, chain, genuine.asset)
    verdict = examine(ct, genuine.content, genuine.certificate)
    assert [one.name for one in verdict.integrity + verdict.chain if not one.passed] == []
    assert len(verdict.chain) == 3


@pytest.mark.threat("D8")
def test_examine__when_only_a_squatter_registered__fails_what_is_not_so(
    ct: Creatoken, artist: Creatoken, genuine: SimpleNamespace
) -> None:
    squat(artist, genuine.asset)
    verdict = examine(ct, genuine.content, genuine.certificate)
    failed = [one.name for one in verdict.chain if not one.passed]
    assert failed == ["the work recorded these steps", "a director approved it as final"]
