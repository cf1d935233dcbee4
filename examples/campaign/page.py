"""A page for the people who ordered the campaign: pictures first, then where they come from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from string import Template

_TEMPLATE = Template((Path(__file__).parent / "page.html").read_text())


def write_page(path: Path, **parts: str) -> None:
    """Fill the template, whose parts are HTML."""
    path.write_text(_TEMPLATE.substitute(parts))


def figure(file: str, alt: str, notes: Iterable[str], *, css: str = "") -> str:
    """Return a picture with its description and notes below it."""
    told = "".join(f"<span>{escape(note)}</span>" for note in notes)
    return (
        f'<figure class="{css}"><img src="{escape(file)}" alt="{escape(alt)}">'
        f"<figcaption>{told}</figcaption></figure>"
    )


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; columns whose title starts with > hold numbers."""
    css = [' class="n"' if title.startswith(">") else "" for title in titles]
    head = "".join(
        f"<th{one}>{escape(title.lstrip('>'))}</th>" for one, title in zip(css, titles, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(f"<td{one}>{escape(cell)}</td>" for one, cell in zip(css, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return f"<table><tr>{head}</tr>{body}</table>"
