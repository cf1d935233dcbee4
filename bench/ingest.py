"""How fast tables are anchored and events counted, in one run.

python3 dev.py python bench/ingest.py [ROWS]
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import duckdb
from eth_account import Account

from creatoken_sdk import Creatoken, Studio
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.deploy import deploy
from creatoken_sdk.chain.deployments import Deployment
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.wallet import Wallet
from creatoken_sdk.flywheel.ingest import Ingest
from creatoken_sdk.flywheel.metrics import Metrics
from creatoken_sdk.record import Domain

T = TypeVar("T")

ROWS = 2_000_000
TABLE = """
SELECT lower('0x' || to_hex(1 + i % 500)) AS asset, ['web', 'mail', 'shop'][1 + i % 3] AS channel,
    ['views', 'clicks'][1 + i % 2] AS metric, 'event-' || i AS key, i % 7 AS value,
    1767268800 - i % 604800 AS event_time FROM range({}) t(i)
"""


def timed(what: str, count: int, work: Callable[[], T]) -> T:
    """Do it, and print how long it took."""
    start = time.perf_counter()
    made = work()
    seconds = time.perf_counter() - start
    print(f"{what}: {seconds:.1f} s, {count / seconds:,.0f} rows/s", flush=True)
    return made


def anchor(studio: Studio, folder: Path, rows: int) -> None:
    """Anchor the rows as a file of each format, the smallest first."""
    for name in ("rows.parquet", "rows.csv", "rows.jsonl"):
        path = folder / name
        form = ", FORMAT json" if name.endswith("l") else ""
        duckdb.execute(f"COPY ({TABLE.format(rows)}) TO '{path}' (OVERWRITE true{form})")
        size = path.stat().st_size / 2**20
        dataset = timed(
            f"anchor {name}, {size:.0f} MiB", rows, lambda p=path: Ingest(studio).anchor(p)
        )
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"  rows hash {dataset.document['rowsHash'][:10]}, peak {peak:.1f} GiB")
    row = duckdb.execute(TABLE.format(1)).fetchall()[0]
    columns = ("asset", "channel", "metric", "key", "value", "event_time")
    first = timed(
        "  prove a row, tree from the store",
        1,
        lambda: dataset.prove(dict(zip(columns, row, strict=True))),
    )
    assert first.verify(dataset.root)
    start = time.perf_counter()
    dataset.prove(dict(zip(columns, row, strict=True)))
    print(f"  prove another: {(time.perf_counter() - start) * 1000:.2f} ms")


def count(studio: Studio, folder: Path, rows: int) -> None:
    """Take the rows as events, anchor their sums, and report."""
    source = Account.create()
    metrics = Metrics(studio, folder / "metrics.duckdb")
    path = folder / "rows.parquet"
    timed("add events", rows, lambda: metrics.add(path, source=source.address))
    timed("add them again", rows, lambda: metrics.add(path, source=source.address))
    batch = timed("anchor hourly sums", rows, metrics.anchor)
    assert batch is not None
    print(f"  {batch.document['rows']:,} sums")
    domain = Domain(chain_id=31337, verifying_contract=source.address)
    timed("report on an asset", rows, lambda: metrics.report(2, "clicks", by=source, domain=domain))
    metrics.close()


def main(rows: int) -> None:
    """Measure and print."""
    print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")
    with Anvil() as chain, tempfile.TemporaryDirectory() as folder:
        rpc, account = Rpc.connect(chain.url), chain.accounts[0]
        wallet = Wallet(rpc, 31337, account)
        ct = Creatoken(wallet, Deployment(31337, dict(deploy(wallet))))
        studio = Studio.open(Path(folder, "studio.db"), chain=ct, signer=account)
        anchor(studio, Path(folder), rows)
        count(studio, Path(folder), rows)
        start = time.perf_counter()
        states = studio.flush(wait="latest")
        print(f"settle: {time.perf_counter() - start:.1f} s, {dict(states)}")
        studio.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else ROWS)
