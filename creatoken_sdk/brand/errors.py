"""What goes wrong with a brand index; each message says what to do next.

BrandError
├── ContentError          a text or a picture cannot be read, or there is none of its kind
├── RulesError            a brand's rules cannot be applied as written
├── TooFewSamplesError    the index is calibrated on too few samples for the level asked
└── DriftedError          a report that does not pass cannot be attested
"""

from __future__ import annotations

from creatoken_sdk.errors import CreatokenError

__all__ = ["BrandError", "ContentError", "DriftedError", "RulesError", "TooFewSamplesError"]


class BrandError(CreatokenError):
    """Content could not be compared with a brand."""


class ContentError(BrandError):
    """A text or a picture cannot be read, or the index holds nothing of its kind."""


class RulesError(BrandError):
    """A brand's rules cannot be applied as they are written."""


class TooFewSamplesError(BrandError):
    """The index is calibrated on too few samples to decide at this level."""


class DriftedError(BrandError):
    """A report that does not pass, or is on other content, cannot be attested."""
