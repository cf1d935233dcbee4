"""What the audience sees, and the same as data: acts, tables and checks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console, JustifyMethod, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from creatoken_sdk.terminal import printable

__all__ = ["Check", "Report", "short"]


@dataclass(frozen=True, slots=True)
class Check:
    """Something that has to be true; `detail` is the evidence, or what is wrong."""

    name: str
    passed: bool
    detail: str = ""


class Report:
    """Tells the story on a console and keeps its facts for `story.json`."""

    def __init__(self, console: Console) -> None:
        """Tell the story on `console`; a quiet one tells nothing and keeps the facts."""
        self._console = console
        self._names: dict[str, str] = {}
        self._acts = 0
        self._gap = False
        self.checks: list[Check] = []
        self.facts: dict[str, Any] = {"schema": "creatoken.demo.story", "v": 1}

    @property
    def passed(self) -> bool:
        """Whether every check passed so far."""
        return all(check.passed for check in self.checks)

    def act(self, title: str, *sentences: str) -> None:
        """Begin an act."""
        self._acts += 1
        self._rule(Text(printable(f"{self._acts}. {title}"), "bold"))
        self.say(*sentences)

    def say(self, *sentences: str) -> None:
        """Print sentences as one paragraph."""
        if sentences:
            self._print(Text(printable(" ".join(sentences))))

    def table(self, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Print a table; a column whose title starts with `>` holds numbers."""
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for title in columns:
            justify: JustifyMethod = "right" if title.startswith(">") else "left"
            table.add_column(title.removeprefix(">"), justify=justify, overflow="fold")
        for row in rows:
            table.add_row(*(Text(printable(cell)) for cell in row))
        self._gap = True
        self._print(table)
        self._gap = True

    def check(self, name: str, passed: bool, detail: str = "") -> None:
        """Print and keep one check."""
        self.checks.append(Check(name, passed, detail))
        line = Text.assemble(("✓ ", "green") if passed else ("✗ ", "bold red"), printable(name))
        if detail:
            line.append(printable(f": {detail}"), "dim")
        self._print(line)

    def checked(self, checks: Iterable[Check]) -> None:
        """Print and keep checks that were made elsewhere."""
        for one in checks:
            self.check(one.name, one.passed, one.detail)

    def close(self, seconds: float, farewell: str) -> None:
        """Say how it went."""
        self.facts |= {"seconds": f"{seconds:.1f}", "passed": self.passed}
        held = sum(check.passed for check in self.checks)
        self._rule()
        self.say(f"{held} of {len(self.checks)} checks hold, after {seconds:.1f} s.", farewell)

    def to_json(self) -> dict[str, Any]:
        """Return facts and checks as one document."""
        return self.facts | {"checks": [asdict(check) for check in self.checks]}

    def name(self, address: str, name: str) -> None:
        """Remember whose address it is."""
        self._names[address] = name

    def who(self, address: str) -> str:
        """Return the name that belongs to an address."""
        return self._names.get(address, short(address))

    def _rule(self, title: str | Text = "") -> None:
        self._console.print()
        self._console.rule(title, align="left", characters="─")
        self._gap = False

    def _print(self, renderable: RenderableType) -> None:
        if self._gap:
            self._console.print()
        self._gap = False
        self._console.print(Padding(renderable, (0, 0, 0, 3), expand=False))


def short(value: str | int | bytes) -> str:
    """Return an address, hash or asset id with its middle left out."""
    text = value if isinstance(value, str) else _hex(value)
    return f"{text[:6]}…{text[-4:]}"


def _hex(value: int | bytes) -> str:
    return "0x" + (value.hex() if isinstance(value, bytes) else f"{value:064x}")
