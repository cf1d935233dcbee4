"""Lineage gate: every parent stands, and is the project's own or approved and licensed to it."""

import pytest
from eth_abi import encode

from creatoken_sdk import record
from licenses import FINAL

pytest_plugins = ["film", "guarded"]

KEY = b"\x41" * 32
PATH = "/parentsHash"
REASON = b"\x06" * 32
MALFORMED = [b"", b"\x01", bytes(32), bytes(128), bytes(1_000), b"\xff" * 500, b"no parents" * 50]


@pytest.fixture
def gate(project, projects, works, registry, actors):
    return project.LineageGate.deploy(projects, works, registry, sender=actors.studio)


@pytest.fixture
def derive(create_asset):
    """Registers an asset whose record commits to these parents; returns it and its certificate."""

    def make(parents, path=PATH):
        text = "0x" + record.parents_hash(parents).hex()
        document = {"schema": "test", "v": 1, path[1:]: text, "details": {"model": "m"}}
        certificate = record.Certificate.issue(document, KEY)
        asset = create_asset(recordRoot=certificate.root, parents=parents)
        return asset, certificate

    return make


def proof_of(certificate, parents, licenses=None, path=PATH, salt=None):
    """The gate's proof; licence 0 for each parent, unless told."""
    opened = certificate.disclose(path)
    given = [0] * len(parents) if licenses is None else licenses
    types = ["uint256[]", "uint256[]", "bytes32", "bytes32[]"]
    return encode(types, [parents, given, salt or opened.field.salt, list(opened.proof)])


@pytest.fixture
def judge(derive, passes, refuses, gate):
    """Asserts what the gate says of an asset with these parents and licences."""

    def check(parents, says, licenses=None):
        asset, certificate = derive(parents)
        proof = proof_of(certificate, parents, licenses)
        (passes if says else refuses)(gate, proof, asset)

    return check


@pytest.fixture
def film_license(posted, buy, actors):
    """A licence of the film for derivatives that the treasury of the deriving project holds."""
    return buy(posted(derivativeBps=9_999), actors.treasurer)


def test_check__given_no_parents__says_yes(gate, projects, works, registry, judge):
    places = gate.PROJECTS(), gate.WORKS(), gate.REGISTRY()
    assert places == (projects, works, registry)
    judge([], says=True)


def test_check__given_own_parents__says_yes_without_approval_or_licence(
    judge, create_asset, open_work
):
    sibling = create_asset()[0]
    other_work = create_asset(workId=open_work()[0])[0]
    judge([sibling, other_work], says=True)


def test_check__given_a_parent_without_work__must_be_the_treasurys(
    registry, actors, judge, create_asset
):
    parent = create_asset(workId=0)[0]
    judge([parent], says=False)
    registry.transferFrom(actors.ben, actors.treasurer, parent, sender=actors.ben)
    judge([parent], says=True)


def test_check__given_a_licensed_parent__says_yes(film, judge, film_license, create_asset):
    judge([create_asset()[0], film.asset_id], says=True, licenses=[0, film_license])


@pytest.mark.parametrize("licenses", [[0], [99], [2**255]])
def test_check__given_a_foreign_parent_without_licence__says_no(
    film, judge, film_license, licenses
):
    judge([film.asset_id], says=False, licenses=licenses)


def test_check__given_too_few_licence_ids__says_no(film, judge, film_license, create_asset):
    own = create_asset()[0]
    judge([own, film.asset_id], says=False, licenses=[film_license])
    judge([film.asset_id], says=False, licenses=[])
    judge([film.asset_id, own], says=False, licenses=[film_license])
    judge([film.asset_id, own], says=True, licenses=[film_license, 0, 7])


@pytest.mark.parametrize("changes", [{"derivatives": False}, {"holder": "payee"}, {"other": True}])
def test_check__given_a_licence_that_does_not_fit__says_no(
    film, create_film, judge, posted, buy, actors, changes
):
    holder = getattr(actors, changes.pop("holder", "treasurer"))
    if changes.pop("other", False):
        other = create_film()
        changes = {"workId": other.work_id, "asset_id": other.asset_id}
    judge([film.asset_id], says=False, licenses=[buy(posted(**changes), holder)])


def test_check__when_the_licence_ends__says_no_from_that_second(
    gate, film, market, derive, film_license, context, reach
):
    asset, certificate = derive([film.asset_id])
    proof = proof_of(certificate, [film.asset_id], [film_license])
    ends = market.licenseOf(film_license).expiresAt
    reach(ends - 1)
    assert gate.check(context(asset), proof) is True
    reach(ends)
    assert gate.check(context(asset), proof) is False


def test_check__when_the_licence_moved_away__says_no(market, film, judge, film_license, actors):
    market.transferFrom(actors.treasurer, actors.cleo, film_license, sender=actors.treasurer)
    judge([film.asset_id], says=False, licenses=[film_license])


def test_check__when_the_treasury_changed__says_no(
    projects, project_id, film, judge, film_license, actors
):
    projects.setTreasury(project_id, actors.cleo, sender=actors.studio)
    projects.acceptTreasury(project_id, sender=actors.cleo)
    judge([film.asset_id], says=False, licenses=[film_license])


def test_check__when_the_treasury_did_not_agree__says_no_until_it_does(
    registry, projects, project_id, film, judge, film_license, create_asset, actors
):
    """Else an admin could name any licensee as treasury and derive on its licence."""
    bare = create_asset(workId=0)[0]
    registry.transferFrom(actors.ben, actors.treasurer, bare, sender=actors.ben)
    projects.setTreasury(project_id, actors.treasurer, sender=actors.studio)
    judge([film.asset_id], says=False, licenses=[film_license])
    judge([bare], says=False)
    projects.acceptTreasury(project_id, sender=actors.treasurer)
    judge([film.asset_id, bare], says=True, licenses=[film_license, 0])


@pytest.mark.parametrize("stage", [None, 0, 6])
def test_check__given_a_licensed_parent_that_is_not_final__says_no(
    film, judge, film_license, create_asset, approved, stage
):
    terms = {"workId": film.work_id}
    asset = create_asset(**terms) if stage is None else approved(stage=stage, **terms)
    judge([asset[0]], says=False, licenses=[film_license])


def test_check__given_a_final_parent_beside_the_one_that_was_shown_to_sell__says_yes(
    film, judge, film_license, approved
):
    parent = approved(stage=FINAL, workId=film.work_id)[0]
    judge([parent], says=True, licenses=[film_license])


def test_check__when_a_parent_was_withdrawn__says_no(
    registry, film, judge, film_license, create_asset, actors
):
    own = create_asset()[0]
    for parent, license_id in ((film.asset_id, film_license), (own, 0)):
        registry.withdraw(parent, REASON, sender=actors.studio)
        judge([parent], says=False, licenses=[license_id])


def test_check__given_a_parent_of_a_project_without_market__says_no(
    gate, judge, derive, context, create_film, create_project, film_license
):
    parents = [create_film(projectId=create_project()).asset_id]
    judge(parents, says=False, licenses=[film_license])
    asset, certificate = derive(parents)
    assert gate.check(context(asset), proof_of(certificate, parents)) is False


def test_check__given_a_market_that_permits_all__says_yes(
    project, projects, project_id, judge, create_film, create_project, actors
):
    licensing = project.MockLicensing.deploy(sender=actors.studio)
    foreign = create_film(projectId=create_project(licensing=licensing))
    judge([foreign.asset_id], says=False)
    licensing.setPermitted(True, sender=actors.studio)
    judge([foreign.asset_id], says=True)
    projects.setTreasury(project_id, actors.treasurer, sender=actors.studio)
    judge([foreign.asset_id], says=False)  # nobody to license while the treasury has not agreed


def test_check__given_another_list_than_the_record_holds__says_no(
    gate, derive, create_asset, refuses, passes
):
    parents = [create_asset()[0] for _ in range(3)]
    asset, certificate = derive(parents)
    others = [parents[:2], parents[1:], parents[::-1], [], [*parents, parents[0]]]
    for listed in others:
        refuses(gate, proof_of(certificate, listed), asset)
    passes(gate, proof_of(certificate, parents), asset)


def test_check__given_the_hash_at_another_path_or_salt__says_no(gate, derive, refuses):
    asset, certificate = derive([], path="/parentsHashes")
    refuses(gate, proof_of(certificate, [], path="/parentsHashes"), asset)
    asset, certificate = derive([])
    refuses(gate, proof_of(certificate, [], salt=KEY), asset)


def test_check__given_the_proof_of_another_record__says_no(gate, derive, create_asset, refuses):
    own = create_asset()[0]
    asset, _ = derive([own])
    _, other = derive([])
    refuses(gate, proof_of(other, []), asset)


@pytest.mark.parametrize("malformed", MALFORMED, ids=len)
def test_check__given_a_malformed_proof__says_no(gate, derive, refuses, passes, malformed):
    asset, certificate = derive([])
    refuses(gate, malformed, asset)
    good = proof_of(certificate, [])
    for wrong in (good[:-1], good[32:], b"\1" + good):
        refuses(gate, wrong, asset)
    passes(gate, good, asset)


@pytest.mark.gas
def test_check__given_sixteen_own_parents__stays_within_a_gates_gas(judge, open_work, create_asset):
    """Sixteen is the most that an asset may have; each of another work costs most."""
    judge([create_asset(workId=open_work()[0])[0] for _ in range(16)], says=True)


@pytest.mark.gas
@pytest.mark.parametrize(("shared", "most"), [(True, 8), (False, 7)])
def test_check__given_the_most_licensed_parents_that_fit_a_gates_gas__says_yes_and_to_one_more_no(
    project,
    projects,
    works,
    registry,
    judge,
    create_film,
    create_project,
    offer,
    actors,
    shared,
    most,
):
    """Each of another studio; on one market or each on its own. The gate's NatSpec says so."""
    deploy = project.LicenseMarket.deploy
    markets = [deploy(projects, works, registry, sender=actors.studio) for _ in range(most + 1)]
    parents, licenses = [], []
    for own in markets:
        market = markets[0] if shared else own
        film = create_film(projectId=create_project(licensing=market))
        terms = offer(workId=film.work_id, price=0)
        market.post(terms, film.asset_id, FINAL, sender=actors.treasurer)
        sold = market.buy(terms, actors.treasurer, 0, sender=actors.payer)
        licenses.append(next(iter(sold.decode_logs(market.LicenseSold))).licenseId)
        parents.append(film.asset_id)
    judge(parents, says=False, licenses=licenses)
    judge(parents[:most], says=True, licenses=licenses[:most])
