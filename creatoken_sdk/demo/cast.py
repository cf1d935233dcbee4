"""Who is in the story: some only sign, some only pay for gas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from eth_account import Account

from creatoken_sdk.record.steps import ActorKind

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

__all__ = ["Cast", "Person"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, or a program, with a key."""

    name: str
    part: str
    account: LocalAccount
    kind: ActorKind = ActorKind.HUMAN

    @property
    def address(self) -> str:
        """The account's address."""
        return self.account.address


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody in the story. The first five have native currency; the others never need any."""

    studio: Person
    pipeline: Person
    relayer: Person
    client: Person
    licensee: Person
    maya: Person
    ana: Person
    ben: Person
    copy_agent: Person
    design_agent: Person
    check_agent: Person

    def __iter__(self) -> Iterator[Person]:
        """Go through everybody."""
        return (getattr(self, field.name) for field in fields(self))

    @classmethod
    def gather(cls, rich: Sequence[LocalAccount]) -> Cast:
        """Give five rich accounts to those who send, and new keys to those who only sign."""
        studio, pipeline, relayer, client, licensee = rich[:5]
        return cls(
            studio=Person("Studio", "owns the project", studio),
            pipeline=Person("Pipeline", "records what happened", pipeline, ActorKind.TOOL),
            relayer=Person("Relayer", "sends what others signed", relayer, ActorKind.TOOL),
            client=Person("Solvane", "the client", client),
            licensee=Person("Iris", "a licensee", licensee),
            maya=_signer("Maya", "creative director"),
            ana=_signer("Ana", "designer"),
            ben=_signer("Ben", "illustrator, last summer"),
            copy_agent=_signer("Copy agent", "writes", ActorKind.AGENT),
            design_agent=_signer("Design agent", "draws", ActorKind.AGENT),
            check_agent=_signer("Check agent", "measures", ActorKind.AGENT),
        )


def _signer(name: str, part: str, kind: ActorKind = ActorKind.HUMAN) -> Person:
    return Person(name, part, Account.create(), kind)
