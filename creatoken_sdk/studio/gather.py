"""Everything that a chain holds about an asset, as one document: evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eth_utils.address import to_checksum_address

from creatoken_sdk.chain.assets import AssetInput
from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.chain.events import decode_log, topic
from creatoken_sdk.record import Certificate, SignedStep, step_leaf, steps_tree
from creatoken_sdk.record.structs import to_json
from creatoken_sdk.studio.carried import Anchored, Carried
from creatoken_sdk.studio.findings import require
from creatoken_sdk.studio.logged import LOG_KEYS, header_of, named

__all__ = ["gather", "registrations", "shown_steps"]

_ABOUT_ASSET = ("AssetRegistered", "AssetApproved", "AssetWithdrawn")
_CONTRACTS = ("AssetRegistry", "Works", "Anchors", "Projects")

Log = dict[str, Any]


def registrations(
    client: Creatoken, *, asset_id: int | None = None, content_hash: bytes | None = None
) -> list[Log]:
    """Return the logs of registrations of an asset or of a content, oldest first."""
    first = topic("AssetRegistry", "AssetRegistered")
    by_id = None if asset_id is None else _word(asset_id)
    by_content = None if content_hash is None else to_json(content_hash)
    return _logs(client, "AssetRegistry", client.assets.address, [first, by_id, by_content])


def gather(
    client: Creatoken,
    asset: AssetInput,
    certificate: Certificate | None = None,
    anchor: Anchored | None = None,
) -> dict[str, Any]:
    """Return the evidence on an asset, registered or not yet."""
    contracts = {name: client.deployment.address(name) for name in _CONTRACTS}
    if asset.work_id:
        contracts["ContributionToken"] = client.works.get(asset.work_id).token
    written = _asset(client, asset)
    carried = Carried(client, written, anchor)
    logs = _asset_logs(client, written)
    signatures = [one for log in logs for one in carried.signatures(log["transactionHash"])]
    steps = shown_steps(certificate.to_json()) if certificate else {}
    for signed in steps.values():
        carried.note_wallet(client.works.domain, signed.step, signed.signature, signed.step.actor)
    if carried.anchor is not None:
        logs += _anchor_logs(client, carried.anchor)
    if certificate and asset.work_id:
        logs += _step_logs(client, contracts["ContributionToken"], asset.work_id, certificate)
    return {
        "schema": "creatoken.evidence",
        "v": 1,
        "chainId": str(client.chain_id),
        "contracts": contracts,
        "asset": written,
        "file": "",
        "certificate": certificate.to_json() if certificate else None,
        "stepProofs": _step_proofs(steps, certificate),
        "wallets": sorted(carried.wallets),
        "signatures": signatures,
        "anchor": _anchor(carried.anchor),
        "disclosures": [],
        "events": [_event(client, contracts, log) for log in logs],
    }


def shown_steps(certificate: Mapping[str, Any]) -> dict[int, SignedStep]:
    """Return the steps of a certificate (as JSON) of which no field is erased, by their place."""
    steps = certificate["record"].get("steps", [])
    require(isinstance(steps, list), "the steps are no list")
    hidden = {path.split("]")[0] + "]" for path in certificate["erased"]}
    return {
        index: SignedStep.from_json(step)
        for index, step in enumerate(steps)
        if f"/steps[{index}]" not in hidden
    }


def _asset(client: Creatoken, asset: AssetInput) -> dict[str, Any]:
    return {
        "id": _word(client.assets.id_of(asset)),
        "creator": asset.creator,
        "contentHash": to_json(asset.content_hash),
        "recordRoot": to_json(asset.record_root),
        "manifestHash": to_json(asset.manifest_hash),
        "workId": str(asset.work_id),
        "sourceType": str(int(asset.source_type)),
        "parents": [_word(parent) for parent in asset.parents],
    }


def _asset_logs(client: Creatoken, asset: Mapping[str, Any]) -> list[Log]:
    firsts = [topic("AssetRegistry", name) for name in _ABOUT_ASSET]
    return _logs(client, "AssetRegistry", client.assets.address, [firsts, asset["id"]])


def _anchor_logs(client: Creatoken, anchor: Anchored) -> list[Log]:
    words = [_word(int(anchor.anchorer, 16)), None, to_json(anchor.root)]
    topics = [topic("Anchors", "Anchored"), *words]
    return _logs(client, "Anchors", client.anchors.address, topics)


def _step_logs(client: Creatoken, token: str, work_id: int, certificate: Certificate) -> list[Log]:
    if "/stepsRoot" in certificate.erased:
        return []
    words = [_word(work_id), certificate.record["stepsRoot"]]
    return _logs(client, "Works", token, [topic("ContributionToken", "StepsRecorded"), *words])


def _event(client: Creatoken, contracts: Mapping[str, str], log: Log) -> dict[str, Any]:
    event = decode_log(log)
    assert event is not None  # its topic was asked for
    contract = next(name for name, where in contracts.items() if where == log["address"])
    block = client.wallet.rpc.mapping("eth_getBlockByHash", log["blockHash"], False)
    written = named(contract, event.name)
    return {
        "contract": contract,
        "event": written,
        "log": log,
        "header": header_of(block),
        "proof": None,
        "unproved": "",
    }


def _step_proofs(
    shown: Mapping[int, SignedStep], certificate: Certificate | None
) -> dict[str, list[Any]]:
    """Proofs only where all steps are known here: they are what makes the tree."""
    if certificate is None or len(shown) != len(certificate.record.get("steps", [])) or not shown:
        return {}
    tree = steps_tree([signed.step for signed in shown.values()])
    return {
        str(i): [to_json(sibling) for sibling in tree.proof(step_leaf(signed.step))]
        for i, signed in shown.items()
    }


def _anchor(anchor: Anchored | None) -> dict[str, Any] | None:
    if anchor is None:
        return None
    proof = [to_json(sibling) for sibling in anchor.proof]
    return {"anchorer": anchor.anchorer, "root": to_json(anchor.root), "proof": proof}


def _logs(client: Creatoken, contract: str, address: str, topics: Sequence[object]) -> list[Log]:
    query = {
        "address": address,
        "fromBlock": hex(client.deployment.contracts[contract].block),
        "toBlock": "latest",
        "topics": list(topics),
    }
    found = client.wallet.rpc.rows("eth_getLogs", query)
    logs = [{key: log[key] for key in LOG_KEYS} for log in found]
    return [log | {"address": to_checksum_address(log["address"])} for log in logs]


def _word(number: int) -> str:
    return f"0x{number:064x}"
