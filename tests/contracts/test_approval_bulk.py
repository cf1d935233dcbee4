"""One signature over the root of many approvals."""

import pytest

from approvals import FOREVER, NOTE, bulk, domain_of, sign
from creatoken_sdk import record
from events import events_of
from reverts import reverts_with

OTHER_NOTE = record.name_hash("another note")
# (leaves of a tree, steps of a proof)
FITTING = [(1, 0), (2, 1), (3, 1), (3, 2), (4, 2), (5, 2), (5, 3), (512, 9), (513, 10)]
TOO_SHORT = [(2, 0), (3, 0), (4, 1), (5, 1), (500, 7), (512, 8), (2**32 - 1, 30)]
TOO_LONG = [(0, 1), (1, 1), (2, 2), (3, 3), (4, 3), (5, 4), (500, 10), (512, 10), (2**32 - 1, 33)]


@pytest.fixture
def asset(create_asset):
    """(asset id, preimage) of an asset in the work; one director approves."""
    return create_asset()


@pytest.fixture
def leaf(asset):
    return record.approval_leaf(asset[0], 0, NOTE)


def tree_of(leaf, size):
    """A tree of this leaf and of approvals of other assets."""
    others = (record.approval_leaf(number, 0, NOTE) for number in range(1, size))
    return record.MerkleTree([leaf, *others])


def message_of(root, count, director):
    return record.BulkApproval(
        root=root, count=count, director=director.address, epoch=0, deadline=FOREVER
    )


@pytest.fixture
def signed_bulk(registry):
    """A director's signature over the root of `count` leaves."""

    def make(root, count, proof, director, key=None):
        message = message_of(root, count, director)
        return bulk(message, proof, sign(domain_of(registry), message, key or director))

    return make


@pytest.fixture
def refused(registry, approve, asset):
    """Says that this is no signature over the root that the proof leads to."""

    def check(signature, root, director, **terms):
        digest = message_of(root, signature[2], director).digest(domain_of(registry))
        about = {"director": director.address, "digest": digest}
        with reverts_with(registry, "ApprovalsSignatureInvalid", **about):
            approve(asset, [signature], call=True, **terms)

    return check


def fold(leaf, proof):
    for sibling in proof:
        leaf = record.keccak256(min(leaf, sibling) + max(leaf, sibling))
    return leaf


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 500])
def test_approve__given_leaf_of_signed_tree__approves(
    registry, asset, leaf, work_id, directors, signed_bulk, approve, size
):
    tree = tree_of(leaf, size)

    receipt = approve(asset, [signed_bulk(tree.root, size, tree.proof(leaf), directors[0])])

    told = {"assetId": asset[0], "workId": work_id, "stage": 0, "noteHash": NOTE}
    told |= {"directors": [directors[0].address]}
    assert events_of(receipt, registry) == [("AssetApproved", told)]
    assert registry.isApproved(asset[0], 0) is True


def test_approve__given_one_tree__serves_every_leaf_and_stage(
    registry, create_asset, directors, signed_bulk, approve
):
    assets = [create_asset(), create_asset()]
    leaves = {
        (a[0], stage): record.approval_leaf(a[0], stage, NOTE) for a in assets for stage in (0, 5)
    }
    tree = record.MerkleTree(leaves.values())

    for asset in assets:
        for stage in (0, 5):
            proof = tree.proof(leaves[asset[0], stage])
            approve(asset, [signed_bulk(tree.root, 4, proof, directors[0])], stage=stage)
        assert registry.assetOf(asset[0]).stages == 0b100001


def test_approve__given_single_and_bulk_signatures__counts_both(
    registry, projects, project_id, actors, asset, leaf, directors, signed, signed_bulk, approve
):
    projects.setApprovalsRequired(project_id, 3, sender=actors.studio)
    small, large = tree_of(leaf, 2), tree_of(leaf, 7)
    first = signed_bulk(small.root, 2, small.proof(leaf), directors[0])
    last = signed_bulk(large.root, 7, large.proof(leaf), directors[2])

    approve(asset, [first, signed(asset, directors[1]), last])

    assert registry.isApproved(asset[0], 0) is True


@pytest.mark.threat("A6")
def test_approve__given_leaf_of_another_tree__reverts(asset, leaf, directors, signed_bulk, refused):
    """The proof leads from this approval to a root that nobody signed."""
    mine = tree_of(leaf, 4)
    theirs = record.MerkleTree([record.approval_leaf(n, 0, NOTE) for n in range(1, 5)])
    proof = mine.proof(leaf)

    refused(signed_bulk(theirs.root, 4, proof, directors[0]), mine.root, directors[0])


@pytest.mark.threat("A6")
@pytest.mark.parametrize("change", [{"stage": 1}, {"note": OTHER_NOTE}], ids=str)
def test_approve__when_terms_are_not_in_the_tree__reverts(
    asset, leaf, directors, signed_bulk, refused, change
):
    tree = tree_of(leaf, 4)
    terms = {"stage": 0, "note": NOTE} | change
    stated = record.approval_leaf(asset[0], terms["stage"], terms["note"])
    root = fold(stated, tree.proof(leaf))

    refused(signed_bulk(tree.root, 4, tree.proof(leaf), directors[0]), root, directors[0], **change)


@pytest.mark.threat("A6")
@pytest.mark.parametrize("stated", [5, 6, 7])
def test_approve__when_count_is_not_the_signed__reverts(
    asset, leaf, directors, signed_bulk, refused, stated
):
    """Two or three steps fit these counts, so only the signature can tell."""
    tree = tree_of(leaf, 8)
    signature = signed_bulk(tree.root, 8, tree.proof(leaf), directors[0])

    refused((*signature[:2], stated, *signature[3:]), tree.root, directors[0])


@pytest.mark.threat("A6")
@pytest.mark.parametrize(("count", "steps"), [*TOO_SHORT, *TOO_LONG])
def test_approve__when_proof_cannot_fit_the_count__reverts(
    registry, asset, leaf, directors, signed_bulk, approve, count, steps
):
    proof = [bytes([n]) * 32 for n in range(steps)]
    signature = signed_bulk(fold(leaf, proof), count, proof, directors[0])

    about = {"director": directors[0].address, "count": count, "proofLength": steps}
    with reverts_with(registry, "ApprovalsProofInvalid", **about):
        approve(asset, [signature], call=True)


@pytest.mark.parametrize(("count", "steps"), FITTING)
def test_approve__when_proof_fits_the_count__approves(
    asset, leaf, directors, signed_bulk, approve, count, steps
):
    proof = [bytes([n]) * 32 for n in range(steps)]
    signature = signed_bulk(fold(leaf, proof), count, proof, directors[0])

    assert approve(asset, [signature], call=True) == asset[0]


@pytest.mark.threat("A6")
def test_approve__when_inner_node_is_signed_as_single_approval__reverts(
    registry, asset, leaf, directors, signed_bulk, refused
):
    """A signature over a root of two is not one over a tree of four above it."""
    small = tree_of(leaf, 2)
    sibling = record.name_hash("sibling")
    higher = fold(small.root, [sibling])
    proof = [*small.proof(leaf), sibling]

    refused(signed_bulk(small.root, 4, proof, directors[0]), higher, directors[0])


def test_approve__when_single_signature_is_given_as_bulk__reverts(
    asset, leaf, directors, signed, refused
):
    *_, signature = signed(asset, directors[0])
    director = directors[0].address
    refused((director, FOREVER, 1, [], signature), leaf, directors[0])


def test_approve__given_bulk_signature_of_a_contract_wallet__approves(
    registry, project, projects, project_id, actors, asset, leaf, directors, signed_bulk, approve
):
    wallet = project.MockWallet.deploy(directors[0].address, sender=actors.studio)
    projects.setRoles(project_id, wallet, 2, sender=actors.studio)
    tree = tree_of(leaf, 5)

    approve(asset, [signed_bulk(tree.root, 5, tree.proof(leaf), wallet, key=directors[0])])

    assert registry.isApproved(asset[0], 0) is True


@pytest.mark.threat("A5")
def test_approve__when_bulk_deadline_passed__reverts(
    registry, asset, leaf, directors, approve, chain
):
    chain.pending_timestamp = now = chain.pending_timestamp + 100
    terms = {"root": leaf, "count": 1, "director": directors[0].address, "epoch": 0}
    message = record.BulkApproval(**terms, deadline=now - 1)
    signature = bulk(message, [], sign(domain_of(registry), message, directors[0]))

    about = {"director": directors[0].address, "deadline": now - 1}
    with reverts_with(registry, "ApprovalsExpired", **about):
        approve(asset, [signature])
