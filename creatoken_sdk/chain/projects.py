"""Projects: tenants, their roles and their approval policy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntFlag

from creatoken_sdk.chain.calls import Call, Noun, verb
from creatoken_sdk.chain.receipts import Receipt

__all__ = ["Policy", "Projects", "Role"]

ZERO_ADDRESS = "0x" + "0" * 40


class Role(IntFlag):
    """What an account may do in a project; combine with `|`."""

    ADMIN = 1
    DIRECTOR = 2
    RECORDER = 4
    COMPLIANCE = 8
    REPORTER = 16
    TREASURER = 32


@dataclass(frozen=True)
class Policy:
    """What an approval of a stage needs: distinct director signatures, and gates if `gated`."""

    approvals_required: int
    gated: bool


class Projects(Noun):
    """`Projects`. Accounts are addresses, or anything that has an `address`."""

    CONTRACT = "Projects"

    @verb
    def create(
        self,
        *,
        treasury: object,
        directors: Iterable[object] = (),
        recorders: Iterable[object] = (),
        compliance: Iterable[object] = (),
        reporters: Iterable[object] = (),
        treasurers: Iterable[object] = (),
        approvals_required: int = 1,
        admin: object = None,
        licensing: str | None = None,
        uri: str = "",
    ) -> Call[int]:
        """Create a project and return its id.

        The admin is the sender unless named. `licensing` is the market that decides, for ever, who
        may derive from the project's works; the deployment's own unless named.
        """
        grants = _grants(
            {
                Role.DIRECTOR: directors,
                Role.RECORDER: recorders,
                Role.COMPLIANCE: compliance,
                Role.REPORTER: reporters,
                Role.TREASURER: treasurers,
            }
        )
        licensing = licensing or self._client.deployment.address("LicenseMarket")
        admin = admin or self._client.address
        call = self._call("create", (admin, treasury, licensing, approvals_required, grants, uri))
        return call.returning(
            lambda receipt: int(receipt.event("ProjectCreated", self.address)["project_id"])
        )

    @verb
    def set_roles(self, project: int, account: object, roles: Role) -> Call[Receipt]:
        """Replace the roles of an account. ADMIN; the ADMIN bit itself cannot change here."""
        return self._call("setRoles", project, account, int(roles))

    @verb
    def transfer_admin(self, project: int, pending_admin: object) -> Call[Receipt]:
        """Offer the project to an account, which must accept. ADMIN."""
        return self._call("transferAdmin", project, pending_admin)

    @verb
    def accept_admin(self, project: int) -> Call[Receipt]:
        """Take over a project that was offered to the sender."""
        return self._call("acceptAdmin", project)

    @verb
    def set_approvals_required(self, project: int, required: int) -> Call[Receipt]:
        """Set how many distinct directors must sign an approval. ADMIN."""
        return self._call("setApprovalsRequired", project, required)

    @verb
    def set_treasury(self, project: int, treasury: object) -> Call[Receipt]:
        """Set the account that holds the project's licences. ADMIN."""
        return self._call("setTreasury", project, treasury)

    @verb
    def accept_treasury(self, project: int) -> Call[Receipt]:
        """Agree to hold the project's licences; until then none of them serves it. The treasury."""
        return self._call("acceptTreasury", project)

    @verb
    def set_gates(self, project: int, stage: int, gates: Sequence[object]) -> Call[Receipt]:
        """Replace the gates of a stage, at most 8, run in this order. ADMIN, until locked.

        Gates are those of `ct.gates`, or addresses. A gate without code refuses everything.
        """
        return self._call("setGates", project, stage, gates)

    @verb
    def lock_gates(self, project: int, stage: int) -> Call[Receipt]:
        """Make the gates of a stage immutable, for ever. ADMIN."""
        return self._call("lockGates", project, stage)

    def roles_of(self, project: int, account: object) -> Role:
        """Return the roles of an account; none for strangers and unknown projects."""
        return Role(self._read(int, "rolesOf", project, account))

    def policy_of(self, project: int, stage: int) -> Policy:
        """Return what an approval of the stage needs."""
        return Policy(*self._read(tuple, "policyOf", project, stage))

    def gates_of(self, project: int, stage: int) -> tuple[str, ...]:
        """Return the gates of the stage, in the order they run."""
        return self._read(tuple, "gatesOf", project, stage)

    def gates_locked(self, project: int, stage: int) -> bool:
        """Return whether the gates of the stage are immutable."""
        return self._read(bool, "gatesLocked", project, stage)

    def admin_of(self, project: int) -> tuple[str, str]:
        """Return the admin and the account it offered the project to, zero if none."""
        admin, pending_admin = self._read(tuple, "adminOf", project)
        return admin, pending_admin

    def treasury_of(self, project: int) -> str:
        """Return the account that holds the project's licences."""
        return self._read(str, "treasuryOf", project)

    def licensee_of(self, project: int) -> str:
        """Return the treasury whose licences serve the project; zero until it accepted."""
        return self._read(str, "licenseeOf", project)

    def licensing_of(self, project: int) -> str:
        """Return the project's licence market; the zero address if it has none."""
        return self._read(str, "licensingOf", project)


def _grants(roles: dict[Role, Iterable[object]]) -> list[tuple[object, int]]:
    masks: dict[object, int] = {}
    for role, accounts in roles.items():
        for account in accounts:
            address = getattr(account, "address", account)
            masks[address] = masks.get(address, 0) | int(role)
    return list(masks.items())
