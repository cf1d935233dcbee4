"""How long a lift of 2,000,000 events takes, how often its interval holds, what a bandit earns.

python3 dev.py python bench/flywheel.py
"""

from __future__ import annotations

import os
import time

import duckdb
import numpy as np

from creatoken_sdk.flywheel.errors import EvidenceError
from creatoken_sdk.flywheel.lift import Lift, lift
from creatoken_sdk.flywheel.observations import Observation
from creatoken_sdk.flywheel.variants import Variant, next_variant

TRUTH = 0.004
RATES = {"display": 0.01, "feed": 0.02, "search": 0.04, "video": 0.08}
SHARES = {"shore": (0.1, 0.2, 0.3, 0.4), "pool": (0.4, 0.3, 0.2, 0.1)}
EVENTS, ASSETS, CAMPAIGNS = 2_000_000, 400, 1000

MADE = f"""
CREATE TABLE events AS
WITH assets AS (
  SELECT 'asset-' || i AS asset, i % 2 = 0 AS shore, 0.004 * (random() - 0.5) AS quality
  FROM range({ASSETS}) made(i)
), drawn AS (
  SELECT asset, shore, quality, random() AS x, random() AS y
  FROM range({EVENTS}) made(i) JOIN assets ON assets.asset = 'asset-' || (i % {ASSETS})
), placed AS (
  SELECT *, CASE WHEN shore THEN least(3, floor(sqrt(x) * 4)) ELSE least(3, floor(x * x * 4)) END
    AS place FROM drawn
)
SELECT asset, CASE WHEN shore THEN 'shore' ELSE 'pool' END AS scene,
  ['display', 'feed', 'search', 'video'][place::INT + 1] AS channel,
  y < [0.01, 0.02, 0.04, 0.08][place::INT + 1] + quality + CASE WHEN shore THEN {TRUTH} ELSE 0 END
    AS clicked
FROM placed
"""
SUMS = """
SELECT asset, scene, channel, count(*), count(*) FILTER (clicked) FROM events GROUP BY ALL
"""


def campaign(
    seed: int, assets: int = 20, *, spread: float = 0.5, crossed: bool = True
) -> list[Observation]:
    """Results of so many assets a side; shore runs more on the channels that do better anyway.

    Assets are unequally large, by `spread` in log units, and unequally good. An asset runs on all
    channels, or on one if not `crossed`.
    """
    chance = np.random.default_rng(seed)
    rows = []
    for value, shares in SHARES.items():
        for number in range(assets):
            size = chance.lognormal(np.log(20_000), spread)
            mix = (
                chance.dirichlet(np.array(shares) * 8) if crossed else chance.multinomial(1, shares)
            )
            quality = chance.normal(TRUTH if value == "shore" else 0, 0.004)
            for part, (channel, rate) in zip(mix, RATES.items(), strict=True):
                shown = int(part * size)
                won = int(chance.binomial(shown, np.clip(rate + quality, 0, 1)))
                rows.append(Observation(f"{value}-{number}", value, channel, shown, won))
    return rows


def big() -> None:
    """Aggregate events in DuckDB, and compare."""
    database = duckdb.connect()
    database.execute("SELECT setseed(0.5)")
    database.execute("SET threads = 1")
    database.execute(MADE)
    started = time.perf_counter()
    rows = [Observation(*row) for row in database.execute(SUMS).fetchall()]
    summed = time.perf_counter()
    found = lift(rows, "scene", treated="shore", control="pool")
    done = time.perf_counter()
    print(f"{EVENTS:,} events: {len(rows)} rows summed in {summed - started:.2f} s, ", end="")
    print(f"lift in {done - summed:.2f} s; truth {TRUTH:+.3%}\n{found.summary}")


def coverage(assets: int, spread: float, *, crossed: bool) -> str:
    """How often the interval of 95 % holds the truth, and the naive difference is in it."""
    found: list[Lift] = []
    for seed in range(CAMPAIGNS):
        rows = campaign(seed, assets, spread=spread, crossed=crossed)
        try:
            found.append(lift(rows, "scene", treated="shore", control="pool", seed=seed))
        except EvidenceError:
            continue
    held = np.mean([one.interval[0] <= TRUTH <= one.interval[1] for one in found])
    width = np.median([one.interval[1] - one.interval[0] for one in found])
    mean, naive = np.mean([(one.difference, one.naive) for one in found], axis=0)
    return (
        f"{held:.3f} of {len(found)}, width {width:.4f}, mean {mean:+.4f}, naive {naive:+.4f}, "
        f"refused {CAMPAIGNS - len(found)}"
    )


def bandit(seed: int, *, learn: bool) -> int:
    """Clicks of 20,000 impressions in batches of 100 over 12 variants of 2 to 5 %."""
    chance = np.random.default_rng(seed)
    rates = np.linspace(0.02, 0.05, 12)
    variants = [Variant(str(number)) for number in range(12)]
    for turn in range(200):
        at = int(next_variant(variants, seed=turn).name) if learn else turn % 12
        old, won = variants[at], int(chance.binomial(100, rates[at]))
        variants[at] = Variant(old.name, old.trials + 100, old.successes + won)
    return sum(variant.successes for variant in variants)


if __name__ == "__main__":
    big()
    for crossed in (True, False):
        for assets in (10, 20, 40) if crossed else (20, 40):
            for spread in (0.5, 1.2):
                kind = "all channels" if crossed else "one channel"
                print(f"{assets} assets a side, each on {kind}, spread {spread}:", end=" ")
                print(coverage(assets, spread, crossed=crossed), flush=True)
    earned = np.array(
        [[bandit(seed, learn=learn) for learn in (True, False)] for seed in range(20)]
    )
    print("clicks, bandit and equal split, mean of 20:", *earned.mean(axis=0))
    print("load average", os.getloadavg()[0])
