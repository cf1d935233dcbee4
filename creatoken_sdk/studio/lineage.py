"""What an asset was made from, and what was made from it."""

from __future__ import annotations

from dataclasses import dataclass

from creatoken_sdk.studio.errors import QueryError
from creatoken_sdk.studio.indexed import COLUMNS, IndexedEvent, event_of
from creatoken_sdk.studio.selection import Condition
from creatoken_sdk.studio.store import Store

__all__ = ["Lineage", "Relative"]

_KIN = """
WITH RECURSIVE
registrations AS (SELECT * FROM events WHERE {condition}),
links AS (
    SELECT asset_parents.{near} AS near, asset_parents.{far} AS far
    FROM asset_parents JOIN registrations USING (chain_id, block_hash, log_index)
),
kin (id, distance) AS (
    SELECT ?, 0
    UNION SELECT links.far, kin.distance + 1 FROM links JOIN kin ON links.near = kin.id
)
SELECT min(distance), {columns} FROM kin JOIN registrations ON registrations.asset = kin.id
GROUP BY {columns} ORDER BY 1, block_number, log_index
"""


@dataclass(frozen=True, slots=True)
class Relative:
    """An asset, its registration, and how many generations away it is by the shortest way."""

    asset: int
    distance: int
    registration: IndexedEvent


@dataclass(frozen=True)
class Lineage:
    """The family of one asset, from the registrations that the index knows."""

    store: Store
    asset: int
    condition: Condition

    def ancestors(self) -> tuple[Relative, ...]:
        """Return all that it was made from, the nearest first."""
        return self._kin("asset", "parent")

    def descendants(self) -> tuple[Relative, ...]:
        """Return all that was made from it, the nearest first."""
        return self._kin("parent", "asset")

    def _kin(self, near: str, far: str) -> tuple[Relative, ...]:
        sql = _KIN.format(condition=self.condition.sql, near=near, far=far, columns=COLUMNS)
        rows = self.store.rows(sql, (*self.condition.values, hex(self.asset)))
        found = [(distance, event_of(*row)) for distance, *row in rows]
        if not found:
            raise QueryError(
                f"the index knows no registration of asset {hex(self.asset)}; update it, "
                "or wait until the registration is as final as asked"
            )
        return tuple(Relative(e["asset_id"], distance, e) for distance, e in found[1:])
