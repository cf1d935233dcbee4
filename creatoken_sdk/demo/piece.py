"""A picture with a birth certificate: what it is called here, who made it, and its asset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from creatoken_sdk import SourceType
from creatoken_sdk.demo.cast import Person
from creatoken_sdk.demo.designer import Banner
from creatoken_sdk.demo.stage import Stage
from creatoken_sdk.studio.outputs import Output
from creatoken_sdk.studio.run import Run

__all__ = ["PROMPT", "Piece"]

PROMPT = "/details/prompt"
"""Where a record holds what the agents were told."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One version of a picture."""

    name: str
    creator: Person
    output: Output

    @classmethod
    def make(
        cls,
        stage: Stage,
        run: Run,
        name: str,
        creator: Person,
        banner: Banner,
        source: SourceType,
        *,
        parents: Sequence[Piece] = (),
        prompt: str = "",
        final: bool = True,
    ) -> Piece:
        """Leave the banner as a file and record how it came to be: its id is known at once."""
        details = {
            "headline": banner.copy.headline,
            "height": banner.height,
            "mediaType": "image/png",
            "prompt": prompt,
            "scene": banner.scene,
            "width": banner.width,
        }
        output = run.output(
            stage.artefacts.save(f"{name}.png", banner.png),
            parents=[parent.output for parent in parents],
            creator=creator.account,
            owner=stage.cast.studio.address,
            source_type=source,
            final=final,
            details=details,
        )
        return cls(name, creator, output)

    @property
    def id(self) -> int:
        """The asset's id."""
        return self.output.id
