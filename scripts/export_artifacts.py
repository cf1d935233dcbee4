"""Write the compiled contracts that ship in the SDK; `--check` fails where they are out of date.

They are compiled from one standard JSON input, which ships beside them: give it to any block
explorer to verify the sources. Ape's own build serves tests only; what it compiles together depends
on what changed last, and the compiler puts a hash of that into the code.
"""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

import click
import solcx
from ape import project

from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.artifacts import Artifact
from creatoken_sdk.chain.deploy import CREATE2_DEPLOYER, SALT, Planned, plan
from creatoken_sdk.record.keccak import keccak256

CONTRACTS = ("Anchors", "AssetRegistry", "ContributionToken", "LicenseMarket", "PayoutVault")
CONTRACTS += ("Projects", "Works")
GATES = ("AttestationGate", "HumanIntentGate", "LineageGate", "MetricGate")
SOURCES = {name: f"contracts/{name}.sol" for name in CONTRACTS}
SOURCES |= {name: f"contracts/gates/{name}.sol" for name in GATES}
DEPLOYED_BY_WORKS = {"ContributionToken"}
DROPPED = {"internalType"}
OUTPUTS = ["abi", "devdoc", "userdoc", "evm.bytecode.object"]
IMPORT = re.compile(r'import\s+(?:[^";]*\bfrom\s+)?"([^"]+)"')
GAS = 2**24 - 1

Json = dict[str, Any]


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; fail where a file is out of date.")
def cli(check: bool) -> None:
    """Write chain/abi/<Name>.json, deployments/31337.json and deployments/compiler-input.json."""
    stale = [path for path, text in exported().items() if not _is_current(path, text, check)]
    if stale:
        names = ", ".join(path.name for path in stale)
        raise click.ClickException(f"out of date: {names}; run `python3 dev.py artifacts`")


def exported() -> dict[Path, str]:
    """Return what every exported file should hold."""
    package = project.path / "creatoken_sdk"
    source = compiler_input()
    compiled = solcx.compile_standard(source, solc_version=project.config.solidity.version)
    documents = {name: _document(name, compiled) for name in SOURCES}
    made = {name: Artifact.from_json(document) for name, document in documents.items()}
    contracts = {}
    with Anvil(hardfork="cancun") as chain:
        for planned in plan(made.__getitem__):
            documents[planned.name]["codeHash"] = _code_hash(chain, planned)
            contracts[planned.name] = {
                "address": planned.address,
                "codeHash": documents[planned.name]["codeHash"],
            }
    files = {package / f"chain/abi/{name}.json": text for name, text in documents.items()}
    files[package / "deployments/31337.json"] = {"chainId": 31337, "contracts": contracts}
    files[package / "deployments/compiler-input.json"] = source
    return {path: json.dumps(it, indent=1, sort_keys=True) + "\n" for path, it in files.items()}


def compiler_input() -> Json:
    """Return standard JSON with every source the deployed contracts need, and Ape's settings."""
    sources: dict[str, Json] = {}
    waiting = list(SOURCES.values())
    while waiting:
        name = waiting.pop()
        if name in sources:
            continue
        root = project.path if name.startswith("contracts/") else project.path / "node_modules"
        text = (root / name).read_text("utf-8")
        sources[name] = {"content": text}
        waiting += [_resolved(name, imported) for imported in IMPORT.findall(text)]
    config = project.config.solidity
    settings = {
        "evmVersion": config.evm_version,
        "optimizer": {"enabled": config.optimize, "runs": config.optimization_runs},
        "viaIR": config.via_ir,
        "outputSelection": {path: {name: OUTPUTS} for name, path in SOURCES.items()},
    }
    return {"language": "Solidity", "sources": sources, "settings": settings}


def _resolved(importer: str, imported: str) -> str:
    """Return the source that an import names, as the compiler resolves it."""
    return normpath(join(dirname(importer), imported)) if imported[0] == "." else imported


def _code_hash(chain: Anvil, planned: Planned) -> str:
    """Return keccak256 of what the creation code leaves: it depends on its own address."""
    sender, data = chain.accounts[0].address, "0x" + (SALT + planned.init_code).hex()
    request = {"from": sender, "to": CREATE2_DEPLOYER, "data": data, "gas": hex(GAS)}
    sent = chain.request("eth_sendTransaction", request)
    while chain.request("eth_getTransactionReceipt", sent) is None:  # mining takes a moment
        time.sleep(0.01)
    code = chain.request("eth_getCode", planned.address, "latest")
    return "0x" + keccak256(bytes.fromhex(code[2:])).hex()


def _document(name: str, compiled: Json) -> Json:
    contract = compiled["contracts"][SOURCES[name]][name]
    creation = "" if name in DEPLOYED_BY_WORKS else contract["evm"]["bytecode"]["object"]
    return {
        "contractName": name,
        "abi": [_without(DROPPED, entry) for entry in contract["abi"]],
        "bytecode": creation,
        "codeHash": "",
        "errors": _notices(contract["devdoc"], "details") | _notices(contract["userdoc"], "notice"),
        "compiler": project.config.solidity.version,
    }


def _notices(doc: Json | None, key: str) -> dict[str, str]:
    errors = (doc or {}).get("errors", {})
    return {
        signature: entries[0][key] for signature, entries in errors.items() if key in entries[0]
    }


def _without(keys: set[str], value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without(keys, item) for key, item in value.items() if key not in keys}
    return [_without(keys, item) for item in value] if isinstance(value, list) else value


def _is_current(path: Path, text: str, check: bool) -> bool:
    if path.is_file() and path.read_text("utf-8") == text:
        return True
    if not check:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return not check
