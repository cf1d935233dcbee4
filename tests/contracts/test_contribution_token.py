"""Contribution token, the cap table: recording, currencies and the seal."""

import pytest

from money import MAX_SHARES, NATIVE, NO_ROOT, ZERO, event
from reverts import reverts_with

ADMIN, DIRECTOR, RECORDER, COMPLIANCE, REPORTER, TREASURER = 1, 2, 4, 8, 16, 32
STEPS, MORE_STEPS = b"\1" * 32, b"\2" * 32
LAZY_ROOT = b"\7" * 32


@pytest.fixture
def work(open_work):
    """Work id and token of an open work."""
    return open_work()


@pytest.fixture
def token(work):
    return work[1]


def record(token, actors, *allocations, root=STEPS):
    return token.record(root, 3, allocations, sender=actors.pipeline)


def seal_by(token):
    return token.terms().sealBy


# record


def test_record__when_called_by_the_recorder__mints_and_keeps_the_time(work, actors):
    work_id, token = work
    receipt = record(token, actors, (actors.ana, 60), (actors.ben, 40))
    assert receipt.events == [
        event(token, "Transfer", ZERO, actors.ana, 60),
        event(token, "Transfer", ZERO, actors.ben, 40),
        event(token, "StepsRecorded", work_id, STEPS, actors.pipeline, 3, 100),
    ]
    assert (token.balanceOf(actors.ana), token.balanceOf(actors.ben)) == (60, 40)
    assert (token.totalSupply(), token.sealedAt()) == (100, 0)
    assert token.stepsRecordedAt(STEPS) == receipt.timestamp


def test_record__given_no_allocations__keeps_the_time_only(work, actors):
    work_id, token = work
    receipt = record(token, actors)
    recorded = event(token, "StepsRecorded", work_id, STEPS, actors.pipeline, 3, 0)
    assert receipt.events == [recorded]
    assert (token.totalSupply(), token.stepsRecordedAt(STEPS)) == (0, receipt.timestamp)


def test_record__given_a_holder_again__adds_up(token, actors):
    record(token, actors, (actors.ana, 1), (actors.ana, 2))
    record(token, actors, (actors.ana, 4), root=MORE_STEPS)
    assert (token.balanceOf(actors.ana), token.totalSupply()) == (7, 7)


@pytest.mark.parametrize("roles", [0, DIRECTOR, COMPLIANCE, REPORTER, TREASURER])
def test_record__given_another_role__reverts(projects, actors, create_project, open_work, roles):
    grants = [(actors.ana, roles), (actors.pipeline, RECORDER)]
    project_id = create_project(grants=grants)
    _, token = open_work(projectId=project_id)
    refused = {"projectId": project_id, "account": actors.ana, "anyOf": RECORDER}
    with reverts_with(projects, "ProjectsUnauthorized", **refused):
        token.record(STEPS, 1, [], sender=actors.ana)
    refused["account"] = actors.studio
    with reverts_with(projects, "ProjectsUnauthorized", **refused):
        token.record(STEPS, 1, [], sender=actors.studio)


@pytest.mark.parametrize(("root", "count"), [(NO_ROOT, 1), (STEPS, 0), (NO_ROOT, 0)])
def test_record__given_no_root_or_no_steps__reverts(token, actors, root, count):
    with reverts_with(token, "ContributionTokenStepsInvalid", stepsRoot=root, stepCount=count):
        token.record(root, count, [(actors.ana, 1)], sender=actors.pipeline)


def test_record__given_the_same_steps_twice__reverts_with_the_first_time(token, actors):
    first = record(token, actors, (actors.ana, 1)).timestamp
    with reverts_with(token, "ContributionTokenStepsRecorded", stepsRoot=STEPS, recordedAt=first):
        record(token, actors, (actors.ana, 1))
    assert token.totalSupply() == 1


def test_record__given_steps_of_another_work__records(token, open_work, actors):
    _, other = open_work()
    record(token, actors)
    receipt = record(other, actors)
    assert other.stepsRecordedAt(STEPS) == receipt.timestamp


def test_record__given_an_account_that_cannot_hold__reverts(token, actors):
    for account, shares in ((ZERO, 1), (token.address, 1), (actors.ben.address, 0)):
        refused = {"account": account, "shares": shares}
        with reverts_with(token, "ContributionTokenAllocationInvalid", **refused):
            record(token, actors, (actors.ana, 5), (account, shares))
    assert (token.balanceOf(actors.ana), token.stepsRecordedAt(STEPS)) == (0, 0)


def test_record__given_as_many_shares_as_there_can_be__records(token, actors):
    record(token, actors, (actors.ana, MAX_SHARES))
    assert token.totalSupply() == token.balanceOf(actors.ana) == MAX_SHARES


@pytest.mark.threat("B12")
def test_record__given_one_share_too_many__reverts(token, actors):
    overflow = {"shares": MAX_SHARES + 1, "max": MAX_SHARES}
    with reverts_with(token, "ContributionTokenSharesOverflow", **overflow):
        record(token, actors, (actors.ana, MAX_SHARES), (actors.ben, 1))
    record(token, actors, (actors.ana, MAX_SHARES - 1))
    record(token, actors, (actors.ana, 1), root=MORE_STEPS)
    with reverts_with(token, "ContributionTokenSharesOverflow", **overflow):
        record(token, actors, (actors.ben, 1), root=LAZY_ROOT)


@pytest.mark.threat("B6")
def test_record__given_a_sealed_work__reverts(work, actors):
    work_id, token = work
    record(token, actors, (actors.ana, 1))
    token.seal(NO_ROOT, 0, sender=actors.studio)
    for sender in (actors.pipeline, actors.outsider):
        with reverts_with(token, "ContributionTokenSealed", workId=work_id):
            token.record(MORE_STEPS, 1, [(actors.ana, 1)], sender=sender)


# acceptCurrency


@pytest.mark.parametrize("role", ["studio", "treasurer"])
def test_accept_currency__given_a_role_that_may__settles_it_from_the_seal(
    work, actors, dollar, role
):
    work_id, token = work
    receipt = token.acceptCurrency(dollar, sender=getattr(actors, role))
    assert receipt.events == [event(token, "CurrencyAccepted", work_id, dollar)]
    assert token.acceptedCurrencies() == [dollar]
    record(token, actors, (actors.ana, 9))
    assert token.revenueOf(dollar).shares == 0
    token.seal(NO_ROOT, 0, sender=actors.studio)
    assert token.revenueOf(dollar).shares == 9


@pytest.mark.parametrize("role", ["pipeline", "outsider"])
def test_accept_currency__given_no_role_that_may__reverts(
    projects, project_id, token, actors, dollar, role
):
    sender = getattr(actors, role)
    refused = {"projectId": project_id, "account": sender, "anyOf": ADMIN | TREASURER}
    with reverts_with(projects, "ProjectsUnauthorized", **refused):
        token.acceptCurrency(dollar, sender=sender)


def test_accept_currency__given_one_that_is_settled_or_has_no_code__reverts(
    open_work, actors, dollar, hostile
):
    _, token = open_work(primaryCurrency=dollar)
    token.acceptCurrency(hostile, sender=actors.treasurer)
    for currency in (dollar.address, hostile.address, NATIVE, ZERO, actors.ana.address):
        with reverts_with(token, "ContributionTokenCurrencyInvalid", currency=currency):
            token.acceptCurrency(currency, sender=actors.treasurer)
    assert token.acceptedCurrencies() == [hostile]


def test_accept_currency__given_the_shares_of_a_work__reverts(token, open_work, actors):
    _, other = open_work()
    for shares in (token, other):
        with reverts_with(token, "ContributionTokenCurrencyInvalid", currency=shares):
            token.acceptCurrency(shares, sender=actors.treasurer)


def test_accept_currency__given_the_shortest_code_there_is__takes_it(token, actors, chain):
    chain.provider.set_code(actors.ana.address, "0x00")
    token.acceptCurrency(actors.ana, sender=actors.treasurer)
    assert token.acceptedCurrencies() == [actors.ana]


@pytest.mark.threat("B13")
def test_accept_currency__given_a_fifth__reverts(token, actors, project, dollar):
    currencies = [project.MockERC20.deploy(18, sender=actors.studio) for _ in range(4)]
    for currency in currencies:
        token.acceptCurrency(currency, sender=actors.treasurer)
    with reverts_with(token, "ContributionTokenTooManyCurrencies", max=4):
        token.acceptCurrency(dollar, sender=actors.treasurer)
    assert token.acceptedCurrencies() == currencies


@pytest.mark.threat("B6")
def test_accept_currency__given_a_sealed_work__shares_what_is_here_among_holders_of_now(
    work, actors, dollar
):
    work_id, token = work
    record(token, actors, (actors.ana, 3), (actors.ben, 1))
    token.seal(NO_ROOT, 0, sender=actors.studio)
    dollar.mint(token, 400, sender=actors.payer)
    token.transfer(actors.ben, 1, sender=actors.ana)
    receipt = token.acceptCurrency(dollar, sender=actors.treasurer)
    assert receipt.events == [event(token, "CurrencyAccepted", work_id, dollar)]
    token.transfer(actors.ben, 2, sender=actors.ana)
    assert [token.owedOf(holder, dollar) for holder in (actors.ana, actors.ben)] == [200, 200]


def test_accept_currency__given_a_sealed_work_of_one_share__owes_it_all(token, actors, dollar):
    record(token, actors, (actors.ana, 1))
    token.seal(NO_ROOT, 0, sender=actors.studio)
    dollar.mint(token, 400, sender=actors.payer)
    token.acceptCurrency(dollar, sender=actors.treasurer)
    assert token.owedOf(actors.ana, dollar) == 400


# seal


def test_seal__when_called_by_a_director__starts_all_revenue(open_work, actors, dollar):
    work_id, token = open_work(primaryCurrency=dollar)
    record(token, actors, (actors.ana, 60), (actors.ben, 40))
    receipt = token.seal(NO_ROOT, 0, sender=actors.studio)
    sealed = event(token, "WorkSealed", work_id, actors.studio, 100, NO_ROOT, 0)
    assert receipt.events == [sealed]
    assert (token.sealedAt(), token.totalSupply()) == (receipt.timestamp, 100)
    assert token.lazyRoot() == NO_ROOT
    for currency in (NATIVE, dollar):
        assert tuple(token.revenueOf(currency)) == (0, 0, 100)


def test_seal__given_no_primary_currency__starts_no_revenue_of_currency_zero(token, actors):
    record(token, actors, (actors.ana, 5))
    token.seal(NO_ROOT, 0, sender=actors.studio)
    assert tuple(token.revenueOf(ZERO)) == (0, 0, 0)
    assert token.settles(ZERO) is False


def test_seal__given_lazy_shares__holds_them_for_who_joins(work, actors):
    work_id, token = work
    record(token, actors, (actors.ana, 60))
    receipt = token.seal(LAZY_ROOT, 40, sender=actors.studio)
    assert receipt.events == [
        event(token, "Transfer", ZERO, token, 40),
        event(token, "WorkSealed", work_id, actors.studio, 100, LAZY_ROOT, 40),
    ]
    assert (token.lazyRoot(), token.balanceOf(token)) == (LAZY_ROOT, 40)
    assert token.totalSupply() == 100


@pytest.mark.parametrize("shares", [1, MAX_SHARES])
def test_seal__given_lazy_shares_only__seals(token, actors, shares):
    token.seal(LAZY_ROOT, shares, sender=actors.studio)
    assert token.totalSupply() == token.balanceOf(token) == shares
    assert token.lazyRoot() == LAZY_ROOT


@pytest.mark.threat("B9")
@pytest.mark.parametrize("late", [-1, 0])
@pytest.mark.parametrize("role", ["outsider", "pipeline"])
def test_seal__when_not_a_director_until_seal_by__reverts(work, actors, chain, late, role):
    work_id, token = work
    record(token, actors, (actors.ana, 1))
    chain.pending_timestamp = seal_by(token) + late
    sender = getattr(actors, role)
    refused = {"workId": work_id, "account": sender, "sealBy": seal_by(token)}
    with reverts_with(token, "ContributionTokenSealUnauthorized", **refused):
        token.seal(NO_ROOT, 0, sender=sender)


@pytest.mark.threat("B9")
def test_seal__when_anyone_the_second_after_seal_by__seals(work, actors, chain):
    work_id, token = work
    record(token, actors, (actors.ana, 1))
    chain.pending_timestamp = seal_by(token) + 1
    receipt = token.seal(NO_ROOT, 0, sender=actors.outsider)
    assert receipt.timestamp == token.sealedAt() == seal_by(token) + 1
    assert receipt.events == [event(token, "WorkSealed", work_id, actors.outsider, 1, NO_ROOT, 0)]


def test_seal__when_not_a_director_adds_lazy_shares__reverts(work, actors, chain):
    work_id, token = work
    record(token, actors, (actors.ana, 1))
    chain.pending_timestamp = seal_by(token) + 1
    refused = {"workId": work_id, "account": actors.outsider, "sealBy": seal_by(token)}
    with reverts_with(token, "ContributionTokenSealUnauthorized", **refused):
        token.seal(LAZY_ROOT, 5, sender=actors.outsider)


def test_seal__when_a_director_adds_lazy_shares_after_seal_by__seals(token, actors, chain):
    chain.pending_timestamp = seal_by(token) + 1
    token.seal(LAZY_ROOT, 5, sender=actors.studio)
    assert token.totalSupply() == 5


def test_seal__given_a_director_that_was_removed__reverts(projects, work, project_id, actors):
    work_id, token = work
    record(token, actors, (actors.ana, 1))
    projects.setRoles(project_id, actors.studio, ADMIN, sender=actors.studio)
    refused = {"workId": work_id, "account": actors.studio, "sealBy": seal_by(token)}
    with reverts_with(token, "ContributionTokenSealUnauthorized", **refused):
        token.seal(NO_ROOT, 0, sender=actors.studio)


def test_seal__given_a_sealed_work__reverts(work, actors):
    work_id, token = work
    record(token, actors, (actors.ana, 1))
    token.seal(NO_ROOT, 0, sender=actors.studio)
    for lazy in ((NO_ROOT, 0), (LAZY_ROOT, 5)):
        with reverts_with(token, "ContributionTokenSealed", workId=work_id):
            token.seal(*lazy, sender=actors.studio)


@pytest.mark.threat("B9")
def test_seal__given_no_shares__reverts(work, actors):
    work_id, token = work
    with reverts_with(token, "ContributionTokenNoShares", workId=work_id):
        token.seal(NO_ROOT, 0, sender=actors.studio)


@pytest.mark.parametrize(("root", "shares"), [(NO_ROOT, 5), (LAZY_ROOT, 0)])
def test_seal__given_half_a_lazy_table__reverts(token, actors, root, shares):
    record(token, actors, (actors.ana, 1))
    with reverts_with(token, "ContributionTokenLazyInvalid", lazyRoot=root, lazyShares=shares):
        token.seal(root, shares, sender=actors.studio)


def test_seal__given_too_many_lazy_shares__reverts(token, actors):
    record(token, actors, (actors.ana, 1))
    overflow = {"shares": MAX_SHARES + 1, "max": MAX_SHARES}
    with reverts_with(token, "ContributionTokenSharesOverflow", **overflow):
        token.seal(LAZY_ROOT, MAX_SHARES, sender=actors.studio)
    token.seal(LAZY_ROOT, MAX_SHARES - 1, sender=actors.studio)
    assert token.totalSupply() == MAX_SHARES


@pytest.mark.parametrize(
    ("recorded", "lazy", "bps", "cuts"),
    [
        (1, 0, [1], [1]),
        (9_999, 0, [1], [1]),
        (10_000, 0, [1], [2]),
        (100, 0, [2_500], [34]),
        (75, 0, [2_500], [25]),
        (50, 25, [2_500], [25]),
        (1, 0, [9_999], [9_999]),
        (7, 0, [1_000, 500, 8_000], [18, 9, 144]),
        (1, 0, [5_000, 1, 1, 1, 1, 1, 1, 1], [9, 1, 1, 1, 1, 1, 1, 1]),
        (1_000, 0, [250, 250], [27, 27]),
    ],
)
def test_seal__given_parents__rounds_each_cut_up(
    works, open_work, actors, recorded, lazy, bps, cuts
):
    parents = [open_work()[0] for _ in bps]
    upstream = [(parents[i], 0, bps[i]) for i in range(len(bps))]
    work_id, token = open_work(upstream=upstream)
    record(token, actors, (actors.ana, recorded))
    root = LAZY_ROOT if lazy else NO_ROOT
    total = recorded + lazy + sum(cuts)

    receipt = token.seal(root, lazy, sender=actors.studio)

    tokens = [works.tokenOf(parent) for parent in parents]
    minted = [("Transfer", ZERO, tokens[i], cut) for i, cut in enumerate(cuts)]
    minted = [("Transfer", ZERO, token, lazy)] * (lazy > 0) + minted
    sealed = ("WorkSealed", work_id, actors.studio, total, root, lazy)
    assert receipt.events == [event(token, *values) for values in (*minted, sealed)]
    assert [token.balanceOf(parent) for parent in tokens] == cuts
    assert token.totalSupply() == token.revenueOf(NATIVE).shares == total
    assert all(cut * 10_000 >= total * part for cut, part in zip(cuts, bps, strict=True))


def test_seal__given_one_parent_twice__mints_both_cuts(works, open_work, actors):
    parent, _ = open_work()
    _, token = open_work(upstream=[(parent, 0, 1_000), (parent, 0, 500)])
    record(token, actors, (actors.ana, 85))
    token.seal(NO_ROOT, 0, sender=actors.studio)
    assert (token.balanceOf(works.tokenOf(parent)), token.totalSupply()) == (17, 102)


@pytest.mark.parametrize(("bps", "cut"), [(1, 109_962_159), (9_999, MAX_SHARES * 9_999)])
def test_record__given_a_cut_beyond_all_shares__reverts(open_work, actors, bps, cut):
    parent, _ = open_work()
    _, token = open_work(upstream=[(parent, 0, bps)])
    overflow = {"shares": MAX_SHARES + cut, "max": MAX_SHARES}
    with reverts_with(token, "ContributionTokenSharesOverflow", **overflow):
        record(token, actors, (actors.ana, MAX_SHARES))
    assert token.totalSupply() == 0


def test_seal__given_lazy_shares_and_a_cut_beyond_all_shares__reverts(open_work, actors):
    parent, _ = open_work()
    _, token = open_work(upstream=[(parent, 0, 5_000)])
    record(token, actors, (actors.ana, 1))
    overflow = {"shares": 2 * (1 + MAX_SHARES // 2 + 1), "max": MAX_SHARES}
    with reverts_with(token, "ContributionTokenSharesOverflow", **overflow):
        token.seal(b"\1" * 32, MAX_SHARES // 2 + 1, sender=actors.studio)
    assert token.sealedAt() == 0
