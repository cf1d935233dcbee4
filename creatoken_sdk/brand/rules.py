"""What a brand asks of words, colours and sizes: a document, and what it finds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from creatoken_sdk.brand.content import Content
from creatoken_sdk.brand.errors import RulesError
from creatoken_sdk.brand.report import Finding
from creatoken_sdk.brand.words import fold, found
from creatoken_sdk.errors import quoted
from creatoken_sdk.record.canonical import Json, document_hash

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Rules", "require_colours"]

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}\Z")
_SCHEMA = "creatoken.brand-rules"


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Rules of a brand; what is left out is not asked.

    Words count whole, whatever their case. Of a picture, `minimum_palette_share` of the pixels lie
    within `palette_tolerance` (CIEDE2000; about 2 is just noticeable) of the palette's colours
    (#RRGGBB), text has `minimum_contrast` (WCAG 2; 4.5 for level AA), and the size in pixels is
    one of `sizes`.
    """

    banned_words: tuple[str, ...] = ()
    required_words: tuple[str, ...] = ()
    palette: tuple[str, ...] = ()
    palette_tolerance: float = 5.0
    minimum_palette_share: float = 0.9
    minimum_contrast: float = 1.0
    sizes: tuple[tuple[int, int], ...] = ()

    def __post_init__(self) -> None:
        """Refuse rules that could never be kept or broken."""
        for colour in self.palette:
            _require_colour(colour)
        object.__setattr__(self, "sizes", tuple(map(tuple, self.sizes)))  # as a picture's
        for size in self.sizes:
            if len(size) != 2 or any(type(side) is not int or side < 1 for side in size):
                raise RulesError("a size is a width and a height in whole pixels; write both")
        for words in (self.banned_words, self.required_words):
            if isinstance(words, str) or not all(isinstance(word, str) for word in words):
                raise RulesError("banned and required words are a list of texts; write them so")
        for word in (*self.banned_words, *self.required_words):
            if not fold(word).strip():
                raise RulesError("a banned or required word is empty; write it or remove it")
        if not 0 <= self.palette_tolerance <= 100:
            raise RulesError("palette_tolerance runs from 0 to 100; write 5 to allow small shifts")
        if not 0 <= self.minimum_palette_share <= 1:
            raise RulesError("minimum_palette_share is a share; write 0.9 for 90 per cent")
        if not 1 <= self.minimum_contrast <= 21:
            raise RulesError("contrast runs from 1 to 21; write 4.5 for WCAG level AA")

    def findings(
        self, content: Content, text_colours: tuple[str, str] | None
    ) -> tuple[Finding, ...]:
        """Return what each rule that applies to the content finds."""
        if content.kind == "copy":
            return tuple(self._of_text(content.text))
        return tuple(self._of_picture(content.picture, text_colours))

    def _of_text(self, text: str) -> Iterator[Finding]:
        if self.banned_words:
            banned = found(self.banned_words, text)
            yield Finding("banned words", not banned, ", ".join(banned) or "none", "none")
        if self.required_words:
            missing = set(self.required_words) - set(found(self.required_words, text))
            told = "missing: " + ", ".join(sorted(missing)) if missing else "all"
            yield Finding("required words", not missing, told, ", ".join(self.required_words))

    def _of_picture(
        self, picture: Image, text_colours: tuple[str, str] | None
    ) -> Iterator[Finding]:
        from creatoken_sdk.brand.colours import contrast, palette_share, text_and_ground

        if self.palette:
            share = palette_share(picture, self.palette, self.palette_tolerance)
            least = self.minimum_palette_share
            yield Finding("palette", share >= least, f"{share:.3f}", f"{least} or more")
        if self.minimum_contrast > 1:
            text, ground = text_colours or text_and_ground(picture)
            ratio = contrast(text, ground)
            how = "declared" if text_colours else "detected"
            told = f"{ratio:.2f}, {how}: {text} on {ground}"
            least = self.minimum_contrast
            yield Finding("contrast", ratio >= least, told, f"{least} or more")
        if self.sizes:
            wanted = ", ".join(f"{width}x{height}" for width, height in self.sizes)
            size = f"{picture.width}x{picture.height}"
            yield Finding("size", picture.size in self.sizes, size, wanted)

    def to_json(self) -> dict[str, Json]:
        """Return the rules as a document; decimals are strings."""
        return {
            "schema": _SCHEMA,
            "v": 1,
            "bannedWords": list(self.banned_words),
            "requiredWords": list(self.required_words),
            "palette": list(self.palette),
            "paletteTolerance": repr(float(self.palette_tolerance)),
            "minimumPaletteShare": repr(float(self.minimum_palette_share)),
            "minimumContrast": repr(float(self.minimum_contrast)),
            "sizes": [list(size) for size in self.sizes],
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Rules:
        """Read the document that `to_json` writes; fields may be left out, none added."""
        if not isinstance(document, Mapping):
            raise RulesError("rules are one object of JSON; write them in braces")
        known = cls().to_json()
        odd = [key for key in document if key not in known]
        if odd or document.get("schema") != _SCHEMA or document.get("v") != 1:
            wrong = quoted(", ".join(odd)) if odd else "these"
            raise RulesError(
                f'rules say "schema": "{_SCHEMA}" and "v": 1, and hold nothing but '
                f"{', '.join(list(known)[2:])}; correct {wrong}"
            )
        written = {**known, **document}
        if any(isinstance(known[key], list) != isinstance(written[key], list) for key in known):
            raise RulesError("the rules hold a list for one value, or one for a list; correct that")
        try:
            return cls(
                banned_words=tuple(written["bannedWords"]),
                required_words=tuple(written["requiredWords"]),
                palette=tuple(map(str, written["palette"])),
                palette_tolerance=_decimal(written["paletteTolerance"]),
                minimum_palette_share=_decimal(written["minimumPaletteShare"]),
                minimum_contrast=_decimal(written["minimumContrast"]),
                sizes=written["sizes"],
            )
        except (OverflowError, TypeError, ValueError) as error:
            told = quoted(str(error))
            raise RulesError(f"the rules hold another value: {told}; correct it") from None

    @property
    def hash(self) -> bytes:
        """SHA-256 of the document."""
        return document_hash(self.to_json())


def require_colours(colours: Sequence[str]) -> None:
    """Raise unless these are a text's colour and its ground's."""
    for colour in colours:
        _require_colour(colour)
    if len(colours) != 2:
        raise RulesError(f"declare the text's colour and its ground's, not {len(colours)}")


def _require_colour(colour: str) -> None:
    if not _COLOUR.match(colour):
        raise RulesError(f"{quoted(colour)} is no colour; write it as #RRGGBB")


def _decimal(written: Any) -> float:
    if isinstance(written, bool):
        raise TypeError("true and false are no numbers")
    return float(written)
