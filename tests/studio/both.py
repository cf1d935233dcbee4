"""Both verifiers side by side: the SDK's, and the script that goes into bundles."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import creatoken_sdk.studio
from creatoken_sdk.errors import CreatokenError
from creatoken_sdk.studio.evidence import verify_bundle
from creatoken_sdk.studio.findings import MALFORMED, Report
from creatoken_sdk.studio.verify import judge

STANDALONE = Path(creatoken_sdk.studio.__file__).parent / "standalone"

Seen = dict[str, dict[str, tuple[str, str]]]
"""By answer and check: the state and the reason."""

REFUSED: Seen = {}


@cache
def standalone() -> ModuleType:
    """The script's module, imported as in a bundle's folder, remembering what it hashed."""
    sys.path.insert(0, str(STANDALONE))
    try:
        import mathematics

        mathematics.keccak = cache(mathematics.keccak)
        mathematics.recover = cache(mathematics.recover)
        import verify
    finally:
        sys.path.remove(str(STANDALONE))
    return verify


def by_sdk(evidence: dict[str, Any], digest: bytes | None, blocks: Collection[str] = ()) -> Seen:
    try:
        return seen(judge(evidence, digest, blocks=blocks))
    except (CreatokenError, *MALFORMED):
        return REFUSED


def by_script(evidence: dict[str, Any], digest: bytes | None, blocks: Collection[str] = ()) -> Seen:
    try:
        case = standalone().Case(evidence, digest, blocks=blocks)
        case.examine()
    except (sys.modules["mathematics"].Wrong, *MALFORMED):
        return REFUSED
    return noted(case.findings)


def read_by_sdk(bundle: Path, blocks: Collection[str] = ()) -> Seen:
    try:
        return seen(verify_bundle(bundle, blocks=blocks))
    except CreatokenError:
        return REFUSED


def read_by_script(bundle: Path, blocks: Collection[str] = ()) -> Seen:
    try:
        return noted(standalone().examine(bundle, blocks=blocks))
    except Exception:  # as the script's `main` does
        return REFUSED


def noted(findings: Mapping[str, Any]) -> Seen:
    return {
        answer: {check: (state, why) for check, state, why in found}
        for answer, found in findings.items()
    }


def seen(report: Report) -> Seen:
    return {
        answer: {check: (state, why) for check, state, why in told["findings"]}
        for answer, told in report.to_json().items()
    }


def states(found: Seen) -> dict[str, dict[str, str]]:
    return {
        answer: {check: state for check, (state, _) in checks.items()}
        for answer, checks in found.items()
    }


def failed(found: Seen) -> dict[str, set[str]]:
    """The checks that fail, by answer."""
    return {
        answer: {check for check, (state, _) in checks.items() if state == "fails"}
        for answer, checks in found.items()
        if any(state == "fails" for state, _ in checks.values())
    }
