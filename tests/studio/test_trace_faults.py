"""Over seeded faults, trace names the step that went wrong; over clean runs, hardly ever one."""

from __future__ import annotations

from collections import Counter

import pytest
from scipy.stats import binom

from studio.faulty import FAULTS, SAMPLES, Line, brand_of

LEVEL, EACH, CLEAN = 0.05, 15, 120


@pytest.fixture
def line(creatoken_studio, creatoken_work, creatoken_actors, tmp_path):
    folder = tmp_path / "made"
    folder.mkdir()
    people = creatoken_actors
    about = {"work": creatoken_work, "authorised_by": people.director}
    return Line(creatoken_studio, brand_of(tmp_path / "brand"), folder, about, people.designer)


def test_trace__over_injected_faults__names_the_step_and_hardly_ever_one_of_a_clean_run(
    line, capsys
):
    made = [line.make(seed, fault) for fault in FAULTS for seed in range(EACH)]
    made += [line.make(seed) for seed in range(CLEAN)]
    named: Counter[tuple[str, str]] = Counter()
    for one in made:
        trace = line.studio.trace(one.output, brand=line.brand, contents=line.folder, level=LEVEL)
        named[one.fault, trace.first.step.key if trace.first else "none"] += 1
    with capsys.disabled():
        print(f"\nsteps named, level {LEVEL}, brand of {SAMPLES} texts and {SAMPLES} pictures")
        for (fault, key), count in sorted(named.items()):
            print(f"{fault or 'clean':10} {key:12} {count}")
    right = sum(named[one.fault, one.culprit] for one in {m.fault: m for m in made}.values())
    assert right >= 0.9 * EACH * len(FAULTS)
    wrongly = CLEAN - named["", "none"]
    assert wrongly <= binom.ppf(0.99, CLEAN, LEVEL)
