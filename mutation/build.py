"""The contracts with many mutants in them, compiled at once."""

from __future__ import annotations

import json
import posixpath
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import dev
from mutation.operators import Mutant, Node, mutants_of
from mutation.weave import FIRST, texts_of_modifiers, woven

STORE = dev.ROOT / ".toolchain/mutants"
GUARD = "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol"
CHAIN_ID = "block.chainid", "block.number "
"""What the EVM in this process cannot change, and what stands for it, in as many characters."""
IMPORT = re.compile(r'^import [^;]*?"([^"]+)";', re.MULTILINE | re.DOTALL)
IN_ASSEMBLY = re.compile(r'"name": "([A-Z_]+)", "nativeSrc"')
UNCOUNTED = {"mocks", "interfaces", "examples"}
SETTINGS = {
    "evmVersion": "cancun",
    "viaIR": True,  # the stack is too deep otherwise
    "optimizer": {"enabled": False},  # would fold the mutants' numbers
    "metadata": {"appendCBOR": False, "bytecodeHash": "none"},
}


TREES = {"*": {"": ["ast"]}}


class Sources:
    """All contracts, with what they import, and their mutants."""

    def __init__(self) -> None:
        """Reads them; compiles nothing yet."""
        paths = (dev.ROOT / "contracts").rglob("*.sol")
        names = [path.relative_to(dev.ROOT) for path in paths if ".cache" not in path.parts]
        self.texts = closure([str(name) for name in names])
        self.counted = sorted(str(name) for name in names if not UNCOUNTED & set(name.parts))

    @cached_property
    def trees(self) -> dict[str, Node]:
        answer = solc(self.texts, TREES)
        assert not errors_of(answer), errors_of(answer)[0]["formattedMessage"]
        return {name: entry["ast"] for name, entry in answer["sources"].items()}

    @cached_property
    def mutants(self) -> list[Mutant]:
        trees = json.dumps([self.trees[file] for file in self.counted])
        plain = frozenset(IN_ASSEMBLY.findall(trees))
        return [
            mutant
            for file in self.counted
            for mutant in mutants_of(file, self.texts[file].encode(), self.trees[file], plain)
        ]

    def woven(self, mutants: dict[int, Mutant]) -> dict[str, str]:
        """The sources with these mutants."""
        raw = {name: text.encode() for name, text in self.texts.items()}
        modifiers = texts_of_modifiers(raw, self.trees)
        texts = dict(self.texts)
        for file in self.counted:
            own = {number: it for number, it in mutants.items() if it.file == file}
            texts[file] = woven(raw[file], own, self.trees[file], modifiers)
        return texts


@dataclass
class Build:
    """Contracts with mutants, by number, and those that the compiler refused."""

    mutants: dict[int, Mutant]
    refused: list[Mutant]
    path: Path
    """Of the JSON that `contract` reads."""


def build(sources: Sources, chosen: list[Mutant], path: Path) -> Build:
    """Compiles, unless the file says that it holds just these."""
    mutants = dict(enumerate(chosen))
    names = [f"{it.file} {it.key}" for it in chosen]
    if path.exists():
        kept = json.loads(path.read_text())
        if kept["names"] == names:
            refused = set(kept["refused"])
            left = {n: it for n, it in mutants.items() if n not in refused}
            return Build(left, [mutants[n] for n in sorted(refused)], path)
    texts = sources.woven(mutants)
    refused = {n for error in errors_of(solc(texts, TREES)) for n in blamed(error, texts)}
    left = {n: it for n, it in mutants.items() if n not in refused}
    contracts = compiled(sources.woven(left))
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {"names": names, "refused": sorted(refused), "contracts": contracts}
    path.write_text(json.dumps(kept))
    return Build(left, [mutants[n] for n in sorted(refused)], path)


def closure(files: list[str]) -> dict[str, str]:
    """The texts of the files and of all that they import."""
    found: dict[str, str] = {}
    while files:
        file = files.pop()
        if file in found:
            continue
        root = dev.ROOT if file.startswith("contracts/") else dev.ROOT / "node_modules"
        text = (root / file).read_text()
        # The copies of a modifier call its private functions.
        found[file] = text.replace(") private ", ") internal ") if file == GUARD else text
        folder = posixpath.dirname(file)
        for name in IMPORT.findall(text):
            local = name.startswith(".")
            files.append(posixpath.normpath(posixpath.join(folder, name)) if local else name)
    return found


def solc(sources: dict[str, str], selection: dict[str, Any]) -> dict[str, Any]:
    """The compiler's answer, errors included."""
    texts = {name: {"content": text.replace(*CHAIN_ID)} for name, text in sources.items()}
    settings = SETTINGS | {"outputSelection": selection}
    request = {"language": "Solidity", "sources": texts, "settings": settings}
    answer = subprocess.run(
        ["node", "--liftoff-only", "--stack-size=4000", "tools/solc-wasm.cjs"],
        cwd=dev.ROOT,
        env=dev.environment(),
        input=json.dumps(request),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    result: dict[str, Any] = json.loads(answer.stdout)
    return result


def errors_of(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [it for it in answer.get("errors", ()) if it["severity"] == "error"]


def blamed(error: dict[str, Any], texts: dict[str, str]) -> set[int]:
    """The mutant that an error is in, such as one that compares a `bytes4` with a number."""
    where = error["sourceLocation"]
    text = texts[where["file"]].encode()
    found = [(it.start(), int(it[0]) - FIRST) for it in re.finditer(rb"\b\d{29}\b", text)]
    inside = [number for at, number in found if where["start"] <= at <= where["end"]]
    before = [number for at, number in found if where["start"] - 100 < at < where["start"]]
    assert inside or before, error["formattedMessage"]
    return set(inside[:1] or before[-1:])


def compiled(texts: dict[str, str]) -> dict[str, Any]:
    """ABI and creation code of every contract, by name; two compilers share the work."""
    files = [name for name in texts if name.startswith("contracts/")]
    files.sort(key=lambda name: -len(texts[name]))
    wanted = {"*": ["abi", "evm.bytecode.object"]}
    with ThreadPoolExecutor(2) as pool:
        halves = (dict.fromkeys(files[start::2], wanted) for start in (0, 1))
        answers = list(pool.map(lambda half: solc(texts, half), halves))
    contracts = {}
    for answer in answers:
        assert not errors_of(answer), errors_of(answer)[0]["formattedMessage"]
        for file in answer["contracts"].values():
            for name, it in file.items():
                contracts[name] = {"abi": it["abi"], "code": it["evm"]["bytecode"]["object"]}
    return contracts
