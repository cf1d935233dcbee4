"""Endpoints that lie, indexers that die, and several at once."""

import signal
import threading

import pytest

from creatoken_sdk.chain.errors import BadResponseError
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.studio import follower as follower_module
from creatoken_sdk.studio.index import Index
from creatoken_sdk.studio.store import open_store
from studio.ledger import rows
from studio.processes import BEGIN, finish, start

INDEX = """
from creatoken_sdk import Creatoken
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.deploy import plan
from creatoken_sdk.chain.deployments import DeployedContract, Deployment
from creatoken_sdk.chain.wallet import Wallet
from creatoken_sdk.studio import follower
from creatoken_sdk.studio.index import Index
contracts = {one.name: DeployedContract(one.address, one.code_hash) for one in plan()}
chain = Creatoken(Wallet(Rpc.connect(URL), 31337, None), Deployment(31337, contracts))
follower.RECENT, follower._FIRST_SIZE = 1, 3
index = Index(store, chain)
"""


@pytest.fixture(autouse=True)
def short_ranges(monkeypatch):
    """Most blocks are read in ranges of a few."""
    monkeypatch.setattr(follower_module, "RECENT", 2)
    monkeypatch.setattr(follower_module, "_FIRST_SIZE", 6)


@pytest.fixture
def busy(ledger):
    """A chain with two works, with events of their tokens in many blocks."""
    works = [ledger.open(), ledger.open()]
    for step in range(6):
        root = bytes([step + 1]) * 32
        ledger.ct.contributions.record(works[step % 2], root, 1, {ledger.maya.address: 1})
        ledger.register(work_id=works[step % 2].id)
    return ledger


def begin(ledger):
    return BEGIN + INDEX.replace("URL", repr(ledger.anvil.url))


def test_update__when_blocks_come_in_ranges__equals_the_chain(busy, endpoint, store):
    Index(store, busy.client(endpoint.url)).update()
    assert rows(store) == busy.logs()
    assert len(rows(store)) > 30
    assert endpoint.calls.count("eth_getLogs") < busy.head


@pytest.mark.threat("C5")
@pytest.mark.parametrize("code", [-32602, -32005, -32000])
def test_update__when_the_node_refuses_long_ranges__asks_for_shorter_ones(
    busy, endpoint, store, monkeypatch, code
):
    refusals, forward = [], endpoint.forward

    def limited(query):
        if query["method"] == "eth_getLogs" and "fromBlock" in query["params"][0]:
            low, high = (int(query["params"][0][key], 16) for key in ("fromBlock", "toBlock"))
            if high - low > 1:
                refusals.append(high - low)
                error = {"code": code, "message": "query returned more than 2 blocks"}
                return {"jsonrpc": "2.0", "id": query["id"], "error": error}
        return forward(query)

    monkeypatch.setattr(endpoint, "forward", limited)
    Index(store, busy.client(endpoint.url)).update()
    assert rows(store) == busy.logs()
    assert refusals


@pytest.mark.threat("C5")
def test_update__when_logs_are_missing__is_stopped_by_the_witness(busy, endpoint, store):
    index = Index(store, busy.client(endpoint.url), witness=Rpc.connect(busy.anvil.url))
    endpoint.lies["eth_getLogs"] = lambda logs: logs[:-1]
    with pytest.raises(BadResponseError, match="disagree on what is on chain; wait if one lags"):
        index.update()
    told = rows(store)
    assert told == busy.logs()[: len(told)]
    del endpoint.lies["eth_getLogs"]
    index.update()
    assert rows(store) == busy.logs()


def test_update__when_the_witness_gives_no_logs__names_the_witness(busy, endpoint, store):
    index = Index(store, busy.ct, witness=Rpc.connect(endpoint.url))
    endpoint.lies["eth_getLogs"] = lambda _: None
    host = endpoint.url.rpartition("@")[2].removeprefix("http://").partition("/")[0]
    with pytest.raises(BadResponseError, match=f"^http://{host} answered eth_getLogs with no"):
        index.update()
    assert rows(store) == []


def test_rewind__when_logs_were_missing_without_a_witness__gets_them(busy, endpoint, store):
    index = Index(store, busy.client(endpoint.url))
    endpoint.lies["eth_getLogs"] = lambda logs: logs[:-1]
    index.update()
    assert 0 < len(rows(store)) < len(busy.logs())
    del endpoint.lies["eth_getLogs"]
    index.rewind(0)
    index.update()
    assert rows(store) == busy.logs()


@pytest.mark.threat("C5")
def test_update__when_logs_come_twice_and_in_disorder__takes_each_once(busy, endpoint, store):
    endpoint.lies["eth_getLogs"] = lambda logs: logs[::-1] + logs
    Index(store, busy.client(endpoint.url)).update()
    assert rows(store) == busy.logs()
    positions = store.rows("SELECT position FROM events ORDER BY block_number, log_index")
    assert positions == sorted(positions)


def later(logs):
    return [{**log, "blockNumber": hex(int(log["blockNumber"], 16) + 1000)} for log in logs]


def changed(**fields):
    return lambda logs: [{**log, **fields} for log in logs]


@pytest.mark.threat("C5")
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda _: None, "no list of logs"),
        (lambda _: ["log"], "no list of logs"),
        (later, "logs of other blocks"),
        (changed(blockNumber="0xffff"), "contradict each other"),
        (changed(address="0x" + "11" * 20), "logs of other contracts"),
        (changed(topics=["0x" + "11" * 32]), "our contracts never emit"),
        (changed(data="0x01"), "our contracts never emit"),
        (changed(removed=True), "our contracts never emit"),
        (changed(blockHash=None), "our contracts never emit"),
        (changed(transactionHash="0x"), "our contracts never emit"),
        (lambda logs: logs + changed(blockHash="0x" + "11" * 32)(logs), "contradict each other"),
    ],
)
def test_update__when_logs_are_not_what_was_asked_for__stops(
    busy, endpoint, tmp_path, change, said
):
    store = open_store(tmp_path / "studio.db")
    index = Index(store, busy.client(endpoint.url))
    endpoint.lies["eth_getLogs"] = lambda logs: change(logs) if logs else logs
    with pytest.raises(BadResponseError, match=said):
        index.update()
    assert rows(store) == []
    del endpoint.lies["eth_getLogs"]
    index.update()
    assert rows(store) == busy.logs()
    store.close()


def test_update__when_logs_carry_no_time__takes_it_from_their_blocks(busy, endpoint, store):
    def strip(logs):
        return [{key: log[key] for key in log if key != "blockTimestamp"} for log in logs]

    endpoint.lies["eth_getLogs"] = strip
    Index(store, busy.client(endpoint.url)).update()
    assert rows(store) == busy.logs()


@pytest.mark.parametrize("moment", [1, 2, 3])
def test_update__when_the_last_known_block_leaves_the_chain_meanwhile__reads_again(
    busy, endpoint, store, monkeypatch, moment
):
    index = Index(store, busy.client(endpoint.url))
    index.update()
    for _ in range(10):
        busy.register()
    raws, asked, forward = busy.raws(12), [], endpoint.forward

    def changing(query):
        asked.append(query["method"])
        if asked[-1] == "eth_getBlockByNumber" and asked.count(asked[-1]) == moment:
            busy.reorganise(12, *raws)
        return forward(query)

    monkeypatch.setattr(endpoint, "forward", changing)
    index.update()
    index.update()
    assert rows(store) == busy.logs()
    assert rows(store, superseded=1)


@pytest.mark.threat("C1")
@pytest.mark.parametrize("turn", [1, 3, 5])
def test_update__when_killed_in_the_middle__goes_on_where_it_stopped(busy, store, where, turn):
    code = f"""
from creatoken_sdk.studio import follower
turns, insert = [], follower.insert
def deadly(db, chain_id, logs):
    insert(db, chain_id, logs)
    turns.append(1)
    if len(turns) == {turn}:
        die()
follower.insert = deadly
index.update()
"""
    with start(where, code, begin=begin(busy)) as process:
        assert finish(process) == -signal.SIGKILL
    told = rows(store)
    assert told == busy.logs()[: len(told)]
    assert len(told) < len(busy.logs())
    Index(store, busy.ct).update()
    assert rows(store) == busy.logs()


@pytest.mark.threat("C2")
def test_update__given_two_processes_and_a_thread_at_once__writes_everything_once(
    busy, store, where
):
    code = "say('ready')\nindex.update()"
    others = [start(where, code, begin=begin(busy)) for _ in range(2)]
    for other in others:
        assert other.stdout.readline() == "ready\n"
    thread = threading.Thread(target=Index(store, busy.ct).update)
    thread.start()
    for other in others:
        other.stdin.write("\n")
        other.stdin.flush()
    assert [finish(other) for other in others] == [0, 0]
    thread.join()
    assert rows(store) == busy.logs()
    assert rows(store, superseded=1) == []
    marks = store.rows("SELECT max(number) FROM indexed_blocks")
    assert marks == [(busy.head,)]
