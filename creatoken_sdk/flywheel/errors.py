"""What keeps performance from flowing back; each message says what to do next.

FlywheelError
├── TableError      a table cannot be read as it stands
├── EventError      events of performance do not add up
└── EvidenceError   there is too little to say what it was asked to say
"""

from __future__ import annotations

from creatoken_sdk.errors import CreatokenError

__all__ = ["EventError", "EvidenceError", "FlywheelError", "TableError"]


class FlywheelError(CreatokenError):
    """Data could not be anchored, or performance not be measured."""


class TableError(FlywheelError):
    """A table cannot be read as it stands; nothing of it was anchored."""


class EventError(FlywheelError):
    """Events of performance are malformed or missing; none of the batch was taken."""


class EvidenceError(FlywheelError):
    """There is too little data for a statement; nothing was stated."""
