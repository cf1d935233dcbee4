"""What evidence says by itself, without a node.

Evidence is the JSON document that `gather` makes and a bundle holds. The stand-alone verifier in
`standalone/` makes the same checks under the same names, from other code.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.record import (
    ActorKind,
    Approval,
    BulkApproval,
    Certificate,
    Disclosure,
    Domain,
    Field,
    Registration,
    SignedStep,
    approval_leaf,
    asset_id,
    asset_leaf,
    oversight,
    parents_hash,
    step_leaf,
    steps_tree,
    verify_chain,
    verify_proof,
)
from creatoken_sdk.record.certificate import ERASED
from creatoken_sdk.record.commitments import map_fields
from creatoken_sdk.record.structs import encode, from_json, to_json
from creatoken_sdk.studio.findings import Findings, State, require
from creatoken_sdk.studio.gather import shown_steps
from creatoken_sdk.studio.signers import Signers

__all__ = ["Evidence", "Examination"]

Evidence = Mapping[str, Any]

Found = tuple[State, str]


class Examination:
    """The integrity of evidence, and who signed what in it."""

    def __init__(
        self, evidence: Evidence, file_hash: bytes | None, client: Creatoken | None = None
    ) -> None:
        """Take evidence, SHA-256 of the file if it is here, and a client if there is a node.

        RecordError if it does not say which chain and contracts it is about.
        """
        self.evidence = evidence
        self.asset = evidence["asset"]
        self.chain_id = from_json("uint256", evidence["chainId"])
        self.contracts = evidence["contracts"]
        encode(("address",) * len(self.contracts), list(self.contracts.values()))
        self._works, self._registry = (
            Domain(chain_id=self.chain_id, verifying_contract=self.contracts[name])
            for name in ("Works", "AssetRegistry")
        )
        certificate = evidence["certificate"] or {"record": {}, "erased": {}}
        self.record = certificate["record"]
        self.erased = set(certificate["erased"])
        self._file_hash = file_hash
        self._signers = Signers(client, evidence["wallets"])
        self._approvers: set[str] = set()

    def integrity(self) -> Findings:
        """Check whether everything is what it was when it was signed."""
        found = Findings()
        found.check("file", self._file)
        found.check("asset id", self._asset_id)
        if self.evidence["certificate"] is not None:
            found.check("record", self._record)
            found.check("step order", self._step_order)
            found.check("step signatures", self._step_signatures)
            found.check("steps root", self._steps_root)
            found.check("parents", self._parents)
        if self.evidence["anchor"] is not None:
            found.check("anchor proof", self._anchor)
        for index, opened in enumerate(self.evidence["disclosures"]):
            found.check(f"disclosure {index}", lambda opened=opened: self._opened(opened))  # type: ignore[misc]
        return found

    def trust(self) -> Findings:
        """Check who signed."""
        found = Findings()
        found.check("creator", self._creator)
        if self.evidence["certificate"] is not None:
            found.check("oversight", self._oversight)
        signatures = self.evidence["signatures"]
        approvals = [one for one in signatures if one["type"] != "Registration"]
        for index, one in enumerate(approvals):
            found.check(f"approval {index}", lambda one=one: self._approval(one))  # type: ignore[misc]
        return found

    @cached_property
    def steps(self) -> dict[int, SignedStep]:
        """The steps of which no field is erased, by their place."""
        document = self.evidence["certificate"]
        return shown_steps(document) if document else {}

    @property
    def work_id(self) -> int:
        """Work of the asset, 0 if it has none."""
        return int(from_json("uint40", self.asset["workId"]))

    def _file(self) -> Found:
        if self._file_hash is None:
            return State.UNKNOWN, "the file is not here; pass it along"
        require(
            to_json(self._file_hash) == self.asset["contentHash"],
            "its bytes are not those that were registered; get the original file",
        )
        return State.HOLDS, f"SHA-256 of its bytes is {self.asset['contentHash']}"

    def _asset_id(self) -> Found:
        asset, registry = self.asset, self.contracts["AssetRegistry"]
        hashes = (_hash(asset["contentHash"]), _hash(asset["recordRoot"]))
        made = asset_id(self.chain_id, registry, asset["creator"], *hashes)
        require(made == self._id, "the id is not the hash of creator and contents")
        return State.HOLDS, "it is the hash of chain, creator, file and record"

    def _record(self) -> Found:
        certificate = Certificate.from_json(self.evidence["certificate"])
        map_fields(certificate.record, lambda path, value: _unerased(certificate, path, value))
        states = list(certificate.verify(_hash(self.asset["recordRoot"])).values())
        gone = " ".join(sorted(certificate.erased))
        count = states.count(ERASED)
        return State.HOLDS, f"{len(states) - count} fields as committed to, {count} erased {gone}"

    def _step_order(self) -> Found:
        if not self._all_shown:
            return State.UNKNOWN, "some steps are erased here: one may be missing"
        require(self.steps, "there are no steps")
        verify_chain(self._works, list(self.steps.values()), lambda *_: True)
        return State.HOLDS, f"{len(self.steps)} steps, each names the one before"

    def _step_signatures(self) -> Found:
        record, erased = self.record, self.erased
        wanted = self._works.to_json() | {"chainId": str(self.chain_id)}
        for key in ("chainId", "verifyingContract"):
            same = f"/domain/{key}" in erased or record["domain"][key] == wanted[key]
            require(same, "the steps were signed for another contract or chain")
        here = all(one.step.work_id == self.work_id for one in self.steps.values())
        require(here, "the steps were signed for another work than the asset's")
        silent = [
            str(index)
            for index, one in self.steps.items()
            if not self._signers.signed(self._works, one.step, one.signature, one.step.actor)
        ]
        if silent or not self.steps:
            return State.UNKNOWN, f"only a node can ask the wallets of steps {' '.join(silent)}"
        return State.HOLDS, f"{len(self.steps)} steps are signed by their actors"

    def _steps_root(self) -> Found:
        if "/stepsRoot" in self.erased:
            return State.UNKNOWN, "the root is erased here"
        root = _hash(self.record["stepsRoot"])
        steps = {index: signed.step for index, signed in self.steps.items()}
        if self._all_shown:
            require(steps_tree(list(steps.values())).root == root, "the steps are others")
        for index, proof in self.evidence["stepProofs"].items():
            held = verify_proof(root, step_leaf(steps[int(index)]), _hashes(proof))
            require(held, f"step {index} is not under the root")
        return State.HOLDS, f"{len(steps)} steps are under it"

    def _oversight(self) -> Found:
        if not self._all_shown or "/oversight" in self.erased:
            return State.UNKNOWN, "not all steps are shown"
        level = oversight([signed.step for signed in self.steps.values()]).value
        require(level == self.record["oversight"], f"the steps say {level}")
        return State.HOLDS, f"{level}, as the steps say"

    def _parents(self) -> Found:
        record, erased = self.record, self.erased
        parents = [int.from_bytes(_hash(one), "big") for one in self.asset["parents"]]
        listed = {f"/parents[{i}]" for i in range(len(parents))} or {"/parents"}
        named = listed & erased or record["parents"] == [str(one) for one in parents]
        hashed = "0x" + parents_hash(parents).hex()
        whole = "/parentsHash" in erased or record["parentsHash"] == hashed
        require(named and whole, "the record names other parents")
        return State.HOLDS, f"{len(parents)} parents"

    def _anchor(self) -> Found:
        anchor, asset = self.evidence["anchor"], self.asset
        hashes = [_hash(asset[key]) for key in ("contentHash", "recordRoot", "manifestHash")]
        leaf = asset_leaf(asset["creator"], *hashes)
        held = verify_proof(_hash(anchor["root"]), leaf, _hashes(anchor["proof"]))
        require(held, "it is not under the root")
        return State.HOLDS, f"under the root that {anchor['anchorer']} anchored"

    def _opened(self, one: Evidence) -> Found:
        in_step = self.steps[int(one["step"])].step if one["step"] else None
        root = in_step.detail if in_step else _hash(self.asset["recordRoot"])
        field = Field(one["path"], one["value"], _hash(one["salt"]))
        held = Disclosure(field, _hashes(one["proof"])).verify(root)
        require(held, "the record did not say that")
        return State.HOLDS, f"{one['path']} is {str(one['value'])[:60]}"

    def _creator(self) -> Found:
        who = self.asset["creator"]
        for one in self.evidence["signatures"]:
            if one["type"] == "Registration":
                message = Registration.from_json(one["message"])
                require(message.asset_id == self._id, "it is for another asset")
                signature = from_json("bytes", one["signature"])
                if self._signers.signed(self._registry, message, signature, who):
                    return State.HOLDS, f"{who} signed for its registration"
        return State.UNKNOWN, f"no signature of {who} is here: the registry asked the account"

    def _approval(self, one: Evidence) -> Found:
        stage, note = from_json("uint8", one["stage"]), _hash(one["noteHash"])
        message: Approval | BulkApproval
        if one["type"] == "Approval":
            message = Approval.from_json(one["message"])
            about = (message.asset_id, message.stage, message.note_hash)
            require(about == (self._id, stage, note), "it is for another asset or stage")
        else:
            require(one["type"] == "BulkApproval", "it is no approval")
            message = BulkApproval.from_json(one["message"])
            leaf = approval_leaf(self._id, stage, note)
            require(verify_proof(message.root, leaf, _hashes(one["proof"])), "it is for others")
        signature = from_json("bytes", one["signature"])
        told = self._signers.signed(self._registry, message, signature, message.director)
        state = State.HOLDS if told else State.UNKNOWN
        self._approvers.add(message.director)
        return state, f"{message.director} approved stage {stage}"

    @property
    def _id(self) -> int:
        return int.from_bytes(_hash(self.asset["id"]), "big")

    @property
    def _all_shown(self) -> bool:
        return len(self.steps) == len(self.record.get("steps", []))

    def people(self) -> dict[str, list[str]]:
        """Return as what each account signed: human, agent or tool, creator or approver.

        Of the approvers those whom `trust` found.
        """
        steps = [signed.step for signed in self.steps.values()]
        acted = [(step.actor, ActorKind(step.actor_kind).name.lower()) for step in steps]
        acted.append((str(self.asset["creator"]), "creator"))
        found: dict[str, list[str]] = {}
        for account, kind in acted + [(one, "approver") for one in sorted(self._approvers)]:
            kinds = found.setdefault(account, [])
            kinds += [] if kind in kinds else [kind]
        return found


def _unerased(certificate: Certificate, path: str, value: object) -> object:
    silent = path not in certificate.erased or value == ERASED
    require(silent, f"{path} is erased, yet shows a value that nothing vouches for")
    return value


def _hash(text: str) -> bytes:
    return bytes(from_json("bytes32", text))


def _hashes(texts: list[str]) -> tuple[bytes, ...]:
    return tuple(_hash(text) for text in texts)
