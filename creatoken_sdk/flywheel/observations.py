"""What assets earned, as rows and as the table that arms are compared by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from creatoken_sdk.flywheel.contrast import Arm
from creatoken_sdk.flywheel.errors import EventError, EvidenceError
from creatoken_sdk.record.canonical import MAX_SAFE_INTEGER

__all__ = ["Observation", "require_count", "tabulate"]


@dataclass(frozen=True)
class Observation:
    """What one asset earned in one stratum; rows of the same asset and stratum add up.

    `value` is what was decided for the asset, such as "shore" for its scene. `stratum` is what
    else moves the rate, such as the channel, or channel and market as one text.
    """

    asset: str
    value: str
    stratum: str
    impressions: int
    successes: int

    def __post_init__(self) -> None:
        """Refuse counts that are no counts."""
        for count in (self.impressions, self.successes):
            require_count(f"a count of asset {self.asset!r}", count)


def require_count(what: str, count: object) -> None:
    """Raise EventError unless this is an int of 0 to 2^53-1."""
    if type(count) is not int or not 0 <= count <= MAX_SAFE_INTEGER:
        raise EventError(f"{what} is {count!r}; give an int of 0 to 2^53-1")


def tabulate(
    observations: Iterable[Observation], values: tuple[str, str]
) -> tuple[list[str], tuple[Arm, Arm]]:
    """Return the strata, and an arm for each value; sorted, so the order of rows is immaterial.

    EventError if an asset has two values, or more successes than impressions in a stratum;
    EvidenceError if no asset has a value.
    """
    value_of: dict[str, str] = {}
    earned: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in observations:
        if value_of.setdefault(row.asset, row.value) != row.value:
            raise EventError(f"asset {row.asset!r} has two values; an asset has one, so correct it")
        earned[row.asset, row.stratum][0] += row.impressions
        earned[row.asset, row.stratum][1] += row.successes
    assets = {value: sorted(a for a, v in value_of.items() if v == value) for value in values}
    for value, found in assets.items():
        if not found:
            known = ", ".join(sorted(map(repr, set(value_of.values()))))
            raise EvidenceError(f"no asset has the value {value!r}; there are: {known or 'none'}")
    strata = sorted({s for (asset, s) in earned if value_of[asset] in values})
    first, second = (_arm(assets[value], strata, earned) for value in values)
    return strata, (first, second)


def _arm(
    assets: list[str], strata: list[str], earned: defaultdict[tuple[str, str], list[int]]
) -> Arm:
    row_of, column_of = ({name: i for i, name in enumerate(names)} for names in (assets, strata))
    table = np.zeros((2, len(assets), len(strata)))
    for (asset, stratum), (impressions, successes) in earned.items():
        if successes > impressions:
            raise EventError(
                f"asset {asset!r} has more successes than impressions in {stratum!r}; count each "
                "success once, and with the impressions that it came from"
            )
        if asset in row_of:
            table[:, row_of[asset], column_of[stratum]] = impressions, successes
    return Arm(*table)
