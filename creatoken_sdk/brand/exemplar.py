"""An item of a brand: a piece of what it says, shows, or says about itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Literal, get_args

from creatoken_sdk.brand.content import bytes_of, read
from creatoken_sdk.brand.errors import ContentError
from creatoken_sdk.errors import quoted
from creatoken_sdk.record import content_hash

__all__ = ["Exemplar", "Kind", "roles_of"]

Kind = Literal["guide", "copy", "image"]


@dataclass(frozen=True)
class Exemplar:
    """A text, or the path of a picture or of a text in UTF-8.

    `copy` and `image` are what the brand sounds and looks like: drift is measured against them.
    `guide` is text about the brand, only cited. `licence` and `source` tell people where it is
    from and what they may do with it.
    """

    content: str | Path = field(repr=False)
    kind: Kind = "copy"
    licence: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse a kind that nobody knows."""
        if self.kind not in get_args(Kind):
            kinds = ", ".join(get_args(Kind))
            raise ContentError(
                f"an exemplar cannot be of kind {quoted(self.kind)}; choose one of {kinds}"
            )

    @cached_property
    def id(self) -> str:
        """SHA-256 of its bytes, as 0x hex: the same content is the same item."""
        return "0x" + content_hash(bytes_of(self.content)).hex()

    @cached_property
    def text(self) -> str:
        """The text; of a picture, ContentError."""
        return read(self.content).text


def roles_of(exemplars: Iterable[Exemplar], seed: int) -> dict[str, dict[str, Exemplar]]:
    """Return the items by role and id.

    Roles are guide, copy and image, and `copy.calibration` and `image.calibration` for the half
    of each that the seed draws; that depends on the contents, not on their order.
    """
    kinds: dict[str, dict[str, Exemplar]] = {"guide": {}, "copy": {}, "image": {}}
    for item in exemplars:
        kinds[item.kind].setdefault(item.id, item)
    roles = {"guide": kinds["guide"]}
    for kind in ("copy", "image"):
        drawn = sorted(kinds[kind], key=lambda id: sha256(f"{seed} {id}".encode()).digest())
        half = len(drawn) // 2
        roles[f"{kind}.calibration"] = {id: kinds[kind][id] for id in drawn[:half]}
        roles[kind] = {id: kinds[kind][id] for id in drawn[half:]}
    return roles
