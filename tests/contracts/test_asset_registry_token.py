"""Assets as tokens: metadata, royalties, interfaces, transfers."""

import base64
import json

import pytest
from ape.utils import ZERO_ADDRESS

from creatoken_sdk import record
from events import events_of
from reverts import reverts_with

HASH = record.name_hash("hash")
MAX = 2**256 - 1


@pytest.fixture
def placed(create_asset):
    """An asset in the work, made by the pipeline and owned by Ben."""
    return create_asset()[0]


@pytest.fixture
def loose(create_asset):
    """An asset without a work, made by the pipeline and owned by Ben."""
    return create_asset(workId=0)[0]


@pytest.mark.parametrize("withdrawn", [False, True])
def test_token_uri__when_asked__is_json_of_what_is_stored(
    registry, actors, placed, work_id, withdrawn
):
    if withdrawn:
        registry.withdraw(placed, HASH, sender=actors.studio)

    kind, _, body = registry.tokenURI(placed).partition(",")

    assert kind == "data:application/json;base64"
    assert json.loads(base64.b64decode(body)) == {
        "name": f"Creatoken asset 0x{placed:064x}",
        "work": work_id,
        "registeredAt": registry.assetOf(placed).registeredAt,
        "withdrawn": withdrawn,
    }


@pytest.mark.parametrize(
    "price", [0, 1, 9, 10, 11, 9_999, 10_000, 10_001, 10**18 + 7, MAX - 9_999, MAX - 1, MAX]
)
def test_royalty_info__given_work__is_a_tenth_to_its_token(registry, works, work_id, placed, price):
    receiver, amount = registry.royaltyInfo(placed, price)

    assert receiver == works.tokenOf(work_id)
    assert amount == price // 10
    assert registry.ROYALTY_BPS() == 1_000


def test_royalty_info__given_no_work__is_nothing(registry, loose):
    assert registry.royaltyInfo(loose, MAX) == (ZERO_ADDRESS, 0)


@pytest.mark.parametrize(
    ("interface", "supported"),
    [
        ("0x01ffc9a7", True),  # ERC-165
        ("0x80ac58cd", True),  # ERC-721
        ("0x5b5e139f", True),  # ERC-721 metadata
        ("0x2a55205a", True),  # ERC-2981
        ("0x49064906", True),  # ERC-4906
        ("0x780e9d63", False),  # ERC-721 enumerable
        ("0xffffffff", False),
    ],
)
def test_supports_interface__when_asked__says_what_is_there(registry, interface, supported):
    assert registry.supportsInterface(interface) is supported


def test_name__when_asked__is_the_collections(registry):
    assert (registry.name(), registry.symbol()) == ("Creatoken Asset", "ASSET")


@pytest.mark.parametrize("function", ["transferFrom", "safeTransferFrom"])
def test_transfer__when_owner_sends__moves_the_asset_and_keeps_the_record(
    registry, actors, placed, function
):
    before = registry.assetOf(placed)

    receipt = getattr(registry, function)(actors.ben, actors.cleo, placed, sender=actors.ben)

    moved = {"from": actors.ben, "to": actors.cleo, "id": placed}
    assert events_of(receipt, registry) == [("Transfer", moved)]
    assert registry.assetOf(placed) == (actors.cleo, *before[1:])


def test_approve__given_a_token__lets_the_account_move_it(registry, actors, placed):
    receipt = registry.approve(actors.cleo, placed, sender=actors.ben)

    told = {"owner": actors.ben, "account": actors.cleo, "id": placed}
    assert events_of(receipt, registry) == [("Approval", told)]
    assert registry.getApproved(placed) == actors.cleo
    registry.transferFrom(actors.ben, actors.ana, placed, sender=actors.cleo)
    assert registry.ownerOf(placed) == actors.ana


def test_transfer__when_sender_may_not__reverts(registry, actors, placed):
    with reverts_with(registry, "NotOwnerNorApproved"):
        registry.transferFrom.call(actors.ben, actors.outsider, placed, sender=actors.outsider)


def test_approve__when_sender_may_not__reverts(registry, actors, placed):
    with reverts_with(registry, "NotOwnerNorApproved"):
        registry.approve.call(actors.outsider, placed, sender=actors.outsider)


def test_approve__when_value_is_sent__reverts(registry, actors, placed):
    with reverts_with(registry, "AssetRegistryNotPayable", value=7):
        registry.approve.call(actors.cleo, placed, sender=actors.ben, value=7)


@pytest.mark.parametrize(
    ("function", "rest"),
    [("transferFrom", []), ("safeTransferFrom", []), ("safeTransferFrom", [b"data"])],
)
def test_transfer__when_value_is_sent__reverts(registry, actors, placed, function, rest):
    parties = actors.ben, actors.cleo, placed
    with reverts_with(registry, "AssetRegistryNotPayable", value=7):
        getattr(registry, function).call(*parties, *rest, sender=actors.ben, value=7)
    assert registry.balance == 0


def test_transfer__when_withdrawn__still_moves(registry, actors, placed):
    registry.withdraw(placed, HASH, sender=actors.studio)

    registry.transferFrom(actors.ben, actors.cleo, placed, sender=actors.ben)

    assert registry.ownerOf(placed) == actors.cleo
