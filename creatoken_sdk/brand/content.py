"""Text or picture, read once, with its hash."""

from __future__ import annotations

import io
import os
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from creatoken_sdk.brand.errors import ContentError
from creatoken_sdk.record import content_hash
from creatoken_sdk.studio.files import opened

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["Content", "Readable", "bytes_of", "read"]

MAX_PIXELS = 50_000_000
MAX_SIDE = 65_535  # as in JPEG; scaling a strip takes memory by its length
MAX_BYTES = 256 << 20

# Pillow reads more, some of it by starting programs (PostScript) or of what may be plain text.
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP")

Readable: TypeAlias = "str | bytes | os.PathLike[str]"


@dataclass(frozen=True)
class Content:
    """A text or a picture in RGB; `id` is the SHA-256 of the bytes it was read from, 0x hex."""

    id: str
    name: str
    value: str | Image = field(repr=False)

    @property
    def kind(self) -> str:
        """What drift compares it with: copy or image."""
        return "copy" if isinstance(self.value, str) else "image"

    @property
    def text(self) -> str:
        """The text; of a picture, ContentError."""
        if isinstance(self.value, str):
            return self.value
        raise ContentError(f"{self.name} is a picture; give it the kind image")

    @property
    def picture(self) -> Image:
        """The picture; of a text, ContentError."""
        if isinstance(self.value, str):
            raise ContentError(f"{self.name} is no picture; save it as PNG or JPEG")
        return self.value


def read(content: Readable) -> Content:
    """Read a text, the bytes of a text or a picture, or a file of them; ContentError if neither.

    Transparent pixels lie on white, and pictures are turned as their EXIF data says.
    """
    data = bytes_of(content)
    id = "0x" + content_hash(data).hex()
    if isinstance(content, str):
        return Content(id, "the text", content)
    name = "the content" if isinstance(content, bytes) else Path(content).name
    return Content(id, name, _decoded(data, name))


def bytes_of(content: Readable) -> bytes:
    """Return the bytes of a text in UTF-8, or of a file; ContentError if it cannot be read."""
    if isinstance(content, str):
        return content.encode("utf-8", "surrogatepass")
    if isinstance(content, bytes):
        return content
    if not isinstance(content, os.PathLike):
        kind = type(content).__name__
        raise ContentError(f"drift is measured on text, bytes or a path, not on a {kind}; pass one")
    path = Path(content)
    with opened(path, ContentError, "check its name and its rights") as file:
        if os.fstat(file.fileno()).st_size > MAX_BYTES:
            raise ContentError(f"{path.name} has more than {MAX_BYTES >> 20} MiB; make it smaller")
        return file.read()


def _decoded(data: bytes, name: str) -> str | Image:
    from PIL import UnidentifiedImageError

    with suppress(UnidentifiedImageError):
        return _picture(data, name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise ContentError(
            f"{name} is neither a picture nor UTF-8 text; convert it to PNG, JPEG or UTF-8"
        ) from None


def _picture(data: bytes, name: str) -> Image:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # checked here
            stored = Image.open(io.BytesIO(data), formats=_FORMATS)
        if max(stored.size) > MAX_SIDE:
            raise ContentError(f"{name} has a side of more than {MAX_SIDE:,} pixels; cut it up")
        if stored.width * stored.height > MAX_PIXELS:
            raise ContentError(f"{name} has more than {MAX_PIXELS:,} pixels; scale it down")
        turned = ImageOps.exif_transpose(stored).convert("RGBA")
    except (UnidentifiedImageError, ContentError):
        raise
    except Image.DecompressionBombError:
        raise ContentError(f"{name} has more than {MAX_PIXELS:,} pixels; scale it down") from None
    except Exception as error:  # decoders raise whatever a broken file makes them stumble over
        why = type(error).__name__
        raise ContentError(f"{name} is a damaged picture ({why}); save it again") from None
    ground = Image.new("RGBA", turned.size, "white")
    return Image.alpha_composite(ground, turned).convert("RGB")
