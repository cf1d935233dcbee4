"""The agents: research, copy, design and brand check, and the place where the director decides."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypedDict

from langchain_openai import ChatOpenAI
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import interrupt

from creatoken_sdk.brand.index import BrandIndex
from creatoken_sdk.demo.brief import Brand
from creatoken_sdk.demo.copywriter import Copy
from creatoken_sdk.demo.designer import draw_banner
from creatoken_sdk.studio.run import Run
from people import NODES
from stage import LEVEL

CALL = "Find your flavour"


Banner = dict[str, Any]


class Campaign(TypedDict, total=False):
    """What the agents hand on."""

    brief: str
    insight: dict[str, Any]
    direction: str
    lines: list[dict[str, str]]
    rejected: list[str]
    banners: list[Banner]
    decision: dict[str, Any]


class Agents:
    """The nodes of the graph."""

    def __init__(
        self, model: ChatOpenAI, index: BrandIndex, brand: Brand, run: Run, drafts: Path
    ) -> None:
        """Work for a run, and leave pictures in a folder."""
        self._model = model
        self._index = index
        self._brand = brand
        self._run = run
        self._drafts = drafts
        self.rejected: list[str] = []

    def graph(self) -> CompiledStateGraph[Any, Any, Any, Any]:
        """Chain the agents; copy that the check rejects is written again."""
        graph = StateGraph(Campaign)
        for name in NODES:
            graph.add_node(name, getattr(self, name))
        for one, after in zip((START, *NODES), (*NODES, END), strict=True):
            if one != "check_copy":
                graph.add_edge(one, after)
        graph.add_conditional_edges(
            "check_copy", lambda state: "copy" if state["rejected"] else "design"
        )
        return graph.compile(checkpointer=InMemorySaver())

    def research(self, state: Campaign) -> Campaign:
        """Put what past work earned into a direction."""
        facts = json.dumps(state["insight"])
        return {"direction": self._ask(f"You research the market.\n{facts}\nSay what to make.")}

    def copy(self, state: Campaign) -> Campaign:
        """Write lines with the brand's own words in view; what was rejected is written anew."""
        cited = self._run.retrieve(self._index, state["brief"], k=5)
        prompt = [
            "You write copy. Answer with a JSON list of headline and subline.",
            state["brief"],
            f"Direction: {state['direction']}",
            *(f"Rejected: {why}" for why in state.get("rejected", [])),
            cited.context,
        ]
        written = json.loads(self._ask("\n\n".join(prompt)))
        return {"lines": [*state.get("lines", []), *written], "rejected": []}

    def check_copy(self, state: Campaign) -> Campaign:
        """Measure each line against the brand, and keep those that pass."""
        kept, rejected = [], []
        for line in state["lines"]:
            report = self._run.gate("copy", self._index.drift(_text(line)))
            if report.passes(LEVEL):
                kept.append({**line, "p": f"{report.p_value:.3f}"})
            else:
                broken = [f"{one.rule}: {one.found}" for one in report.rules if not one.passed]
                why = "; ".join([f"p = {report.p_value:.3f}", *broken])
                rejected.append(f"{line['headline']!r} ({why})")
        self.rejected += rejected
        return {"lines": kept, "rejected": rejected}

    def design(self, state: Campaign) -> Campaign:
        """Draw a banner for each line."""
        lines = [_text(line) for line in state["lines"]]
        prompt = f"You design banners. {state['direction']}\nLines: {json.dumps(lines)}"
        banners = []
        for line, plan in zip(state["lines"], json.loads(self._ask(prompt)), strict=True):
            copy = Copy(line["headline"], line["subline"], CALL)
            drawn = draw_banner(copy, self._brand, seed=plan["seed"])
            path = self._drafts / f"{len(banners) + 1}-{drawn.scene}.png"
            path.write_bytes(drawn.png)
            banners.append({**line, **plan, "file": path.name, "scene": drawn.scene})
        return {"banners": banners}

    def check_design(self, state: Campaign) -> Campaign:
        """Measure each picture against the brand."""
        banners = []
        for banner in state["banners"]:
            report = self._run.gate("picture", self._index.drift(self._drafts / banner["file"]))
            found = {one.rule: one.found for one in report.rules}
            banners.append({**banner, "passes": report.passes(LEVEL), **found})
            banners[-1]["picture_p"] = f"{report.p_value:.3f}"
        return {"banners": banners}

    def hand_over(self, state: Campaign) -> Campaign:
        """Wait for what the creative director decides."""
        return {"decision": interrupt({"banners": state["banners"]})}

    def _ask(self, prompt: str) -> str:
        return str(self._model.invoke(prompt).content)


def _text(line: dict[str, str]) -> str:
    return f"{line['headline']}\n{line['subline']}"
