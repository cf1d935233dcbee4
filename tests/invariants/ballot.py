"""What directors sign, and how what is relayed can differ from it."""

from typing import Any, NamedTuple

DEFECTS = (
    *("other asset", "other stage", "other note", "other director", "other epoch"),
    *("other deadline", "other count", "false count", "other key"),
    *("works", "chain 2", "high s", "v of 0", "64 bytes", "proof cut", "proof longer"),
)


class Leaf(NamedTuple):
    """One approval, with names for asset and note."""

    asset: str
    stage: int
    note: str


class Signed(NamedTuple):
    """The typed data under a signature: an `Approval` if `count` is 0, else a `BulkApproval`."""

    leaves: tuple[Leaf, ...]
    count: int
    director: str
    epoch: int
    deadline: int


class Vote(NamedTuple):
    """A director's signature as it is relayed, and how it came about."""

    director: str
    deadline: int
    count: int
    signed: Signed
    key: str
    form: str = "proper"
    domain: str = "registry"
    steps: int = 0
    """By which the proof is longer than it should be."""


def vote(director: str, leaves: tuple[Leaf, ...], bulk: bool, epoch: int, deadline: int) -> Vote:
    """A vote as it should be."""
    count = len(leaves) if bulk else 0
    signed = Signed(leaves, count, director, epoch, deadline)
    return Vote(director, deadline, count, signed, director)


def spoil(given: Vote, defect: str | None) -> Vote:
    """The vote with one of DEFECTS."""
    signed = given.signed
    first = signed.leaves[0]
    neighbour = "noor" if given.director != "noor" else "otto"
    false_count = {"count": 1 if len(signed.leaves) > 1 else 2}
    inside = {
        "other asset": _first(signed, asset="song" if first.asset != "song" else "poster"),
        "other stage": _first(signed, stage=first.stage ^ 1),
        "other note": _first(signed, note=first.note + "!"),
        "other director": {"director": neighbour},
        "other epoch": {"epoch": signed.epoch - 1 if signed.epoch else 1},
        "other deadline": {"deadline": signed.deadline - 1},
        "false count": false_count,
    }
    outside = {
        "other count": {"count": given.count + 1},
        "false count": false_count,
        "other key": {"key": neighbour},
        "works": {"domain": "works"},
        "chain 2": {"domain": "chain 2"},
        "high s": {"form": "high s"},
        "v of 0": {"form": "v of 0"},
        "64 bytes": {"form": "64 bytes"},
        "proof cut": {"steps": -1},
        "proof longer": {"steps": 1},
    }
    spoilt = signed._replace(**inside.get(defect, {}))
    return given._replace(signed=spoilt, **outside.get(defect, {}))


def _first(signed: Signed, **changes: Any) -> dict[str, Any]:
    first, *rest = signed.leaves
    return {"leaves": tuple(dict.fromkeys((first._replace(**changes), *rest)))}
