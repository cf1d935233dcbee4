"""What past work teaches: the metrics are anchored, then asked; the answer goes into step 0."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from creatoken_sdk.flywheel.feedback import feedback
from creatoken_sdk.flywheel.ingest import Ingest
from creatoken_sdk.flywheel.lift import lift
from creatoken_sdk.flywheel.observations import Observation
from creatoken_sdk.flywheel.variants import Variant, next_variant
from stage import Stage


def learn(stage: Stage, metrics: Path) -> dict[str, Any]:
    """Return the brief with what the metrics say of the scenes, and which scene to lead with."""
    report = stage.report
    report.act("What past work says", "The metrics are anchored before anybody looks at them.")
    data = Ingest(stage.studio).anchor(metrics)
    stage.studio.flush(wait="latest")
    with metrics.open(newline="") as file:
        rows = list(csv.DictReader(file))
    seen = [
        Observation(r["asset"], r["scene"], r["channel"], int(r["impressions"]), int(r["clicks"]))
        for r in rows
    ]
    found = lift(seen, "scene", treated="shore", control="sunrise")
    feed = [one for one in seen if one.stratum == "feed"]
    variants = [
        Variant(
            scene,
            sum(one.impressions for one in feed if one.value == scene),
            sum(one.successes for one in feed if one.value == scene),
        )
        for scene in ("horizon", "shore", "sunrise")
    ]
    choice = next_variant(variants, seed=2026)
    report.say(found.summary)
    report.check("the confounded difference says the opposite", found.naive < 0 < found.difference)
    report.check("the metrics are on chain", data.anchored_at > 0, f"{len(rows)} rows, one root")
    return feedback(stage.brief, scene=found, lead=choice)
