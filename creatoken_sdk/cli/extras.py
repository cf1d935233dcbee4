"""The extras of the SDK that commands need."""

from __future__ import annotations

from importlib.util import find_spec

from creatoken_sdk.errors import MissingExtraError

__all__ = ["require"]

_PACKAGES = {
    "brand": ("coloraide", "imagehash", "numpy", "PIL", "scipy"),
    "demo": ("numpy", "PIL"),
    "mcp": ("mcp",),
}


def require(extra: str) -> None:
    """Raise MissingExtraError if a package of the extra is not installed."""
    for package in _PACKAGES[extra]:
        if find_spec(package) is None:
            raise MissingExtraError.of(package, extra)
