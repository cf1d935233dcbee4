"""The faults that mutants have: walks the compiler's syntax tree and names each place for one.

A mutant replaces some bytes of a source. Its site is the node around them that can stand in an
`a ? b : c` or an `if`; so all mutants fit into one build, see `weave`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

Node = dict[str, Any]
Edit = tuple[int, int, bytes]

OTHER = {
    **{"+": "-", "-": "+", "*": "/", "/": "*", "%": "/", "<<": ">>", ">>": "<<"},
    **{"&": "|", "|": "&", "^": "&", "==": "!=", "!=": "==", "++": "--", "--": "++"},
    **{"<": "<=", "<=": "<", ">": ">=", ">=": ">"},
    **{"+=": "-=", "-=": "+=", "|=": "&=", "&=": "|=", "*=": "/=", "/=": "*="},
}
STATEMENTS = ("ExpressionStatement", "EmitStatement", "RevertStatement", "Return")
BODIES = ("statements", "body", "trueBody", "falseBody")
NAMED = ("FunctionDefinition", "ModifierDefinition", "VariableDeclaration")
WITHOUT_CODE = ("ErrorDefinition", "EventDefinition", "StructDefinition", "EnumDefinition")
UNCHOOSABLE = (
    "int_const",
    "rational_const",
    "literal_string",
    "tuple(",
    "function",
    "type(",
    "error",
)


@dataclass(frozen=True)
class Mutant:
    """One fault in one function."""

    file: str
    function: str
    operator: str
    old: str
    new: str
    edits: tuple[Edit, ...]
    site: tuple[int, int]
    kind: str
    """How the site chooses between the fault and what was written: a key of `weave.CHOICES`."""
    number: int = 0
    """Tells equal faults of a function apart."""

    @property
    def key(self) -> str:
        """Its name in the list of equivalent ones; it has no line numbers, so it lasts."""
        again = f" #{self.number + 1}" if self.number else ""
        return f"{self.function}: {self.operator}: {self.old} -> {self.new or 'nothing'}{again}"


def mutants_of(
    file: str, source: bytes, tree: Node, plain: frozenset[str] = frozenset()
) -> list[Mutant]:
    """All mutants of a file, in the order of its tree; `plain` constants are used in assembly."""
    seen: Counter[str] = Counter()
    found = []
    for mutant in Walk(file, source, plain).visit(tree):
        found.append(replace(mutant, number=seen[mutant.key]))
        seen[mutant.key] += 1
    return found


class Walk:
    """Finds the faults of each kind of node."""

    def __init__(self, file: str, source: bytes, plain: frozenset[str]) -> None:
        """The source is that of the tree that is visited; `plain` constants stay as they are."""
        self.file, self.source, self.plain = file, source, plain
        self.parents: dict[int, tuple[Node, str]] = {}

    def visit(self, node: Node) -> Iterator[Mutant]:
        if node["nodeType"] in WITHOUT_CODE or node.get("name") in self.plain:
            return
        children = list(self._children(node))
        yield from getattr(self, "_" + node["nodeType"], lambda _: ())(node)
        for child in children:
            yield from self.visit(child)

    def _children(self, node: Node) -> Iterator[Node]:
        for field, value in node.items():
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, dict) and "nodeType" in child:
                    self.parents[id(child)] = node, field
                    yield child

    def _BinaryOperation(self, node: Node) -> Iterator[Mutant]:
        operator, left, right = node["operator"], node["leftExpression"], node["rightExpression"]
        if operator in ("&&", "||"):
            value = b"true" if operator == "&&" else b"false"
            yield from (self._fault("operand", side, value) for side in (left, right))
        elif operator in OTHER:
            yield self._other(node, left, right)

    def _Assignment(self, node: Node) -> Iterator[Mutant]:
        if node["operator"] in OTHER:
            yield self._other(node, node["leftHandSide"], node["rightHandSide"])

    def _other(self, node: Node, left: Node, right: Node) -> Mutant:
        start, end = span(left)[1], span(right)[0]
        old, new = node["operator"].encode(), OTHER[node["operator"]].encode()
        gap = self.source[start:end].replace(old, new, 1)
        return self._mutant("operator", node, [(start, end, gap)])

    def _UnaryOperation(self, node: Node) -> Iterator[Mutant]:
        text, operator = self._text(node), node["operator"].encode()
        if operator == b"!":
            yield self._fault("negation", node, b"(" + text[1:] + b")")
        elif operator in (b"++", b"--"):
            other = OTHER[operator.decode()].encode()
            yield self._fault("operator", node, text.replace(operator, other))

    def _Literal(self, node: Node) -> Iterator[Mutant]:
        text = self._text(node)
        if node["kind"] == "bool":
            yield self._fault("literal", node, b"false" if text == b"true" else b"true")
        elif node["kind"] == "number" and type_of(node) != "address":
            common = self.parents[id(node)][0].get("commonType", {}).get("typeString")
            more = one_more(text)
            new = b"bytes32(uint256(%s))" % more if common == "bytes32" else more
            yield self._fault("literal", node, new)

    def _IfStatement(self, node: Node) -> Iterator[Mutant]:
        for value in (b"true", b"false"):
            yield self._fault("condition", node["condition"], value)

    _Conditional = _IfStatement

    def _ForStatement(self, node: Node) -> Iterator[Mutant]:
        yield self._fault("condition", node["condition"], b"false")

    def _FunctionCall(self, node: Node) -> Iterator[Mutant]:
        yield from self._swaps(node, node["arguments"])

    def _TupleExpression(self, node: Node) -> Iterator[Mutant]:
        yield from self._swaps(node, filter(None, node["components"]))

    def _swaps(self, node: Node, values: Iterable[Node]) -> Iterator[Mutant]:
        for one, two in pairwise(values):
            if type_of(one) == type_of(two) and self._text(one) != self._text(two):
                edits = [(*span(one), self._text(two)), (*span(two), self._text(one))]
                yield self._mutant("swap", node, edits)

    def _ExpressionStatement(self, node: Node) -> Iterator[Mutant]:
        target = type_of(node.get("expression", node).get("leftHandSide", node))
        pointer = "storage pointer" in target or "calldata" in target  # must be set
        if self.parents[id(node)][1] in BODIES and not pointer:
            yield self._fault("delete", node, b"")

    _EmitStatement = _RevertStatement = _ExpressionStatement

    def _Return(self, node: Node) -> Iterator[Mutant]:
        function = self.parents[id(self.parents[id(node)][0])][0]
        if node.get("expression") and function["nodeType"] == "FunctionDefinition":
            yield self._fault("delete", node, b"")

    def _ModifierInvocation(self, node: Node) -> Iterator[Mutant]:
        if node.get("kind") == "modifierInvocation":
            yield self._mutant("modifier", node, [(*span(node), b"")], "modifier")

    def _YulLiteral(self, node: Node) -> Iterator[Mutant]:
        if node["kind"] == "number" and self.parents[id(node)][0]["nodeType"] != "YulCase":
            yield self._fault("literal", node, one_more(self._text(node)), "yul literal")

    def _YulIdentifier(self, node: Node) -> Iterator[Mutant]:
        if node["name"].isupper():  # a constant, which may only be a plain number
            yield self._fault("literal", node, self._text(node) + b" + 1", "yul literal")

    def _YulExpressionStatement(self, node: Node) -> Iterator[Mutant]:
        if b"." not in self._text(node).partition(b":=")[0]:  # a calldata pointer must be set
            yield self._fault("delete", node, b"", "yul statement")

    _YulAssignment = _YulExpressionStatement

    def _YulIf(self, node: Node) -> Iterator[Mutant]:
        yield self._fault("condition", node["condition"], b"1", "yul true")
        yield self._fault("condition", node["condition"], b"0", "yul false")

    def _YulFunctionCall(self, node: Node) -> Iterator[Mutant]:
        if node["functionName"]["name"] == "and":
            for side in node["arguments"]:
                yield self._fault("operand", side, b"1", "yul true")

    def _fault(self, operator: str, node: Node, new: bytes, kind: str = "") -> Mutant:
        return self._mutant(operator, node, [(*span(node), new)], kind)

    def _mutant(self, operator: str, node: Node, edits: list[Edit], kind: str = "") -> Mutant:
        site, found = (span(node), kind) if kind else self._site(node)
        old, new = self._text(node), edited(self.source, span(node), edits)
        texts = " ".join(old.decode().split()), " ".join(new.decode().split())
        name = self._function(node)
        return Mutant(self.file, name, operator, *texts, tuple(edits), site, found)

    def _text(self, node: Node) -> bytes:
        return self.source[slice(*span(node))]

    def _function(self, node: Node) -> str:
        parent = self.parents[id(node)][0]
        while parent["nodeType"] not in ("ContractDefinition", "SourceUnit"):
            node, parent = parent, self.parents[id(parent)][0]
        return node.get("name") or node.get("kind") or node["nodeType"]

    def _site(self, node: Node) -> tuple[tuple[int, int], str]:
        while node["nodeType"] not in STATEMENTS:
            parent, field = self.parents[id(node)]
            declared = field in ("value", "initialValue")
            choosable = declared or not type_of(node).startswith(UNCHOOSABLE)
            if choosable and field not in ("leftHandSide", "subExpression", "expression"):
                return span(node), "expression"
            if parent["nodeType"] == "ExpressionStatement" and choosable:
                return span(node), "expression"
            node = parent
        start, end = span(node)
        return (start, self.source.index(b";", end - 1) + 1), "statement"


def one_more(text: bytes) -> bytes:
    """The next number, in as many digits."""
    value = int(text.replace(b"_", b""), 0) + 1
    return f"0x{value:0{len(text) - 2}x}".encode() if text[:2] == b"0x" else str(value).encode()


def span(node: Node) -> tuple[int, int]:
    start, length, _ = map(int, node["src"].split(":"))
    return start, start + length


def type_of(node: Node) -> str:
    return str(node.get("typeDescriptions", {}).get("typeString", "int_const"))


def edited(source: bytes, where: tuple[int, int], edits: Iterable[Edit]) -> bytes:
    """The bytes of a range, with the edits that lie in it."""
    out, place = b"", where[0]
    for start, end, new in sorted(edits):
        out += source[place:start] + new
        place = end
    return out + source[place : where[1]]
