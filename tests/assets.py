"""Assets as the registry takes them."""

from typing import Any

from creatoken_sdk import record


def asset_input(creator: Any, **overrides: Any) -> dict[str, Any]:
    """The fields of `AssetInput` in order: an AI-made asset without work and parents."""
    return {
        "workId": 0,
        "creator": str(creator),
        "contentHash": record.name_hash("content"),
        "recordRoot": record.name_hash("record"),
        "manifestHash": record.name_hash("manifest"),
        "sourceType": 7,
        "parents": [],
        "uri": "ipfs://asset",
    } | overrides


def preimage(asset: dict[str, Any]) -> tuple[Any, ...]:
    """The fields that the asset's id is made of, beside chain and registry."""
    return asset["creator"], asset["contentHash"], asset["recordRoot"]


def leaf_of(asset: dict[str, Any]) -> bytes:
    """The leaf under which the asset can be anchored."""
    return record.asset_leaf(*preimage(asset), asset["manifestHash"])


def registered(asset_id: int, asset: dict[str, Any], time: int) -> dict[str, Any]:
    """All arguments of `AssetRegistered`."""
    indexed = {key: asset[key] for key in ("contentHash", "manifestHash")}
    told = {"assetId": asset_id, "asset": list(asset.values()), "registeredAt": time}
    return told | indexed
