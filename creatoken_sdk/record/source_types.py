"""How content came to be: the IPTC digital source types and C2PA's, as the chain's uint8.

Numbers are never reused or reordered. Source: the IPTC Digital Source Type NewsCodes as of
2024-09-17 (1 to 17, in their order) and the two terms of the C2PA namespace (0 and 18).
"""

from __future__ import annotations

from enum import IntEnum

from creatoken_sdk.errors import RecordError

__all__ = ["SourceType"]

_IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
_C2PA = "http://c2pa.org/digitalsourcetype/"


class SourceType(IntEnum):
    """The number is `sourceType` on chain; `term` and `uri` are what C2PA and IPTC write."""

    UNSPECIFIED = 0
    DIGITAL_CAPTURE = 1
    COMPUTATIONAL_CAPTURE = 2
    NEGATIVE_FILM = 3
    POSITIVE_FILM = 4
    PRINT = 5
    HUMAN_EDITS = 6
    ALGORITHMICALLY_ENHANCED = 7
    DIGITAL_CREATION = 8
    DATA_DRIVEN_MEDIA = 9
    TRAINED_ALGORITHMIC_MEDIA = 10
    COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA = 11
    ALGORITHMIC_MEDIA = 12
    SCREEN_CAPTURE = 13
    VIRTUAL_RECORDING = 14
    COMPOSITE = 15
    COMPOSITE_CAPTURE = 16
    COMPOSITE_SYNTHETIC = 17
    TRAINED_ALGORITHMIC_DATA = 18

    @property
    def term(self) -> str:
        """The vocabulary's word, e.g. `trainedAlgorithmicMedia`; `empty` where unspecified."""
        if self is SourceType.UNSPECIFIED:
            return "empty"
        first, *rest = self.name.lower().split("_")
        return first + "".join(word.capitalize() for word in rest)

    @property
    def uri(self) -> str:
        """The vocabulary's full identifier; it is http by definition, not a link to follow."""
        c2pa = (SourceType.UNSPECIFIED, SourceType.TRAINED_ALGORITHMIC_DATA)
        return (_C2PA if self in c2pa else _IPTC) + self.term

    @classmethod
    def of(cls, named: str | int) -> SourceType:
        """Return the type of a term, URI or number; RecordError on retired and unknown ones."""
        for kind in cls:
            if named in (kind, kind.term, kind.uri, kind.uri.replace("http:", "https:", 1)):
                return kind
        terms = ", ".join(kind.term for kind in cls)
        raise RecordError(f"{named!r} is no current digital source type; use one of {terms}")
