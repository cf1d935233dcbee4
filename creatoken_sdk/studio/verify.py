"""Verifying a file, a certificate, an asset or an opened field, with a node and nothing else."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from creatoken_sdk.chain.assets import AssetInput
from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.chain.events import Event, decode_log
from creatoken_sdk.errors import RecordError
from creatoken_sdk.record import Certificate, content_hash
from creatoken_sdk.studio.carried import Anchored
from creatoken_sdk.studio.examine import Evidence, Examination
from creatoken_sdk.studio.files import opened
from creatoken_sdk.studio.findings import MALFORMED, Finding, Findings, Report, State, Verdict
from creatoken_sdk.studio.gather import gather, registrations
from creatoken_sdk.studio.standing import chain_of, signers_of

__all__ = ["file_hash", "find_asset", "judge", "verify"]

_NOBODY: Mapping[str, str] = MappingProxyType({})


def verify(
    client: Creatoken,
    *,
    file: Path | None = None,
    certificate: Certificate | Mapping[str, Any] | None = None,
    asset: int | AssetInput | None = None,
    anchor: Anchored | None = None,
    known: Mapping[str, str] = _NOBODY,
) -> Report:
    """Say what is true of a file, a certificate or an asset, as far as what is given can tell.

    `certificate` may be the JSON that was handed out, `asset` an id. `known` names accounts that
    you know: strangers' signatures leave trust unknown. A reading client is enough.
    """
    digest = None if file is None else file_hash(file)
    try:
        held = _certificate(certificate)
    except RecordError as error:
        return _only(integrity=Finding("record", State.FAILS, str(error)))
    if held is not None and (foreign := _foreign(client, held)):
        return _only(integrity=_alone(held), chain=Finding("chain", State.UNKNOWN, foreign))
    found = find_asset(client, digest, held, asset)
    if found is None:
        named = (digest, asset, _named_content(held)) != (None, None, None)
        return _unregistered(held, named=named)
    try:
        evidence = gather(client, found, held, anchor)
    except (RecordError, *MALFORMED) as error:
        reason = f"its steps cannot be read ({type(error).__name__})"
        return _only(integrity=Finding("record", State.FAILS, reason))
    return judge(evidence, digest, client, known)


def judge(
    evidence: Evidence,
    digest: bytes | None,
    client: Creatoken | None = None,
    known: Mapping[str, str] = _NOBODY,
    blocks: Collection[str] = (),
) -> Report:
    """Say what evidence shows, by itself or, with a client, beside what the chain holds now.

    `blocks` are hashes of blocks that you trust to be the chain's.
    """
    exam = Examination(evidence, digest, client)
    trust = exam.trust()
    trust.check("signers", lambda: signers_of(exam, client, known))
    chain = chain_of(exam, client, blocks)
    return Report(exam.integrity().verdict(), trust.verdict(), chain.verdict())


def file_hash(path: Path) -> bytes:
    """Return SHA-256 of a file of any size, in constant memory."""
    with opened(path, RecordError, "pass a file") as file:
        return content_hash(file)


def find_asset(
    client: Creatoken,
    digest: bytes | None,
    certificate: Certificate | None,
    asset: int | AssetInput | None,
) -> AssetInput | None:
    """Return the registered asset that is meant, or None.

    Anybody can register what was seen elsewhere: a certificate's own registration goes before
    others, one whose work recorded the steps before that, and the first before later ones.
    """
    if isinstance(asset, AssetInput):
        return asset
    digest = _named_content(certificate) or digest
    if asset is None and digest is None:
        return None
    by_content = digest if asset is None else None
    logs = registrations(client, asset_id=asset, content_hash=by_content)
    events = [event for log in logs if (event := decode_log(log))]
    if certificate is not None and asset is None:
        events = [one for one in events if one["asset"]["record_root"] == certificate.root]
        events.sort(key=lambda event: not _recorded(client, event, certificate))
    return _input(events[0]) if events else None


def _named_content(certificate: Certificate | None) -> bytes | None:
    """The content that a certificate says it is of, unless that is erased or was never said."""
    details = certificate.record.get("details") if certificate else None
    named = str(details.get("contentHash")) if isinstance(details, dict) else ""
    return bytes.fromhex(named[2:]) if re.fullmatch("0x[0-9a-f]{64}", named) else None


def _recorded(client: Creatoken, event: Event, certificate: Certificate) -> bool:
    work_id, root = event["asset"]["work_id"], str(certificate.record.get("stepsRoot"))
    if not work_id or not root.startswith("0x"):
        return False
    work = client.works.get(work_id)
    return client.contributions.steps_recorded_at(work, bytes.fromhex(root[2:])) > 0


def _input(event: Event) -> AssetInput:
    return AssetInput(**event["asset"])


def _certificate(given: Certificate | Mapping[str, Any] | None) -> Certificate | None:
    if given is None:
        return None
    return Certificate.from_json(given.to_json() if isinstance(given, Certificate) else given)


def _foreign(client: Creatoken, certificate: Certificate) -> str:
    """What to say of a record that another chain has to answer for; empty if it is this one's."""
    told = certificate.record.get("domain", {})
    chain = str(told.get("chainId") if isinstance(told, dict) else None)
    if not chain.isdecimal() or int(chain) == client.chain_id:
        return ""
    here = f"{client.wallet.rpc.endpoint} serves chain {client.chain_id}"
    return f"the record is of chain {chain}, {here}; ask a node of chain {chain}"


def _alone(certificate: Certificate) -> Finding:
    """A certificate that nothing can be compared with still says whether it adds up."""
    root = certificate.root.hex()
    return Finding("record", State.UNKNOWN, f"it adds up to the root 0x{root}, as far as it goes")


def _unregistered(certificate: Certificate | None, *, named: bool) -> Report:
    nothing = "there is no registration to compare with; pass the certificate's own file or asset"
    record = Finding("file", State.UNKNOWN, nothing)
    missing = "nobody registered this" if named else "which asset is meant is not said"
    state = State.FAILS if named else State.UNKNOWN
    return _only(
        integrity=_alone(certificate) if certificate else record,
        chain=Finding("registered", state, missing),
    )


def _only(integrity: Finding, chain: Finding | None = None) -> Report:
    """A report where there is nothing more to find out."""
    none = Findings().verdict()
    return Report(Verdict((integrity,)), none, Verdict((chain,)) if chain else none)
