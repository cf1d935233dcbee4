"""Registering as the creator, and what can be done to an asset afterwards."""

import pytest
from ape.utils import ZERO_ADDRESS

from assets import asset_input, preimage, registered
from creatoken_sdk import record
from events import events_of
from reverts import reverts_with

UNKNOWN = 404
ZERO_HASH = bytes(32)
HASH = record.name_hash("hash")
ACTIVE, WITHDRAWN = 0, 1
RECORDER, DIRECTOR = 4, 2


@pytest.fixture
def register(registry):
    """Registers an asset as its creator; `call=True` only asks what would happen."""

    def send(asset, to, *, sender, call=False):
        function = registry.register.call if call else registry.register
        return function(tuple(asset.values()), to, sender=sender)

    return send


@pytest.fixture
def loose(registry, actors, register):
    """An asset without a work, made by Ana and owned by Ben."""
    asset = asset_input(actors.ana)
    register(asset, actors.ben, sender=actors.ana)
    return registry.assetIdOf(*preimage(asset))


@pytest.fixture
def placed(create_asset):
    """An asset in the work, made by the pipeline and owned by Ben."""
    return create_asset()[0]


def test_asset_id_of__when_asked__equals_the_sdks(registry, actors):
    asset = asset_input(actors.ana)

    expected = record.asset_id(31337, registry.address, *preimage(asset))
    assert registry.assetIdOf(*preimage(asset)) == expected


def test_register__given_no_work__mints_and_tells_all(registry, actors, register):
    asset = asset_input(actors.ana)
    asset_id = registry.assetIdOf(*preimage(asset))
    held = registry.balanceOf(actors.ben)

    receipt = register(asset, actors.ben, sender=actors.ana)

    assert events_of(receipt, registry) == [
        ("Transfer", {"from": ZERO_ADDRESS, "to": actors.ben, "id": asset_id}),
        ("AssetRegistered", registered(asset_id, asset, receipt.timestamp)),
    ]
    assert receipt.return_value == asset_id
    assert registry.assetOf(asset_id) == (actors.ben, receipt.timestamp, 0, 0, ACTIVE)
    assert registry.ownerOf(asset_id) == actors.ben
    assert registry.balanceOf(actors.ben) == held + 1


def test_register__given_work_and_parents__keeps_them(
    registry, actors, register, work_id, create_asset
):
    parents = [create_asset()[0] for _ in range(16)]
    asset = asset_input(actors.pipeline, workId=work_id, parents=parents, manifestHash=ZERO_HASH)

    receipt = register(asset, actors.ben, sender=actors.pipeline)

    assert events_of(receipt, registry)[1][1]["asset"] == list(asset.values())
    assert registry.assetOf(receipt.return_value).workId == work_id


@pytest.mark.threat("A8")
def test_register__when_sender_is_not_creator__reverts(registry, actors, register):
    about = {"account": actors.outsider, "creator": actors.ana}
    with reverts_with(registry, "AssetRegistryNotCreator", **about):
        register(asset_input(actors.ana), actors.ben, sender=actors.outsider, call=True)


def test_register__when_recipient_is_zero__reverts(registry, actors, register):
    with reverts_with(registry, "AssetRegistryRecipientZero"):
        register(asset_input(actors.ana), ZERO_ADDRESS, sender=actors.ana, call=True)


@pytest.mark.parametrize("field", ["contentHash", "recordRoot"])
def test_register__when_hash_is_zero__reverts(registry, actors, register, field):
    asset = asset_input(actors.ana, **{field: ZERO_HASH})
    with reverts_with(registry, "AssetRegistryHashZero"):
        register(asset, actors.ben, sender=actors.ana, call=True)


def test_register__when_work_is_unknown__reverts(actors, register, works):
    with reverts_with(works, "WorksUnknown", workId=UNKNOWN):
        asset = asset_input(actors.pipeline, workId=UNKNOWN)
        register(asset, actors.ben, sender=actors.pipeline, call=True)


@pytest.mark.parametrize("roles", [0, 63 - RECORDER - 1])
def test_register__when_creator_is_no_recorder__reverts(
    projects, actors, register, work_id, project_id, roles
):
    projects.setRoles(project_id, actors.ana, roles, sender=actors.studio)

    about = {"projectId": project_id, "account": actors.ana, "anyOf": RECORDER}
    with reverts_with(projects, "ProjectsUnauthorized", **about):
        register(asset_input(actors.ana, workId=work_id), actors.ben, sender=actors.ana, call=True)


@pytest.mark.threat("A10")
def test_register__given_role_in_another_project__reverts(
    projects, actors, register, work_id, project_id, create_project
):
    create_project(grants=[(actors.ana, RECORDER)])

    about = {"projectId": project_id, "account": actors.ana, "anyOf": RECORDER}
    with reverts_with(projects, "ProjectsUnauthorized", **about):
        register(asset_input(actors.ana, workId=work_id), actors.ben, sender=actors.ana, call=True)


@pytest.mark.threat("B13")
def test_register__when_17_parents__reverts(registry, actors, register):
    with reverts_with(registry, "AssetRegistryTooManyParents", count=17, max=16):
        asset = asset_input(actors.ana, parents=[1] * 17)
        register(asset, actors.ben, sender=actors.ana, call=True)


def test_register__when_parent_is_unknown__reverts(registry, actors, register, loose):
    with reverts_with(registry, "AssetRegistryParentUnknown", parentId=UNKNOWN):
        asset = asset_input(actors.ana, contentHash=HASH, parents=[loose, UNKNOWN])
        register(asset, actors.ben, sender=actors.ana, call=True)


@pytest.mark.threat("B8")
def test_register__when_parent_is_itself__reverts(registry, actors, register):
    asset = asset_input(actors.ana)
    own_id = registry.assetIdOf(*preimage(asset))
    with reverts_with(registry, "AssetRegistryParentUnknown", parentId=own_id):
        register(asset | {"parents": [own_id]}, actors.ben, sender=actors.ana, call=True)


def test_register__when_parent_is_repeated__reverts(
    registry, actors, register, loose, create_asset
):
    parents = [loose, create_asset()[0], loose]
    with reverts_with(registry, "AssetRegistryParentRepeated", parentId=loose):
        asset = asset_input(actors.ana, contentHash=HASH, parents=parents)
        register(asset, actors.ben, sender=actors.ana, call=True)


@pytest.mark.threat("D8")
def test_register__when_registered_before__keeps_the_first_time(
    registry, actors, register, loose, chain
):
    first = registry.assetOf(loose).registeredAt
    chain.mine(deltatime=1000)

    with reverts_with(
        registry, "AssetRegistryAlreadyRegistered", assetId=loose, registeredAt=first
    ):
        again = asset_input(actors.ana, uri="ipfs://other", manifestHash=HASH)
        register(again, actors.cleo, sender=actors.ana, call=True)


@pytest.mark.threat("A7", "D8")
def test_register__given_strangers_content__is_another_asset(registry, actors, register, loose):
    copy = register(asset_input(actors.outsider), actors.outsider, sender=actors.outsider)

    assert copy.return_value != loose
    assert registry.ownerOf(loose) == actors.ben


def test_register_batch__given_parent_in_the_same_batch__registers_in_order(registry, actors):
    first = asset_input(actors.ana)
    parent = registry.assetIdOf(*preimage(first))
    second = asset_input(actors.ana, contentHash=HASH, parents=[parent])
    child = registry.assetIdOf(*preimage(second))

    assets = [tuple(first.values()), tuple(second.values())]
    receipt = registry.registerBatch(assets, actors.ben, sender=actors.ana)

    assert receipt.return_value == [parent, child]
    names = ["Transfer", "AssetRegistered"] * 2
    assert [name for name, _ in events_of(receipt, registry)] == names
    for place, asset, asset_id in ((1, first, parent), (3, second, child)):
        told = registered(asset_id, asset, receipt.timestamp)
        assert events_of(receipt, registry)[place][1] == told
        assert registry.assetOf(asset_id) == (actors.ben, receipt.timestamp, 0, 0, ACTIVE)


def test_register_batch__when_empty__does_nothing(registry, actors):
    assert registry.registerBatch([], ZERO_ADDRESS, sender=actors.ana).events == []


@pytest.mark.threat("A8")
def test_register_batch__when_one_is_not_the_senders__registers_none(registry, actors):
    mine, other = asset_input(actors.ana), asset_input(actors.ben)

    with reverts_with(registry, "AssetRegistryNotCreator", account=actors.ana, creator=actors.ben):
        batch = [tuple(mine.values()), tuple(other.values())]
        registry.registerBatch(batch, actors.ana, sender=actors.ana)
    assert registry.balanceOf(actors.ana) == 0


def test_register_batch__when_child_comes_first__reverts(registry, actors):
    parent = asset_input(actors.ana)
    parent_id = registry.assetIdOf(*preimage(parent))
    child = asset_input(actors.ana, contentHash=HASH, parents=[parent_id])

    with reverts_with(registry, "AssetRegistryParentUnknown", parentId=parent_id):
        batch = [tuple(child.values()), tuple(parent.values())]
        registry.registerBatch.call(batch, actors.ana, sender=actors.ana)


def test_register_batch__when_same_asset_twice__reverts(registry, actors, chain):
    asset = asset_input(actors.ana)
    chain.pending_timestamp = now = chain.pending_timestamp + 100

    about = {"assetId": registry.assetIdOf(*preimage(asset)), "registeredAt": now}
    with reverts_with(registry, "AssetRegistryAlreadyRegistered", **about):
        registry.registerBatch([tuple(asset.values())] * 2, actors.ana, sender=actors.ana)


def attached(asset_id, by):
    return [
        ("ManifestAttached", {"assetId": asset_id, "manifestHash": HASH, "by": by}),
        ("MetadataUpdate", {"_tokenId": asset_id}),
    ]


def test_attach_manifest__given_work__is_the_recorders(registry, actors, placed):
    receipt = registry.attachManifest(placed, HASH, sender=actors.pipeline)

    assert events_of(receipt, registry) == attached(placed, actors.pipeline)


def test_attach_manifest__given_no_work__is_the_owners(registry, actors, loose):
    receipt = registry.attachManifest(loose, HASH, sender=actors.ben)

    assert events_of(receipt, registry) == attached(loose, actors.ben)


def test_attach_manifest__when_hash_is_zero__reverts(registry, actors, loose):
    with reverts_with(registry, "AssetRegistryManifestZero", assetId=loose):
        registry.attachManifest.call(loose, ZERO_HASH, sender=actors.ben)


@pytest.mark.parametrize(
    ("function", "role"), [("attachManifest", RECORDER), ("withdraw", DIRECTOR)]
)
@pytest.mark.parametrize("name", ["ben", "treasurer", "outsider"])
def test_authority__given_work__is_neither_owners_nor_other_roles(
    registry, projects, actors, placed, project_id, function, role, name
):
    sender = getattr(actors, name)
    about = {"projectId": project_id, "account": sender, "anyOf": role}
    with reverts_with(projects, "ProjectsUnauthorized", **about):
        getattr(registry, function).call(placed, HASH, sender=sender)


@pytest.mark.parametrize("function", ["attachManifest", "withdraw"])
@pytest.mark.parametrize("name", ["ana", "studio", "pipeline"])
def test_authority__given_no_work__is_not_the_creators(registry, actors, loose, function, name):
    sender = getattr(actors, name)
    about = {"assetId": loose, "account": sender, "owner": actors.ben}
    with reverts_with(registry, "AssetRegistryNotOwner", **about):
        getattr(registry, function).call(loose, HASH, sender=sender)


@pytest.mark.parametrize("name", ["loose", "placed"])
def test_withdraw__when_authorised__keeps_all_but_the_status(registry, actors, request, name):
    asset_id, sender = request.getfixturevalue(name), actors.ben
    if name == "placed":
        sender = actors.studio
    before = registry.assetOf(asset_id)

    receipt = registry.withdraw(asset_id, HASH, sender=sender)

    told = {"assetId": asset_id, "by": sender, "reasonHash": HASH}
    update = ("MetadataUpdate", {"_tokenId": asset_id})
    assert events_of(receipt, registry) == [("AssetWithdrawn", told), update]
    after = registry.assetOf(asset_id)
    assert after == (before.owner, before.registeredAt, before.workId, 0, WITHDRAWN)
    assert registry.ownerOf(asset_id) == actors.ben


def test_withdraw__when_withdrawn_before__reverts(registry, actors, loose):
    registry.withdraw(loose, HASH, sender=actors.ben)

    with reverts_with(registry, "AssetRegistryWithdrawn", assetId=loose):
        registry.withdraw.call(loose, HASH, sender=actors.ben)


@pytest.mark.threat("A10")
@pytest.mark.parametrize(
    ("function", "rest"),
    [
        ("attachManifest", [HASH]),
        ("withdraw", [HASH]),
        ("reject", [0, HASH]),
        ("assetOf", []),
        ("requireApproved", [0, 0]),
        ("royaltyInfo", [1]),
        ("tokenURI", []),
    ],
)
def test_function__when_asset_is_unknown__reverts(registry, actors, function, rest):
    with reverts_with(registry, "AssetRegistryUnknown", assetId=UNKNOWN):
        method = getattr(registry, function)
        getattr(method, "call", method)(UNKNOWN, *rest, sender=actors.studio)
