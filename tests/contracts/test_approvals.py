"""Approvals: who must sign, until when, for what; rejection and revocation."""

import pytest
from eth_account import Account

from approvals import FOREVER, NOTE, approval_of, bulk, domain_of, sign
from creatoken_sdk import record
from events import events_of
from reverts import reverts_with

DIRECTOR, RECORDER = 2, 4
OTHER_NOTE = record.name_hash("another note")
HASH = record.name_hash("hash")


@pytest.fixture
def asset(create_asset):
    """(asset id, preimage) of an asset in the work; one director approves."""
    return create_asset()


@pytest.fixture
def digest_of(registry):
    """What the contract expects the director to have signed, as its error says."""

    def digest(asset, director, **overrides):
        return approval_of(asset[0], director.address, **overrides).digest(domain_of(registry))

    return digest


@pytest.mark.parametrize("stage", range(8))
def test_approve__when_one_director_signed__sets_this_stage_only(
    registry, asset, directors, work_id, signed, approve, stage
):
    before = registry.assetOf(asset[0])

    receipt = approve(asset, [signed(asset, directors[0], stage=stage)], stage=stage)

    told = {"assetId": asset[0], "workId": work_id, "stage": stage, "noteHash": NOTE}
    told |= {"directors": [directors[0].address]}
    assert events_of(receipt, registry) == [("AssetApproved", told)]
    assert receipt.return_value == asset[0]
    assert [registry.isApproved(asset[0], n) for n in range(9)] == [n == stage for n in range(9)]
    after = (before.owner, before.registeredAt, work_id, 1 << stage, 0)
    assert registry.assetOf(asset[0]) == after


@pytest.mark.parametrize("given", [2, 3])
def test_approve__given_two_required__takes_two_or_more(
    registry, projects, project_id, actors, asset, directors, signed, approve, given
):
    projects.setApprovalsRequired(project_id, 2, sender=actors.studio)

    receipt = approve(asset, [signed(asset, director) for director in directors[:given]])

    addresses = [director.address for director in directors[:given]]
    assert events_of(receipt, registry)[0][1]["directors"] == addresses
    assert registry.isApproved(asset[0], 0) is True


@pytest.mark.threat("A3")
@pytest.mark.parametrize("given", [0, 1])
def test_approve__when_fewer_than_required__reverts(
    registry, projects, project_id, actors, asset, directors, signed, approve, given
):
    projects.setApprovalsRequired(project_id, 2, sender=actors.studio)
    signatures = [signed(asset, director) for director in directors[:given]]

    about = {"assetId": asset[0], "given": given, "required": 2}
    with reverts_with(registry, "ApprovalsTooFew", **about):
        approve(asset, signatures, call=True)


@pytest.mark.threat("A3")
def test_approve__when_threshold_is_raised_in_flight__counts_the_new_one(
    registry, projects, project_id, actors, asset, directors, signed, approve
):
    signatures = [signed(asset, directors[0])]
    approve(asset, signatures, call=True)
    projects.setApprovalsRequired(project_id, 2, sender=actors.studio)

    with reverts_with(registry, "ApprovalsTooFew", assetId=asset[0], given=1, required=2):
        approve(asset, signatures, call=True)


@pytest.mark.threat("A3")
def test_approve__when_threshold_is_lowered_in_flight__counts_the_new_one(
    registry, projects, project_id, actors, asset, directors, signed, approve
):
    projects.setApprovalsRequired(project_id, 2, sender=actors.studio)
    signatures = [signed(asset, directors[0])]
    with reverts_with(registry, "ApprovalsTooFew", assetId=asset[0], given=1, required=2):
        approve(asset, signatures, call=True)

    projects.setApprovalsRequired(project_id, 1, sender=actors.studio)
    approve(asset, signatures)
    assert registry.isApproved(asset[0], 0) is True


@pytest.mark.threat("A3")
@pytest.mark.parametrize("order", [(0, 0), (1, 0), (0, 2, 1), (0, 1, 1)])
def test_approve__when_directors_are_not_ascending__reverts(
    registry, asset, directors, signed, approve, order
):
    previous, director = (directors[n].address for n in order[-2:])
    with reverts_with(registry, "ApprovalsUnsorted", previous=previous, director=director):
        approve(asset, [signed(asset, directors[n]) for n in order], call=True)


@pytest.mark.threat("A3")
def test_approve__when_director_is_zero__reverts(registry, asset, approve):
    zero = "0x" + "00" * 20
    with reverts_with(registry, "ApprovalsUnsorted", previous=zero, director=zero):
        approve(asset, [(zero, FOREVER, 0, [], bytes(65))], call=True)


def test_approve__when_signer_never_was_director__reverts(
    registry, project_id, asset, signed, approve
):
    stranger = Account.from_key(b"s" * 32)
    about = {"projectId": project_id, "account": stranger.address}
    with reverts_with(registry, "ApprovalsNotDirector", **about):
        approve(asset, [signed(asset, stranger)], call=True)


@pytest.mark.threat("A3")
@pytest.mark.parametrize("position", [0, 1, 2])
def test_approve__when_any_role_was_removed_after_signing__reverts(
    registry, projects, project_id, actors, asset, directors, signed, approve, position
):
    """Even one more signature than required must be of a director of now."""
    signatures = [signed(asset, director) for director in directors]
    removed = directors[position].address
    projects.setRoles(project_id, removed, 60, sender=actors.studio)

    about = {"projectId": project_id, "account": removed}
    with reverts_with(registry, "ApprovalsNotDirector", **about):
        approve(asset, signatures, call=True)


@pytest.mark.threat("A1")
def test_approve__given_director_of_another_project__reverts(
    registry, project_id, create_project, asset, signed, approve
):
    stranger = Account.from_key(b"s" * 32)
    create_project(grants=[(stranger.address, DIRECTOR)])

    about = {"projectId": project_id, "account": stranger.address}
    with reverts_with(registry, "ApprovalsNotDirector", **about):
        approve(asset, [signed(asset, stranger)], call=True)


@pytest.mark.threat("A5")
def test_approve__when_deadline_is_this_second__approves(
    registry, asset, directors, signed, approve, chain
):
    chain.pending_timestamp = deadline = chain.pending_timestamp + 100

    receipt = approve(asset, [signed(asset, directors[0], deadline=deadline)])

    assert receipt.timestamp == deadline
    assert registry.isApproved(asset[0], 0) is True


@pytest.mark.threat("A5")
def test_approve__when_deadline_was_a_second_ago__reverts(
    registry, asset, directors, signed, approve, chain
):
    chain.pending_timestamp = now = chain.pending_timestamp + 100
    signature = signed(asset, directors[0], deadline=now - 1)

    about = {"director": directors[0].address, "deadline": now - 1}
    with reverts_with(registry, "ApprovalsExpired", **about):
        approve(asset, [signature])


def test_revoke_signatures__when_called__voids_what_was_signed(registry, actors):
    receipts = [registry.revokeSignatures(sender=actors.studio) for _ in range(2)]

    for old, receipt in enumerate(receipts):
        told = {"director": actors.studio, "oldEpoch": old, "newEpoch": old + 1}
        assert events_of(receipt, registry) == [("SignaturesRevoked", told)]
        assert receipt.return_value == old + 1
    assert registry.epochOf(actors.studio) == 2
    assert registry.epochOf(actors.ana) == 0


@pytest.mark.threat("A5")
def test_approve__when_epoch_was_raised__takes_only_the_new_epoch(
    registry, actors, asset, signed, approve, digest_of
):
    studio = Account.from_key(actors.studio.private_key)
    old = signed(asset, studio)
    approve(asset, [old], call=True)
    registry.revokeSignatures(sender=actors.studio)

    digest = digest_of(asset, studio, epoch=1)
    with reverts_with(
        registry, "ApprovalsSignatureInvalid", director=studio.address, digest=digest
    ):
        approve(asset, [old], call=True)
    approve(asset, [signed(asset, studio, epoch=1)])
    assert registry.isApproved(asset[0], 0) is True


@pytest.mark.threat("A5")
def test_approve__when_epoch_was_raised__voids_bulk_signatures_too(
    registry, actors, asset, approve
):
    studio = Account.from_key(actors.studio.private_key)
    root = record.approval_leaf(asset[0], 0, NOTE)
    terms = {"root": root, "count": 1, "director": studio.address, "deadline": FOREVER}
    old, new = (record.BulkApproval(**terms, epoch=epoch) for epoch in (0, 1))
    domain = domain_of(registry)
    signature = bulk(old, [], sign(domain, old, studio))
    approve(asset, [signature], call=True)
    registry.revokeSignatures(sender=actors.studio)

    about = {"director": studio.address, "digest": new.digest(domain)}
    with reverts_with(registry, "ApprovalsSignatureInvalid", **about):
        approve(asset, [signature], call=True)


@pytest.mark.threat("A1")
@pytest.mark.parametrize(
    "change",
    [{"stage": 1}, {"note_hash": OTHER_NOTE}, {"epoch": 1}, {"deadline": FOREVER - 1}],
    ids=str,
)
def test_approve__when_signed_terms_differ__reverts(
    registry, asset, directors, signed, approve, digest_of, change
):
    *_, signature = signed(asset, directors[0], **change)
    stated = (directors[0].address, FOREVER, 0, [], signature)

    about = {"director": directors[0].address, "digest": digest_of(asset, directors[0])}
    with reverts_with(registry, "ApprovalsSignatureInvalid", **about):
        approve(asset, [stated], call=True)


@pytest.mark.threat("A1")
@pytest.mark.parametrize("place", ["chain", "contract", "asset"])
def test_approve__when_signed_for_another_place__reverts(
    registry, works, asset, create_asset, directors, signed, approve, digest_of, place
):
    signature = {
        "chain": lambda: signed(asset, directors[0], domain=domain_of(registry, 1)),
        "contract": lambda: signed(asset, directors[0], domain=domain_of(works)),
        "asset": lambda: signed(create_asset(), directors[0]),
    }[place]()

    about = {"director": directors[0].address, "digest": digest_of(asset, directors[0])}
    with reverts_with(registry, "ApprovalsSignatureInvalid", **about):
        approve(asset, [signature], call=True)


def test_approve__when_signed_by_another_director__reverts(
    registry, asset, directors, signed, approve, digest_of
):
    forged = signed(asset, directors[0], key=directors[1])

    about = {"director": directors[0].address, "digest": digest_of(asset, directors[0])}
    with reverts_with(registry, "ApprovalsSignatureInvalid", **about):
        approve(asset, [forged], call=True)


@pytest.mark.threat("A1")
def test_domain_separator__when_chain_id_changes__follows(registry, on_chain_id):
    with on_chain_id(777):
        forked = registry.domainSeparator()

    assert forked == domain_of(registry, 777).separator()
    assert registry.domainSeparator() == domain_of(registry).separator()


@pytest.mark.threat("A1")
def test_approve__when_the_chain_id_changes__knows_no_asset_of_before(
    registry, asset, directors, signed, approve, on_chain_id
):
    """The chain id is in the asset's id, so nothing that was signed means anything elsewhere."""
    forked = record.asset_id(777, registry.address, *asset[1])
    signatures = [signed(asset, directors[0])]
    with on_chain_id(777), reverts_with(registry, "AssetRegistryUnknown", assetId=forked):
        approve(asset, signatures, call=True)
    approve(asset, signatures, call=True)


@pytest.mark.threat("A6")
def test_approve__when_approved_before__reverts(registry, asset, directors, signed, approve):
    signatures = [signed(asset, directors[0])]
    approve(asset, signatures)

    with reverts_with(registry, "ApprovalsAlreadyApproved", assetId=asset[0], stage=0):
        approve(asset, signatures, call=True)
    approve(asset, [signed(asset, directors[0], stage=1)], stage=1)
    assert registry.assetOf(asset[0]).stages == 0b11


def test_approve__when_withdrawn__reverts(registry, actors, asset, directors, signed, approve):
    registry.withdraw(asset[0], HASH, sender=actors.studio)

    with reverts_with(registry, "ApprovalsWithdrawn", assetId=asset[0]):
        approve(asset, [signed(asset, directors[0])], call=True)
    assert not any(registry.isApproved(asset[0], stage) for stage in range(8))


def test_approve__when_asset_has_no_work__reverts(
    registry, create_asset, directors, signed, approve
):
    loose = create_asset(workId=0)
    with reverts_with(registry, "ApprovalsNoWork", assetId=loose[0]):
        approve(loose, [signed(loose, directors[0])], call=True)


@pytest.mark.threat("A11")
@pytest.mark.parametrize("stage", [8, 9, 255])
def test_approve__when_stage_is_out_of_range__reverts(
    registry, asset, directors, signed, approve, stage
):
    with reverts_with(registry, "ApprovalsStageInvalid", stage=stage):
        approve(asset, [signed(asset, directors[0], stage=stage)], stage=stage, call=True)


def test_approve__when_asset_is_unknown__reverts(registry, actors, directors, signed, approve):
    preimage = (actors.outsider.address, HASH, HASH)
    unknown = registry.assetIdOf(*preimage), preimage
    with reverts_with(registry, "AssetRegistryUnknown", assetId=unknown[0]):
        approve(unknown, [signed(unknown, directors[0])], call=True)


def test_is_approved__when_unknown_or_out_of_range__is_false(registry, asset, create_asset):
    assert registry.isApproved(404, 0) is False
    assert not any(registry.isApproved(asset[0], stage) for stage in (7, 8, 16, 48, 95, 255))


def test_reject__when_director__states_and_undoes_nothing(
    registry, actors, asset, directors, signed, approve
):
    approve(asset, [signed(asset, directors[0])])

    receipt = registry.reject(asset[0], 0, HASH, sender=actors.studio)

    told = {"assetId": asset[0], "stage": 0, "director": actors.studio, "reasonHash": HASH}
    assert events_of(receipt, registry) == [("AssetRejected", told)]
    assert registry.isApproved(asset[0], 0) is True


@pytest.mark.parametrize("name", ["outsider", "pipeline", "ben"])
def test_reject__when_not_a_director__reverts(registry, projects, project_id, actors, asset, name):
    sender = getattr(actors, name)
    about = {"projectId": project_id, "account": sender, "anyOf": DIRECTOR}
    with reverts_with(projects, "ProjectsUnauthorized", **about):
        registry.reject.call(asset[0], 0, HASH, sender=sender)


def test_reject__when_stage_is_out_of_range__reverts(registry, actors, asset):
    with reverts_with(registry, "ApprovalsStageInvalid", stage=8):
        registry.reject.call(asset[0], 8, HASH, sender=actors.studio)


def test_reject__when_asset_has_no_work__reverts(registry, actors, create_asset):
    asset_id, _ = create_asset(workId=0)
    with reverts_with(registry, "ApprovalsNoWork", assetId=asset_id):
        registry.reject.call(asset_id, 0, HASH, sender=actors.studio)


def test_require_approved__when_approved__passes(
    registry, asset, work_id, directors, signed, approve
):
    approve(asset, [signed(asset, directors[0], stage=3)], stage=3)

    registry.requireApproved(asset[0], work_id, 3)


@pytest.mark.threat("A11")
@pytest.mark.parametrize("stage", [0, 2, 4, 8, 16, 255])
def test_require_approved__when_stage_is_missing__reverts(
    registry, asset, work_id, directors, signed, approve, stage
):
    approve(asset, [signed(asset, directors[0], stage=3)], stage=3)

    with reverts_with(registry, "ApprovalsNotApproved", assetId=asset[0], stage=stage):
        registry.requireApproved(asset[0], work_id, stage)


@pytest.mark.threat("A11")
def test_require_approved__when_work_is_another__reverts(
    registry, asset, work_id, directors, signed, approve
):
    approve(asset, [signed(asset, directors[0])])

    about = {"assetId": asset[0], "assetWorkId": work_id, "workId": work_id + 1}
    with reverts_with(registry, "ApprovalsWorkMismatch", **about):
        registry.requireApproved(asset[0], work_id + 1, 0)


@pytest.mark.threat("A11")
def test_require_approved__when_withdrawn__reverts(
    registry, actors, asset, work_id, directors, signed, approve
):
    approve(asset, [signed(asset, directors[0])])
    registry.withdraw(asset[0], HASH, sender=actors.studio)

    assert registry.isApproved(asset[0], 0) is True
    with reverts_with(registry, "ApprovalsWithdrawn", assetId=asset[0]):
        registry.requireApproved(asset[0], work_id, 0)
