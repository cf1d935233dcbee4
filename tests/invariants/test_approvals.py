"""Approvals against the model, by random steps; docs/invariants.md lists what must hold."""

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
from invariants.ballot import DEFECTS, Leaf, spoil, vote
from invariants.board import ASSETS, GATES, STAGES, Board
from invariants.house import DIRECTOR, KEYS, MOODS, PROJECTS, SENDERS, SIGNERS, House

NOTE = "well done"
projects = st.sampled_from(PROJECTS)
senders = st.sampled_from(SENDERS)
signers = st.sampled_from(SIGNERS)
assets = st.sampled_from(("poster", "trailer", "song"))
any_asset = st.sampled_from(("poster", "poster", "trailer", "song", "song", "sketch", "ghost"))
stages = st.sampled_from(STAGES)
any_stage = st.sampled_from((*STAGES, *STAGES, *STAGES, 8))
roles = st.sampled_from((0, DIRECTOR, DIRECTOR, DIRECTOR | 4, 4 | 32))
directors = st.sets(signers, min_size=2)
gates = st.lists(st.sampled_from((*GATES, *GATES, "nobody")), max_size=2)
moods = st.just("honest") | st.sampled_from(tuple(MOODS))
leaves = st.tuples(assets, stages)
numbers = st.integers(1, 6)
WRONG = (
    *("too few", "one more", "joined", "repeated", "reversed", "late", "just in time"),
    *("proof missing", "proof too many", "proof refused"),
)
wrongs = st.one_of(st.none(), st.sampled_from(WRONG), st.sampled_from(DEFECTS))
usurpers = st.sampled_from(("maya", "eve"))


class ApprovalsMachine(RuleBasedStateMachine):
    """Steps name petitions, which are signatures that wait to be relayed, by number."""

    def __init__(self, board: Board) -> None:
        """Begins with no stage approved."""
        super().__init__()
        self.board, self.house, self.registry = board, board.house, board.registry
        self.petitions = []
        board.reset()

    @initialize(first=directors, second=directors, gates=st.tuples(gates, gates))
    def begin(self, first, second, gates):
        for project, names, listed in zip(PROJECTS, (first, second), gates, strict=True):
            for name in sorted(names):
                self.grant(project, name, DIRECTOR)
            self.set_gates(project, 1, listed)

    # Policy

    @rule(project=projects, name=signers, roles=roles)
    def grant(self, project, name, roles):
        self.house.grant(project, name, roles)

    @rule(project=projects, required=st.sampled_from((1, 1, 2, 2, 3, 0)))
    def require(self, project, required):
        order = ("setApprovalsRequired", project, required)
        if not required:
            with self.house.refuses("ProjectsApprovalsRequiredZero"):
                self._admin(*order)
            return
        self._admin(*order)
        told = ("ApprovalsRequiredSet", project, self.board.required[project], required)
        assert self.house.projects.events() == [told]
        self.board.required[project] = required

    @rule(project=projects, stage=any_stage, gates=gates | st.just(["rights"] * 9))
    def set_gates(self, project, stage, gates):
        """INV-20: a stage has the gates that the admin set last, until they are locked."""
        addresses = tuple(map(self.board.address, gates))
        error = self._gates_error(project, stage)
        if not error and len(gates) > 8:
            error = "TooManyGates"
        if error:
            with self.house.refuses(f"Projects{error}"):
                self._admin("setGates", project, stage, addresses)
            return
        self._admin("setGates", project, stage, addresses)
        assert self.house.projects.events() == [("GatesSet", project, stage, addresses)]
        self.board.listed[project, stage] = gates

    @rule(project=projects, stage=any_stage)
    def lock_gates(self, project, stage):
        """INV-20: locked gates stay locked."""
        error = self._gates_error(project, stage)
        if error:
            with self.house.refuses(f"Projects{error}"):
                self._admin("lockGates", project, stage)
            return
        self._admin("lockGates", project, stage)
        assert self.house.projects.events() == [("GatesLocked", project, stage)]
        self.board.locked.add((project, stage))

    @rule(project=projects, stage=stages, name=usurpers)
    def usurp(self, project, stage, name):
        """INV-20: nobody but the admin changes policy."""
        roles = (project, self.board.address(name), DIRECTOR)
        for order in (
            ("setRoles", *roles),
            ("setApprovalsRequired", project, 1),
            ("setGates", project, stage, ()),
            ("lockGates", project, stage),
        ):
            with self.house.refuses("ProjectsUnauthorized"):
                self.house.act(name, self.house.projects, *order)

    @rule(name=st.sampled_from(tuple(KEYS)))
    def revoke(self, name):
        epoch = self.house.act(name, self.registry, "revokeSignatures")
        old = self.board.epochs[name]
        told = ("SignaturesRevoked", self.board.address(name), old, old + 1)
        assert self.registry.events() == [told]
        assert epoch == old + 1
        self.board.epochs[name] = epoch

    # Assets

    @rule(asset=assets, stage=any_stage, name=senders)
    def reject(self, asset, stage, name):
        send = lambda: self._on(name, "reject", asset, stage, bytes(32))  # noqa: E731
        if stage > 7:
            with self.house.refuses("ApprovalsStageInvalid"):
                send()
        elif self._by_director(asset, name, send):
            told = (self.board.ids[asset], stage, self.board.address(name), bytes(32))
            assert self.registry.events() == [("AssetRejected", *told)]

    @rule(asset=st.sampled_from(("poster", "song")), name=senders)
    def withdraw(self, asset, name):
        send = lambda: self._on(name, "withdraw", asset, bytes(32))  # noqa: E731
        may = self.house.has(self.board.project(asset), name, DIRECTOR)
        if may and asset in self.board.withdrawn:
            with self.house.refuses("AssetRegistryWithdrawn"):
                send()
        elif self._by_director(asset, name, send):
            told = (self.board.ids[asset], self.board.address(name), bytes(32))
            changed = ("MetadataUpdate", self.board.ids[asset])
            assert self.registry.events() == [("AssetWithdrawn", *told), changed]
            self.board.withdrawn.add(asset)

    # Approvals

    @rule(asset=any_asset, stage=any_stage, first=numbers, wrong=wrongs)
    def approve(self, asset, stage, first, wrong):
        leaves = (Leaf(asset, stage, NOTE),)
        self._relay(leaves[0], self._votes(leaves, first, wrong), wrong)

    @rule(asset=assets, stage=stages, first=numbers, wrong=st.sampled_from((*WRONG, *DEFECTS)))
    def approve_wrongly(self, asset, stage, first, wrong):
        self.approve(asset, stage, first, wrong)

    @rule(signed=st.lists(leaves, min_size=1, max_size=5, unique=True), first=numbers, wrong=wrongs)
    def approve_bulk(self, signed, first, wrong):
        leaves = tuple(Leaf(*it, NOTE) for it in signed)
        votes = self._votes(leaves, first, wrong)
        self.petitions.append((leaves, votes))
        self._relay(leaves[0], votes, wrong)

    @rule(asset=assets, stage=stages, gates=gates, mood=moods)
    def approve_gated(self, asset, stage, gates, mood):
        """Nothing but the mood of the last gate can be wrong."""
        self.set_gates(self.board.project(asset), stage, ["rights", *gates, "metrics"])
        self.behave("metrics", mood)
        self.approve(asset, stage, 1, None)
        self.behave("metrics", "honest")

    @rule(asset=assets, stage=stages, first=numbers)
    def sign(self, asset, stage, first):
        """Leaves signatures for later, when much may have changed."""
        leaves = (Leaf(asset, stage, NOTE),)
        self.petitions.append((leaves, self._votes(leaves, first, None)))

    @precondition(lambda self: self.petitions)
    @rule(number=numbers, leaf=numbers, wrong=st.none() | wrongs)
    def relay(self, number, leaf, wrong):
        leaves, votes = self.petitions[-number % len(self.petitions)]
        self._relay(leaves[leaf % len(leaves)], votes, wrong)

    # Moods

    @rule(seconds=st.integers(1, 9))
    def wait(self, seconds):
        self.house.world.chain.time += seconds

    @rule(name=st.sampled_from((*GATES, "safe")), mood=moods)
    def behave(self, name, mood):
        self.house.set_mood(name, mood)

    # What must hold after every step

    @invariant()
    def stages_are_the_models(self):
        """INV-21: an asset has the stages that it reached, and loses none, even if withdrawn."""
        for asset, work in ASSETS.items():
            *_, work_id, stages, status = self.registry.read("assetOf", self.board.ids[asset])
            assert work_id == work
            assert stages == sum(1 << it for it in self.board.stages[asset]), asset
            assert status == (asset in self.board.withdrawn), asset

    @invariant()
    def only_what_stands_counts(self):
        """INV-21: a stage counts for the asset's own work, until the asset is withdrawn."""
        for asset in ("poster", "song"):
            order = (self.board.ids[asset], ASSETS[asset], 0)
            reached = 0 in self.board.stages[asset]
            assert self.registry.read("isApproved", order[0], 0) == reached
            if reached and asset not in self.board.withdrawn:
                self.registry.read("requireApproved", *order)
                with self.house.refuses("ApprovalsWorkMismatch"):
                    self.registry.read("requireApproved", order[0], 3 - order[1], 0)
                continue
            error = "Withdrawn" if asset in self.board.withdrawn else "NotApproved"
            with self.house.refuses(f"Approvals{error}"):
                self.registry.read("requireApproved", *order)

    @invariant()
    def policy_is_the_models(self):
        """INV-20: each stage has the gates that were set last, and stays locked."""
        for project in PROJECTS:
            for stage in STAGES:
                listed = tuple(map(self.board.address, self.board.listed.get((project, stage), ())))
                policy = (self.board.required[project], bool(listed))
                assert self.house.projects.read("policyOf", project, stage) == policy
                assert self.house.projects.read("gatesOf", project, stage) == listed
                locked = self.house.projects.read("gatesLocked", project, stage)
                assert locked == ((project, stage) in self.board.locked)

    def _votes(self, leaves, first, wrong):
        """Signatures of as many directors as required, with one thing wrong."""
        project = self.board.project(leaves[0].asset)
        directors = self.board.directors(project)
        turn = first % max(len(directors), 1)
        count = self.board.required[project] + {"too few": -1, "one more": 1}.get(wrong, 0)
        chosen = (directors[turn:] + directors[:turn])[:count]
        if wrong == "joined":
            others = [*self.board.directors(3 - project), *SIGNERS]
            others = [it for it in others if it not in directors]
            chosen = [*chosen[:-1], *others[:1]]
        deadline = self.house.world.chain.time + 20
        bulk = len(leaves) > 1 or first == 1
        votes = [vote(it, leaves, bulk, self.board.epochs[it], deadline) for it in chosen]
        votes[-1:] = [spoil(it, wrong) for it in votes[-1:]]
        if wrong == "repeated":
            votes[-1:] = votes[:1] * 2
        votes.sort(key=lambda it: int(self.board.address(it.director), 16))
        return votes[::-1] if wrong == "reversed" else votes

    def _relay(self, leaf, votes, wrong):
        """INV-19: an approval is accepted if and only if it is due, and says who approved."""
        right = self.board.expect(leaf)
        proofs = {
            "proof missing": right[:-1],
            "proof too many": [*right, b""],
            "proof refused": [*right[:-1], b"no"],
        }.get(wrong, right)
        if votes and wrong in ("just in time", "late"):
            last = votes[0].deadline if wrong == "late" else votes[0].deadline - 1
            self.house.world.chain.time = max(self.house.world.chain.time, last)
        signatures = tuple(self.board.relayed(it, leaf) for it in votes)
        note, preimage = record.name_hash(leaf.note), self.board.preimages[leaf.asset]
        order = ("approve", preimage, leaf.stage, note, signatures, tuple(proofs))
        error = self.board.error(leaf, votes, proofs, self.house.world.chain.time + 1)
        event(error or "accepted")
        if error:
            with self.house.refuses(error):
                self.house.act("eve", self.registry, *order)
            return
        asset = self.board.ids[leaf.asset]
        assert self.house.act("eve", self.registry, *order) == asset
        directors = tuple(self.board.address(it.director) for it in votes)
        told = (asset, ASSETS[leaf.asset], leaf.stage, note, directors)
        assert self.registry.events() == [("AssetApproved", *told)]
        self.board.stages[leaf.asset].add(leaf.stage)

    def _admin(self, function, *arguments):
        self.house.act("ana", self.house.projects, function, *arguments)

    def _on(self, name, function, asset, *arguments):
        self.house.act(name, self.registry, function, self.board.ids[asset], *arguments)

    def _gates_error(self, project, stage):
        if stage > 7:
            return "StageInvalid"
        return "GatesLocked" if (project, stage) in self.board.locked else None

    def _by_director(self, asset, name, send):
        """Whether it went through: if and only if the name is a director of the asset's work."""
        if self.house.has(self.board.project(asset), name, DIRECTOR):
            send()
            return True
        with self.house.refuses("ProjectsUnauthorized"):
            send()
        return False


def test_approve__given_random_steps__keeps_every_invariant(world, project, stateful):
    board = Board(House(world, project))
    run_state_machine_as_test(lambda: ApprovalsMachine(board), settings=stateful)
