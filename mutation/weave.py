"""One source with all mutants of a file in it, each behind a number of its own.

A mutant is off while its number is anything but zero. The number stands in the creation code, so
zeroing it there switches the mutant on, and nothing has to be compiled again.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from mutation.operators import Mutant, Node, edited, span

FIRST = 0xFACADE0000C0FFEE << 32
CHOICES = {
    "expression": "(uint256({n}) == 0 ? {new} : {old})",
    "statement": "{{ if (uint256({n}) == 0) {{ {new} }} else {{ {old} }} }}",
    "yul literal": "add({old}, iszero({n}))",
    "yul true": "or({old}, iszero({n}))",
    "yul false": "and({old}, iszero(iszero({n})))",
    "yul statement": "if {n} {{ {old} }}",
}
Sites = dict[tuple[int, int], list[tuple[int, Mutant]]]


def switch(number: int) -> bytes:
    """What stands for a mutant in the code: 12 bytes that nothing else contains."""
    return (FIRST + number).to_bytes(12, "big")


def woven(source: bytes, mutants: dict[int, Mutant], tree: Node, modifiers: dict[str, str]) -> str:
    """The source with the mutants, by their numbers. `modifiers` are the texts of those in use."""
    sites: Sites = defaultdict(list)
    for number, mutant in mutants.items():
        sites[mutant.site].append((number, mutant))
    own = {node["name"]: render(source, span(node), sites) for node in modifiers_of(tree)}
    copies = [
        copied((modifiers | own)[bare(mutant.old)], number)
        for number, mutant in mutants.items()
        if mutant.kind == "modifier"
    ]
    whole = render(source, (0, len(source)), sites)
    if not copies:
        return whole
    assert [it["nodeType"] for it in tree["nodes"]].count("ContractDefinition") == 1
    place = whole.rindex("}")
    return whole[:place] + "\n".join(copies) + whole[place:]


def render(source: bytes, where: tuple[int, int], sites: Sites) -> str:
    """The text of a range; the mutants of its outermost sites hold what was written inside."""
    out, place = "", where[0]
    for site in sorted(sites, key=lambda it: (it[0], -it[1])):
        if site == where or site[0] < place or site[1] > where[1]:
            continue
        out += source[place : site[0]].decode() + choice(source, site, sites)
        place = site[1]
    return out + source[place : where[1]].decode()


def choice(source: bytes, site: tuple[int, int], sites: Sites) -> str:
    """The text of a site, with all its mutants."""
    text = render(source, site, sites)
    for number, mutant in sites[site]:
        if mutant.kind == "modifier":
            text = text.replace(bare(mutant.old), f"{bare(mutant.old)}_{number}", 1)
        else:
            new = edited(source, site, mutant.edits).decode().removeprefix(";")
            text = CHOICES[mutant.kind].format(n=FIRST + number, new=new, old=text)
    return text


def bare(invocation: str) -> str:
    """The name of a modifier."""
    return invocation.partition("(")[0]


def copied(modifier: str, number: int) -> str:
    """A modifier of one function, which its mutant makes do nothing."""
    head, _, body = modifier.partition("{")
    name = re.sub(r"modifier\s+(\w+)", rf"modifier \1_{number}", head)
    return f"{name} {{ if (uint256({FIRST + number}) == 0) {{ _; }} else {{ {body} }}"


def texts_of_modifiers(sources: dict[str, bytes], trees: dict[str, Node]) -> dict[str, str]:
    """Every modifier by its name."""
    return {
        node["name"]: sources[file][slice(*span(node))].decode()
        for file, tree in trees.items()
        for node in modifiers_of(tree)
    }


def modifiers_of(tree: Node) -> Iterator[Node]:
    """The modifiers that a file declares."""
    for contract in tree["nodes"]:
        for node in contract.get("nodes", ()):
            if node["nodeType"] == "ModifierDefinition":
                yield node
