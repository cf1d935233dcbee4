"""Works: opening them, finding them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from creatoken_sdk.chain.calls import Call, Noun, verb
from creatoken_sdk.chain.projects import ZERO_ADDRESS
from creatoken_sdk.chain.receipts import Receipt
from creatoken_sdk.errors import EncodingError
from creatoken_sdk.record.typed_data import Domain

__all__ = ["Upstream", "Work", "Works"]

_SEAL_AFTER = timedelta(days=365)


@dataclass(frozen=True)
class Work:
    """A work; `token` is its contribution token, and where its revenue is paid to."""

    id: int
    token: str


@dataclass(frozen=True)
class Upstream:
    """A parent work that is paid `bps` / 10,000 of all revenue of the new work.

    `license_id` is 0 when both works belong to the same project.
    """

    work_id: int
    bps: int
    license_id: int = 0


class Works(Noun):
    """`Works`."""

    CONTRACT = "Works"

    @property
    def domain(self) -> Domain:
        """Where signed steps count."""
        return Domain(chain_id=self._client.chain_id, verifying_contract=self.address)

    @verb
    def open(
        self,
        project: int,
        *,
        upstream: Sequence[Upstream] = (),
        seal_by: int | datetime | timedelta = _SEAL_AFTER,
        primary_currency: str = ZERO_ADDRESS,
        uri: str = "",
    ) -> Call[Work]:
        """Open a work and return it. ADMIN, DIRECTOR or RECORDER.

        After `seal_by` anyone may seal: UTC seconds, an aware datetime, or a time from the chain's
        now on. `primary_currency` is an ERC-20 that is settled beside the native currency.
        """
        deadline = self._seconds(seal_by)
        call = self._call("open", (project, primary_currency, deadline, upstream, uri))
        return call.returning(self._opened)

    def get(self, work_id: int) -> Work:
        """Return an opened work; WorksUnknownError if there is none."""
        self.project_of(work_id)
        return Work(work_id, self._read(str, "tokenOf", work_id))

    def project_of(self, work_id: int) -> int:
        """Return the project that owns the work."""
        return self._read(int, "projectOf", work_id)

    def count(self) -> int:
        """Return the number of works opened, which is the last one's id."""
        return self._read(int, "count")

    def _opened(self, receipt: Receipt) -> Work:
        event = receipt.event("WorkOpened", self.address)
        return Work(event["work_id"], event["token"])

    def _seconds(self, moment: int | datetime | timedelta) -> int:
        if isinstance(moment, timedelta):
            return self._client.now() + int(moment.total_seconds())
        if not isinstance(moment, datetime):
            return moment
        if moment.tzinfo is None:
            raise EncodingError("seal_by has no time zone; give an aware datetime")
        return int(moment.timestamp())
