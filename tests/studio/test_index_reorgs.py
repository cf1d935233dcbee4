"""Blocks that leave the chain, and transactions that come back in others."""

from itertools import islice

import pytest

from creatoken_sdk.anvil import Anvil
from creatoken_sdk.studio.index import Index
from creatoken_sdk.studio.store import open_store
from studio.ledger import Ledger, rows


@pytest.fixture
def lite(tmp_path):
    """A store in a SQLite file."""
    store = open_store(tmp_path / "studio.db")
    yield store
    store.close()


@pytest.mark.threat("C3")
@pytest.mark.parametrize("depth", range(1, 9))
def test_update__when_blocks_are_reorganised_and_transactions_sent_again__equals_the_chain(
    ledger, lite, depth
):
    index = Index(lite, ledger.ct)
    work = ledger.open()
    for _ in range(8):
        ledger.register(work_id=work.id)
    index.update()
    before = rows(lite)
    assert before == ledger.logs()
    ledger.reorganise(depth, *ledger.raws(depth))
    index.update()
    assert rows(lite) == ledger.logs()
    assert {row[3] for row in rows(lite)} == {row[3] for row in before}
    gone = [row for row in before if row[0] > ledger.head - depth - 1]
    assert len(gone) == 2 * depth
    assert rows(lite, superseded=1) == gone


@pytest.mark.threat("C3")
def test_update__when_a_work_is_reorganised_away__keeps_the_logs_of_the_one_in_its_place(
    ledger, store
):
    index = Index(store, ledger.ct)
    ledger.open()
    work = ledger.open()
    ledger.ct.contributions.record(work, b"\1" * 32, 1, {ledger.maya.address: 5})
    index.update()
    raws = ledger.raws(3)
    ledger.reorganise(3)
    index.update()
    assert rows(store) == ledger.logs()
    assert list(index.where(work=work)) == []
    ledger.send(*raws)
    index.update()
    assert rows(store) == ledger.logs()
    assert [event.name for event in index.where(work=work)] == [
        "WorkOpened",
        "Transfer",
        "StepsRecorded",
    ]


def test_rewind__when_blocks_are_read_again__brings_their_events_back_as_new(ledger, store):
    index = Index(store, ledger.ct)
    ledger.register()
    ledger.register()
    index.update()
    before, last = rows(store), index.watch(finality="latest").position
    index.rewind(ledger.head - 1)
    assert rows(store) == before[:-2]
    assert rows(store, superseded=1) == before[-2:]
    index.update()
    assert rows(store) == before
    assert rows(store, superseded=1) == []
    again = index.watch(finality="latest", after=last)
    assert [event.name for event in islice(again, 2)] == ["Transfer", "AssetRegistered"]


@pytest.mark.threat("C3")
def test_where__when_the_index_is_on_a_fork__shows_no_final_event_of_it(ledger, store):
    index = Index(store, ledger.ct)
    asset = ledger.register()
    ledger.mine(3)
    index.update()
    assert [e.name for e in index.where(asset=asset, finality=2)] == ["Transfer", "AssetRegistered"]
    ledger.reorganise(4)
    ledger.mine(6)
    assert len(list(index.where(asset=asset))) == 2
    assert list(index.where(asset=asset, finality=2)) == []
    assert list(index.where(asset=asset)) == []


def test_update__when_the_node_starts_again_without_its_state__begins_anew(ledger, store):
    Index(store, ledger.ct).update()
    ledger.register()
    Index(store, ledger.ct).update()
    old = rows(store)
    with Anvil() as anvil:
        other = Ledger(anvil)
        other.open()
        other.mine(2)
        Index(store, other.ct).update()
        assert rows(store) == other.logs()
    assert len(rows(store)) > 1
    assert rows(store, superseded=1) == old


@pytest.mark.threat("C5")
def test_update__when_the_endpoint_is_behind__keeps_what_it_lacks(ledger, endpoint, store):
    index = Index(store, ledger.client(endpoint.url))
    ledger.register()
    ledger.register()
    head = index.update()
    before = rows(store)
    endpoint.lies["eth_blockNumber"] = lambda _: hex(head - 1)
    assert index.update() == head
    assert rows(store) == before
    assert rows(store, superseded=1) == []


@pytest.mark.threat("C3")
def test_watch__when_an_event_is_reorganised__shows_it_again_in_its_new_block(ledger, store):
    index = Index(store, ledger.ct)
    watch = index.watch(name="AssetRegistered", finality="latest", pause_seconds=0.01)
    first, second = ledger.register(), ledger.register()
    seen = list(islice(watch, 2))
    assert [event["asset_id"] for event in seen] == [first, second]
    ledger.reorganise(1, *ledger.raws(1))
    again = next(iter(watch))
    assert again["asset_id"] == second
    assert again.tx_hash == seen[1].tx_hash
    assert again.block_number == seen[1].block_number + 1
    assert again.position > seen[1].position
