"""Assets: registering content and finding its certificate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from creatoken_sdk.chain.calls import Call, Noun, verb
from creatoken_sdk.chain.errors import BadResponseError
from creatoken_sdk.chain.events import Event, decode_log, topic
from creatoken_sdk.chain.receipts import Receipt
from creatoken_sdk.chain.signers import refuse_dev_key
from creatoken_sdk.record.ids import asset_id, parents_hash
from creatoken_sdk.record.signatures import Signer, sign
from creatoken_sdk.record.source_types import SourceType
from creatoken_sdk.record.steps import ZERO_HASH
from creatoken_sdk.record.typed_data import Registration

__all__ = ["Asset", "AssetInput", "AssetStatus", "Assets"]

_REGISTERED = "AssetRegistered"


@dataclass(frozen=True, kw_only=True)
class AssetInput:
    """What an asset is.

    `content_hash` is SHA-256 of the bytes before a C2PA manifest is embedded, `record_root` the
    root of its record, `manifest_hash` SHA-256 of the active manifest's content, or zero.
    `parents` are at most 16 registered assets; `work_id` is 0 for none.
    """

    creator: str
    content_hash: bytes
    record_root: bytes
    work_id: int = 0
    manifest_hash: bytes = ZERO_HASH
    source_type: int = SourceType.UNSPECIFIED
    parents: tuple[int, ...] = ()
    uri: str = ""


class AssetStatus(IntEnum):
    """Whether an asset stands."""

    ACTIVE = 0
    WITHDRAWN = 1


@dataclass(frozen=True)
class Asset:
    """What the chain stores of an asset; `registered_at` is UTC seconds."""

    id: int
    owner: str
    registered_at: int
    work_id: int
    stages: tuple[int, ...]
    status: AssetStatus


class Assets(Noun):
    """`AssetRegistry`."""

    CONTRACT = "AssetRegistry"

    def id_of(self, asset: AssetInput) -> int:
        """Return the asset's id, registered or not, without asking the chain."""
        place = (self._client.chain_id, self.address)
        return asset_id(*place, asset.creator, asset.content_hash, asset.record_root)

    @verb
    def register(self, asset: AssetInput, to: object = None) -> Call[Receipt]:
        """Register an asset of the sender; RECORDER too if it belongs to a work.

        `to` is its first owner, the creator unless named.
        """
        return self._call("register", asset, to or asset.creator)

    @verb
    def register_for(
        self, asset: AssetInput, to: object, deadline: int, signature: bytes
    ) -> Call[Receipt]:
        """Register an asset that its creator signed for with `sign`."""
        return self._call("registerFor", asset, to, deadline, signature)

    @verb
    def register_batch(self, assets: Sequence[AssetInput], to: object) -> Call[Receipt]:
        """Register many assets of the sender, all or none."""
        return self._call("registerBatch", assets, to)

    @verb
    def register_anchored(
        self,
        asset: AssetInput,
        to: object,
        *,
        anchorer: object,
        root: bytes,
        proof: Sequence[bytes],
        deadline: int = 0,
        signature: bytes = b"",
    ) -> Call[Receipt]:
        """Register an asset that was anchored earlier and keep the anchor's time.

        `deadline` and `signature` are the creator's, as for `register_for`, unless it sends.
        """
        return self._call("registerAnchored", asset, to, anchorer, root, proof, deadline, signature)

    @verb
    def attach_manifest(self, asset: int, manifest_hash: bytes) -> Call[Receipt]:
        """Add a C2PA manifest that was made after registration; earlier ones stay."""
        return self._call("attachManifest", asset, manifest_hash)

    @verb
    def withdraw(self, asset: int, reason_hash: bytes = ZERO_HASH) -> Call[Receipt]:
        """Withdraw an asset. It is never erased and never comes back."""
        return self._call("withdraw", asset, reason_hash)

    @verb
    def transfer(self, asset: int, to: object) -> Call[Receipt]:
        """Give an asset of the sender to another account."""
        return self._call("safeTransferFrom", self._client.address, to, asset)

    def sign(self, creator: Signer, asset: AssetInput, to: str, deadline: int) -> bytes:
        """Sign for an asset that somebody else will register, until `deadline` in UTC seconds."""
        refuse_dev_key(creator.address, self._client.chain_id)
        message = Registration(
            asset_id=self.id_of(asset),
            to=to,
            work_id=asset.work_id,
            manifest_hash=asset.manifest_hash,
            parents_hash=parents_hash(asset.parents),
            deadline=deadline,
        )
        return sign(self._client.approvals.domain, message, creator)

    def get(self, asset: int) -> Asset:
        """Return a registered asset; AssetRegistryUnknownError if there is none."""
        stored = self._read(dict, "assetOf", asset)
        return Asset(
            asset,
            stored["owner"],
            stored["registered_at"],
            stored["work_id"],
            tuple(stage for stage in range(8) if stored["stages"] >> stage & 1),
            AssetStatus(stored["status"]),
        )

    def find(
        self, *, content_hash: bytes | None = None, manifest_hash: bytes | None = None
    ) -> tuple[Event, ...]:
        """Return the registrations (`AssetRegistered`) of a content or manifest hash, oldest first.

        One look-up in the chain's logs; no index needed. Several creators may register the same
        content: each has its own id and time. An answer about anything else is a BadResponseError.
        """
        hashes = [None if h is None else "0x" + h.hex() for h in (content_hash, manifest_hash)]
        query = {
            "address": self.address,
            "fromBlock": hex(self._client.deployment.contracts[self.CONTRACT].block),
            "toBlock": "latest",
            "topics": [topic(self.CONTRACT, _REGISTERED), None, *hashes],
        }
        logs = self._client.wallet.rpc.rows("eth_getLogs", query)
        asked = {"content_hash": content_hash, "manifest_hash": manifest_hash}
        return tuple(self._registration(log, asked) for log in logs)

    def _registration(self, log: Any, asked: Mapping[str, bytes | None]) -> Event:
        event = decode_log(log)
        if event is not None and (event.name, event.address) == (_REGISTERED, self.address):
            told = (event.arguments, event["asset"])
            if all(h is None or {one[key] for one in told} == {h} for key, h in asked.items()):
                return event
        raise BadResponseError(
            f"{self._client.wallet.rpc.endpoint} answered eth_getLogs with a log that was not "
            "asked for; use another endpoint"
        )
