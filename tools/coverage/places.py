"""What counts as covered, and sources that say on the chain's console what they reach.

A line counts where a function or a statement starts, and is covered once everything that starts on
it ran. A branch is one outcome of a condition: of `if`, `require`, `?:`, a loop, or an operand of
`&&` or `||`, wherever that stands. Branches inside assembly do not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

LIBRARY = "tools/coverage/Coverage.sol"
SIMPLE = {"ExpressionStatement", "VariableDeclarationStatement", "Return", "EmitStatement"}
SIMPLE |= {"RevertStatement", "Break", "Continue", "PlaceholderStatement"}

Node = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """One thing that can happen in a source.

    `outcome` is "runs" for code, "true" or "false" for a condition. `copy` tells equal texts of one
    function apart.
    """

    file: str
    line: int
    function: str
    text: str
    outcome: str
    copy: int = 1

    @property
    def name(self) -> str:
        """What identifies the place while lines move."""
        copy = f" ({self.copy})" if self.copy > 1 else ""
        return f"{self.file} {self.function}: {self.text}{copy}: {self.outcome}"


def instrument(file: str, source: str, ast: Node, places: list[Place]) -> str:
    """Return a source that says the index in `places` of all it reaches; adds its places there."""
    return _Instrumented(file, source, places).rewritten(ast)


class _Instrumented:
    """A source with calls of the library inserted. Offsets are the compiler's, in bytes."""

    def __init__(self, file: str, source: str, places: list[Place]) -> None:
        self._file = file
        self._source = source.encode()
        self._places = places
        self._function = ""
        self._seen: Counter[tuple[str, str, str]] = Counter()
        self._inserted: list[tuple[int, bytes]] = []

    def rewritten(self, ast: Node) -> str:
        """Return the source with everything inserted, the outer of two calls first."""
        self._visit(ast)
        parts, end = [], 0
        for offset, text in sorted(self._inserted, key=lambda it: it[0]):
            parts += [self._source[end:offset], text]
            end = offset
        parts.append(self._source[end:])
        return f'{b"".join(parts).decode()}\nimport {{Coverage}} from "{LIBRARY}";\n'

    def _visit(self, node: Node) -> None:
        kind = node["nodeType"]
        if kind in ("FunctionDefinition", "ModifierDefinition") and node.get("body"):
            self._function = node["name"] or node["kind"]
            self._say(node, _start(node["body"]) + 1)
        for statement in node.get("statements") or ():
            self._say(statement, _start(statement))
        for body in _bare_bodies(node):
            self._brace(body)
        if _is_counted(node):
            self._count(node)
        if kind == "InlineAssembly":
            return
        for child in _children(node):
            for condition in _conditions(node):
                child["isCondition"] = child.get("isCondition") or child is condition
            self._visit(child)

    def _say(self, node: Node, offset: int) -> None:
        self._insert(offset, f"Coverage.say({len(self._places)});")
        self._add(node, "runs")

    def _brace(self, statement: Node) -> None:
        """Give the body of an `if` or a loop the braces that it lacks."""
        self._insert(_start(statement), "{")
        self._say(statement, _start(statement))
        end = _end(statement)
        if statement["nodeType"] in SIMPLE:
            end = self._source.index(b";", end - 1) + 1  # a lone `return;` holds it already
        self._insert(end, "}")

    def _count(self, condition: Node) -> None:
        self._insert(_start(condition), f"Coverage.say({len(self._places)}, ")
        self._insert(_end(condition), ")")
        self._add(condition, "true")
        self._add(condition, "false")

    def _insert(self, offset: int, text: str) -> None:
        self._inserted.append((offset, text.encode()))

    def _add(self, node: Node, outcome: str) -> None:
        line = self._source.count(b"\n", 0, _start(node)) + 1
        text = " ".join(self._source[_start(node) : _end(node)].decode().split())
        text = text if outcome != "runs" else text.split("{")[0][:60].strip()
        key = (self._function, text, outcome)
        self._seen[key] += 1
        self._places.append(Place(self._file, line, *key, self._seen[key]))


def _start(node: Node) -> int:
    return int(node["src"].split(":")[0])


def _end(node: Node) -> int:
    return _start(node) + int(node["src"].split(":")[1])


def _children(node: Node) -> Iterator[Node]:
    for value in list(node.values()):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, dict) and "nodeType" in child:
                yield child


def _bare_bodies(node: Node) -> Iterable[Node]:
    """Bodies without braces; `else if` needs none."""
    bodies = [node.get(key) for key in ("trueBody", "falseBody", "body")]
    if node["nodeType"] not in ("IfStatement", "ForStatement", "WhileStatement"):
        return []
    kept = ("Block", "UncheckedBlock", "IfStatement")
    return [body for body in bodies if body and body["nodeType"] not in kept]


def _conditions(node: Node) -> list[Node]:
    """What decides at a node: its condition, or both operands of a logical operator."""
    if node["nodeType"] == "FunctionCall":
        return node["arguments"][:1] if node["expression"].get("name") == "require" else []
    if node.get("operator") in ("&&", "||"):
        return [node["leftExpression"], node["rightExpression"]]
    if node["nodeType"] == "TupleExpression" and node.get("isCondition"):
        return list(node["components"])
    return [node["condition"]] if node.get("condition") else []


def _is_counted(node: Node) -> bool:
    """Whether it is a condition that no operator divides further."""
    is_group = node["nodeType"] == "TupleExpression" or node.get("operator") in ("&&", "||")
    return bool(node.get("isCondition")) and not is_group
