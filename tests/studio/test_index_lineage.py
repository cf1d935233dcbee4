"""Families of assets, and events as they come."""

import asyncio
import threading
from itertools import islice

import pytest

from creatoken_sdk.studio.errors import QueryError
from creatoken_sdk.studio.index import Index
from studio.ledger import rows


@pytest.fixture
def index(ledger, store):
    """The index of the chain, empty yet."""
    return Index(store, ledger.ct)


def family(relatives):
    return [(relative.asset, relative.distance) for relative in relatives]


def test_lineage__given_a_family__returns_each_relative_once_the_nearest_first(ledger, index):
    brief, photo = ledger.register(), ledger.register()
    stranger = ledger.register(parents=(photo,))
    draft = ledger.register(parents=(brief, photo))
    edit = ledger.register(parents=(draft, brief))
    index.update()
    lineage = index.lineage(edit)
    assert family(lineage.ancestors()) == [(brief, 1), (draft, 1), (photo, 2)]
    assert lineage.descendants() == ()
    assert family(index.lineage(brief).descendants()) == [(draft, 1), (edit, 1)]
    assert family(index.lineage(photo).descendants()) == [(stranger, 1), (draft, 1), (edit, 2)]
    assert index.lineage(photo).ancestors() == ()
    nearest = lineage.ancestors()[1].registration
    assert nearest["asset"]["parents"] == (brief, photo)
    assert nearest.name == "AssetRegistered"


@pytest.mark.threat("C3")
def test_lineage__when_a_child_is_reorganised_away__does_not_show_it(ledger, index):
    parent = ledger.register()
    child = ledger.register(parents=(parent,))
    index.update()
    raws = ledger.raws(1)
    ledger.reorganise(1)
    index.update()
    assert index.lineage(parent).descendants() == ()
    with pytest.raises(QueryError, match="knows no registration"):
        index.lineage(child).ancestors()
    ledger.send(*raws)
    index.update()
    assert family(index.lineage(parent).descendants()) == [(child, 1)]


def test_lineage__given_a_finality__leaves_out_what_is_less_sure(ledger, index):
    parent = ledger.register()
    child = ledger.register(parents=(parent,))
    index.update()
    assert family(index.lineage(parent, finality=0).descendants()) == [(child, 1)]
    assert index.lineage(parent, finality=1).descendants() == ()
    with pytest.raises(QueryError, match="wait until the registration is as final as asked"):
        index.lineage(parent, finality="final").ancestors()


def test_watch__given_events_before_it__shows_only_new_ones(ledger, index):
    ledger.register()
    watch = iter(index.watch(name="AssetRegistered", finality="latest", pause_seconds=0.01))
    for _ in range(3):
        new = ledger.register()
        assert next(watch)["asset_id"] == new


def test_watch__given_a_position__goes_on_after_it(ledger, index):
    assets = [ledger.register() for _ in range(3)]
    first = list(islice(index.watch(name="AssetRegistered", finality="latest", after=0), 1))
    rest = index.watch(name="AssetRegistered", finality="latest", after=first[0].position)
    assert [e["asset_id"] for e in (*first, *islice(rest, 2))] == assets


def test_watch__when_an_event_is_not_final__waits_until_it_is(ledger, index):
    work = ledger.open()
    watch = iter(index.watch(work=work, finality=3, after=0, pause_seconds=0.01))
    timer = threading.Timer(0.3, lambda: ledger.mine(3))
    timer.start()
    event = next(watch)
    assert not timer.is_alive()
    assert (event.name, event["work_id"]) == ("WorkOpened", work.id)
    assert event.block_number <= ledger.head - 3


def test_watch__given_an_event_loop__shows_events_without_holding_it_up(ledger, index):
    async def follow():
        watch = index.watch(name="AssetRegistered", finality="latest", pause_seconds=0.01)
        beats, seen = 0, []

        async def beat():
            nonlocal beats
            while True:
                beats += 1
                await asyncio.sleep(0.005)

        heart = asyncio.create_task(beat())
        register = asyncio.create_task(asyncio.to_thread(ledger.register))
        async for event in watch:
            seen.append(event["asset_id"])
            break
        heart.cancel()
        return seen, [await register], beats

    seen, registered, beats = asyncio.run(follow())
    assert seen == registered
    assert beats > 1


def test_watch__when_the_endpoint_fails__goes_on_after_the_last_event(ledger, endpoint, store):
    index = Index(store, ledger.client(endpoint.url))
    assets = [ledger.register() for _ in range(2)]
    watch = index.watch(name="AssetRegistered", finality="latest", after=0, pause_seconds=0.01)
    assert [event["asset_id"] for event in islice(watch, 2)] == assets
    endpoint.fail("eth_blockNumber", 500, 500, 500, 500)
    with pytest.raises(Exception, match="HTTP 500"):
        next(iter(watch))
    late = ledger.register()
    assert next(iter(watch))["asset_id"] == late
    assert rows(store) == ledger.logs()
