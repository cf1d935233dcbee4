"""Registering for a creator who signed, or from an anchor."""

import pytest
from ape.utils import ZERO_ADDRESS
from eth_account import Account

from approvals import FOREVER, domain_of, sign
from assets import asset_input, leaf_of, preimage, registered
from creatoken_sdk import record
from events import events_of
from reverts import reverts_with

RECORDER = 4
ACTIVE = 0
HASH = record.name_hash("hash")
ROOT = record.name_hash("root")
TOPIC = record.name_hash("creatoken.assets")


@pytest.fixture(scope="session")
def creator():
    """Signs and never sends."""
    return Account.from_key(b"c" * 32)


@pytest.fixture
def registration(registry):
    """What the creator of an asset signs."""

    def make(asset, to, deadline=FOREVER, asset_id=None):
        return record.Registration(
            asset_id=asset_id or registry.assetIdOf(*preimage(asset)),
            to=str(to),
            work_id=asset["workId"],
            manifest_hash=asset["manifestHash"],
            parents_hash=record.parents_hash(asset["parents"]),
            deadline=deadline,
        )

    return make


@pytest.fixture
def register_for(registry, actors):
    """Relays a signed registration; `call=True` only asks what would happen."""

    def send(asset, signature, *, to=None, deadline=FOREVER, sender=None, call=False):
        function = registry.registerFor.call if call else registry.registerFor
        parties = to or actors.ben, deadline, signature
        return function(tuple(asset.values()), *parties, sender=sender or actors.relayer)

    return send


@pytest.fixture
def refused(registry, registration, register_for, actors):
    """Says that the registry takes this signature for no registration of the asset to Ben."""

    def check(asset, signature):
        digest = registration(asset, actors.ben).digest(domain_of(registry))
        about = {"creator": asset["creator"], "digest": digest}
        with reverts_with(registry, "AssetRegistrySignatureInvalid", **about):
            register_for(asset, signature, call=True)

    return check


def test_register_for__when_signed__registers_for_anyone(
    registry, actors, creator, registration, register_for
):
    asset = asset_input(creator.address)
    signature = sign(domain_of(registry), registration(asset, actors.ben), creator)
    asset_id = registry.assetIdOf(*preimage(asset))

    receipt = register_for(asset, signature)

    assert events_of(receipt, registry) == [
        ("Transfer", {"from": ZERO_ADDRESS, "to": actors.ben, "id": asset_id}),
        ("AssetRegistered", registered(asset_id, asset, receipt.timestamp)),
    ]
    assert receipt.return_value == asset_id
    assert registry.assetOf(asset_id) == (actors.ben, receipt.timestamp, 0, 0, ACTIVE)


def test_register_for__given_work_and_parents__wants_a_recorder_as_relayer(
    registry,
    projects,
    actors,
    creator,
    registration,
    register_for,
    work_id,
    project_id,
    create_asset,
):
    parents = [create_asset()[0], create_asset()[0]]
    asset = asset_input(creator.address, workId=work_id, parents=parents)
    signature = sign(domain_of(registry), registration(asset, actors.ben), creator)

    about = {"projectId": project_id, "account": actors.relayer, "anyOf": RECORDER}
    with reverts_with(projects, "ProjectsUnauthorized", **about):
        register_for(asset, signature, call=True)
    receipt = register_for(asset, signature, sender=actors.pipeline)
    assert registry.assetOf(receipt.return_value).workId == work_id


def test_register_for__when_source_type_and_uri_differ__registers_the_relayers_statement(
    registry, actors, creator, registration, register_for
):
    """The interface warns of this: both are outside the signature."""
    asset = asset_input(creator.address)
    signature = sign(domain_of(registry), registration(asset, actors.ben), creator)

    stated = asset | {"sourceType": 1, "uri": "ipfs://relayer"}
    receipt = register_for(stated, signature)

    assert events_of(receipt, registry)[1][1]["asset"] == list(stated.values())


@pytest.mark.threat("A2")
def test_register_for__when_relayed_twice__reverts(
    registry, actors, creator, registration, register_for
):
    asset = asset_input(creator.address)
    signature = sign(domain_of(registry), registration(asset, actors.ben), creator)
    first = register_for(asset, signature)

    about = {"assetId": first.return_value, "registeredAt": first.timestamp}
    with reverts_with(registry, "AssetRegistryAlreadyRegistered", **about):
        register_for(asset, signature, call=True)


@pytest.mark.threat("A5")
def test_register_for__when_deadline_is_this_second__registers(
    registry, actors, creator, registration, register_for, chain
):
    chain.pending_timestamp = deadline = chain.pending_timestamp + 100
    asset = asset_input(creator.address)
    message = registration(asset, actors.ben, deadline)
    signature = sign(domain_of(registry), message, creator)

    receipt = register_for(asset, signature, deadline=deadline)

    assert receipt.timestamp == deadline
    assert registry.ownerOf(receipt.return_value) == actors.ben


@pytest.mark.threat("A5")
def test_register_for__when_deadline_was_a_second_ago__reverts(
    registry, actors, creator, registration, register_for, chain
):
    chain.pending_timestamp = now = chain.pending_timestamp + 100
    asset = asset_input(creator.address)
    message = registration(asset, actors.ben, now - 1)
    signature = sign(domain_of(registry), message, creator)

    with reverts_with(registry, "AssetRegistryExpired", deadline=now - 1, blockTime=now):
        register_for(asset, signature, deadline=now - 1)


@pytest.mark.threat("A1")
@pytest.mark.parametrize(
    "change",
    [
        {"workId": 5},
        {"contentHash": HASH},
        {"recordRoot": HASH},
        {"manifestHash": HASH},
        {"parents": [1]},
        {"parents": [2, 1]},
        {"parents": []},
    ],
    ids=str,
)
def test_register_for__when_asset_differs_from_the_signed__reverts(
    registry, actors, creator, registration, refused, change
):
    asset = asset_input(creator.address, parents=[1, 2])
    signature = sign(domain_of(registry), registration(asset, actors.ben), creator)

    refused(asset | change, signature)


def test_register_for__when_recipient_differs_from_the_signed__reverts(
    registry, actors, creator, registration, refused
):
    asset = asset_input(creator.address)
    refused(asset, sign(domain_of(registry), registration(asset, actors.cleo), creator))


def test_register_for__when_deadline_differs_from_the_signed__reverts(
    registry, actors, creator, registration, refused
):
    asset = asset_input(creator.address)
    message = registration(asset, actors.ben, deadline=FOREVER - 1)
    refused(asset, sign(domain_of(registry), message, creator))


@pytest.mark.threat("A8")
def test_register_for__when_another_account_signed__reverts(
    registry, actors, creator, directors, registration, refused
):
    asset = asset_input(creator.address)
    refused(asset, sign(domain_of(registry), registration(asset, actors.ben), directors[0]))


def test_register_for__when_creator_is_zero__reverts(registry, actors, refused):
    refused(asset_input(ZERO_ADDRESS), bytes(65))


@pytest.mark.threat("A1")
@pytest.mark.parametrize("place", ["chain", "contract"])
def test_register_for__when_signed_for_another_place__reverts(
    registry, vault, actors, creator, registration, refused, place
):
    asset = asset_input(creator.address)
    other = domain_of(registry, 1) if place == "chain" else domain_of(vault)
    refused(asset, sign(other, registration(asset, actors.ben), creator))


@pytest.mark.threat("A1")
def test_register_for__when_the_chain_id_changes__the_old_signature_is_void(
    registry, actors, creator, registration, register_for, on_chain_id
):
    """After a fork of the chain the id is another, and so is the digest."""
    asset = asset_input(creator.address)
    signature = sign(domain_of(registry), registration(asset, actors.ben), creator)
    other_id = record.asset_id(777, registry.address, *preimage(asset))
    digest = registration(asset, actors.ben, asset_id=other_id).digest(domain_of(registry, 777))

    register_for(asset, signature, call=True)
    with (
        on_chain_id(777),
        reverts_with(
            registry, "AssetRegistrySignatureInvalid", creator=creator.address, digest=digest
        ),
    ):
        register_for(asset, signature, call=True)


def test_register_for__given_contract_wallet_as_creator__asks_the_wallet(
    registry, project, actors, creator, registration, register_for, refused
):
    wallet = project.MockWallet.deploy(creator.address, sender=actors.studio)
    asset = asset_input(wallet.address)
    signature = sign(domain_of(registry), registration(asset, actors.ben), creator)

    refused(asset, signature[:-1] + b"\x00")
    receipt = register_for(asset, signature)
    assert registry.ownerOf(receipt.return_value) == actors.ben


@pytest.fixture
def anchored(anchors, actors, creator, chain):
    """An asset anchored with four others by Cleo, a while ago: the asset, its tree and time."""
    asset = asset_input(creator.address)
    others = [leaf_of(asset | {"contentHash": bytes([n]) * 32}) for n in range(1, 5)]
    tree = record.MerkleTree([leaf_of(asset), *others])
    time = anchors.anchor(TOPIC, tree.root, 5, "", sender=actors.cleo).timestamp
    chain.mine(deltatime=10_000)
    return asset, tree, time


@pytest.fixture
def promote(registry, actors, anchored, creator, registration):
    """Registers the anchored asset with the creator's signature, unless told otherwise."""
    asset, tree, _ = anchored
    signature = sign(domain_of(registry), registration(asset, actors.ben), creator)

    def send(sender=actors.relayer, call=False, asset=asset, **overrides):
        terms = {
            "to": actors.ben,
            "anchorer": actors.cleo,
            "root": tree.root,
            "proof": tree.proof(leaf_of(anchored[0])),
            "deadline": FOREVER,
            "signature": signature,
        } | overrides
        function = registry.registerAnchored.call if call else registry.registerAnchored
        return function(tuple(asset.values()), *terms.values(), sender=sender)

    return send


@pytest.mark.threat("A7")
def test_register_anchored__when_signed__keeps_the_anchors_time(
    registry, actors, anchored, promote
):
    asset, _, time = anchored
    asset_id = registry.assetIdOf(*preimage(asset))

    receipt = promote()

    assert time < receipt.timestamp - 9_000
    assert events_of(receipt, registry) == [
        ("Transfer", {"from": ZERO_ADDRESS, "to": actors.ben, "id": asset_id}),
        ("AssetRegistered", registered(asset_id, asset, time)),
    ]
    assert receipt.return_value == asset_id
    assert registry.assetOf(asset_id) == (actors.ben, time, 0, 0, ACTIVE)


def test_register_anchored__when_creator_sends__needs_no_signature(registry, anchors, actors):
    asset = asset_input(actors.ana)
    root = leaf_of(asset)
    time = anchors.anchor(TOPIC, root, 1, "", sender=actors.ana).timestamp

    alone = (actors.ben, actors.ana, root, [], 0, b"")
    receipt = registry.registerAnchored(tuple(asset.values()), *alone, sender=actors.ana)

    assert registry.assetOf(receipt.return_value).registeredAt == time


@pytest.mark.threat("A8")
def test_register_anchored__when_signature_is_not_the_creators__reverts(
    registry, actors, anchored, promote, registration
):
    digest = registration(anchored[0], actors.ben).digest(domain_of(registry))
    about = {"creator": anchored[0]["creator"], "digest": digest}
    with reverts_with(registry, "AssetRegistrySignatureInvalid", **about):
        promote(signature=b"", call=True)


def test_register_anchored__when_deadline_passed__reverts(registry, promote, chain):
    chain.pending_timestamp = now = chain.pending_timestamp + 100
    with reverts_with(registry, "AssetRegistryExpired", deadline=now - 1, blockTime=now):
        promote(deadline=now - 1)


@pytest.mark.parametrize("change", ["anchorer", "root"])
def test_register_anchored__when_never_anchored__reverts(
    registry, actors, anchored, promote, change
):
    """The creator is not the anchorer here: only the account that anchored counts."""
    wrong = {"anchorer": actors.outsider} if change == "anchorer" else {"root": ROOT}
    expected = {"anchorer": actors.cleo, "root": anchored[1].root} | wrong
    with reverts_with(registry, "AssetRegistryNotAnchored", **expected):
        promote(**wrong, call=True)


@pytest.mark.parametrize("spoil", [lambda p: p[:-1], lambda p: (*p, ROOT), lambda _: ()])
def test_register_anchored__when_proof_is_wrong__reverts(registry, anchored, promote, spoil):
    asset, tree, _ = anchored
    leaf = leaf_of(asset)
    with reverts_with(registry, "AssetRegistryProofInvalid", root=tree.root, leaf=leaf):
        promote(proof=spoil(tree.proof(leaf)), call=True)


def test_register_anchored__when_manifest_is_not_the_anchored__reverts(
    registry, actors, anchored, promote, creator, registration
):
    asset, tree, _ = anchored
    changed = asset | {"manifestHash": HASH}
    signature = sign(domain_of(registry), registration(changed, actors.ben), creator)

    about = {"root": tree.root, "leaf": leaf_of(changed)}
    with reverts_with(registry, "AssetRegistryProofInvalid", **about):
        promote(asset=changed, signature=signature, call=True)


def test_register_anchored__when_registered_before__reverts(registry, anchored, promote):
    first = promote()

    about = {"assetId": first.return_value, "registeredAt": anchored[2]}
    with reverts_with(registry, "AssetRegistryAlreadyRegistered", **about):
        promote(call=True)


def test_register_anchored__when_recipient_is_zero__reverts(
    registry, anchored, promote, creator, registration
):
    signature = sign(domain_of(registry), registration(anchored[0], ZERO_ADDRESS), creator)
    with reverts_with(registry, "AssetRegistryRecipientZero"):
        promote(to=ZERO_ADDRESS, signature=signature, call=True)
