"""The two documents every agent starts from: the client's brief and the brand guide."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from creatoken_sdk.errors import CreatokenError

__all__ = [
    "Brand",
    "Brief",
    "GuideError",
    "parse_brand",
    "parse_brief",
    "read_brand",
    "read_brief",
]

_HEX_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


class GuideError(CreatokenError):
    """A brief or brand guide cannot be used; the message says what to add or change."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What the client asks for."""

    title: str
    product: str
    audience: str
    message: str
    promises: tuple[str, ...]
    """Noun phrases that are true of the product, e.g. `zero sugar`."""
    moments: tuple[str, ...]
    """Noun phrases of when it is enjoyed, e.g. `golden hour`."""
    calls_to_action: tuple[str, ...]
    source: str
    """The Markdown text, as received."""


@dataclass(frozen=True, slots=True)
class Brand:
    """What every piece of this brand has to respect."""

    name: str
    logo_text: str
    width: int
    height: int
    palette: Mapping[str, str]
    """Role (`night`, `sand`, ...) to `#RRGGBB`."""
    tone: tuple[str, ...]
    voice: tuple[str, ...]
    """Lines the brand has published: the model of how it speaks."""
    required_words: tuple[str, ...]
    banned_words: tuple[str, ...]
    minimum_contrast: float
    """WCAG 2 contrast ratio, 1 to 21."""
    palette_tolerance: float
    """Largest OKLab Delta E (times 100) that still counts as a palette colour."""
    minimum_palette_share: float
    """Share of pixels, 0 to 1, that must be palette colours."""
    source: str
    """The JSON text, as received."""


def parse_brief(markdown: str) -> Brief:
    """Read a brief: one `# title`, then `## section` headings with text or `- bullets`.

    Raises:
        GuideError: a section is missing or empty.
    """
    title = re.search(r"^# +(.+)$", markdown, re.MULTILINE)
    if title is None:
        raise GuideError("The brief has no title: start it with a line '# Title'.")
    parts = re.split(r"^## +(.+)$", markdown, flags=re.MULTILINE)[1:]
    sections = {
        name.strip().casefold(): body.strip()
        for name, body in zip(parts[::2], parts[1::2], strict=True)
    }
    return Brief(
        title=title[1].strip(),
        product=_prose(sections, "product"),
        audience=_prose(sections, "audience"),
        message=_prose(sections, "message"),
        promises=_bullets(sections, "promises", least=3),
        moments=_bullets(sections, "moments"),
        calls_to_action=_bullets(sections, "call to action"),
        source=markdown,
    )


def parse_brand(text: str) -> Brand:
    """Read a brand guide.

    Raises:
        GuideError: the JSON is broken, a field is missing, or a colour is not `#RRGGBB`.
    """
    try:
        return _brand(json.loads(text), text)
    except json.JSONDecodeError as error:
        raise GuideError(f"The brand guide is not JSON: fix line {error.lineno}.") from error
    except (KeyError, TypeError) as error:
        raise GuideError(f"The brand guide needs the field {error}: add it.") from error


def read_brief(path: Path) -> Brief:
    """Read a brief from a Markdown file."""
    return parse_brief(path.read_text(encoding="utf-8"))


def read_brand(path: Path) -> Brand:
    """Read a brand guide from a JSON file."""
    return parse_brand(path.read_text(encoding="utf-8"))


def _brand(guide: Mapping[str, Any], source: str) -> Brand:
    for role, colour in guide["palette"].items():
        if not _HEX_COLOUR.fullmatch(colour):
            raise GuideError(f"Palette colour {role} is {colour!r}: write it as '#RRGGBB'.")
    return Brand(
        name=guide["name"],
        logo_text=guide["logoText"],
        width=guide["size"]["width"],
        height=guide["size"]["height"],
        palette=guide["palette"],
        tone=tuple(guide["tone"]),
        voice=tuple(guide["voice"]),
        required_words=tuple(guide["requiredWords"]),
        banned_words=tuple(guide["bannedWords"]),
        minimum_contrast=float(guide["minimumContrast"]),
        palette_tolerance=float(guide["paletteTolerance"]),
        minimum_palette_share=float(guide["minimumPaletteShare"]),
        source=source,
    )


def _prose(sections: Mapping[str, str], name: str) -> str:
    if not (text := " ".join(sections.get(name, "").split())):
        raise GuideError(f"The brief has no '## {name.capitalize()}': add the heading and a text.")
    return text


def _bullets(sections: Mapping[str, str], name: str, least: int = 1) -> tuple[str, ...]:
    lines = (line.strip() for line in sections.get(name, "").splitlines())
    items = tuple(line[2:].strip() for line in lines if line.startswith("- "))
    if len(items) < least:
        raise GuideError(
            f"The brief has {len(items)} bullets below '## {name.capitalize()}': give {least}."
        )
    return items
