"""Works behind the ids of payouts, offers and licences, as earlier events on the chain tell."""

from __future__ import annotations

from dataclasses import dataclass

from creatoken_sdk.studio.logs import Log
from creatoken_sdk.studio.store import Database

__all__ = ["Subjects"]

# A licence's number may mean another one after a reorg: what was read last is on the chain.
_LEARN = (
    "INSERT INTO subjects VALUES (?, ?, ?, ?)"
    " ON CONFLICT (chain_id, contract, id) DO UPDATE SET work = excluded.work"
)
_IDS = {
    "PayoutVault": ("payout_id",),
    "LicenseMarket": ("license_id", "offer_id", "token_id", "id"),
}
_FIRST = {"PayoutFunded": "payout_id", "OfferPosted": "offer_id", "LicenseSold": "license_id"}
"""Events that bring an id into the world."""


@dataclass(frozen=True)
class Subjects:
    """What is known on one chain."""

    db: Database
    chain_id: int

    def learn(self, log: Log, work: int | None) -> None:
        """Remember what an event says of a new id; `work` is the one that it names itself."""
        argument = _FIRST.get(log.event.name)
        if argument is None:
            return
        if log.event.name == "LicenseSold":
            work = self._known(log, log.event["offer_id"])
        contract, key = log.emitter.contract, _key(log.event[argument])
        if work is not None:
            self.db.execute(_LEARN, (self.chain_id, contract, key, work))

    def work_of(self, log: Log) -> int | None:
        """Return the work of the payout, offer or licence that an event names."""
        names = _IDS.get(log.emitter.contract, ())
        named = (log.event[name] for name in names if name in log.event.arguments)
        return next((self._known(log, id) for id in named), None)

    def _known(self, log: Log, id: bytes | int) -> int | None:
        rows = self.db.rows(
            "SELECT work FROM subjects WHERE chain_id = ? AND contract = ? AND id = ?",
            (self.chain_id, log.emitter.contract, _key(id)),
        )
        return rows[0][0] if rows else None


def _key(id: bytes | int) -> str:
    return "0x" + id.hex() if isinstance(id, bytes) else str(id)
