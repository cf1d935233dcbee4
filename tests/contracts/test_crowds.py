"""A work with ten thousand holders costs each of them what one with two does."""

import pytest
from eth_utils import to_checksum_address

from creatoken_sdk import record
from money import NATIVE, gains, pay

HOLDERS = 10_000


@pytest.fixture
def crowd(actors):
    """A tree over ten thousand holders of one share each; ana is the first and ben the last."""
    others = [to_checksum_address(f"0x{number:040x}") for number in range(1, HOLDERS - 1)]
    holders = [actors.ana.address, *others, actors.ben.address]
    rows = [(index, holder, 1) for index, holder in enumerate(holders)]
    return rows, record.MerkleTree([record.join_leaf(*row) for row in rows])


@pytest.mark.gas
@pytest.mark.threat("B13")
def test_claim__given_ten_thousand_holders__costs_as_with_two(seal_work, actors, crowd):
    rows, tree = crowd
    crowded = seal_work(lazy=(tree.root, HOLDERS))
    small = seal_work((actors.ana, 1), (actors.ben, 1))
    for row in (rows[0], rows[-1]):
        proof = list(tree.proof(record.join_leaf(*row)))
        assert crowded.join(*row, proof, sender=actors.outsider).gas_used < 100_000
    pay(NATIVE, actors.payer, crowded, HOLDERS * 7)
    pay(NATIVE, actors.payer, small, 2 * 7)
    for holder in (actors.ana, actors.ben):
        with gains(NATIVE, (holder, 14)):
            costs = [
                token.claim(holder, sender=actors.outsider).gas_used for token in (crowded, small)
            ]
        assert abs(costs[0] - costs[1]) < 500


@pytest.mark.threat("B13")
def test_transfer__given_ten_thousand_holders__costs_as_with_two(seal_work, actors, crowd):
    _, tree = crowd
    crowded = seal_work((actors.cleo, 9), lazy=(tree.root, HOLDERS))
    small = seal_work((actors.cleo, 9), (actors.ben, 1))
    costs = [
        token.transfer(actors.ana, 1, sender=actors.cleo).gas_used for token in (crowded, small)
    ]
    assert costs[0] == costs[1]
