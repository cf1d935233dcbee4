"""Solidity against the shared vectors, which Python and JavaScript reproduce too."""

import json
from pathlib import Path

import pytest

VECTORS = Path(__file__).parents[1] / "vectors"
TYPED_DATA = json.loads((VECTORS / "typed_data.json").read_text(encoding="utf-8"))
MESSAGES, REFUSED = TYPED_DATA["messages"], TYPED_DATA["refused"]
IDS = json.loads((VECTORS / "ids.json").read_text(encoding="utf-8"))
LEAVES = json.loads((VECTORS / "leaves.json").read_text(encoding="utf-8"))["leaves"]
TREES = json.loads((VECTORS / "trees.json").read_text(encoding="utf-8"))["trees"]


@pytest.fixture
def placed(chain):
    """The same contract at another address, which its hashes depend on."""

    def place(contract, address):
        code = chain.provider.get_code(contract.address)
        chain.provider.set_code(address, code)
        return type(contract)(address, contract.contract_type)

    return place


def values_of(fields):
    """JSON text as Ape takes it: numbers as int, all else as it stands."""
    return [int(v) if isinstance(v, str) and v.isdecimal() else v for v in fields]


@pytest.mark.parametrize("vector", MESSAGES, ids=lambda v: v["payload"]["primaryType"])
def test_hash__given_typed_data__equals_the_vector(harness, on_chain_id, vector):
    payload, domain = vector["payload"], vector["payload"]["domain"]
    struct = tuple(values_of(payload["message"].values()))

    struct_hash = getattr(harness, f"hash{payload['primaryType']}")(struct)
    with on_chain_id(domain["chainId"]):
        separator = harness.domainSeparator(domain["verifyingContract"])

    assert struct_hash.hex() == vector["structHash"][2:]
    assert separator.hex() == vector["domainSeparator"][2:]
    assert harness.digest(separator, struct_hash).hex() == vector["digest"][2:]
    assert harness.isSigned(vector["signer"], vector["digest"], vector["signature"]) is True


@pytest.mark.threat("A2")
@pytest.mark.parametrize("case", REFUSED["signatures"], ids=lambda case: case["why"])
def test_is_signed__given_malformed_signature__is_false(harness, case):
    assert harness.isSigned(REFUSED["signer"], REFUSED["digest"], case["signature"]) is False


@pytest.mark.threat("A2")
def test_is_signed__when_signer_is_zero__is_false(harness):
    zero = "0x" + "00" * 20
    assert harness.isSigned(zero, REFUSED["digest"], "0x" + "00" * 65) is False


@pytest.mark.parametrize("vector", LEAVES, ids=lambda vector: vector["noun"])
def test_leaf__given_values__equals_the_vector(harness, vector):
    leaf = getattr(harness, f"{vector['noun']}Leaf")(*values_of(vector["values"]))

    assert leaf.hex() == vector["leaf"][2:]


@pytest.mark.parametrize("tree", TREES, ids=lambda tree: f"{len(tree['leaves'])} leaves")
def test_verify__given_tree__takes_each_leaf_and_no_other(harness, tree):
    leaves, proofs = tree["leaves"], tree["proofs"]
    for place in {0, len(leaves) // 2, len(leaves) - 1}:
        leaf, proof = leaves[place], proofs[place]
        assert harness.isInTree(proof, tree["root"], leaf) is True
        assert harness.isInTree([*proof, leaf], tree["root"], leaf) is False
        assert harness.isInTree(proof, tree["root"], TREES[-1]["leaves"][-2]) is False


@pytest.mark.parametrize("vector", IDS["assetId"], ids=lambda vector: vector["chainId"])
def test_asset_id_of__given_chain_and_address__equals_the_vector(
    registry, placed, on_chain_id, vector
):
    there = placed(registry, vector["registry"])
    fields = [vector[name] for name in ("creator", "contentHash", "recordRoot")]

    with on_chain_id(int(vector["chainId"])):
        assert there.assetIdOf(*fields) == int(vector["assetId"])


@pytest.mark.parametrize("vector", IDS["payoutId"], ids=lambda vector: vector["chainId"])
def test_payout_id_of__given_chain_and_address__equals_the_vector(
    vault, placed, on_chain_id, vector
):
    there = placed(vault, vector["vault"])

    with on_chain_id(int(vector["chainId"])):
        found = there.payoutIdOf(tuple(values_of(vector["terms"].values())))
    assert found.hex() == vector["payoutId"][2:]


@pytest.mark.parametrize("vector", IDS["offerId"], ids=lambda vector: vector["chainId"])
def test_offer_id_of__given_chain_and_address__equals_the_vector(
    market, placed, on_chain_id, vector
):
    there = placed(market, vector["market"])

    with on_chain_id(int(vector["chainId"])):
        found = there.offerIdOf(tuple(values_of(vector["offer"].values())))
    assert found.hex() == vector["offerId"][2:]
