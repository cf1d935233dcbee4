"""The verdict on a file, from its bytes and the certificate that came with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from creatoken_sdk import AssetStatus, Creatoken, CreatokenError, Event
from creatoken_sdk.demo.report import Check, short
from creatoken_sdk.record import (
    ERASED,
    VERIFIED,
    Certificate,
    Disclosure,
    SignedStep,
    asset_id,
    content_hash,
    oversight,
    parents_hash,
    steps_tree,
    verify_chain,
)

__all__ = ["FINAL_STAGE", "Verdict", "examine"]

FINAL_STAGE = 7


@dataclass(frozen=True, slots=True)
class Verdict:
    """Integrity: the file is what its record says. Chain: what the contracts hold of it now."""

    integrity: tuple[Check, ...]
    chain: tuple[Check, ...] = ()


def examine(ct: Creatoken, content: bytes, certificate: Certificate, review: Disclosure) -> Verdict:
    """Examine a file without a key, an index, or the word of whoever made it.

    Steps commit to contents with a salt; `review` opens what the last one, a review, was of.

    Bytes that nobody registered get one failed check: there is nothing to compare them with.
    Anybody can register hashes seen elsewhere, so the registration that counts is the one in the
    work that the steps were signed for.
    """
    digest = content_hash(content)
    events = ct.assets.find(content_hash=digest)
    root = certificate.root
    matching = [one for one in events if one["asset"]["record_root"] == root]
    name, evidence = "the file is registered", f"its SHA-256 is {short(digest)}"
    if not matching:
        why = "the certificate is of another asset" if events else "no asset has these bytes"
        return Verdict((Check(name, False, f"{why}, {evidence}"),))
    found = Check(name, True, f"one log look-up, {evidence}")
    steps = [SignedStep.from_json(document) for document in certificate.record["steps"]]
    event = next(
        (e for e in matching if _recorded_at(ct, e["asset"]["work_id"], steps)), matching[0]
    )
    return Verdict(
        (found, *_integrity(ct, event, certificate, steps, review)),
        tuple(_chain(ct, event, certificate, steps)),
    )


def _integrity(
    ct: Creatoken,
    event: Event,
    certificate: Certificate,
    steps: list[SignedStep],
    review: Disclosure,
) -> list[Check]:
    asset = event["asset"]
    place = (ct.chain_id, ct.assets.address)
    id_now = asset_id(*place, asset["creator"], asset["content_hash"], asset["record_root"])
    last = steps[-1].step
    opened = review.verify(last.detail) and review.field.commitment == last.input
    level = oversight([one.step for one in steps]).value
    return [
        Check("its id is the hash of what it is", id_now == event["asset_id"], short(id_now)),
        _attempt("its record is the registered one", lambda: _fields(certificate, asset)),
        _attempt("its steps are signed and in one chain", lambda: _signed(ct, steps)),
        Check(
            "the last review was of exactly these bytes",
            opened and review.field.value == "0x" + asset["content_hash"].hex(),
            f"step {last.index} by {short(last.actor)}, opened",
        ),
        Check("oversight follows from the steps", level == certificate.record["oversight"], level),
    ]


def _chain(
    ct: Creatoken, event: Event, certificate: Certificate, steps: list[SignedStep]
) -> list[Check]:
    stored = ct.assets.get(event["asset_id"])
    recorded_at = _recorded_at(ct, stored.work_id, steps)
    parents = [ct.assets.get(parent) for parent in event["asset"]["parents"]]
    named = [str(parent.id) for parent in parents] == certificate.record["parents"]
    whole = (
        certificate.record["parentsHash"] == "0x" + parents_hash(event["asset"]["parents"]).hex()
    )
    older = all(parent.registered_at < stored.registered_at for parent in parents)
    approved = FINAL_STAGE in stored.stages and stored.status is AssetStatus.ACTIVE
    state = f"stages {list(stored.stages)}, {stored.status.name.lower()}"
    return [
        Check("the work recorded these steps", recorded_at > 0, f"work {stored.work_id}"),
        Check("a director approved it as final", approved, state),
        Check(
            "its parents are registered and older",
            named and whole and older,
            ", ".join(short(parent.id) for parent in parents),
        ),
    ]


def _recorded_at(ct: Creatoken, work_id: int, steps: list[SignedStep]) -> int:
    """Return when a work recorded steps that were signed for it; 0 if they are not its steps."""
    if not work_id or {one.step.work_id for one in steps} != {work_id}:
        return 0
    root = steps_tree([one.step for one in steps]).root
    return ct.contributions.steps_recorded_at(ct.works.get(work_id), root)


def _fields(certificate: Certificate, asset: dict[str, bytes]) -> str:
    states = list(certificate.verify(asset["record_root"]).values())
    return f"{states.count(VERIFIED)} fields open, {states.count(ERASED)} hidden"


def _signed(ct: Creatoken, steps: list[SignedStep]) -> str:
    verify_chain(ct.works.domain, steps)
    return f"{len(steps)} steps by {len({one.step.actor for one in steps})} signers"


def _attempt(name: str, proof: Callable[[], str]) -> Check:
    try:
        return Check(name, True, proof())
    except CreatokenError as error:
        return Check(name, False, str(error))
