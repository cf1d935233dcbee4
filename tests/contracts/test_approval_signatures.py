"""Which signatures count: malformed ones, contract wallets, accounts with EIP-7702 code."""

from types import SimpleNamespace

import pytest
from eth_account import Account

from approvals import FOREVER, approval_of, domain_of, sign
from events import events_of
from reverts import reverts_with

DIRECTOR = 2
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
RETURN, REVERT, BURN_GAS, CHANGE_STATE = range(1, 5)  # MockAnswer.Mode
MAGIC = bytes.fromhex("1626ba7e")
HOSTILE = {
    "returns another value": (RETURN, b"\xff" * 4, 32),
    "returns the value with dirt": (RETURN, MAGIC + b"\x01", 32),
    "returns the value on the right": (RETURN, bytes(28) + MAGIC, 32),
    "returns four bytes": (RETURN, MAGIC, 4),
    "returns two words": (RETURN, MAGIC, 64),
    "returns nothing": (RETURN, MAGIC, 0),
    "returns a bomb": (RETURN, MAGIC, 400_000),
    "reverts": (REVERT, b"", 0),
    "reverts with the value": (REVERT, MAGIC, 32),
    "reverts with a bomb": (REVERT, MAGIC, 400_000),
    "burns gas": (BURN_GAS, b"", 0),
    "changes state": (CHANGE_STATE, b"", 0),
}

MALFORMED = {
    "s is in the upper half": lambda r, s, v: r + word(ORDER - number(s)) + byte(55 - v),
    "v is 0 or 1": lambda r, s, v: r + s + byte(v - 27),
    "v is 26": lambda r, s, v: r + s + byte(26),
    "v is 29": lambda r, s, v: r + s + byte(29),
    "v is 255": lambda r, s, v: r + s + byte(255),
    "the other v": lambda r, s, v: r + s + byte(55 - v),
    "64 bytes of EIP-2098": lambda r, s, v: r + word(number(s) | (v - 27) << 255),
    "66 bytes": lambda r, s, v: r + s + byte(v) + byte(0),
    "97 bytes": lambda r, s, v: r + s + byte(v) + bytes(32),
    "empty": lambda r, s, v: b"",
    "all zero": lambda r, s, v: bytes(65),
    "r is zero": lambda r, s, v: bytes(32) + s + byte(v),
    "s is zero": lambda r, s, v: r + bytes(32) + byte(v),
    "r and s swapped": lambda r, s, v: s + r + byte(v),
    "r is off by a bit": lambda r, s, v: word(number(r) ^ 1) + s + byte(v),
    "s is off by a bit": lambda r, s, v: r + word(number(s) ^ 1) + byte(v),
    "v comes first": lambda r, s, v: byte(v) + r + s,
}


def byte(value):
    return bytes([value])


def word(value):
    return value.to_bytes(32, "big")


def number(data):
    return int.from_bytes(data, "big")


@pytest.fixture
def asset(create_asset):
    """(asset id, preimage) of an asset in the work; one director approves."""
    return create_asset()


@pytest.fixture
def wallet(project, projects, project_id, actors, directors):
    """A contract wallet of the first director's key that is a director itself."""
    wallet = project.MockWallet.deploy(directors[0].address, sender=actors.studio)
    projects.setRoles(project_id, wallet, DIRECTOR, sender=actors.studio)
    return wallet


@pytest.fixture
def refused(registry, asset, approve):
    """Says that the registry takes this for no signature of the director."""

    def check(director, signature, **options):
        message = approval_of(asset[0], director.address)
        about = {"director": director.address, "digest": message.digest(domain_of(registry))}
        with reverts_with(registry, "ApprovalsSignatureInvalid", **about):
            approve(asset, [(director.address, FOREVER, 0, [], signature)], **options)

    return check


@pytest.fixture
def delegate(chain, actors):
    """Gives an account code by EIP-7702: a type-4 transaction with its signed authorization."""

    def send(account, code):
        web3 = chain.provider.web3
        authorization = account.sign_authorization(
            {"chainId": 31337, "address": code.address, "nonce": 0}
        )
        transaction = {
            "type": 4,
            "chainId": 31337,
            "nonce": actors.relayer.nonce,
            "to": actors.relayer.address,
            "value": 0,
            "data": b"",
            "gas": 200_000,
            "maxFeePerGas": 10**11,
            "maxPriorityFeePerGas": 0,
            "authorizationList": [authorization],
        }
        raw = Account.sign_transaction(transaction, actors.relayer.private_key).raw_transaction
        web3.eth.wait_for_transaction_receipt(web3.eth.send_raw_transaction(raw))
        designator = bytes.fromhex("ef0100" + code.address[2:])
        assert bytes(chain.provider.get_code(account.address)) == designator

    return send


@pytest.mark.threat("A2")
@pytest.mark.parametrize("form", MALFORMED)
def test_approve__when_signature_is_malformed__reverts(
    asset, directors, signed, approve, refused, form
):
    *_, signature = signed(asset, directors[0])
    approve(asset, [signed(asset, directors[0])], call=True)

    parts = signature[:32], signature[32:64], signature[64]
    refused(directors[0], MALFORMED[form](*parts), call=True)


def test_approve__given_contract_wallet__takes_its_owners_signature(
    registry, asset, wallet, directors, signed, approve
):
    receipt = approve(asset, [signed(asset, wallet, key=directors[0])])

    assert events_of(receipt, registry)[0][1]["directors"] == [wallet.address]
    assert registry.isApproved(asset[0], 0) is True


def test_approve__given_contract_wallet__refuses_a_strangers_signature(
    registry, asset, wallet, directors, refused
):
    message = approval_of(asset[0], wallet.address)
    refused(wallet, sign(domain_of(registry), message, directors[1]), call=True)


@pytest.mark.threat("A4", "B1")
@pytest.mark.parametrize("how", HOSTILE)
def test_approve__when_wallet_is_hostile__refuses_within_bounded_gas(
    registry, actors, asset, wallet, directors, signed, approve, refused, how
):
    *_, signature = signed(asset, wallet, key=directors[0])
    mode, word, size = HOSTILE[how]
    wallet.set(mode, word.ljust(32, b"\0"), size, sender=actors.studio)

    refused(wallet, signature, call=True)
    attempt = [(wallet.address, FOREVER, 0, [], signature)]
    receipt = approve(asset, attempt, gas=5_000_000, raise_on_revert=False)
    assert receipt.failed
    assert receipt.gas_used < 620_000
    assert wallet.calls() == 0
    approve(asset, [signed(asset, directors[0])])
    assert registry.isApproved(asset[0], 0) is True


@pytest.mark.threat("A4")
def test_approve__when_wallet_has_no_code_yet__reverts(
    registry, project, projects, project_id, actors, chain, asset, directors, signed, refused
):
    later = SimpleNamespace(address="0x0000000000000000000000000000000000C0FFEE")
    projects.setRoles(project_id, later.address, DIRECTOR, sender=actors.studio)
    *_, signature = signed(asset, later, key=directors[0])
    refused(later, signature, call=True)

    code = project.MockWallet.deploy(directors[0].address, sender=actors.studio)
    chain.provider.set_code(later.address, chain.provider.get_code(code.address))
    registry.approve.call(
        asset[1],
        0,
        approval_of(asset[0], later.address).note_hash,
        [(later.address, FOREVER, 0, [], signature)],
        [],
        sender=actors.relayer,
    )


@pytest.mark.threat("A12")
def test_approve__given_account_and_its_wallet__one_signature_never_counts_twice(
    registry, projects, project_id, actors, asset, wallet, directors, signed, approve
):
    """The director's address is signed too, so that one key must sign once for each."""
    projects.setApprovalsRequired(project_id, 2, sender=actors.studio)
    account, domain = directors[0], domain_of(registry)
    ordered = sorted(
        (account, wallet), key=lambda director: number(bytes.fromhex(director.address[2:]))
    )

    for named in (account, wallet):
        *_, signature = signed(asset, named, key=account)
        twice = [(director.address, FOREVER, 0, [], signature) for director in ordered]
        other = wallet if named is account else account
        expected = approval_of(asset[0], other.address).digest(domain)
        about = {"director": other.address, "digest": expected}
        with reverts_with(registry, "ApprovalsSignatureInvalid", **about):
            approve(asset, twice, call=True)
    approve(asset, [signed(asset, director, key=account) for director in ordered])
    assert registry.isApproved(asset[0], 0) is True


@pytest.mark.threat("A4")
def test_approve__given_two_wallets_of_one_owner__one_signature_never_counts_for_the_other(
    project, projects, project_id, actors, asset, wallet, directors, signed, approve, refused
):
    second = project.MockWallet.deploy(directors[0].address, sender=actors.studio)
    projects.setRoles(project_id, second, DIRECTOR, sender=actors.studio)
    *_, signature = signed(asset, wallet, key=directors[0])

    refused(second, signature, call=True)
    approve(asset, [signed(asset, second, key=directors[0])], call=True)


@pytest.mark.threat("A4")
def test_approve__given_delegated_account__its_own_key_still_signs(
    registry, project, actors, asset, directors, signed, approve, delegate
):
    """The code is hostile, and is never asked."""
    code = project.MockGate.deploy(sender=actors.studio)
    delegate(directors[0], code)

    approve(asset, [signed(asset, directors[0])])

    assert registry.isApproved(asset[0], 0) is True


@pytest.mark.threat("A4")
def test_approve__given_delegated_account__its_codes_word_counts(
    registry, project, actors, asset, directors, signed, approve, refused, delegate
):
    session = Account.from_key(b"k" * 32)
    *_, signature = signed(asset, directors[0], key=session)
    refused(directors[0], signature, call=True)

    delegate(directors[0], project.MockWallet.deploy(session.address, sender=actors.studio))
    refused(directors[0], signature[:-1] + byte(0), call=True)
    approve(asset, [signed(asset, directors[0], key=session)])

    assert registry.isApproved(asset[0], 0) is True


@pytest.mark.threat("A4")
def test_approve__given_delegated_account_that_drops_its_code__the_word_is_void(
    project, actors, asset, directors, signed, approve, refused, chain
):
    session = Account.from_key(b"k" * 32)
    wallet = project.MockWallet.deploy(session.address, sender=actors.studio)
    signature = signed(asset, directors[0], key=session)
    chain.provider.set_code(directors[0].address, "0xef0100" + wallet.address[2:])
    approve(asset, [signature], call=True)

    chain.provider.set_code(directors[0].address, "0x")
    refused(directors[0], signature[-1], call=True)


@pytest.mark.threat("A4")
def test_approve__given_precompile_as_director__reverts(
    registry, projects, project_id, actors, asset, directors, signed, refused
):
    identity = SimpleNamespace(address="0x0000000000000000000000000000000000000004")
    projects.setRoles(project_id, identity.address, DIRECTOR, sender=actors.studio)
    *_, signature = signed(asset, identity, key=directors[0])

    refused(identity, signature, call=True)
