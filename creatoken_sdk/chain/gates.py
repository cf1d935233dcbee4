"""Gates: what an approval can be made to ask for beside directors' signatures.

A gate is a contract that holds only what it asks for, so its address follows from that and is the
same on every chain: it can be named in a project, signed for and proved to before it is deployed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, TypeVar

from eth_abi.abi import encode as abi_encode

from creatoken_sdk.chain.artifacts import artifact
from creatoken_sdk.chain.deploy import Planned, planned_with
from creatoken_sdk.errors import RecordError
from creatoken_sdk.record.certificate import Certificate
from creatoken_sdk.record.ids import name_hash, parents_hash
from creatoken_sdk.record.signatures import Signer, sign
from creatoken_sdk.record.steps import ActorKind, SignedStep, step_leaf, steps_tree
from creatoken_sdk.record.structs import encode, members, to_json
from creatoken_sdk.record.typed_data import Attestation, Domain, Metric, Step

if TYPE_CHECKING:
    from creatoken_sdk.chain.client import Creatoken

__all__ = ["AttestationGate", "Gate", "Gates", "HumanIntentGate", "LineageGate", "MetricGate"]

G = TypeVar("G", bound="Gate")

_STEP = ",".join(kind for kind, _ in members(Step.TYPE))
_HUMAN_STEPS = f"(({_STEP}),bytes,bytes32[])[]"
_PARENTS_HASH = "/parentsHash"


@dataclass(frozen=True)
class Gate:
    """A gate, deployed or not. Subclasses make the proof that it takes in `gate_proofs`."""

    chain_id: int
    planned: Planned

    @property
    def address(self) -> str:
        """Where the gate is, or will be, on every chain."""
        return self.planned.address

    @property
    def domain(self) -> Domain:
        """Where statements that are signed for this gate count."""
        return Domain(chain_id=self.chain_id, verifying_contract=self.address)


@dataclass(frozen=True)
class AttestationGate(Gate):
    """Asks that a COMPLIANCE signer attests that the asset passed `check`, a hashed name."""

    check: bytes

    def sign(
        self, attester: Signer, asset_id: int, *, report_hash: bytes, expires_at: int
    ) -> bytes:
        """Sign that the asset passed, until `expires_at` in UTC seconds; return the proof."""
        verdict = Attestation(
            asset_id=asset_id,
            check=self.check,
            passed=True,
            report_hash=report_hash,
            attester=attester.address,
            expires_at=expires_at,
        )
        return self.proof(verdict, sign(self.domain, verdict, attester))

    def proof(self, verdict: Attestation, signature: bytes) -> bytes:
        """Return the proof of a verdict that was signed elsewhere, in this gate's domain."""
        if verdict.check != self.check or not verdict.passed:
            raise RecordError("the verdict is on another check, or is no; have this one attested")
        fields = (verdict.report_hash, verdict.attester, verdict.expires_at)
        return encode(("bytes32", "address", "uint40"), fields) + signature


@dataclass(frozen=True)
class MetricGate(Gate):
    """Asks that a REPORTER signs that the metric `name`, hashed, is at `threshold` or above."""

    name: bytes
    threshold: int

    def sign(
        self, reporter: Signer, asset_id: int, value: int, *, report_hash: bytes, at: int
    ) -> bytes:
        """Sign the figure as of `at`, UTC seconds in the past; return the proof."""
        figure = Metric(
            asset_id=asset_id,
            name=self.name,
            value=value,
            report_hash=report_hash,
            reporter=reporter.address,
            at=at,
        )
        return self.proof(figure, sign(self.domain, figure, reporter))

    def proof(self, figure: Metric, signature: bytes) -> bytes:
        """Return the proof of a figure that was signed elsewhere, in this gate's domain."""
        if figure.name != self.name:
            raise RecordError("the figure is of another metric; have this one reported")
        fields = (figure.value, figure.report_hash, figure.reporter, figure.at)
        return encode(("uint256", "bytes32", "address", "uint40"), fields) + signature


@dataclass(frozen=True)
class HumanIntentGate(Gate):
    """Asks for `minimum` steps signed by people, under a root that the work recorded."""

    minimum: int

    def proof(self, steps: Sequence[SignedStep]) -> bytes:
        """Return the proof; `steps` are all the steps under one recorded root, in any order."""
        tree = steps_tree([signed.step for signed in steps])
        people = [signed for signed in steps if signed.step.actor_kind == ActorKind.HUMAN]
        if len(people) < self.minimum:
            raise RecordError(
                f"{len(people)} of {len(steps)} steps are by people, the gate asks for "
                f"{self.minimum}; have people take part, or show the root of a later recording"
            )
        shown = sorted(people, key=lambda signed: signed.step.index)[: self.minimum]
        opened = [
            (astuple(one.step), one.signature, tree.proof(step_leaf(one.step))) for one in shown
        ]
        return abi_encode(["bytes32", _HUMAN_STEPS], [tree.root, opened])


@dataclass(frozen=True)
class LineageGate(Gate):
    """Asks that each parent stands, and is the project's own or licensed for derivatives."""

    def proof(
        self,
        certificate: Certificate,
        parents: Sequence[int],
        licenses: Mapping[int, int] | None = None,
    ) -> bytes:
        """Return the proof; `licenses` has the licence id of each parent that is not own.

        `certificate` is of the asset under approval, `parents` are all of its parents in order.
        """
        opened = certificate.disclose(_PARENTS_HASH)
        if opened.field.value != to_json(parents_hash(parents)):
            raise RecordError("the record commits to other parents; pass AssetInput.parents whole")
        held = [(licenses or {}).get(parent, 0) for parent in parents]
        types = ["uint256[]", "uint256[]", "bytes32", "bytes32[]"]
        return abi_encode(types, [parents, held, opened.field.salt, opened.proof])


class Gates:
    """Every gate that ships, for a client's chain; any contract that is an `IGate` will do, too."""

    def __init__(self, client: Creatoken) -> None:
        """Belong to a client."""
        self._client = client

    def attestation(self, check: str) -> AttestationGate:
        """Return the gate for a check such as "creatoken.copyright"."""
        arguments = (self._address("Projects"), name_hash(check))
        return AttestationGate(*self._place("AttestationGate", *arguments), name_hash(check))

    def metric(self, name: str, threshold: int) -> MetricGate:
        """Return the gate for a metric such as "creatoken.clicks", in the metric's own unit."""
        place = self._place("MetricGate", self._address("Projects"), name_hash(name), threshold)
        return MetricGate(*place, name_hash(name), threshold)

    def human_intent(self, minimum: int) -> HumanIntentGate:
        """Return the gate for so many human steps; a gate's gas suffices for about 20."""
        if minimum < 1:
            raise RecordError("a gate that asks for no human step lets all pass; ask for 1 or more")
        place = self._place("HumanIntentGate", self._address("Works"), minimum)
        return HumanIntentGate(*place, minimum)

    def lineage(self) -> LineageGate:
        """Return the gate that looks at parents."""
        names = ("Projects", "Works", "AssetRegistry")
        return LineageGate(*self._place("LineageGate", *map(self._address, names)))

    def is_deployed(self, gate: Gate) -> bool:
        """Return whether a gate is on the chain."""
        return bool(self._client.wallet.rpc.data("eth_getCode", gate.address, "latest"))

    def deploy(self, gate: G) -> G:
        """Put a gate on the chain unless it is there, and return it. Anyone, for everybody.

        `gate.planned.creation` is the call, for somebody else to send.
        """
        if not self.is_deployed(gate):
            self._client.send(gate.planned.creation)
        return gate

    def _address(self, name: str) -> str:
        return self._client.deployment.address(name)

    def _place(self, name: str, *arguments: object) -> tuple[int, Planned]:
        return self._client.chain_id, planned_with(artifact(name), arguments)
