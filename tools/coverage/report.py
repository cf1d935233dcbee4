"""What was reached, as a table, as an lcov file, and as a verdict."""

from __future__ import annotations

from collections.abc import Sequence

from tools.coverage.places import Place

HEADER = """\
Coverage of the contracts. A line counts where a function or a statement starts. A branch is one
outcome of a condition of `if`, `require`, `?:` or a loop, or of an operand of && or ||; branches
inside assembly do not count.
"""
ROW = "{:39} {:>11} {:>8} {:>11} {:>8}"


class Report:
    """The places of all sources, and which of them were reached."""

    def __init__(self, places: Sequence[Place], reached: set[int], reasons: dict[str, str]) -> None:
        """Take indices of the places reached, and reasons by name for those that cannot be."""
        self._places = places
        self._reached = reached
        self._reasons = reasons

    def table(self) -> str:
        """One row per file, reached of all and percent; then every place not reached."""
        rows = [HEADER, ROW.format("file", "lines", "%", "branches", "%")]
        lines, branches = self._lines(), self._branches()
        for file in [*sorted({place.file for place in self._places}), ""]:
            found = [
                [hit for key, hit in hits.items() if key[0].startswith(file)]
                for hits in (lines, branches)
            ]
            cells = [cell for hits in found for cell in _cells(hits)]
            rows.append(ROW.format(file.removeprefix("contracts/") or "all", *cells))
        return "\n".join([*rows, "", *map(self._missing_row, self._missing())])

    def problems(self) -> list[str]:
        """Places without a reason that were not reached; reasons for what is reached or gone."""
        missing = {place.name for place in self._missing()}
        gaps = [f"not reached: {name}" for name in sorted(missing - self._reasons.keys())]
        stale = sorted(self._reasons.keys() - missing)
        return gaps + [f"reached, or gone from the sources: {name}" for name in stale]

    def lcov(self) -> str:
        """The lines and branches in the format that lcov, editors and review sites read."""
        records: dict[str, list[str]] = {}
        for (file, line), hit in self._lines().items():
            records.setdefault(file, []).append(f"DA:{line},{int(hit)}")
        for (file, line, index), hit in self._branches().items():
            records[file].append(f"BRDA:{line},0,{index},{int(hit)}")
        return "".join(
            "\n".join([f"SF:{file}", *rows, "end_of_record", ""]) for file, rows in records.items()
        )

    def _missing(self) -> list[Place]:
        return [place for index, place in enumerate(self._places) if index not in self._reached]

    def _missing_row(self, place: Place) -> str:
        reason = self._reasons.get(place.name, "NOT REACHED")
        return f"{place.file}:{place.line}: `{place.text}` never {place.outcome}: {reason}"

    def _lines(self) -> dict[tuple[str, int], bool]:
        lines: dict[tuple[str, int], bool] = {}
        for index, place in enumerate(self._places):
            if place.outcome == "runs":
                key = place.file, place.line
                lines[key] = lines.get(key, True) and index in self._reached
        return lines

    def _branches(self) -> dict[tuple[str, int, int], bool]:
        return {
            (place.file, place.line, index): index in self._reached
            for index, place in enumerate(self._places)
            if place.outcome != "runs"
        }


def _cells(hits: list[bool]) -> tuple[str, str]:
    percent = 100 * sum(hits) / len(hits) if hits else 100
    return f"{sum(hits)}/{len(hits)}", f"{percent:.1f}"
