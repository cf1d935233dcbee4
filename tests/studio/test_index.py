"""What the index finds, by values, in both kinds of store."""

import json
import sys
from datetime import datetime, timedelta, timezone

import pytest

from creatoken_sdk.chain.calls import Call
from creatoken_sdk.chain.events import topic
from creatoken_sdk.errors import MissingExtraError, RecordError
from creatoken_sdk.studio.errors import QueryError
from creatoken_sdk.studio.index import Index
from creatoken_sdk.studio.selection import matching
from creatoken_sdk.studio.studio import Studio
from studio.ledger import rows


@pytest.fixture
def index(ledger, store):
    """The index of the chain, empty yet."""
    return Index(store, ledger.ct)


def names(events):
    return [event.name for event in events]


def test_update__given_all_kinds_of_contracts__equals_the_chain(ledger, index, store):
    work, other = ledger.open(), ledger.open()
    ledger.ct.contributions.record(work, b"\1" * 32, 3, {ledger.maya.address: 7})
    ledger.ct.anchors.anchor(b"\2" * 32, topic=bytes(32), count=5)
    ledger.register(work_id=other.id)
    told = []
    assert index.update(progress=lambda *now: told.append(now)) == ledger.head
    assert rows(store) == ledger.logs()
    assert {row[0] for row in store.rows("SELECT contract FROM events")} == {
        "Projects",
        "Works",
        "ContributionToken",
        "Anchors",
        "AssetRegistry",
    }
    assert told[-1] == (ledger.head, ledger.head)
    assert [reached for reached, _ in told] == sorted({reached for reached, _ in told})


def test_update__when_nothing_is_new__changes_nothing(ledger, index, store):
    ledger.register()
    index.update()
    before = store.rows("SELECT * FROM events ORDER BY position")
    assert index.update() == ledger.head
    assert store.rows("SELECT * FROM events ORDER BY position") == before


def test_update__when_a_stranger_logs_our_events__does_not_take_them(ledger, index, store):
    first = bytes.fromhex(topic("ContributionToken", "StepsRecorded")[2:])
    word = (1).to_bytes(32, "big")
    # PUSH32 workId, recorder, root, then the topic; LOG4 of 64 bytes of memory.
    log = b"".join(b"\x7f" + w for w in (word, word, word, first)) + bytes.fromhex("60406000a400")
    ledger.ct.send(Call(None, log, 0, "logging"))
    ledger.register()
    index.update()
    assert rows(store) == ledger.logs()
    assert names(index.where(name="StepsRecorded")) == []


def test_where__given_a_name_and_an_asset__returns_that_event_with_all_values(ledger, index):
    work = ledger.open()
    parent = ledger.register()
    asset = ledger.asset(work_id=work.id, parents=(parent,), uri="ipfs://é", source_type=10)
    receipt = ledger.ct.assets.register(asset, ledger.maya.address)
    asset_id = ledger.ct.assets.id_of(asset)
    index.update()
    (event,) = index.where(name="AssetRegistered", asset=asset_id)
    assert event.arguments == {
        "asset_id": asset_id,
        "content_hash": asset.content_hash,
        "manifest_hash": bytes(32),
        "asset": {
            "work_id": work.id,
            "creator": ledger.studio.address,
            "content_hash": asset.content_hash,
            "record_root": asset.record_root,
            "manifest_hash": bytes(32),
            "source_type": 10,
            "parents": (parent,),
            "uri": "ipfs://é",
        },
        "registered_at": receipt.timestamp,
    }
    registry = ledger.ct.assets.address
    assert (event.contract, event.address, event.at) == (
        "AssetRegistry",
        registry,
        receipt.timestamp,
    )
    assert (event.block_number, event.block_hash) == (receipt.block_number, receipt.block_hash)
    assert (event.tx_hash, event.log_index) == (receipt.tx_hash, 1)


def test_where__given_a_work__finds_its_token_and_what_happened_to_its_assets(ledger, index):
    other, work = ledger.open(), ledger.open()
    asset = ledger.register(work_id=work.id)
    ledger.register(work_id=other.id)
    ledger.ct.contributions.record(work, b"\1" * 32, 3, {ledger.maya.address: 7})
    ledger.ct.with_signer(ledger.maya).assets.withdraw(asset)
    index.update()
    expected = [
        "WorkOpened",
        "Transfer",
        "AssetRegistered",
        "Transfer",
        "StepsRecorded",
        "AssetWithdrawn",
    ]
    withdrawn = [name for name in names(index.where(work=work)) if name != "MetadataUpdate"]
    assert withdrawn == expected
    assert names(index.where(work=work.id)) == names(index.where(work=work))
    assert names(index.where(work=99)) == []


def test_where__given_a_creator__finds_the_assets_and_what_happened_to_them(ledger, index):
    asset = ledger.asset(creator=ledger.maya.address)
    ledger.ct.with_signer(ledger.maya).assets.register(asset, ledger.studio.address)
    ledger.register()
    ledger.ct.assets.transfer(ledger.ct.assets.id_of(asset), ledger.maya.address)
    index.update()
    found = list(index.where(creator=ledger.maya.address.lower()))
    assert names(found) == ["Transfer", "AssetRegistered", "Transfer"]
    assert found[2]["to"] == ledger.maya.address
    assert {event.arguments.get("id", event.arguments.get("asset_id")) for event in found} == {
        ledger.ct.assets.id_of(asset)
    }


def test_where__given_times__takes_since_and_leaves_out_until(ledger, index):
    ledger.register()
    start = ledger.ct.now() + 1_000
    ledger.anvil.request("evm_setNextBlockTimestamp", start)
    early = ledger.register()
    ledger.anvil.request("evm_setNextBlockTimestamp", start + 10)
    late = ledger.register()
    index.update()

    def registered(**times):
        return [event["asset_id"] for event in index.where(name="AssetRegistered", **times)]

    moment = datetime.fromtimestamp(start, timezone.utc)
    assert registered(since=start) == [early, late]
    assert registered(since=start, until=start + 10) == [early]
    assert registered(since=moment + timedelta(seconds=1)) == [late]
    assert registered(since=start, until=moment) == []


def test_where__given_a_finality__leaves_out_what_is_less_sure(ledger, index):
    first, second = ledger.register(), ledger.register()
    ledger.mine(2)
    index.update()

    def registered(finality):
        found = index.where(name="AssetRegistered", finality=finality)
        return [event["asset_id"] for event in found]

    assert registered("latest") == registered(2) == [first, second]
    assert registered(3) == [first]
    assert registered(4) == []
    assert registered("final") == registered("safe") == []
    ledger.mine(64)
    assert registered("final") == [first, second]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"name": "AssetRegister"}, "did you mean AssetRegistered"),
        ({"name": "x' OR 1=1 --"}, "no contract has an event"),
        ({"name": 7}, "no contract has an event 7"),
        ({"work": "1 OR 1=1"}, "work is a whole number"),
        ({"work": True}, "work is a whole number"),
        ({"work": 2**63}, "work is a whole number"),
        ({"asset": "0x1"}, "asset is a whole number"),
        ({"asset": -1}, "asset is a whole number"),
        ({"creator": "' OR ''='"}, "creator is an address"),
        ({"creator": 7}, "creator is an address"),
        ({"since": "2026"}, "since is UTC seconds"),
        ({"until": datetime(2026, 1, 1)}, "until has no time zone"),
    ],
)
def test_where__given_what_cannot_be_meant__refuses(asked, said):
    with pytest.raises(QueryError, match=said):
        matching(1, **asked)


def test_lineage__given_what_is_no_asset__refuses(index):
    with pytest.raises(QueryError, match="asset is a whole number"):
        index.lineage("0x1")


@pytest.mark.parametrize("finality", ["finalized", "soon", None, -1, 1.5])
def test_where__given_what_is_no_finality__refuses(index, finality):
    with pytest.raises(RecordError, match="use latest, safe, final, or a number of blocks"):
        index.where(finality=finality)


def test_sql__given_the_documented_columns__finds_events(ledger, index, store):
    work = ledger.open()
    parent = ledger.register()
    child = ledger.register(parents=(parent,), work_id=work.id)
    index.update()
    found = store.rows(
        "SELECT chain_id, contract, lower(address), work, asset, creator, arguments FROM events"
        " WHERE name = 'AssetRegistered' AND superseded = 0 ORDER BY position DESC"
    )
    registry = ledger.ct.assets.address.lower()
    place = (31337, "AssetRegistry", registry)
    assert found[0][:-1] == (*place, work.id, hex(child), ledger.studio.address)
    assert found[1][:-1] == (*place, None, hex(parent), ledger.studio.address)
    arguments = json.loads(found[0][-1])
    assert arguments["asset_id"] == str(child)
    assert arguments["asset"]["parents"] == [str(parent)]
    assert arguments["asset"]["work_id"] == work.id
    assert arguments["content_hash"] == arguments["asset"]["content_hash"]
    assert store.rows("SELECT asset, parent FROM asset_parents") == [(hex(child), hex(parent))]


def test_to_df__given_events__has_a_row_for_each_with_exact_values(ledger, index):
    work = ledger.open()
    asset = ledger.asset(work_id=work.id)
    receipt = ledger.ct.assets.register(asset)
    index.update()
    frame = index.where(asset=ledger.ct.assets.id_of(asset)).to_df()
    assert list(frame["name"]) == ["Transfer", "AssetRegistered"]
    registered = frame.iloc[1]
    assert registered["asset_id"] == ledger.ct.assets.id_of(asset)
    assert registered["content_hash"] == "0x" + asset.content_hash.hex()
    assert registered["asset.work_id"] == work.id
    assert type(registered["registered_at"]) is int
    assert registered["at"] == datetime.fromtimestamp(receipt.timestamp, timezone.utc)
    empty = index.where(name="AssetRejected").to_df()
    assert len(empty) == 0
    assert "block_number" in empty


def test_to_df__without_pandas__says_what_to_install(ledger, index, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError, match=r"creatoken-sdk\[pandas\]"):
        index.where().to_df()


def test_index__of_a_studio__is_in_its_store(ledger, store):
    studio = Studio(store, ledger.ct, ledger.studio)
    asset = ledger.register()
    studio.index.update()
    assert names(studio.index.where(asset=asset)) == ["Transfer", "AssetRegistered"]
    assert studio.index is studio.index
    assert rows(store) == ledger.logs()
