"""Works: opening, parents, predicted token addresses, and the clones behind the tokens."""

import pytest
from ape.exceptions import ContractLogicError

from approvals import domain_of
from money import NATIVE, NO_ROOT, ZERO, event
from reverts import reverts_with

ADMIN, DIRECTOR, RECORDER, COMPLIANCE, REPORTER, TREASURER = 1, 2, 4, 8, 16, 32
MAY_OPEN = ADMIN | DIRECTOR | RECORDER
DAY = 24 * 3600


@pytest.fixture
def terms(project_id, chain):
    """What `open` takes, to be changed by a test."""
    return {
        "projectId": project_id,
        "primaryCurrency": ZERO,
        "sealBy": chain.pending_timestamp + DAY,
        "upstream": [],
        "uri": "ipfs://work",
    }


@pytest.fixture
def licensing(project, actors):
    return project.MockLicensing.deploy(sender=actors.studio)


@pytest.fixture
def foreign_work(create_project, open_work, licensing, actors):
    """A work of another project, which has a licence market and its own treasury."""
    return open_work(projectId=create_project(licensing=licensing, treasury=actors.ana))[0]


def values(terms):
    return tuple(terms.values())


def test_open__when_called_by_a_recorder__makes_the_token_with_its_terms(
    project, works, terms, actors, dollar, open_work
):
    parent, _ = open_work()
    terms |= {"primaryCurrency": dollar.address, "upstream": [(parent, 0, 250)]}
    work_id, token = works.open.call(values(terms), sender=actors.pipeline)

    receipt = works.open(values(terms), sender=actors.pipeline)

    opened = (work_id, terms["projectId"], token, dollar, terms["sealBy"], [(parent, 0, 250)])
    assert receipt.events == [event(works, "WorkOpened", *opened, "ipfs://work")]
    assert (works.count(), works.tokenOf(work_id)) == (work_id, token)
    assert works.projectOf(work_id) == terms["projectId"]
    made = project.ContributionToken.at(token)
    assert made.terms() == (work_id, terms["projectId"], terms["sealBy"], dollar)
    assert tuple(made.upstreams()) == ([parent], [250])


@pytest.mark.parametrize("role", [DIRECTOR, RECORDER])
def test_open__given_a_role_that_may__opens(works, terms, actors, create_project, role):
    terms["projectId"] = create_project(grants=[(actors.ana, role)])
    before = works.count()
    works.open(values(terms), sender=actors.ana)
    assert works.count() == before + 1


def test_open__given_the_bare_admin__opens(works, terms, actors, create_project):
    terms["projectId"] = create_project(admin=actors.ana, grants=[])
    before = works.count()
    works.open(values(terms), sender=actors.ana)
    assert works.count() == before + 1


@pytest.mark.parametrize("roles", [0, COMPLIANCE, REPORTER, TREASURER])
def test_open__given_no_role_that_may__reverts(
    projects, works, terms, actors, create_project, roles
):
    project_id = terms["projectId"] = create_project(grants=[(actors.ana, roles)])
    refused = {"projectId": project_id, "account": actors.ana, "anyOf": MAY_OPEN}
    with reverts_with(projects, "ProjectsUnauthorized", **refused):
        works.open(values(terms), sender=actors.ana)


@pytest.mark.threat("A10")
def test_open__given_an_unknown_project__reverts(projects, works, terms, actors):
    terms["projectId"] = 999
    refused = {"projectId": 999, "account": actors.studio, "anyOf": MAY_OPEN}
    with reverts_with(projects, "ProjectsUnauthorized", **refused):
        works.open(values(terms), sender=actors.studio)


@pytest.mark.parametrize("early", [0, 1, DAY])
def test_open__when_seal_by_has_come__reverts(works, terms, actors, chain, early):
    now = terms["sealBy"]
    terms["sealBy"] = now - early
    chain.pending_timestamp = now
    with reverts_with(works, "WorksSealByPassed", sealBy=now - early, blockTime=now):
        works.open(values(terms), sender=actors.pipeline)


def test_open__when_seal_by_is_the_next_second__opens(works, terms, actors, chain):
    before = works.count()
    chain.pending_timestamp = terms["sealBy"] - 1
    receipt = works.open(values(terms), sender=actors.pipeline)
    assert (receipt.timestamp, works.count()) == (terms["sealBy"] - 1, before + 1)


def test_open__given_the_native_currency_as_primary__reverts(works, terms, actors):
    terms["primaryCurrency"] = NATIVE
    with reverts_with(works, "WorksCurrencyInvalid", currency=NATIVE):
        works.open(values(terms), sender=actors.pipeline)


@pytest.mark.threat("B3")
def test_open__given_a_currency_without_code__reverts(works, terms, actors):
    terms["primaryCurrency"] = actors.ana.address
    with reverts_with(works, "WorksCurrencyInvalid", currency=actors.ana):
        works.open(values(terms), sender=actors.pipeline)


def test_open__given_a_currency_with_the_shortest_code__opens(works, terms, actors, chain):
    terms["primaryCurrency"] = actors.ana.address
    chain.provider.set_code(actors.ana.address, "0x00")
    receipt = works.open(values(terms), sender=actors.pipeline)
    assert receipt.events[0].primaryCurrency == actors.ana


def test_open__given_the_shares_of_a_work_as_primary__reverts(works, terms, actors, open_work):
    _, token = open_work()
    terms["primaryCurrency"] = token.address
    with reverts_with(works, "WorksCurrencyInvalid", currency=token):
        works.open(values(terms), sender=actors.pipeline)


def test_open__given_eight_parents__keeps_them_in_order(open_work):
    parents = [open_work()[0] for _ in range(8)]
    bps = [1, 2, 3, 4, 5, 6, 7, 9971]
    _, token = open_work(
        upstream=[(work, 0, part) for work, part in zip(parents, bps, strict=True)]
    )
    assert tuple(token.upstreams()) == (parents, bps)


@pytest.mark.threat("B13")
def test_open__given_nine_parents__reverts(works, terms, actors, open_work):
    parent, _ = open_work()
    terms["upstream"] = [(parent, 0, 1)] * 9
    with reverts_with(works, "WorksTooManyUpstreams", count=9, max=8):
        works.open(values(terms), sender=actors.pipeline)


@pytest.mark.threat("B8")
@pytest.mark.parametrize(
    ("parts", "bad", "total"),
    [
        ([0], 0, 0),
        ([5, 0], 0, 5),
        ([10_000], 10_000, 10_000),
        ([5_000, 5_000], 5_000, 10_000),
        ([1, 9_998, 1, 1], 1, 10_000),
        ([65_535], 65_535, 65_535),
    ],
)
def test_open__given_bps_that_leave_nothing__reverts(
    works, terms, actors, open_work, parts, bad, total
):
    parent, _ = open_work()
    terms["upstream"] = [(parent, 0, bps) for bps in parts]
    refused = {"workId": parent, "bps": bad, "sumBps": total}
    with reverts_with(works, "WorksUpstreamBpsInvalid", **refused):
        works.open(values(terms), sender=actors.pipeline)


@pytest.mark.threat("B8")
def test_open__given_itself_or_nothing_as_parent__reverts(works, terms, actors):
    for unknown in (0, works.count() + 1, 2**40 - 1):
        terms["upstream"] = [(unknown, 0, 100)]
        with reverts_with(works, "WorksUnknown", workId=unknown):
            works.open(values(terms), sender=actors.pipeline)


def test_open__when_the_tokens_address_is_taken__reverts(works, terms, actors, chain):
    count = works.count()
    chain.provider.set_code(works.tokenOf(count + 1), "0x00")
    with reverts_with(works, "CloneFailed"):
        works.open(tuple(terms.values()), sender=actors.pipeline)
    assert works.count() == count


def test_open__given_a_foreign_parent_without_market__reverts(
    works, terms, actors, create_project, open_work
):
    foreign, _ = open_work(projectId=create_project())
    terms["upstream"] = [(foreign, 7, 100)]
    refused = {"workId": foreign, "licenseId": 7, "bps": 100}
    with reverts_with(works, "WorksUpstreamNotLicensed", **refused):
        works.open(values(terms), sender=actors.pipeline)


def test_open__given_a_foreign_parent_whose_market_refuses__reverts(
    works, terms, actors, foreign_work
):
    terms["upstream"] = [(foreign_work, 7, 100)]
    refused = {"workId": foreign_work, "licenseId": 7, "bps": 100}
    with reverts_with(works, "WorksUpstreamNotLicensed", **refused):
        works.open(values(terms), sender=actors.pipeline)


def test_open__given_a_foreign_parent_whose_market_permits__needs_a_treasury_that_accepted(
    works, projects, terms, actors, foreign_work, licensing
):
    licensing.setPermitted(True, sender=actors.studio)
    projects.setTreasury(terms["projectId"], actors.treasurer, sender=actors.studio)
    terms["upstream"] = [(foreign_work, 7, 100)]
    refused = {"workId": foreign_work, "licenseId": 7, "bps": 100}
    with reverts_with(works, "WorksUpstreamNotLicensed", **refused):
        works.open(values(terms), sender=actors.pipeline)
    projects.acceptTreasury(terms["projectId"], sender=actors.treasurer)
    receipt = works.open(values(terms), sender=actors.pipeline)
    assert receipt.events[0].upstream == [(foreign_work, 7, 100)]


def test_open__given_a_foreign_parent_whose_market_permits__asks_for_this_derivation(
    works, terms, actors, foreign_work, licensing, chain
):
    licensing.setPermitted(True, sender=actors.studio)
    terms["upstream"] = [(foreign_work, 7, 100)]

    receipt = works.open(values(terms), sender=actors.pipeline)

    trace = [receipt.txn_hash, {"tracer": "callTracer"}]
    calls = chain.provider.make_request("debug_traceTransaction", trace)["calls"]
    asked = [call["input"] for call in calls if call["to"] == licensing.address.lower()]
    question = licensing.permitsDerivative.encode_input(7, foreign_work, actors.treasurer, 100)
    assert asked == ["0x" + question.hex()]
    assert receipt.events[0].upstream == [(foreign_work, 7, 100)]


@pytest.mark.threat("A10")
@pytest.mark.parametrize("unknown", [0, 2**40 - 1])
def test_project_of__given_an_unknown_work__reverts(works, unknown):
    with reverts_with(works, "WorksUnknown", workId=unknown):
        works.projectOf(unknown)


@pytest.mark.parametrize("step", [-2, -1])
@pytest.mark.parametrize("bits", [7, 8, 16, 24, 32, 40])
def test_token_of__given_each_length_of_nonce__is_where_the_token_comes(
    project, works, terms, actors, chain, bits, step
):
    work_id = 2**bits + step
    predicted = works.tokenOf(work_id)
    slot = chain.provider.make_request("eth_getStorageAt", [works.address, "0x0", "latest"])
    assert int(slot, 16) == works.count(), "count is in slot 0"
    word = f"0x{work_id - 1:064x}"
    chain.provider.make_request("anvil_setStorageAt", [works.address, "0x0", word])
    chain.provider.make_request("anvil_setNonce", [works.address, hex(work_id + 1)])

    receipt = works.open(values(terms), sender=actors.pipeline)

    assert receipt.events[0].workId == work_id
    assert receipt.events[0].token == predicted
    assert project.ContributionToken.at(predicted).terms().workId == work_id


def test_token_of__given_the_first_works__is_where_the_tokens_come(project, works, open_work):
    first = works.count() + 1
    predicted = [works.tokenOf(first + i) for i in range(3)]
    assert [open_work()[1].address for _ in range(3)] == predicted


def test_domain_separator__given_works__is_the_one_of_the_sdk(works):
    assert works.domainSeparator() == domain_of(works).separator()


@pytest.mark.threat("A1")
def test_domain_separator__given_a_fork_of_the_chain__changes(works, on_chain_id):
    with on_chain_id(2):
        assert works.domainSeparator() == domain_of(works, 2).separator()


# The implementation behind the clones.


@pytest.fixture
def implementation(project, works):
    return project.ContributionToken.at(works.IMPLEMENTATION())


@pytest.fixture
def no_work_id(implementation, chain):
    """What stands in the implementation's code where a clone has its work id."""
    return int.from_bytes(chain.provider.get_code(implementation.address)[51:56], "big")


def test_record__given_the_implementation__reverts(implementation, no_work_id, actors):
    with reverts_with(implementation, "ContributionTokenSealed", workId=no_work_id):
        implementation.record(b"\1" * 32, 1, [(actors.ana, 1)], sender=actors.pipeline)


def test_seal__given_the_implementation__reverts(implementation, no_work_id, actors):
    with reverts_with(implementation, "ContributionTokenSealed", workId=no_work_id):
        implementation.seal(NO_ROOT, 0, sender=actors.studio)


def test_push_all__given_the_implementation__reverts(implementation, actors):
    with reverts_with(implementation, "RoyaltySplitterNotSealed"):
        implementation.pushAll([actors.ana], sender=actors.outsider)


def test_join__given_the_implementation__reverts(implementation, actors):
    leaf = {"index": 0, "account": actors.ana, "shares": 1}
    with reverts_with(implementation, "ContributionTokenProofInvalid", **leaf):
        implementation.join(0, actors.ana, 1, [], sender=actors.ana)


# A clone takes plain payments for next to nothing.


@pytest.mark.threat("B14")
def test_payment__when_plain__costs_15_gas_more_than_to_anyone(seal_work, actors):
    token = seal_work((actors.ana, 1))
    receipt = actors.payer.transfer(token, 10**18)
    assert (receipt.gas_used, token.balance) == (21_015, 10**18)
    assert list(receipt.logs) == []


@pytest.mark.threat("B14")
def test_payment__when_sent_with_2300_gas__arrives(seal_work, actors, recipient):
    token = seal_work((actors.ana, 1))
    recipient.payOnStipend(token, value=5, sender=actors.payer)
    assert token.owedOf(actors.ana, NATIVE) == 5


@pytest.mark.parametrize("data", ["0x00", "0xffffffff", "0x1e83409a" + "00" * 32])
def test_payment__when_it_calls_a_function__reverts(seal_work, actors, data):
    token = seal_work((actors.ana, 1))
    with pytest.raises(ContractLogicError, match="failed"):
        actors.payer.transfer(token, 1, data=data)
    assert token.balance == 0
