"""Bundles of evidence: one zip file that proves a work to a stranger, who needs Python alone."""

from __future__ import annotations

import json
import os
import re
import tempfile
import warnings
import zipfile
from collections.abc import Collection, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from creatoken_sdk.chain.assets import AssetInput
from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.errors import ChainError, CreatokenError, RecordError
from creatoken_sdk.record import Certificate, Disclosure, SignedStep
from creatoken_sdk.record.structs import from_json, to_json
from creatoken_sdk.studio.bundle import EVIDENCE, SCRIPTS, Bundle
from creatoken_sdk.studio.carried import Anchored
from creatoken_sdk.studio.errors import UnprovedWarning
from creatoken_sdk.studio.findings import MALFORMED, Finding, Report, State, Verdict
from creatoken_sdk.studio.gather import gather, shown_steps
from creatoken_sdk.studio.inclusion import Inclusions
from creatoken_sdk.studio.verify import file_hash, find_asset, judge

__all__ = ["Opened", "opened", "pack", "verify_bundle"]

Opened = tuple[int | None, Disclosure]
"""A field that was opened: of the private document of a step, or, with None, of the record."""

_NOBODY: Mapping[str, str] = MappingProxyType({})
_NAME = "/details/file"
_UNNAMED = "unnamed"


def pack(
    client: Creatoken,
    to: Path,
    file: Path,
    certificate: Certificate,
    *,
    asset: int | AssetInput | None = None,
    anchor: Anchored | None = None,
    hide: Sequence[str] = (),
    disclosures: Sequence[Opened] = (),
    with_file: bool = True,
) -> Path:
    """Write the bundle of a file to the path `to`, which must not exist, and return that.

    `hide` are paths of the record that the bundle shall not show, such as "/details" or
    "/steps[1]"; with "/details/file" the file has no name in it either. `disclosures` is what it
    shall show of private documents. Without `with_file` it holds only the file's hash. What
    cannot be proved to be in its block is packed without that proof, with an UnprovedWarning.
    """
    found = find_asset(client, file_hash(file), certificate, asset)
    if found is None:
        raise RecordError(f"nobody registered {file.name}; flush first, or name its asset")
    evidence = gather(client, found, certificate, anchor)
    shown = certificate.erase(*hide).to_json() if hide else certificate.to_json()
    steps = shown_steps(shown)
    evidence["certificate"] = shown
    evidence["stepProofs"] = {
        index: proof for index, proof in evidence["stepProofs"].items() if int(index) in steps
    }
    evidence["disclosures"] = [_held(*one, certificate, steps) for one in disclosures]
    name = _UNNAMED if _NAME in shown["erased"] else file.name
    evidence["file"] = f"file/{_plain(name)}" if with_file else ""
    _prove(client, evidence["events"])
    _write(to, evidence, file, name)
    return to


def verify_bundle(
    path: Path,
    client: Creatoken | None = None,
    *,
    file: Path | None = None,
    known: Mapping[str, str] = _NOBODY,
    blocks: Collection[str] = (),
) -> Report:
    """Say what a bundle shows; with a client, what the chain holds too.

    `file` is the file if the bundle holds only its hash. `blocks` are hashes of blocks that you
    trust to be the chain's: they are all that the proofs of events need. RecordError refuses what
    is no bundle, and blocks that are no hashes.
    """
    for block in blocks:
        from_json("bytes32", block)
    bundle = Bundle.read(path)
    digest = bundle.digest if file is None else file_hash(file)
    try:
        return _judge(bundle.evidence, digest, client, known, blocks)
    except MALFORMED as error:
        raise RecordError(f"the evidence is malformed ({error!r}); get the original") from None


def _judge(
    evidence: Mapping[str, Any],
    digest: bytes | None,
    client: Creatoken | None,
    known: Mapping[str, str],
    blocks: Collection[str],
) -> Report:
    chain = str(evidence["chainId"])
    if client is None or chain == str(client.chain_id):
        return judge(evidence, digest, client, known, blocks)
    report = judge(evidence, digest, None, known, blocks)
    here = f"{client.wallet.rpc.endpoint} serves chain {client.chain_id}"
    reason = f"the bundle is of chain {chain}, {here}; ask a node of chain {chain}"
    foreign = Finding("chain", State.UNKNOWN, reason)
    return Report(report.integrity, report.trust, Verdict((foreign, *report.chain.findings)))


def _held(
    step: int | None,
    disclosure: Disclosure,
    certificate: Certificate,
    steps: Mapping[int, SignedStep],
) -> dict[str, Any]:
    """A field of another document would make the whole bundle fail: refuse it here."""
    detail = certificate.root if step is None else step in steps and steps[step].step.detail
    if detail and disclosure.verify(detail):
        return opened(step, disclosure)
    where = "the record" if step is None else f"step {step}, as far as the bundle shows it,"
    raise RecordError(
        f"{where} did not say {disclosure.field.path}; pass it with the `step` that `memory.find` "
        "names, or None for the record"
    )


def opened(step: int | None, disclosure: Disclosure) -> dict[str, Any]:
    """Return an opened field as evidence holds it."""
    return {
        "step": "" if step is None else str(step),
        "path": disclosure.field.path,
        "value": disclosure.field.value,
        "salt": to_json(disclosure.field.salt),
        "proof": [to_json(sibling) for sibling in disclosure.proof],
    }


def _prove(client: Creatoken, events: Sequence[dict[str, Any]]) -> None:
    inclusions = Inclusions(client)
    for event in events:
        try:
            event["proof"] = inclusions.prove(event["log"], event["header"])
        except (ChainError, RecordError, *MALFORMED) as error:
            told = isinstance(error, CreatokenError)
            event["unproved"] = str(error) if told else "the node's receipts are malformed"
            what = f"{event['event'].split('(')[0]} in block {event['log']['blockHash']}"
            text = f"{what} is packed without proof that the block holds it: {event['unproved']}"
            warnings.warn(text, UnprovedWarning, stacklevel=3)


def _write(to: Path, evidence: Mapping[str, Any], file: Path, name: str) -> None:
    """Write all or nothing: a bundle that is there is whole."""
    if to.exists():
        raise RecordError(f"{to.name} is there already; name another file")
    with tempfile.NamedTemporaryFile(dir=to.parent, prefix=f".{to.name}.", delete=False) as part:
        try:
            with zipfile.ZipFile(part, "w") as archive:
                _fill(archive, evidence, file, name)
            os.replace(part.name, to)
        except BaseException:
            os.unlink(part.name)
            raise


def _fill(archive: zipfile.ZipFile, evidence: Mapping[str, Any], file: Path, name: str) -> None:
    scripts = files("creatoken_sdk.studio") / "standalone"
    for script in SCRIPTS:
        archive.writestr(script, (scripts / script).read_text("utf-8"))
    readme = (scripts / "README.txt").read_text("utf-8")
    about = evidence["asset"]
    values = {"file": name, "id": about["id"], "chain": evidence["chainId"]}
    hashed = about["contentHash"].removeprefix("0x")
    archive.writestr("README.txt", readme.format(**values, hash=hashed))
    archive.writestr(EVIDENCE, json.dumps(evidence, indent=1, ensure_ascii=False))
    if evidence["file"]:
        archive.write(file, evidence["file"])


def _plain(name: str) -> str:
    """A name that no system misreads; people see the real one in README.txt."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", name[:1]) + re.sub(r"[^A-Za-z0-9_.-]", "_", name[1:200])
