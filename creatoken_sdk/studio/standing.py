"""What the chain holds about an asset now: asked of a node, and of nobody else."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from creatoken_sdk.chain.assets import AssetStatus
from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.chain.events import decode_log
from creatoken_sdk.chain.projects import Role
from creatoken_sdk.errors import RevertError
from creatoken_sdk.record.structs import from_json
from creatoken_sdk.studio.examine import Evidence, Examination
from creatoken_sdk.studio.findings import Findings, State, require
from creatoken_sdk.studio.gather import registrations
from creatoken_sdk.studio.logged import check_event, confirm

__all__ = ["chain_of", "signers_of"]

Found = tuple[State, str]


def signers_of(exam: Examination, client: Creatoken | None, known: Mapping[str, str]) -> Found:
    """Name the accounts that signed; the finding is unknown if the caller does not know them all.

    Roles are shown, but prove nothing: whoever copies a file can open a project of his own.
    """
    if not exam.steps:
        return State.UNKNOWN, "no steps are shown"
    project = client.works.project_of(exam.work_id) if client and exam.work_id else 0
    lines, strangers = [], False
    for account, kinds in sorted(exam.people().items()):
        roles = client.projects.roles_of(project, account) if client and project else Role(0)
        names = [role.name.lower() for role in Role if role in roles and role.name]
        role = f", {' and '.join(names)} of project {project}" if names else ""
        strangers = strangers or account not in known
        lines.append(f"{account} ({', '.join(kinds)}): {known.get(account, 'not known')}{role}")
    return State.UNKNOWN if strangers else State.HOLDS, "; ".join(lines)


def chain_of(exam: Examination, client: Creatoken | None, blocks: Collection[str]) -> Findings:
    """Check what the chain holds; without a client, only what is proved under trusted `blocks`."""
    found = Findings()
    for index, event in enumerate(exam.evidence["events"]):
        found.check(f"event {index}", lambda event=event: _event(exam, event, client, blocks))  # type: ignore[misc]
    if client is None:
        return found
    standing = _Standing(exam, client)
    found.check("contracts", standing.contracts)
    found.check("registered", standing.registered)
    if exam.evidence["anchor"] is not None:
        found.check("anchored", standing.anchored)
    if exam.work_id and exam.evidence["certificate"] is not None:
        found.check("steps recorded", standing.steps_recorded)
    found.check("parents", standing.parents)
    found.check("same content", standing.others)
    return found


def _event(
    exam: Examination, event: Evidence, client: Creatoken | None, blocks: Collection[str]
) -> Found:
    _, when = check_event(exam.evidence, event)
    if client is not None:
        return State.HOLDS, f"{when}, {confirm(client, event['log'])}"
    if event["proof"] is None:
        missing = f"that the block holds it is not proved here ({event['unproved']})"
        return State.UNKNOWN, f"{when}; {missing}: a node can say"
    if event["log"]["blockHash"] in blocks:
        return State.HOLDS, f"{when}, proved to be in this block that you trust"
    ask = "compare the block's hash with a source that you trust, or ask a node"
    return State.UNKNOWN, f"{when}, proved to be in this block; {ask}"


@dataclass(frozen=True)
class _Standing:
    exam: Examination
    client: Creatoken

    def contracts(self) -> Found:
        told = self.exam.contracts
        for name in ("AssetRegistry", "Works", "Anchors", "Projects"):
            same = told[name] == self.client.deployment.address(name)
            require(same, f"{told[name]} is not the {name} of this chain")
        return State.HOLDS, f"those of chain {self.client.chain_id}"

    def registered(self) -> Found:
        asset_id = int(self.exam.asset["id"], 16)
        try:
            asset = self.client.assets.get(asset_id)
        except RevertError:
            state = State.FAILS if self.exam.evidence["anchor"] is None else State.UNKNOWN
            return state, "the registry has no such asset, or not yet"
        require(asset.status is AssetStatus.ACTIVE, "it was withdrawn")
        require(asset.work_id == self.exam.work_id, f"it is in work {asset.work_id}")
        stages = ", ".join(map(str, asset.stages)) or "none"
        by = f"at {asset.registered_at} UTC seconds by {self.exam.asset['creator']}"
        return State.HOLDS, f"{by}, stages approved: {stages}, owner {asset.owner}"

    def anchored(self) -> Found:
        anchor = self.exam.evidence["anchor"]
        root = from_json("bytes32", anchor["root"])
        at = self.client.anchors.anchored_at(anchor["anchorer"], root)
        require(at, f"{anchor['anchorer']} never anchored that root")
        return State.HOLDS, f"at {at} UTC seconds by {anchor['anchorer']}"

    def steps_recorded(self) -> Found:
        if "/stepsRoot" in self.exam.erased:
            return State.UNKNOWN, "the root of the steps is erased here"
        root = from_json("bytes32", self.exam.record["stepsRoot"])
        work = self.client.works.get(self.exam.work_id)
        at = self.client.contributions.steps_recorded_at(work, root)
        if not at:
            return State.UNKNOWN, f"work {work.id} did not record these steps, or not yet"
        return State.HOLDS, f"work {work.id} recorded them at {at} UTC seconds"

    def parents(self) -> Found:
        parents = [int(parent, 16) for parent in self.exam.asset["parents"]]
        gone = []
        for parent in parents:
            if self.client.assets.get(parent).status is not AssetStatus.ACTIVE:
                gone.append(f"0x{parent:064x}")
        withdrawn = f", withdrawn: {' '.join(gone)}" if gone else ""
        return State.HOLDS, f"{len(parents)}, all registered{withdrawn}"

    def others(self) -> Found:
        digest = from_json("bytes32", self.exam.asset["contentHash"])
        events = [decode_log(log) for log in registrations(self.client, content_hash=digest)]
        times = {event["asset_id"]: event["registered_at"] for event in events if event}
        own = int(self.exam.asset["id"], 16)
        told = [
            f"{event['asset']['creator']} at {event['registered_at']} UTC seconds"
            for event in events
            if event and event["asset_id"] != own
        ]
        if not told:
            return State.HOLDS, "nobody else's"
        first = own in times and times[own] == min(times.values())
        state = State.HOLDS if first else State.UNKNOWN
        return state, f"also registered by {'; '.join(told)}" + ("" if first else ", earlier")
