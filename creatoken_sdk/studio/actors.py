"""Who acts in a pipeline: a name to read, a kind, and the account that signs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn

from creatoken_sdk.errors import RecordError, SigningError
from creatoken_sdk.record import ActorKind
from creatoken_sdk.record.signatures import Signer
from creatoken_sdk.record.structs import encode

__all__ = ["Actor", "Who", "address_of"]

Who = Signer | str
"""An account that signs now, or the address of one that signs later."""


def address_of(who: Who) -> str:
    """Return the address of an account; EncodingError unless it is one, with its checksum."""
    address = who if isinstance(who, str) else getattr(who, "address", None)
    encode(("address",), (address,))
    return str(address)


@dataclass(frozen=True, slots=True)
class Actor:
    """`name` is `kind:label`, such as "agent:copy", "tool:resize" or "human:ana"."""

    name: str
    kind: ActorKind
    address: str
    signer: Signer | None = field(repr=False)

    @classmethod
    def of(cls, name: str, who: Who) -> Actor:
        """Return the actor of that name; RecordError if the name has no known kind."""
        kind, colon, label = name.partition(":")
        if not colon or not label or kind.upper() not in ActorKind.__members__:
            raise RecordError(f'actor {name!r} has no kind; write "agent:", "tool:" or "human:"')
        signer = None if isinstance(who, str) else who
        return cls(name, ActorKind[kind.upper()], address_of(who), signer)

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled: a step sent to another process would take the key along."""
        raise SigningError(
            f"{self.name} signs in this process only, for keys do not travel; open the studio and "
            "declare its steps in the process that does the work"
        )
