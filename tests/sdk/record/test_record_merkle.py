"""The tree is OpenZeppelin's StandardMerkleTree; see also the shared vectors."""

import pytest
from eth_hash.backends import pycryptodome
from hypothesis import given
from hypothesis import strategies as st

from creatoken_sdk.errors import RecordError
from creatoken_sdk.record import MerkleTree, keccak256, leaf_hash, verify_proof

LEAVES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40, unique=True)


@given(st.binary(max_size=300))
def test_keccak256__given_any_backend__equals_pycryptodome(data):
    assert keccak256(data) == pycryptodome.keccak256(data)


@given(LEAVES)
def test_proof__given_any_leaf__verifies_and_no_other_leaf_does(leaves):
    tree = MerkleTree(leaves)
    assert len(tree) == len(leaves)
    for leaf in leaves:
        proof = tree.proof(leaf)
        assert verify_proof(tree.root, leaf, proof)
        assert not verify_proof(tree.root, keccak256(leaf), proof)


@given(LEAVES, st.randoms())
def test_root__when_leaves_come_in_another_order__is_the_same(leaves, random):
    assert MerkleTree(leaves).root == MerkleTree(random.sample(leaves, len(leaves))).root


@given(LEAVES, st.integers(0), st.integers(0, 31), st.integers(1, 255))
def test_verify_proof__when_a_byte_of_the_proof_is_changed__is_false(leaves, place, byte, flip):
    tree = MerkleTree(leaves)
    proof = [bytearray(node) for node in tree.proof(leaves[0])]
    if not proof:
        assert tree.root == leaves[0]
        return
    proof[place % len(proof)][byte] ^= flip
    assert not verify_proof(tree.root, leaves[0], [bytes(node) for node in proof])


@pytest.mark.threat("A6")
def test_verify_proof__when_an_inner_node_poses_as_leaf__needs_a_preimage_no_leaf_has():
    """A leaf is a double hash: the 64 bytes under a node are never the encoding of a leaf."""
    tree = MerkleTree([keccak256(bytes([n])) for n in range(4)])
    node = tree.proof(keccak256(b"\x00"))[-1]
    children = [keccak256(bytes([n])) for n in range(4)]
    with pytest.raises(RecordError, match="not in this tree"):
        tree.proof(node)
    pairs = [(one, other) for one in children for other in children]
    assert node not in {leaf_hash(("bytes32", "bytes32"), pair) for pair in pairs}


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_verify_proof__when_a_node_is_not_32_bytes__is_false(size):
    tree = MerkleTree([keccak256(b"a"), keccak256(b"b")])
    assert not verify_proof(tree.root, keccak256(b"a"), [keccak256(b"b")[:size].ljust(size, b"x")])
    assert not verify_proof(bytes(size), bytes(size), [])


def test_leaf_hash__given_values__is_the_double_hash_of_their_words():
    words = (7).to_bytes(32, "big") + bytes(31) + b"\x01"
    assert leaf_hash(("uint256", "bool"), (7, True)) == keccak256(keccak256(words))


@pytest.mark.parametrize(
    ("leaves", "reason"),
    [
        ([], "one leaf or more"),
        ([bytes(31)], "not 32 bytes"),
        ([bytes(32), bytes(64)], "not 32 bytes"),
        ([bytes(32), b"\x01" * 32, bytes(32)], "occurs twice"),
    ],
)
def test_merkle_tree__when_leaves_cannot_make_one__says_why(leaves, reason):
    with pytest.raises(RecordError, match=reason):
        MerkleTree(leaves)


def test_dump__when_a_row_is_not_in_the_tree__refuses():
    tree = MerkleTree([leaf_hash(("uint256",), (1,))])
    assert tree.dump(("uint256",), [[1]])["values"] == [{"value": ["1"], "treeIndex": 0}]
    with pytest.raises(RecordError, match="not in this tree"):
        tree.dump(("uint256",), [[2]])
