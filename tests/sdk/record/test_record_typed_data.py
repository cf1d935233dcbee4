"""The EIP-712 types are the ones that contracts and wallets know, to the letter."""

import pytest

from creatoken_sdk import record
from creatoken_sdk.errors import EncodingError

TYPES = {
    record.Step: (
        "Step(uint40 workId,uint32 index,bytes32 previous,address actor,uint8 actorKind,uint8 "
        "sourceType,bytes32 action,bytes32 input,bytes32 output,bytes32 detail,uint40 shares,"
        "uint40 at)"
    ),
    record.Approval: (
        "Approval(uint256 assetId,uint8 stage,bytes32 noteHash,address director,uint64 epoch,"
        "uint40 deadline)"
    ),
    record.BulkApproval: (
        "BulkApproval(bytes32 root,uint32 count,address director,uint64 epoch,uint40 deadline)"
    ),
    record.Registration: (
        "Registration(uint256 assetId,address to,uint40 workId,bytes32 manifestHash,"
        "bytes32 parentsHash,uint40 deadline)"
    ),
    record.Attestation: (
        "Attestation(uint256 assetId,bytes32 check,bool passed,bytes32 reportHash,"
        "address attester,uint40 expiresAt)"
    ),
    record.Metric: (
        "Metric(uint256 assetId,bytes32 name,uint256 value,bytes32 reportHash,address reporter,"
        "uint40 at)"
    ),
}


@pytest.mark.parametrize("cls", TYPES, ids=lambda cls: cls.__name__)
def test_message__given_its_type__is_what_the_contracts_hash(cls):
    assert TYPES[cls] == cls.TYPE


@pytest.mark.threat("A1")
@pytest.mark.parametrize(
    "other",
    [
        {"chain_id": 1, "verifying_contract": "0x5FbDB2315678afecb367f032d93F642f64180aa3"},
        {"chain_id": 31337, "verifying_contract": "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512"},
    ],
    ids=["another chain", "another contract"],
)
def test_digest__when_the_domain_differs__differs(create_step, domain, other):
    step = create_step()
    assert step.digest(domain) != step.digest(record.Domain(**other))
    assert step.struct_hash() == create_step(output=step.output, detail=step.detail).struct_hash()


def test_payload__given_a_step__is_what_a_wallet_signs(create_step, domain):
    payload = create_step(index=3).payload(domain)
    assert payload["primaryType"] == "Step"
    assert payload["domain"] == {
        "name": "Creatoken",
        "version": "1",
        "chainId": 31337,
        "verifyingContract": domain.verifying_contract,
    }
    assert payload["types"]["Step"][1] == {"name": "index", "type": "uint32"}
    assert payload["message"]["index"] == "3"


def test_signer__given_each_message__is_the_account_it_names(create_step, agent):
    assert create_step().signer == agent.address
    assert {cls.SIGNER for cls in TYPES} == {"actor", "director", "", "attester", "reporter"}


def test_struct_hash__when_a_field_is_not_exact__refuses(create_step):
    with pytest.raises(EncodingError, match="bytes32 takes exactly 32 bytes"):
        create_step(detail=b"short").struct_hash()
