"""The registry against the model, by random steps; docs/invariants.md lists what must hold."""

from collections import Counter

from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from creatoken_sdk import record
from invariants.archive import SIGNED, STOCK, Archive, Draft, Entry, Tree
from invariants.chain import RICH
from invariants.house import DIRECTOR, MOODS, PROJECTS, RECORDER, SENDERS, House

TOPIC = record.name_hash("creatoken.assets")
senders = st.sampled_from(SENDERS)
somebody = st.none() | st.none() | senders  # None is somebody who may
changers = st.one_of(st.none(), st.just("owner"), senders)
granted = st.sampled_from(("maya", "noor", "otto"))
creators = st.sampled_from(("maya", "maya", "noor", "safe"))
OWNERS = ("maya", "noor", "safe", "ana")
owners_or_zero = st.sampled_from((*OWNERS * 4, "zero"))
roles = st.sampled_from((RECORDER, RECORDER, DIRECTOR | RECORDER, DIRECTOR, 0))
some_parents = st.lists(st.sampled_from((1, 17, 18, 19, 20)), max_size=3, unique=True)
odd_parents = st.sampled_from(([*range(1, 17)], [*range(1, 18)], [0], [1, -1], [2, 3, 2]))
parents = st.one_of(*[some_parents] * 6, odd_parents)
drafts = st.builds(
    Draft,
    creator=creators,
    content=st.sampled_from((0, *range(1, 6), *range(1, 6), *range(1, 6))),
    record=st.sampled_from((0, *(1, 2) * 8)),
    manifest=st.integers(0, 2),
    work=st.sampled_from((3, *(0, 1, 2) * 5)),
    parents=parents.map(tuple),
)
spoilt = (*SIGNED, "key", "works", "chain 2", "high s", "v of 0", "64 bytes")
defects = st.one_of(*[st.none()] * 3, st.sampled_from(spoilt))
flaws = st.sampled_from((None,) * 5 + ("anchorer", "root", "manifest", "cut", "longer"))
seconds = st.sampled_from(
    (*[9] * 8, 1, 1, 0)
)  # until a signature's deadline, from the last block on
numbers = st.integers(1, 6)
payments = st.sampled_from((0, 0, 0, 1))
moods = st.just("honest") | st.sampled_from(tuple(MOODS))


class RegistryMachine(RuleBasedStateMachine):
    """Steps name assets by number, the latest first; the stock's last one is among them."""

    def __init__(self, archive: Archive) -> None:
        """Begins with the stock."""
        super().__init__()
        self.archive, self.house, self.registry = archive, archive.house, archive.registry
        archive.reset()

    @initialize(recorders=st.sets(granted, min_size=1))
    def begin(self, recorders):
        for name in sorted(recorders):
            for project in PROJECTS:
                self.grant(project, name, RECORDER)

    @rule(project=st.sampled_from(PROJECTS), name=granted, roles=roles)
    def grant(self, project, name, roles):
        self.house.grant(project, name, roles)

    # Registration

    @rule(draft=drafts, by=somebody, to=owners_or_zero)
    def register(self, draft, by, to):
        """INV-22: only the creator registers without a signature."""
        draft, by = self.archive.resolve(draft), by or _sender(draft)
        error = None if by == draft.creator else "AssetRegistryNotCreator"
        order = ("register", self.archive.terms(draft), self._address(to))
        self._register(draft, by, to, error, order)

    @rule(draft=drafts, by=somebody, to=owners_or_zero, seconds=seconds, defect=defects)
    def register_for(self, draft, by, to, seconds, defect):
        by = by or self._recorder(draft.work)
        draft, deadline = self.archive.resolve(draft), self.house.world.chain.time + seconds
        due = self.archive.registration(draft, to, deadline)
        signature, counts = self.archive.sign(draft, due, defect)
        order = ("registerFor", self.archive.terms(draft), self._address(to), deadline, signature)
        error = self.archive.signature_error(deadline, counts)
        self._register(draft, by, to, error, order)

    @rule(
        drawn=st.lists(drafts, min_size=1, max_size=3),
        by=st.sampled_from(("maya", "noor")),
        own=st.booleans(),
    )
    def register_batch(self, drawn, by, own):
        """INV-22: a batch is registered whole or not at all."""
        batch, errors = [], []
        known = dict(self.archive.entries)
        now = self.archive.now()
        for draft in drawn:
            it = self.archive.resolve(draft._replace(creator=by) if own else draft, batch)
            wrong = None if it.creator == by else "AssetRegistryNotCreator"
            errors.append(wrong or self.archive.error(it, by, by))
            self.archive.entries[self.archive.id_of(it)] = Entry(by, now, it.work)
            batch.append(it)
        order = ("registerBatch", tuple(map(self.archive.terms, batch)), self._address(by))
        error = next(filter(None, errors), None)
        event(error or "batch accepted")
        if error:
            self.archive.entries = known
            with self.house.refuses(error):
                self.house.act(by, self.registry, *order)
            return
        assert self._act(by, *order) == tuple(map(self.archive.id_of, batch))
        told = [it for draft in batch for it in self.archive.told(draft, by, now)]
        assert self.registry.events() == told

    # Anchors

    @rule(drawn=st.lists(drafts, min_size=1, max_size=4), by=senders)
    def anchor(self, drawn, by):
        """INV-23: who anchored a root first at which time stands."""
        batch = tuple(map(self.archive.resolve, drawn))
        leaves = sorted(set(map(self.archive.leaf, batch)))
        self._anchor(Tree(by, batch, record.MerkleTree(leaves)))

    @precondition(lambda self: self.archive.trees)
    @rule(number=numbers, by=senders)
    def anchor_again(self, number, by):
        self._anchor(self._tree(number)._replace(anchorer=by))

    @precondition(lambda self: self.archive.trees)
    @rule(
        number=numbers,
        index=st.integers(0, 3),
        by=somebody,
        to=owners_or_zero,
        flaw=flaws,
        seconds=seconds,
        defect=defects,
    )
    def register_anchored(self, number, index, by, to, flaw, seconds, defect):
        """INV-23: what was anchored bears the anchor's time."""
        tree = self._tree(number)
        draft = tree.drafts[index % len(tree.drafts)]
        by, proof = by or self._recorder(draft.work), tree.merkle.proof(self.archive.leaf(draft))
        root = bytes(31) + b"1" if flaw == "root" else tree.merkle.root
        anchorer = "eve" if flaw == "anchorer" else tree.anchorer
        if flaw == "manifest":
            draft = draft._replace(manifest=draft.manifest + 1)
        proof = {"cut": proof[:-1], "longer": (*proof, bytes(32))}.get(flaw, proof)
        deadline = self.house.world.chain.time + seconds
        due = self.archive.registration(draft, to, deadline)
        signature, counts = self.archive.sign(draft, due, defect)
        time = self.archive.anchored.get((anchorer, root))
        error = None
        if by != draft.creator:
            error = self.archive.signature_error(deadline, counts)
        if not error and not time:
            error = "AssetRegistryNotAnchored"
        if not error and not record.verify_proof(root, self.archive.leaf(draft), proof):
            error = "AssetRegistryProofInvalid"
        where = (self._address(to), self._address(anchorer), root, proof, deadline, signature)
        order = ("registerAnchored", self.archive.terms(draft), *where)
        self._register(draft, by, to, error, order, time)

    # Afterwards

    @rule(number=numbers, by=somebody, to=owners_or_zero, paid=st.sampled_from((0, 0, 1)))
    def transfer(self, number, by, to, paid):
        """INV-23: a transfer changes the owner and nothing else."""
        asset, entry = self._entry(number)
        by = by or (entry.owner if entry.owner != "safe" else "ana")
        ends = (self._address(entry.owner), self._address(to))
        order = ("transferFrom", *ends, asset)
        error = None if by == entry.owner else "NotOwnerNorApproved"
        error = "AssetRegistryNotPayable" if paid else error
        if not error and to == "zero":
            error = "TransferToZeroAddress"
        self.house.world.chain.send(RICH, self._address(by), b"", paid)
        send = lambda: self.registry.send(*order, sender=self._address(by), value=paid)  # noqa: E731
        if error:
            with self.house.refuses(error):
                send()
            return
        send()
        assert self.registry.events() == [("Transfer", *ends, asset)]
        entry.owner = to

    @rule(number=numbers, by=changers, manifest=st.integers(0, 2))
    def attach_manifest(self, number, by, manifest):
        asset, entry = self._entry(number)
        by, digest = self._authority(entry, by, RECORDER), bytes(31) + bytes([manifest])
        error = self._authority_error(entry, by, RECORDER)
        if not error and not manifest:
            error = "AssetRegistryManifestZero"
        told = ("ManifestAttached", asset, digest, self._address(by))
        self._change(by, ("attachManifest", asset, digest), error, told)

    @rule(number=numbers, by=changers)
    def withdraw(self, number, by):
        """INV-23: only those who may withdraw, once, and for good."""
        asset, entry = self._entry(number)
        by, reason = self._authority(entry, by, DIRECTOR), bytes(31) + b"1"
        error = self._authority_error(entry, by, DIRECTOR)
        if not error and entry.status:
            error = "AssetRegistryWithdrawn"
        told = ("AssetWithdrawn", asset, self._address(by), reason)
        self._change(by, ("withdraw", asset, reason), error, told)
        if not error:
            entry.status = 1

    # Moods

    @rule(seconds=st.integers(1, 9))
    def wait(self, seconds):
        self.house.world.chain.time += seconds

    @rule(mood=moods)
    def behave(self, mood):
        self.house.set_mood("safe", mood)

    # What must hold after every step

    @invariant()
    def entries_are_the_models(self):
        """INV-23: nothing changes an asset but what may."""
        for asset, it in list(self.archive.entries.items())[STOCK - 1 :]:
            stored = (self._address(it.owner), it.time, it.work, 0, it.status)
            assert self.registry.read("assetOf", asset) == stored

    @invariant()
    def anchors_are_the_models(self):
        """INV-23: a root has the time at which this account anchored it, or none."""
        for tree in self.archive.trees:
            for name in (tree.anchorer, "eve"):
                time = self.archive.anchored.get((name, tree.merkle.root), 0)
                order = (self._address(name), tree.merkle.root)
                assert self.house.anchors.read("anchoredAt", *order) == time

    @invariant()
    def nothing_else_is_registered(self):
        """INV-22: the tokens that there are, are those of the model."""
        owned = Counter(it.owner for it in self.archive.entries.values())
        for name in OWNERS:
            assert self.registry.read("balanceOf", self._address(name)) == owned[name], name
        with self.house.refuses("AssetRegistryUnknown"):
            self.registry.read("assetOf", 1)

    def _register(self, draft, by, to, error, order, time=None):
        error, now = error or self.archive.error(draft, by, to), self.archive.now()
        event(f"{order[0]} {error or 'accepted'}")
        if error:
            with self.house.refuses(error):
                self._act(by, *order)
            return
        asset = self._act(by, *order)
        assert asset == self.archive.id_of(draft)
        assert self.registry.events() == self.archive.told(draft, to, time or now)
        self.archive.entries[asset] = Entry(to, time or now, draft.work)

    def _anchor(self, tree):
        root, key = tree.merkle.root, (tree.anchorer, tree.merkle.root)
        order = ("anchor", TOPIC, root, len(tree.merkle), "ipfs://tree")
        send = lambda: self.house.act(tree.anchorer, self.house.anchors, *order)  # noqa: E731
        if key in self.archive.anchored:
            with self.house.refuses("AnchorsAlreadyAnchored"):
                send()
            return
        send()
        assert self.house.anchors.events() == [
            ("Anchored", self._address(tree.anchorer), *order[1:])
        ]
        self.archive.anchored[key] = self.house.world.chain.time
        self.archive.trees.append(tree)

    def _change(self, by, order, error, told):
        if error:
            with self.house.refuses(error):
                self._act(by, *order)
            return
        self._act(by, *order)
        assert self.registry.events() == [told, ("MetadataUpdate", order[1])]

    def _authority(self, entry, by, role):
        """The one named, or else somebody who may change the asset, if anybody can."""
        if not by and entry.work:
            return self._holder(entry.work, role)
        by = entry.owner if by in (None, "owner") else by
        return by if by in SENDERS else "ana"

    def _recorder(self, work):
        """Somebody who may register to a work, if anybody can."""
        return self._holder(work, RECORDER) if work in PROJECTS else "ana"

    def _holder(self, project, role):
        return next((it for it in SENDERS if self.house.has(project, it, role)), "ana")

    def _authority_error(self, entry, by, role):
        if entry.work:
            return None if self.house.has(entry.work, by, role) else "ProjectsUnauthorized"
        return None if by == entry.owner else "AssetRegistryNotOwner"

    def _entry(self, number):
        entries = list(self.archive.entries.items())[STOCK - 1 :]
        return entries[-number % len(entries)]

    def _tree(self, number):
        return self.archive.trees[-number % len(self.archive.trees)]

    def _act(self, name, *order):
        return self.house.act(name, self.registry, *order)

    def _address(self, name):
        return self.house.addresses[name]


def _sender(draft):
    return draft.creator if draft.creator in SENDERS else "ana"


def test_register__given_random_steps__keeps_every_invariant(world, project, stateful):
    archive = Archive(House(world, project))
    run_state_machine_as_test(lambda: RegistryMachine(archive), settings=stateful)
