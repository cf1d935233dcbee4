"""Anchors: one root per anchorer, its time, and proofs against it."""

import pytest

from creatoken_sdk import record
from events import events_of
from reverts import reverts_with

TOPIC = record.name_hash("creatoken.assets")
ROOT = record.name_hash("root")
ZERO_HASH = bytes(32)


@pytest.fixture(scope="session")
def tree():
    return record.MerkleTree(record.name_hash(f"leaf {number}") for number in range(5))


@pytest.fixture(scope="session")
def leaf():
    return record.name_hash("leaf 3")


def test_anchor__when_root_is_new__keeps_the_blocks_time(anchors, actors):
    receipt = anchors.anchor(TOPIC, ROOT, 2**32 - 1, "ipfs://tree", sender=actors.ana)

    told = {"anchorer": actors.ana, "topic": TOPIC, "root": ROOT}
    told |= {"count": 2**32 - 1, "uri": "ipfs://tree"}
    assert events_of(receipt, anchors) == [("Anchored", told)]
    assert anchors.anchoredAt(actors.ana, ROOT) == receipt.timestamp
    assert anchors.anchoredAt(actors.ben, ROOT) == 0


def test_anchor__when_root_is_zero__reverts(anchors, actors):
    with reverts_with(anchors, "AnchorsRootZero"):
        anchors.anchor.call(TOPIC, ZERO_HASH, 0, "", sender=actors.ana)


def test_anchor__when_count_is_zero__reverts(anchors, actors):
    with reverts_with(anchors, "AnchorsCountZero", root=ROOT):
        anchors.anchor.call(TOPIC, ROOT, 0, "", sender=actors.ana)


@pytest.mark.threat("A7")
def test_anchor__given_same_root_of_same_account__keeps_the_first_time(anchors, actors, chain):
    first = anchors.anchor(TOPIC, ROOT, 1, "", sender=actors.ana).timestamp
    chain.mine(deltatime=1000)

    about = {"anchorer": actors.ana, "root": ROOT, "anchoredAt": first}
    with reverts_with(anchors, "AnchorsAlreadyAnchored", **about):
        anchors.anchor.call(record.name_hash("other"), ROOT, 2, "", sender=actors.ana)
    assert anchors.anchoredAt(actors.ana, ROOT) == first


@pytest.mark.threat("A7")
def test_anchor__given_same_root_of_another_account__has_its_own_time(anchors, actors, chain):
    first = anchors.anchor(TOPIC, ROOT, 1, "", sender=actors.outsider).timestamp
    chain.mine(deltatime=1000)

    second = anchors.anchor(TOPIC, ROOT, 1, "", sender=actors.ana).timestamp

    assert second > first
    assert anchors.anchoredAt(actors.ana, ROOT) == second
    assert anchors.anchoredAt(actors.outsider, ROOT) == first


def test_verify__given_anchored_tree__is_true_for_each_leaf(anchors, actors, tree):
    anchors.anchor(TOPIC, tree.root, 5, "", sender=actors.ana)

    for number in range(5):
        leaf = record.name_hash(f"leaf {number}")
        assert anchors.verify(actors.ana, tree.root, leaf, tree.proof(leaf)) is True


def test_verify__given_tree_of_one__takes_the_root_as_leaf(anchors, actors):
    anchors.anchor(TOPIC, ROOT, 1, "", sender=actors.ana)

    assert anchors.verify(actors.ana, ROOT, ROOT, []) is True


def test_verify__when_never_anchored__is_false(anchors, actors, tree, leaf):
    proof = tree.proof(leaf)
    before = anchors.verify(actors.ana, tree.root, leaf, proof)
    anchors.anchor(TOPIC, tree.root, 5, "", sender=actors.ana)

    assert before is False
    assert anchors.verify(actors.ana, tree.root, leaf, proof) is True
    assert anchors.verify(actors.ben, tree.root, leaf, proof) is False


@pytest.mark.parametrize("spoil", [lambda p: p[:-1], lambda p: [*p, ROOT], lambda p: p[::-1]])
def test_verify__when_proof_is_wrong__is_false(anchors, actors, tree, leaf, spoil):
    anchors.anchor(TOPIC, tree.root, 5, "", sender=actors.ana)

    assert anchors.verify(actors.ana, tree.root, leaf, spoil(tree.proof(leaf))) is False


def test_verify__when_leaf_is_of_another_tree__is_false(anchors, actors, tree, leaf):
    anchors.anchor(TOPIC, tree.root, 5, "", sender=actors.ana)

    stranger = record.name_hash("leaf 9")
    assert anchors.verify(actors.ana, tree.root, stranger, tree.proof(leaf)) is False


@pytest.mark.threat("A6")
def test_verify__given_values_that_look_like_a_node__is_false(anchors, actors):
    """Two words hashed as a leaf never make the node of two children: leaves hash twice."""
    left, right = sorted(record.name_hash(f"leaf {number}") for number in range(2))
    root = record.MerkleTree([left, right]).root
    anchors.anchor(TOPIC, root, 2, "", sender=actors.ana)

    forged = record.leaf_hash(("bytes32", "bytes32"), (left, right))
    assert record.keccak256(left + right) == root
    assert anchors.verify(actors.ana, root, forged, []) is False
