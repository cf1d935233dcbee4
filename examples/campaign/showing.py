"""What is left at the end: trace, boundary, certificates, evidence, and a page of it all."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

from creatoken_sdk.demo.money import eth
from creatoken_sdk.studio.boundary import Boundary
from creatoken_sdk.studio.boundary_svg import svg_of
from creatoken_sdk.studio.outputs import Output
from graph import Banner
from page import figure, table, write_page
from stage import LEVEL, Stage

_LEAD = (
    "Three banners for this summer. Agents proposed, Ana finished, Maya decided; every step is "
    "signed, and everybody is paid."
)


def show(stage: Stage, banners: list[Banner], finals: list[Output], paid: dict[str, int]) -> None:
    """Trace each final, derive what people did in it, and write the page."""
    studio, report = stage.studio, stage.report
    studio.index.update()
    parts = [studio.boundary(final)[0] for final in finals]
    (stage.out / "boundary.svg").write_text(svg_of(parts))
    for final, part in zip(finals, parts, strict=True):
        file = _file(final)
        found = studio.trace(final, brand=stage.index, contents=stage.out, level=LEVEL)
        named = found.first.step.name if found.first else found.reason
        report.check(f"{file}: {part.oversight.value}", found.first is None, named)
        certificate = json.dumps(final.certificate().to_json(), indent=2)
        (stage.out / file).with_suffix(".certificate.json").write_text(certificate)
        studio.pack(stage.out / file, (stage.out / file).with_suffix(".evidence.zip"))
    write_page(
        stage.out / "campaign.html",
        title="Solvane: the long summer",
        lead=_LEAD,
        level=str(LEVEL),
        finals="".join(map(_final, finals, parts)),
        drafts="".join(_draft(banner, banners, finals) for banner in banners),
        rejected="".join(f'<p class="no">{escape(line)}</p>' for line in stage.rejected),
        people=_people(stage, paid),
    )


def _final(final: Output, part: Boundary) -> str:
    human = {"human_validated": "seen and accepted by a person"}.get(part.oversight.value, "")
    notes = (human or part.oversight.value, f"asset {hex(final.id)[:18]}…", part.source_type.term)
    return figure(_file(final), f"The finished banner {_file(final)}", notes)


def _draft(banner: Banner, banners: list[Banner], finals: list[Output]) -> str:
    taken = any(_file(final).endswith(banner["file"]) for final in finals)
    notes = (f"words p = {banner['p']}", f"picture p = {banner['picture_p']}")
    css = "" if taken else "not"
    return figure(f"drafts/{banner['file']}", banner["headline"], notes, css=css)


def _people(stage: Stage, paid: dict[str, int]) -> str:
    rows = [(stage.report.who(who), eth(wei)) for who, wei in paid.items()]
    return table(("Who", ">Received, ETH"), rows)


def _file(output: Output) -> str:
    return Path(str(output.certificate().record["details"]["file"])).name
