"""Mutation testing of the contracts: `python3 dev.py mutants [--sample N] [FILE ...]`.

Fails on a mutant that no test kills and `equivalent.json` does not explain, and on an entry there
that is killed or names no mutant. Outcomes are kept until a source, a test or this code changes.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections import Counter
from pathlib import Path

import dev

os.environ.update(dev.environment())
os.environ["APE_DATA_FOLDER"] = str(dev.ROOT / ".toolchain/ape")

from mutation import build
from mutation.operators import Mutant

HERE = Path(__file__).parent
EQUIVALENT: dict[str, dict[str, str]] = json.loads((HERE / "equivalent.json").read_text())
"""Why no test can tell a mutant from the original, by file and key."""
COLUMNS = ("mutants", "killed", "timed out", "equivalent", "survived", "not compiled")


def digest(*patterns: str) -> str:
    """Changes with any file that the patterns name."""
    files = sorted(path for pattern in patterns for path in dev.ROOT.glob(pattern))
    known = hashlib.sha256()
    for path in files:
        if path.is_file() and ".cache" not in path.parts and path.name != "equivalent.json":
            known.update(path.read_bytes())
    return known.hexdigest()


def sampled(mutants: list[Mutant], size: int, seed: str) -> list[Mutant]:
    """So many mutants that a test should kill, others after each change of the sources."""
    fatal = (it for it in mutants if it.key not in EQUIVALENT.get(it.file, {}))
    order = sorted(
        fatal, key=lambda it: hashlib.sha256(f"{seed}{it.file}{it.key}".encode()).digest()
    )
    return order[:size]


def report(outcomes: dict[tuple[str, str], str], complete: bool) -> int:
    """Prints the table; returns how many entries need somebody."""
    table: dict[str, Counter[str]] = {}
    wrong = []
    for (file, key), outcome in sorted(outcomes.items()):
        listed = key in EQUIVALENT.get(file, {})
        shown = "equivalent" if listed and outcome == "survived" else outcome
        table.setdefault(file, Counter())[shown] += 1
        if shown == "survived":
            wrong.append(f"survived: {file} {key}")
        elif listed and outcome != "survived":
            wrong.append(f"listed as equivalent, but {outcome}: {file} {key}")
        elif outcome == "not compiled":
            print(f"not compiled: {file} {key}")
    known = {(file, key) for file, keys in EQUIVALENT.items() for key in keys}
    if complete:
        wrong += [f"listed, but no mutant: {file} {key}" for file, key in known - set(outcomes)]
    for file, row in table.items():
        cells = (row.total(), *(row[name] for name in COLUMNS[1:]))
        print(f"{file:42}", *(f"{cell:>12}" for cell in cells))
    total = sum(table.values(), Counter())
    print(f"{'':42}", *(f"{name:>12}" for name in COLUMNS))
    print(f"{'all':42}", *(f"{n:>12}" for n in (total.total(), *(total[c] for c in COLUMNS[1:]))))
    print(*wrong, sep="\n")
    return len(wrong)


def main(*arguments: str) -> int:
    size = int(arguments[1]) if arguments[:1] == ("--sample",) else 0
    files = arguments[2:] if size else arguments
    state = digest("contracts/**/*.sol", "tests/*.py", "tests/contracts/*.py", "mutation/*.py")
    folder = build.STORE / state[:16]
    folder.mkdir(parents=True, exist_ok=True)
    sources = build.Sources()
    chosen = [it for it in sources.mutants if not files or it.file in files]
    if size:
        chosen = sampled(chosen, size, digest("contracts/**/*.sol"))
    made = build.build(sources, chosen, folder / "build.json")
    wanted = made.mutants
    kept = folder / "outcomes.json"
    outcomes: dict[str, str] = json.loads(kept.read_text()) if kept.exists() else {}
    left = {n: it for n, it in wanted.items() if f"{it.file} {it.key}" not in outcomes}
    if left:
        os.environ["CREATOKEN_MUTANTS"] = str(made.path)
        from mutation.run import run  # loads Ape, which reads what was built

        def tell(number: int, outcome: str) -> None:
            outcomes[f"{left[number].file} {left[number].key}"] = outcome
            kept.write_text(json.dumps(outcomes, indent=0))

        run(left, folder / "left_out.txt", tell)
    told = {(it.file, it.key): outcomes[f"{it.file} {it.key}"] for it in wanted.values()}
    told |= {(it.file, it.key): "not compiled" for it in made.refused}
    return 1 if report(told, complete=not size and not files) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
