"""What people did, and what agents and tools did: derived from signatures, never declared."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.chain.works import Work
from creatoken_sdk.errors import ChainError, RecordError, SigningError
from creatoken_sdk.record import ActorKind, Domain, Oversight, SourceType, oversight
from creatoken_sdk.studio.signers import Signers
from creatoken_sdk.studio.store import Store
from creatoken_sdk.studio.trace_assets import Named, PastAsset, asset_named, assets_of, steps_behind
from creatoken_sdk.studio.trace_steps import PastStep

__all__ = ["Boundary", "Part", "Standing", "boundary", "totals"]


class Standing(str, Enum):
    """Whose a step is. Only what is signed by an account of one kind counts as that kind.

    Doubtful: the account signs as a person and as a machine, so nobody can tell which it is.
    Unknown: the key of the account did not sign; a contract wallet may have, and no node said so.
    Unsigned: nobody signed.
    """

    HUMAN = "human"
    AGENT = "agent"
    TOOL = "tool"
    DOUBTFUL = "doubtful"
    UNKNOWN = "unknown"
    UNSIGNED = "unsigned"


@dataclass(frozen=True, slots=True)
class Part:
    """A step and whose it is; `shares` are what it earned."""

    id: str
    key: str
    actor: str
    account: str
    standing: Standing
    source_type: SourceType
    shares: int

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "id": self.id,
            "key": self.key,
            "actor": self.actor,
            "account": self.account,
            "standing": self.standing.value,
            "sourceType": self.source_type.term,
            "shares": self.shares,
        }


@dataclass(frozen=True)
class Boundary:
    """The parts of an asset. `approved_by` are the directors whose approval the index holds.

    `source_type` follows from the signed steps that made content, `declared` is what the asset's
    creator signed. `oversight` is C2PA's level: human-validated if the last step is a person's
    review, or if a director approved whose account signs for no machine.
    """

    asset: PastAsset
    parts: tuple[Part, ...]
    approved_by: tuple[str, ...]
    oversight: Oversight
    source_type: SourceType
    declared: SourceType

    def steps(self, standing: Standing) -> int:
        """Return how many steps are somebody's."""
        return sum(part.standing == standing for part in self.parts)

    def shares(self, standing: Standing) -> int:
        """Return how many shares such steps earned."""
        return sum(part.shares for part in self.parts if part.standing == standing)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "asset": hex(self.asset.id),
            "file": self.asset.file,
            "oversight": self.oversight.value,
            "sourceType": self.source_type.term,
            "declaredSourceType": self.declared.term,
            "approvedBy": list(self.approved_by),
            "steps": {one.value: self.steps(one) for one in Standing},
            "shares": {one.value: self.shares(one) for one in Standing},
            "parts": [part.to_json() for part in self.parts],
        }


def boundary(
    store: Store, about: Work | Named | None = None, client: Creatoken | None = None
) -> list[Boundary]:
    """Return the boundary of an asset, of each asset of a work, or of all in the store.

    A client asks contract wallets; without one their steps are unknown.
    """
    if about is None or isinstance(about, Work):
        assets = assets_of(store, None if about is None else about.id)
    else:
        assets = [asset_named(store, about)]
    if not assets:
        raise RecordError("there is no asset here; make one with `run.output`")
    kinds = _kinds(store)
    return [_boundary(store, one, kinds, Signers(client)) for one in assets]


def totals(found: Sequence[Boundary]) -> dict[Standing, tuple[int, int]]:
    """Return steps and shares of each standing behind some assets, each step once."""
    parts = {part.id: part for one in found for part in one.parts}.values()
    return {
        standing: (len(own), sum(part.shares for part in own))
        for standing in Standing
        for own in [[part for part in parts if part.standing is standing]]
    }


def _boundary(
    store: Store, asset: PastAsset, kinds: Mapping[str, set[int]], signers: Signers
) -> Boundary:
    steps = steps_behind(store, asset)
    domain = _domain(store, asset.run_id)
    standings = [_standing(step, kinds, domain, signers) for step in steps]
    both = list(zip(steps, standings, strict=True))
    made = {SourceType(s.step.source_type) for s, told in both if told in _COUNTED and _made(s)}
    directors = tuple(dict.fromkeys(_directors(store, asset)))
    person = any(not kinds.get(one, set()) - {ActorKind.HUMAN} for one in directors)
    return Boundary(
        asset,
        tuple(_part(*pair) for pair in both),
        directors,
        Oversight.HUMAN_VALIDATED if person else _proved(both),
        _derived(made),
        SourceType(asset.source_type),
    )


_COUNTED = (Standing.HUMAN, Standing.AGENT, Standing.TOOL)
_TRAINED = {
    SourceType.TRAINED_ALGORITHMIC_MEDIA,
    SourceType.COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA,
    SourceType.COMPOSITE_SYNTHETIC,
}


def _derived(types: set[SourceType]) -> SourceType:
    """Return the type of what has parts of these types; UNSPECIFIED if of none.

    Parts of one type make that type; with a trained model's part among others, the IPTC's
    composite with trained algorithmic media; else its composite.
    """
    if len(types) <= 1:
        return next(iter(types), SourceType.UNSPECIFIED)
    if types & _TRAINED:
        return SourceType.COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA
    return SourceType.COMPOSITE


def _made(step: PastStep) -> bool:
    """Whether it made content; handing on what it took is none, erased contents count as made."""
    given = step.gave.ids
    return step.makes and not (given and given <= step.took.ids)


def _proved(both: Sequence[tuple[PastStep, Standing]]) -> Oversight:
    """What the steps prove, where findings, refusals and doubtful people count for nothing."""
    counted = []
    for past, standing in both:
        told = past.gave.value
        refused = isinstance(told, dict) and told.get("accepted") is False
        kind = ActorKind.HUMAN if standing is Standing.HUMAN else ActorKind.AGENT
        if not (past.is_gate or refused):
            counted.append(replace(past.step, actor_kind=kind))
    return oversight(counted) if counted else Oversight.FULLY_AUTONOMOUS


def _standing(
    step: PastStep, kinds: Mapping[str, set[int]], domain: Domain, signers: Signers
) -> Standing:
    if step.signature is None:
        return Standing.UNSIGNED
    try:
        if not signers.signed(domain, step.step, step.signature, step.step.actor):
            return Standing.UNKNOWN
    except (SigningError, ChainError):
        return Standing.UNKNOWN
    mixed = ActorKind.HUMAN in kinds[step.step.actor] and len(kinds[step.step.actor]) > 1
    return Standing.DOUBTFUL if mixed else Standing(step.kind.name.lower())


def _kinds(store: Store) -> dict[str, set[int]]:
    """As which kinds each account acts anywhere in the store."""
    found: dict[str, set[int]] = {}
    for account, written in store.stream("SELECT actor, step FROM steps"):
        found.setdefault(account, set()).add(int(json.loads(written)["actorKind"]))
    return found


def _domain(store: Store, run_id: str) -> Domain:
    rows = store.rows("SELECT chain_id, works FROM runs WHERE id = ?", (run_id,))
    return Domain(chain_id=rows[0][0], verifying_contract=rows[0][1])


def _directors(store: Store, asset: PastAsset) -> Sequence[str]:
    rows = store.rows(
        "SELECT arguments FROM events WHERE name = 'AssetApproved' AND asset = ?"
        " AND superseded = 0 ORDER BY position",
        (hex(asset.id),),
    )
    return [director for (written,) in rows for director in json.loads(written)["directors"]]


def _part(step: PastStep, standing: Standing) -> Part:
    kind = SourceType(step.step.source_type)
    return Part(step.id, step.key, step.actor, step.step.actor, standing, kind, step.step.shares)
