"""Assets of a run: the same file is the same asset, and a draft's time stays when it is final."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from creatoken_sdk import Creatoken, Work
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.projects import Role
from creatoken_sdk.chain.reverts import AssetRegistryUnknownError
from creatoken_sdk.errors import RecordError
from creatoken_sdk.record import SourceType, content_hash
from creatoken_sdk.record.structs import to_json
from creatoken_sdk.studio.outputs import Output
from creatoken_sdk.studio.run import Run
from creatoken_sdk.studio.studio import Studio
from creatoken_sdk.testing.plugin import Actors
from studio.kept import kept

DAY = 24 * 60 * 60


@pytest.fixture
def banner(tmp_path: Path) -> Path:
    path = tmp_path / "banner.png"
    path.write_bytes(b"the banner")
    return path


@pytest.mark.threat("D8")
def test_output__given_the_same_file_again__is_the_same_asset(
    creatoken_studio: Studio, creatoken_run: Run, banner: Path, tmp_path: Path
) -> None:
    first = creatoken_run.output(banner)
    copy = tmp_path / "copy.png"
    copy.write_bytes(banner.read_bytes())
    creatoken_run.gate("brand", {"drift": 0})
    assert creatoken_run.output(str(copy)) == first
    copy.write_bytes(b"another")
    assert creatoken_run.output(copy).id != first.id
    assert first.id == creatoken_studio.chain.assets.id_of(first.asset)
    assert first.asset.content_hash == content_hash(b"the banner")
    assert first.certificate().verify(first.asset.record_root)["/details/file"] == "verified"


def test_output__given_creators__is_one_asset_of_each(
    creatoken_run: Run, creatoken_actors: Actors, banner: Path
) -> None:
    mine, hers = (
        creatoken_run.output(banner),
        creatoken_run.output(
            banner, creator=creatoken_actors.designer, owner=creatoken_actors.buyer.address
        ),
    )
    assert mine.id != hers.id
    assert (mine.asset.creator, mine.owner) == (creatoken_actors.recorder.address,) * 2
    assert hers.asset.creator == creatoken_actors.designer.address
    assert hers.owner == creatoken_actors.buyer.address
    assert creatoken_run.output(banner, creator=creatoken_actors.designer) == hers


def test_output__given_one_file_in_many_threads__is_one_asset(
    creatoken_studio: Studio, creatoken_run: Run, banner: Path
) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: creatoken_run.output(banner), range(16)))
    assert {one.id for one in made} == {made[0].id}
    assert creatoken_studio.store.rows("SELECT id FROM assets") == [(hex(made[0].id),)]


def test_output__given_all_steps__holds_them_signed_and_names_its_parents(
    creatoken_studio: Studio, creatoken_run: Run, banner: Path, tmp_path: Path
) -> None:
    sketch = tmp_path / "sketch.png"
    sketch.write_bytes(b"sketch")
    parent = creatoken_run.output(sketch)
    creatoken_run.gate("brand", "fine", asset=parent)
    made = creatoken_run.output(banner, parents=[parent, 7], details={"medium": "web"})
    record = made.certificate().record
    assert [one["message"]["index"] for one in record["steps"]] == ["0", "1"]
    assert record["details"] == {
        "file": "banner.png",
        "bytes": 10,
        "medium": "web",
        "contentHash": "0x" + made.asset.content_hash.hex(),
    }
    assert made.asset.parents == (parent.id, 7)
    assert kept(creatoken_studio)[0].made == "fine"


@pytest.mark.parametrize("name", ["file", "bytes", "contentHash"])
def test_output__given_details_that_the_file_has_itself__refuses_them(
    creatoken_run: Run, banner: Path, name: str
) -> None:
    with pytest.raises(RecordError, match=f"details have '{name}' already"):
        creatoken_run.output(banner, details={name: "mine"})


def test_output__given_what_is_no_parent_or_too_many__refuses_them(
    creatoken_studio: Studio, creatoken_run: Run, banner: Path
) -> None:
    for parent in ("0x12", -1, 2**256, None):
        with pytest.raises(RecordError, match="is no parent; pass what"):
            creatoken_run.output(banner, parents=[parent])  # type: ignore[list-item]
    with pytest.raises(RecordError, match="at most 16 parents, not 17"):
        creatoken_run.output(banner, parents=range(17))
    assert creatoken_studio.store.rows("SELECT id FROM assets") == []
    assert creatoken_run.output(banner, parents=range(16)).asset.parents == tuple(range(16))


def test_output__given_a_source_type__takes_its_term_and_refuses_what_is_none(
    creatoken_run: Run, banner: Path
) -> None:
    for wrong in ("made up", 19):
        with pytest.raises(RecordError, match="is no current digital source type"):
            creatoken_run.output(banner, source_type=wrong)  # type: ignore[arg-type]
    made = creatoken_run.output(banner, source_type="compositeCapture")
    assert made.asset.source_type is SourceType.COMPOSITE_CAPTURE


def test_output__when_passed_for_a_path__is_its_file(
    creatoken_studio: Studio, creatoken_run: Run, banner: Path
) -> None:
    made = creatoken_run.output(banner)
    assert Path(made) == banner
    resize = creatoken_studio.step("resize", actor="tool:resize")(lambda asset: b"smaller")
    resize(made)
    assert kept(creatoken_studio)[0].given["asset"]["sha256"] == to_json(made.asset.content_hash)


def test_output__when_read_back_from_the_store__does_not_know_where_its_file_is(
    creatoken_studio: Studio, creatoken_run: Run, banner: Path
) -> None:
    made = creatoken_run.output(banner)
    found = Output.find(
        creatoken_studio.store, creatoken_run.id, to_json(content_hash(b"the banner")), made.owner
    )
    assert found == made
    with pytest.raises(RecordError, match="pass its path"):
        Path(found)


def test_flush__when_a_draft_becomes_final__registers_it_at_the_time_of_its_anchor(
    creatoken_studio: Studio,
    creatoken_run: Run,
    creatoken_chain: Anvil,
    creatoken_client: Creatoken,
    banner: Path,
) -> None:
    draft = creatoken_run.output(banner, final=False)
    creatoken_studio.flush(wait="latest")
    [(root,)] = creatoken_studio.store.rows("SELECT anchor FROM assets")
    anchorer = creatoken_studio.chain.address
    anchored_at = creatoken_client.anchors.anchored_at(anchorer, bytes.fromhex(root[2:]))
    with pytest.raises(AssetRegistryUnknownError):
        creatoken_client.assets.get(draft.id)
    creatoken_chain.request("evm_increaseTime", DAY)
    creatoken_chain.request("evm_mine")
    assert creatoken_run.output(banner) == draft
    creatoken_studio.flush(wait="latest")
    asset = creatoken_client.assets.get(draft.id)
    assert creatoken_client.now() - anchored_at >= DAY
    assert (asset.registered_at, asset.owner) == (anchored_at, draft.owner)


def test_flush__when_another_account_makes_a_draft_final__names_who_anchored_it(
    creatoken_studio: Studio,
    creatoken_run: Run,
    creatoken_client: Creatoken,
    creatoken_work: Work,
    creatoken_actors: Actors,
    banner: Path,
) -> None:
    draft = creatoken_run.output(banner, final=False)
    creatoken_studio.flush(wait="latest")
    old, successor = creatoken_studio.chain, creatoken_actors.buyer
    creatoken_client.projects.set_roles(1, successor, Role.RECORDER)
    creatoken_run.output(banner)
    creatoken_studio.chain = old.with_signer(successor)
    creatoken_studio.flush(wait="latest")
    [(root,)] = creatoken_studio.store.rows("SELECT anchor FROM assets")
    anchored_at = creatoken_client.anchors.anchored_at(old.address, bytes.fromhex(root[2:]))
    assert creatoken_client.assets.get(draft.id).registered_at == anchored_at


@pytest.mark.parametrize("days", [334, 336, 366])
def test_output__when_a_draft_becomes_final_late__is_signed_anew_and_registered(
    creatoken_studio: Studio,
    creatoken_run: Run,
    creatoken_chain: Anvil,
    creatoken_client: Creatoken,
    creatoken_actors: Actors,
    banner: Path,
    monkeypatch: pytest.MonkeyPatch,
    days: int,
) -> None:
    designer = creatoken_actors.designer
    draft = creatoken_run.output(banner, creator=designer, final=False)
    creatoken_studio.flush(wait="latest")
    creatoken_chain.request("evm_increaseTime", days * DAY)
    creatoken_chain.request("evm_mine")
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + days * DAY)
    final = creatoken_run.output(banner, creator=designer)
    assert (final.deadline > draft.deadline) == (days > 335)
    assert (final.signature != draft.signature) == (days > 335)
    assert creatoken_run.output(banner, creator=designer) == final
    creatoken_studio.flush(wait="latest")
    asset = creatoken_client.assets.get(draft.id)
    assert (asset.owner, final.id) == (designer.address, draft.id)
    assert creatoken_client.now() - asset.registered_at >= days * DAY


def test_flush__when_the_account_is_replaced_before_it_anchored__anchors_by_its_successor(
    creatoken_studio: Studio,
    creatoken_run: Run,
    creatoken_client: Creatoken,
    creatoken_actors: Actors,
    banner: Path,
) -> None:
    draft = creatoken_run.output(banner, final=False)
    creatoken_studio.preview()
    old, successor = creatoken_studio.chain, creatoken_actors.buyer
    creatoken_client.projects.set_roles(1, successor, Role.RECORDER)
    creatoken_studio.chain = old.with_signer(successor)
    creatoken_studio.flush(wait="latest")
    assert creatoken_studio.status().alarms == ()
    [(root,)] = creatoken_studio.store.rows("SELECT anchor FROM assets")
    times = [
        creatoken_client.anchors.anchored_at(one.address, bytes.fromhex(root[2:]))
        for one in (old, successor)
    ]
    assert times[0] == 0 < times[1]
    creatoken_run.output(banner)
    creatoken_studio.flush(wait="latest")
    assert creatoken_client.assets.get(draft.id).registered_at == times[1]


def test_flush__given_a_run__puts_shares_and_asset_on_chain_once(
    creatoken_studio: Studio,
    creatoken_run: Run,
    creatoken_client: Creatoken,
    creatoken_work: Work,
    creatoken_actors: Actors,
    banner: Path,
) -> None:
    ana = creatoken_actors.designer
    creatoken_run.human("edit", "a", by=ana, output="b", shares=30)
    made = creatoken_run.output(banner, owner=ana.address)
    for _ in range(2):
        creatoken_studio.flush(wait="latest")
        assert creatoken_client.contributions.shares_of(creatoken_work, ana) == 30
        assert creatoken_client.contributions.total_shares(creatoken_work) == 30
        asset = creatoken_client.assets.get(made.id)
        assert (asset.owner, asset.work_id) == (ana.address, creatoken_work.id)


def test_output__given_a_file_that_is_gone__says_what_to_do(
    creatoken_run: Run, banner: Path
) -> None:
    banner.unlink()
    with pytest.raises(RecordError, match=r"banner\.png cannot be read"):
        creatoken_run.output(banner)
