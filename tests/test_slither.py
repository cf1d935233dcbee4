"""Slither on the sources that ship: each of its findings is accepted here, with the reason."""

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

# Detectors that are off, and why.
EXCLUDED = {
    "assembly": "says that there is assembly, not what is wrong with it",
    "cache-array-length": "gas; measured by bench/gas.py instead",
    "naming-convention": "wants immutables in lower case; forge lint wants them in upper case",
    "pragma": "OpenZeppelin and solady state ranges; one compiler is pinned for all",
    "timestamp": "deadlines and terms are in days, and no amount depends on the time",
    "uninitialized-local": "sums and last-seen values start from zero, as Solidity defines",
}
# Findings that are none: how many of one detector in one place, and why.
ACCEPTED = {
    "arbitrary-send-erc20 PayoutVault._pull": (1, "`_fund` requires that `from` is the sender"),
    "calls-loop Approvals._requireSignatures": (
        1,
        "asks our own Projects; the caller pays per signature",
    ),
    "calls-loop AssetRegistry._register": (
        2,
        "asks our own Works and Projects; the caller pays per asset",
    ),
    "calls-loop ContributionToken.seal": (
        1,
        "asks our own Works, once per parent; parents are capped",
    ),
    "calls-loop LineageGate._mayDerive": (
        4,
        "a parent that reverts only bars what derives from it",
    ),
    "calls-loop PayoutVault._pull": (
        2,
        "the payer chose the currencies; all payouts of a call fail together",
    ),
    "calls-loop PayoutVault._release": (
        2,
        "asks our own registry; a list may be split into calls of one",
    ),
    "calls-loop Works._mayDerive": (3, "a parent that reverts only bars what derives from it"),
    "divide-before-multiply AssetRegistry.royaltyInfo": (
        1,
        "whole and rest apart: exact, and no overflow",
    ),
    "divide-before-multiply RoyaltySplitter._pushAll": (
        1,
        "rounds down per share; the rest goes out next time",
    ),
    "divide-before-multiply RoyaltySplitter._settled": (
        1,
        "books only what divides; the rest stays unattributed",
    ),
    "incorrect-equality LicenseMarket._pay": (1, "currencies that move another amount are refused"),
    "incorrect-equality PayoutVault._pull": (1, "currencies that move another amount are refused"),
    "incorrect-equality RoyaltySplitter._push": (
        1,
        "nothing to send; not a condition that others could miss",
    ),
    "locked-ether AssetRegistry": (
        1,
        "the payable functions of ERC721 refuse value: `_requireNoValue`",
    ),
    "reentrancy-benign PayoutVault.approveAndRelease": (
        1,
        "nonReentrant, and the registry is our own",
    ),
    "shadowing-local IContributionToken.seal": (
        1,
        "a parameter in an interface; there is no body to confuse",
    ),
    "unused-return Signatures.isValid": (
        1,
        "on any error the recovered signer is zero, which equals none",
    ),
    "write-after-write PayoutVault.payoutIdOf": (1, "sets offset and length of one slice"),
}


def place(element: dict[str, Any]) -> str:
    """Return `Contract.function` that an element of a finding lies in, or the contract."""
    parent = element.get("type_specific_fields", {}).get("parent", {})
    if element["type"] in ("function", "contract") or not parent:
        return ".".join(it["name"] for it in (parent, element) if "name" in it)
    return place(parent)


def findings() -> "Counter[str]":
    """Count what Slither finds in contracts/, by detector and place."""
    done = subprocess.run(
        (
            *("slither", "creatoken_sdk/deployments/compiler-input.json", "--json", "-"),
            *("--compile-force-framework", "solc-json", "--solc", "tools/solc-ast.cjs"),
            *("--include-paths", "(?<!@openzeppelin)/contracts/"),
            *("--exclude", ",".join(EXCLUDED)),
        ),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout, done.stderr
    report = json.loads(done.stdout)
    assert report["success"], report["error"]
    found = report["results"]["detectors"]
    return Counter(f"{finding['check']} {place(finding['elements'][0])}" for finding in found)


def test_slither__given_the_shipped_sources__finds_only_what_is_accepted():
    assert findings() == {what: count for what, (count, _) in ACCEPTED.items()}
