"""Provenance and pay for work made by people and AI.

`Studio.open(path, chain=ct, signer=account)` records a pipeline; `Creatoken.connect(url,
signer=account)` is the way in to a chain; `creatoken_sdk.record` hashes, commits and signs without
one. Names load when first used, so this import costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from creatoken_sdk.chain.approvals import Signature
    from creatoken_sdk.chain.assets import Asset, AssetInput, AssetStatus
    from creatoken_sdk.chain.calls import Call
    from creatoken_sdk.chain.client import Creatoken
    from creatoken_sdk.chain.deployments import Deployment
    from creatoken_sdk.chain.events import Event
    from creatoken_sdk.chain.licenses import License, OfferStatus
    from creatoken_sdk.chain.payouts import PayoutStatus
    from creatoken_sdk.chain.projects import Role
    from creatoken_sdk.chain.receipts import Receipt
    from creatoken_sdk.chain.signers import SignedTransaction
    from creatoken_sdk.chain.works import Upstream, Work
    from creatoken_sdk.errors import (
        ChainError,
        CreatokenError,
        RecordError,
        RevertError,
        SigningError,
    )
    from creatoken_sdk.record.currency import NATIVE
    from creatoken_sdk.record.offer import Offer
    from creatoken_sdk.record.payout_terms import PayoutTerms
    from creatoken_sdk.record.source_types import SourceType
    from creatoken_sdk.studio.studio import Studio

__version__ = "0.1.0"

__all__ = [
    "NATIVE",
    "Asset",
    "AssetInput",
    "AssetStatus",
    "Call",
    "ChainError",
    "Creatoken",
    "CreatokenError",
    "Deployment",
    "Event",
    "License",
    "Offer",
    "OfferStatus",
    "PayoutStatus",
    "PayoutTerms",
    "Receipt",
    "RecordError",
    "RevertError",
    "Role",
    "Signature",
    "SignedTransaction",
    "SigningError",
    "SourceType",
    "Studio",
    "Upstream",
    "Work",
]

_HOMES = {
    "NATIVE": "record.currency",
    "Asset": "chain.assets",
    "AssetInput": "chain.assets",
    "AssetStatus": "chain.assets",
    "Call": "chain.calls",
    "ChainError": "errors",
    "Creatoken": "chain.client",
    "CreatokenError": "errors",
    "Deployment": "chain.deployments",
    "Event": "chain.events",
    "License": "chain.licenses",
    "Offer": "record.offer",
    "OfferStatus": "chain.licenses",
    "PayoutStatus": "chain.payouts",
    "PayoutTerms": "record.payout_terms",
    "Receipt": "chain.receipts",
    "RecordError": "errors",
    "RevertError": "errors",
    "Role": "chain.projects",
    "Signature": "chain.approvals",
    "SignedTransaction": "chain.signers",
    "SigningError": "errors",
    "SourceType": "record.source_types",
    "Studio": "studio.studio",
    "Upstream": "chain.works",
    "Work": "chain.works",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
