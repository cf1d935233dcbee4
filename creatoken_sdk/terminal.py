"""Text from elsewhere, made safe to print."""

from __future__ import annotations

__all__ = ["printable"]


def printable(text: str) -> str:
    """Return a text with what could steer a terminal or turn its reading direction escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
