"""Projects: creation, roles, the two steps of a new admin, and policy."""

import pytest
from ape.utils import ZERO_ADDRESS

from events import events_of
from reverts import reverts_with

ADMIN, DIRECTOR, RECORDER, TREASURER = 1, 2, 4, 32
UNKNOWN = 999


@pytest.fixture
def terms(actors):
    """What `create` takes, to be changed by a test."""
    return {
        "admin": actors.studio.address,
        "treasury": actors.treasurer.address,
        "licensing": ZERO_ADDRESS,
        "approvalsRequired": 2,
        "grants": [],
        "uri": "ipfs://project",
    }


@pytest.fixture
def fresh_id(create_project):
    """A project in which only the studio has roles: ADMIN and DIRECTOR."""
    return create_project(grants=[])


def test_create__when_called_by_anyone__stores_and_tells_all(projects, actors, terms):
    granted = (actors.ana.address, DIRECTOR | RECORDER)
    terms |= {"licensing": actors.payer.address, "grants": [granted]}
    expected = projects.create.call(tuple(terms.values()), sender=actors.outsider)

    receipt = projects.create(tuple(terms.values()), sender=actors.outsider)

    created = {key: terms[key] for key in ("admin", "treasury", "licensing", "uri")}
    roles = {"projectId": expected, "oldRoles": 0}
    assert events_of(receipt, projects) == [
        ("ProjectCreated", {"projectId": expected} | created),
        (
            "TreasurySet",
            {
                "projectId": expected,
                "oldTreasury": ZERO_ADDRESS,
                "newTreasury": actors.treasurer,
            },
        ),
        ("RolesSet", roles | {"account": actors.studio, "newRoles": ADMIN}),
        ("RolesSet", roles | {"account": actors.ana, "newRoles": DIRECTOR | RECORDER}),
    ]
    assert projects.adminOf(expected) == (actors.studio, ZERO_ADDRESS)
    assert projects.treasuryOf(expected) == actors.treasurer
    assert projects.licenseeOf(expected) == ZERO_ADDRESS
    assert projects.licensingOf(expected) == actors.payer
    assert projects.policyOf(expected, 0) == (2, False)
    assert projects.rolesOf(expected, actors.studio) == ADMIN
    assert projects.rolesOf(expected, actors.ana) == DIRECTOR | RECORDER
    assert projects.rolesOf(expected, actors.outsider) == 0


def test_create__when_called_again__counts_up(create_project):
    first = create_project()

    assert [create_project(), create_project()] == [first + 1, first + 2]


@pytest.mark.parametrize("given", [DIRECTOR, DIRECTOR | ADMIN])
def test_create__when_admin_is_granted_roles__keeps_admin(projects, create_project, actors, given):
    project_id = create_project(grants=[(actors.studio, given)])

    assert projects.rolesOf(project_id, actors.studio) == ADMIN | DIRECTOR


@pytest.mark.parametrize("field", ["admin", "treasury"])
def test_create__when_address_is_zero__reverts(projects, actors, terms, field):
    terms[field] = ZERO_ADDRESS
    next_id = projects.create.call(tuple((terms | {field: actors.ana}).values()), sender=actors.ana)

    with reverts_with(projects, "ProjectsZeroAddress", projectId=next_id):
        projects.create.call(tuple(terms.values()), sender=actors.studio)


def test_create__when_no_approval_is_required__reverts(projects, actors, terms, project_id):
    terms["approvalsRequired"] = 0

    with reverts_with(projects, "ProjectsApprovalsRequiredZero", projectId=project_id + 1):
        projects.create.call(tuple(terms.values()), sender=actors.studio)


def test_create__when_grantee_is_zero__reverts(projects, actors, terms, project_id):
    terms["grants"] = [(ZERO_ADDRESS, DIRECTOR)]

    with reverts_with(projects, "ProjectsZeroAddress", projectId=project_id + 1):
        projects.create.call(tuple(terms.values()), sender=actors.studio)


@pytest.mark.parametrize("roles", [ADMIN, ADMIN | DIRECTOR, 64, 128, 255])
def test_create__when_grant_is_admin_or_unknown__reverts(
    projects, actors, terms, project_id, roles
):
    terms["grants"] = [(actors.ana, roles)]

    with reverts_with(
        projects, "ProjectsRolesInvalid", projectId=project_id + 1, account=actors.ana, roles=roles
    ):
        projects.create.call(tuple(terms.values()), sender=actors.studio)


def test_set_roles__when_admin__replaces_the_mask(projects, actors, fresh_id):
    projects.setRoles(fresh_id, actors.ana, DIRECTOR, sender=actors.studio)

    receipt = projects.setRoles(fresh_id, actors.ana, RECORDER | TREASURER, sender=actors.studio)

    change = {"oldRoles": DIRECTOR, "newRoles": RECORDER | TREASURER}
    about = {"projectId": fresh_id, "account": actors.ana}
    assert events_of(receipt, projects) == [("RolesSet", about | change)]
    assert projects.rolesOf(fresh_id, actors.ana) == RECORDER | TREASURER


@pytest.mark.parametrize("roles", [ADMIN, ADMIN | TREASURER, 63])
def test_set_roles__when_admin_changes_own_other_roles__keeps_admin(
    projects, actors, fresh_id, roles
):
    projects.setRoles(fresh_id, actors.studio, roles, sender=actors.studio)

    assert projects.rolesOf(fresh_id, actors.studio) == roles


@pytest.mark.threat("A9")
@pytest.mark.parametrize("roles", [0, DIRECTOR, 62])
def test_set_roles__when_admin_would_lose_admin__reverts(projects, actors, fresh_id, roles):
    about = {"projectId": fresh_id, "account": actors.studio}
    with reverts_with(projects, "ProjectsRolesInvalid", **about, roles=roles):
        projects.setRoles.call(fresh_id, actors.studio, roles, sender=actors.studio)


@pytest.mark.parametrize("roles", [ADMIN, 63, 64, 255])
def test_set_roles__when_other_would_get_admin_or_unknown__reverts(
    projects, actors, fresh_id, roles
):
    about = {"projectId": fresh_id, "account": actors.ana}
    with reverts_with(projects, "ProjectsRolesInvalid", **about, roles=roles):
        projects.setRoles.call(fresh_id, actors.ana, roles, sender=actors.studio)


def test_set_roles__when_account_is_zero__reverts(projects, actors, fresh_id):
    with reverts_with(projects, "ProjectsZeroAddress", projectId=fresh_id):
        projects.setRoles.call(fresh_id, ZERO_ADDRESS, DIRECTOR, sender=actors.studio)


ADMIN_ONLY = [
    ("setRoles", [ZERO_ADDRESS, 255]),
    ("transferAdmin", [ZERO_ADDRESS]),
    ("setApprovalsRequired", [0]),
    ("setTreasury", [ZERO_ADDRESS]),
    ("setGates", [8, []]),
    ("lockGates", [8]),
]


@pytest.mark.threat("A10")
@pytest.mark.parametrize(("function", "rest"), ADMIN_ONLY)
def test_admin_function__when_sender_has_every_other_role__reverts(
    projects, actors, fresh_id, function, rest
):
    projects.setRoles(fresh_id, actors.ana, 62, sender=actors.studio)
    about = {"projectId": fresh_id, "account": actors.ana, "anyOf": ADMIN}
    with reverts_with(projects, "ProjectsUnauthorized", **about):
        getattr(projects, function).call(fresh_id, *rest, sender=actors.ana)


@pytest.mark.threat("A10")
@pytest.mark.parametrize(("function", "rest"), ADMIN_ONLY)
def test_admin_function__when_sender_is_admin_of_another_project__reverts(
    projects, actors, create_project, fresh_id, function, rest
):
    create_project(admin=actors.outsider, grants=[])
    about = {"projectId": fresh_id, "account": actors.outsider, "anyOf": ADMIN}
    with reverts_with(projects, "ProjectsUnauthorized", **about):
        getattr(projects, function).call(fresh_id, *rest, sender=actors.outsider)


@pytest.mark.threat("A10")
@pytest.mark.parametrize("unknown", [0, UNKNOWN])
@pytest.mark.parametrize(("function", "rest"), ADMIN_ONLY)
def test_admin_function__when_project_is_unknown__reverts(
    projects, actors, function, rest, unknown
):
    about = {"projectId": unknown, "account": actors.studio, "anyOf": ADMIN}
    with reverts_with(projects, "ProjectsUnauthorized", **about):
        getattr(projects, function).call(unknown, *rest, sender=actors.studio)


def test_transfer_admin__when_offered__changes_nothing_yet(projects, actors, fresh_id):
    receipt = projects.transferAdmin(fresh_id, actors.ana, sender=actors.studio)

    offer = {"projectId": fresh_id, "admin": actors.studio, "pendingAdmin": actors.ana}
    assert events_of(receipt, projects) == [("AdminTransferStarted", offer)]
    assert projects.adminOf(fresh_id) == (actors.studio, actors.ana)
    assert projects.rolesOf(fresh_id, actors.ana) == 0
    assert projects.rolesOf(fresh_id, actors.studio) == ADMIN


def test_accept_admin__when_offered__moves_admin_and_nothing_else(projects, actors, fresh_id):
    projects.setRoles(fresh_id, actors.studio, ADMIN | DIRECTOR, sender=actors.studio)
    projects.setRoles(fresh_id, actors.ana, RECORDER, sender=actors.studio)
    projects.transferAdmin(fresh_id, actors.ana, sender=actors.studio)

    receipt = projects.acceptAdmin(fresh_id, sender=actors.ana)

    old = {"account": actors.studio, "oldRoles": ADMIN | DIRECTOR, "newRoles": DIRECTOR}
    new = {"account": actors.ana, "oldRoles": RECORDER, "newRoles": ADMIN | RECORDER}
    moved = {"oldAdmin": actors.studio, "newAdmin": actors.ana}
    assert events_of(receipt, projects) == [
        ("RolesSet", {"projectId": fresh_id} | old),
        ("RolesSet", {"projectId": fresh_id} | new),
        ("AdminTransferred", {"projectId": fresh_id} | moved),
    ]
    assert projects.adminOf(fresh_id) == (actors.ana, ZERO_ADDRESS)
    assert projects.rolesOf(fresh_id, actors.studio) == DIRECTOR
    assert projects.rolesOf(fresh_id, actors.ana) == ADMIN | RECORDER


def test_accept_admin__when_admin_offered_to_itself__stays_admin(projects, actors, fresh_id):
    projects.transferAdmin(fresh_id, actors.studio, sender=actors.studio)

    projects.acceptAdmin(fresh_id, sender=actors.studio)

    assert projects.adminOf(fresh_id) == (actors.studio, ZERO_ADDRESS)
    assert projects.rolesOf(fresh_id, actors.studio) == ADMIN


@pytest.mark.threat("A9")
@pytest.mark.parametrize("offers", [["ana"], ["outsider", "ana"], []])
def test_accept_admin__when_not_the_offered_account__reverts(projects, actors, fresh_id, offers):
    for name in offers:
        projects.transferAdmin(fresh_id, getattr(actors, name), sender=actors.studio)
    pending = getattr(actors, offers[-1]) if offers else ZERO_ADDRESS

    about = {"projectId": fresh_id, "account": actors.outsider, "pendingAdmin": pending}
    with reverts_with(projects, "ProjectsNotPendingAdmin", **about):
        projects.acceptAdmin.call(fresh_id, sender=actors.outsider)


def test_accept_admin__when_offer_was_withdrawn__reverts(projects, actors, fresh_id):
    projects.transferAdmin(fresh_id, actors.ana, sender=actors.studio)
    projects.transferAdmin(fresh_id, ZERO_ADDRESS, sender=actors.studio)

    about = {"projectId": fresh_id, "account": actors.ana, "pendingAdmin": ZERO_ADDRESS}
    with reverts_with(projects, "ProjectsNotPendingAdmin", **about):
        projects.acceptAdmin.call(fresh_id, sender=actors.ana)


def test_accept_admin__when_accepted_before__reverts(projects, actors, fresh_id):
    projects.transferAdmin(fresh_id, actors.ana, sender=actors.studio)
    projects.acceptAdmin(fresh_id, sender=actors.ana)

    about = {"projectId": fresh_id, "account": actors.ana, "pendingAdmin": ZERO_ADDRESS}
    with reverts_with(projects, "ProjectsNotPendingAdmin", **about):
        projects.acceptAdmin.call(fresh_id, sender=actors.ana)


def test_accept_admin__when_project_is_unknown__reverts(projects, actors):
    about = {"projectId": UNKNOWN, "account": actors.ana, "pendingAdmin": ZERO_ADDRESS}
    with reverts_with(projects, "ProjectsNotPendingAdmin", **about):
        projects.acceptAdmin.call(UNKNOWN, sender=actors.ana)


def test_set_approvals_required__when_admin__counts_from_now(projects, actors, fresh_id):
    receipt = projects.setApprovalsRequired(fresh_id, 255, sender=actors.studio)

    change = {"projectId": fresh_id, "oldRequired": 1, "newRequired": 255}
    assert events_of(receipt, projects) == [("ApprovalsRequiredSet", change)]
    assert projects.policyOf(fresh_id, 7) == (255, False)
    projects.setApprovalsRequired(fresh_id, 1, sender=actors.studio)
    assert projects.policyOf(fresh_id, 7) == (1, False)


def test_set_approvals_required__when_zero__reverts(projects, actors, fresh_id):
    with reverts_with(projects, "ProjectsApprovalsRequiredZero", projectId=fresh_id):
        projects.setApprovalsRequired.call(fresh_id, 0, sender=actors.studio)


def test_set_treasury__when_admin__replaces_it(projects, actors, fresh_id):
    receipt = projects.setTreasury(fresh_id, actors.cleo, sender=actors.studio)

    change = {"oldTreasury": actors.treasurer, "newTreasury": actors.cleo}
    assert events_of(receipt, projects) == [("TreasurySet", {"projectId": fresh_id} | change)]
    assert projects.treasuryOf(fresh_id) == actors.cleo


def test_set_treasury__when_the_treasury_itself_sends__needs_no_acceptance(
    projects, actors, fresh_id
):
    receipt = projects.setTreasury(fresh_id, actors.studio, sender=actors.studio)

    about = {"projectId": fresh_id}
    change = {"oldTreasury": actors.treasurer, "newTreasury": actors.studio}
    assert events_of(receipt, projects) == [
        ("TreasurySet", about | change),
        ("TreasuryAccepted", about | {"treasury": actors.studio}),
    ]
    assert projects.licenseeOf(fresh_id) == actors.studio


def test_accept_treasury__when_named__lets_its_licences_serve(projects, actors, fresh_id):
    receipt = projects.acceptTreasury(fresh_id, sender=actors.treasurer)

    accepted = {"projectId": fresh_id, "treasury": actors.treasurer}
    assert events_of(receipt, projects) == [("TreasuryAccepted", accepted)]
    assert projects.licenseeOf(fresh_id) == actors.treasurer

    projects.setTreasury(fresh_id, actors.cleo, sender=actors.studio)
    assert projects.licenseeOf(fresh_id) == ZERO_ADDRESS


def test_accept_treasury__when_another_sends__reverts(projects, actors, fresh_id):
    refused = {"projectId": fresh_id, "treasury": actors.treasurer}
    for sender in (actors.studio, actors.outsider):
        with reverts_with(projects, "ProjectsNotTreasury", account=sender, **refused):
            projects.acceptTreasury(fresh_id, sender=sender)
    with reverts_with(projects, "ProjectsUnknown", projectId=2**40 - 1):
        projects.acceptTreasury(2**40 - 1, sender=actors.outsider)


def test_set_treasury__when_zero__reverts(projects, actors, fresh_id):
    with reverts_with(projects, "ProjectsZeroAddress", projectId=fresh_id):
        projects.setTreasury.call(fresh_id, ZERO_ADDRESS, sender=actors.studio)


def test_has_roles__when_mask_is_given__wants_every_bit(projects, actors, fresh_id):
    projects.setRoles(fresh_id, actors.ana, DIRECTOR | RECORDER, sender=actors.studio)

    answers = [projects.hasRoles(fresh_id, actors.ana, mask) for mask in (2, 4, 6, 7, 1, 8, 255)]
    assert answers == [True, True, True, False, False, False, False]


@pytest.mark.threat("A10")
def test_has_roles__when_mask_is_empty__is_false(projects, actors, fresh_id):
    assert projects.hasRoles(fresh_id, actors.studio, 0) is False
    assert projects.hasRoles(UNKNOWN, actors.studio, 0) is False


@pytest.mark.threat("A10")
def test_has_roles__given_role_in_another_project__is_false(projects, actors, create_project):
    mine, other = create_project(), create_project(grants=[])

    assert projects.hasRoles(mine, actors.pipeline, RECORDER) is True
    assert projects.hasRoles(other, actors.pipeline, RECORDER) is False


def test_require_any_role__when_one_bit_matches__passes(projects, actors, fresh_id):
    projects.requireAnyRole(fresh_id, actors.studio, 255)


@pytest.mark.parametrize("any_of", [0, DIRECTOR, 62])
def test_require_any_role__when_no_bit_matches__reverts(projects, actors, fresh_id, any_of):
    about = {"projectId": fresh_id, "account": actors.studio, "anyOf": any_of}
    with reverts_with(projects, "ProjectsUnauthorized", **about):
        projects.requireAnyRole(fresh_id, actors.studio, any_of)


@pytest.mark.threat("A10")
@pytest.mark.parametrize("unknown", [0, UNKNOWN])
@pytest.mark.parametrize(
    "view", ["policyOf", "gatesLocked", "adminOf", "treasuryOf", "licensingOf"]
)
def test_view__when_project_is_unknown__reverts(projects, view, unknown):
    rest = [0] if view in ("policyOf", "gatesLocked") else []
    with reverts_with(projects, "ProjectsUnknown", projectId=unknown):
        getattr(projects, view)(unknown, *rest)


def test_roles_of__when_project_is_unknown__is_empty(projects, actors):
    assert projects.rolesOf(UNKNOWN, actors.studio) == 0
    assert projects.gatesOf(UNKNOWN, 0) == []
