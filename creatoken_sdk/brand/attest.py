"""A brand checker's word on chain: a report that passes lets an approval through a gate."""

from __future__ import annotations

from creatoken_sdk.brand.errors import BrandError, DriftedError
from creatoken_sdk.brand.report import DriftReport, exact_level
from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.chain.gates import AttestationGate
from creatoken_sdk.record import name_hash
from creatoken_sdk.record.signatures import Signer
from creatoken_sdk.studio.outputs import Output

__all__ = ["attest", "brand_gate"]


def brand_gate(client: Creatoken, level: float) -> AttestationGate:
    """Return the gate that asks that content passes at this level, say 0.05.

    The level is part of the check's name, `creatoken.brand-drift/0.05`, and so of the address.
    """
    return client.gates.attestation(_check(level))


def attest(
    report: DriftReport,
    asset: Output,
    *,
    gate: AttestationGate,
    level: float,
    attester: Signer,
    expires_at: int,
) -> bytes:
    """Sign, for the gate, that the asset passed, until `expires_at` in UTC seconds.

    Returns the proof that an approval takes for the gate. The signature commits to the hash of the
    report, which names the index by its root: keep the report, for anybody who holds the index can
    make it again. DriftedError if it does not pass or is on other content than the asset's.
    """
    if gate.check != name_hash(_check(level)):
        raise BrandError(f"the gate asks for another check; use brand_gate(client, {level})")
    content = "0x" + asset.asset.content_hash.hex()
    if report.content != content:
        raise DriftedError(f"the report is on {report.content}, not on {content}; measure the file")
    if not report.passes(level):
        raise DriftedError(
            f"the content does not pass at {level}: {_reason(report, level)}; change it, or have a "
            "director decide at a stage without this gate"
        )
    return gate.sign(attester, asset.id, report_hash=report.hash, expires_at=expires_at)


def _check(level: float) -> str:
    exact_level(level)
    return f"creatoken.brand-drift/{float(level)!r}"


def _reason(report: DriftReport, level: float) -> str:
    broken = [finding.rule for finding in report.rules if not finding.passed]
    far = [f"its p-value is {report.p_value:.4f}"] if report.p_value <= level else []
    return ", ".join([*far, *(f"rule {rule!r} is broken" for rule in broken)])
