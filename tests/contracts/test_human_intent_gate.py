"""Human intent gate: which signed steps under a recorded root count as people's."""

from dataclasses import astuple

import pytest
from eth_abi import encode
from eth_account import Account

from approvals import domain_of, sign
from creatoken_sdk import record
from reverts import reverts_with

pytest_plugins = ["guarded"]

MINIMUM = 3
HUMAN, AGENT, TOOL = 1, 2, 3
HASH = record.name_hash("hash")
STEP = "(uint40,uint32,bytes32,address,uint8,uint8,bytes32,bytes32,bytes32,bytes32,uint40,uint40)"
PEOPLE = [Account.from_key(bytes([0x30 + n]) * 32) for n in range(3)]
MALFORMED = {
    "empty": b"",
    "a byte": b"\x01",
    "a root": HASH,
    "a root and an offset": HASH + (64).to_bytes(32, "big"),
    "no steps": encode(["bytes32", f"({STEP},bytes,bytes32[])[]"], [HASH, []]),
    "an offset beyond": HASH + b"\xff" * 32,
    "a length beyond": HASH + (64).to_bytes(32, "big") + b"\xff" * 32,
    "steps beyond": HASH + (64).to_bytes(32, "big") + MINIMUM.to_bytes(32, "big") + b"\xff" * 96,
    "all ones": b"\xff" * 1_000,
    "text": b"people made this" * 100,
}


@pytest.fixture
def gate(project, works, actors):
    return project.HumanIntentGate.deploy(works, MINIMUM, sender=actors.studio)


@pytest.fixture
def token(project, works, work_id):
    return project.ContributionToken.at(works.tokenOf(work_id))


@pytest.fixture
def step(work_id):
    """A person's step of the work, to be changed."""

    def make(index, actor, **overrides):
        terms = {
            "work_id": work_id,
            "index": index,
            "previous": HASH,
            "actor": str(getattr(actor, "address", actor)),
            "actor_kind": HUMAN,
            "source_type": 0,
            "action": record.name_hash("brief"),
            "input": HASH,
            "output": HASH,
            "detail": HASH,
            "shares": 1,
            "at": 1_700_000_000,
        }
        return record.Step(**terms | overrides)

    return make


@pytest.fixture
def signed_step(works, step):
    """A step and the signature of its actor, or of another key."""

    def make(index, actor=PEOPLE[0], key=None, domain=None, **overrides):
        made = step(index, actor, **overrides)
        return made, sign(domain or domain_of(works), made, key or actor)

    return make


@pytest.fixture
def record_steps(token, actors):
    """Records a root over these steps in the work."""

    def send(steps):
        root = record.steps_tree([made for made, _ in steps]).root
        token.record(root, len(steps), [], sender=actors.pipeline)
        return steps

    return send


def proof_of(steps, shown=None, root=None):
    """The gate's proof: all steps under one root, or those shown of them."""
    tree = record.steps_tree([made for made, _ in steps])
    rows = [
        (astuple(made), signature, list(tree.proof(record.step_leaf(made))))
        for made, signature in (steps if shown is None else shown)
    ]
    return encode(["bytes32", f"({STEP},bytes,bytes32[])[]"], [root or tree.root, rows])


@pytest.fixture
def people_steps(signed_step, record_steps):
    """Five recorded steps: people at 0, 1 and 3, an agent and a tool between them."""
    steps = [signed_step(n, PEOPLE[n % 3]) for n in (0, 1, 3)]
    steps[2:2] = [signed_step(2, actor_kind=AGENT)]
    return record_steps([*steps, signed_step(4, actor_kind=TOOL)])


def human(steps):
    return [steps[n] for n in (0, 1, 3)]


def test_check__given_the_minimum_of_human_steps__says_yes(
    gate, works, context, asset, people_steps, passes
):
    assert (gate.MINIMUM(), gate.WORKS()) == (MINIMUM, works)
    proof = proof_of(people_steps, human(people_steps))
    assert gate.check(context(asset), proof) is True
    passes(gate, proof)


@pytest.mark.parametrize("count", range(MINIMUM))
def test_check__given_fewer_human_steps__says_no(gate, people_steps, refuses, passes, count):
    refuses(gate, proof_of(people_steps, human(people_steps)[:count]))
    passes(gate, proof_of(people_steps, human(people_steps)))


def test_check__given_more_steps_than_needed__checks_all(
    gate, signed_step, record_steps, refuses, passes
):
    steps = record_steps([signed_step(n, PEOPLE[n % 3]) for n in range(5)])
    forged = (steps[4][0], steps[3][1])
    refuses(gate, proof_of(steps, [*steps[:4], forged]))
    passes(gate, proof_of(steps))


@pytest.mark.parametrize("order", [(0, 1, 1), (0, 0, 1), (0, 3, 1), (3, 1, 0)])
def test_check__when_steps_repeat_or_are_not_ascending__says_no(gate, people_steps, refuses, order):
    refuses(gate, proof_of(people_steps, [people_steps[n] for n in order]))


@pytest.mark.parametrize("position", range(MINIMUM))
@pytest.mark.parametrize("kind", [0, AGENT, TOOL, 4, 255])
def test_check__given_a_step_that_is_not_a_persons__says_no(
    gate, signed_step, record_steps, refuses, kind, position
):
    steps = [signed_step(n, actor_kind=kind if n == position else HUMAN) for n in range(MINIMUM)]
    refuses(gate, proof_of(record_steps(steps)))


@pytest.mark.parametrize("position", range(MINIMUM))
def test_check__given_a_step_of_another_work__says_no(
    gate, signed_step, record_steps, open_work, work_id, refuses, position
):
    """Even where the recorder put it under this work's root."""
    other = open_work()[0]
    steps = [signed_step(n, work_id=other if n == position else work_id) for n in range(MINIMUM)]
    refuses(gate, proof_of(record_steps(steps)))


def test_check__when_the_root_was_never_recorded__says_no(
    gate, signed_step, record_steps, refuses, passes
):
    steps = [signed_step(n) for n in range(MINIMUM)]
    refuses(gate, proof_of(steps))
    record_steps(steps)
    passes(gate, proof_of(steps))


def test_check__when_only_another_work_recorded_the_root__says_no(
    gate, open_work, signed_step, actors, refuses
):
    _, other = open_work()
    steps = [signed_step(n) for n in range(MINIMUM)]
    root = record.steps_tree([made for made, _ in steps]).root
    other.record(root, MINIMUM, [], sender=actors.pipeline)
    refuses(gate, proof_of(steps))


def test_check__given_steps_under_another_recorded_root__says_no(
    gate, people_steps, signed_step, record_steps, refuses
):
    other = record_steps([signed_step(n, detail=bytes(32)) for n in range(MINIMUM)])
    root = record.steps_tree([made for made, _ in other]).root
    refuses(gate, proof_of(people_steps, human(people_steps), root))


def test_check__when_a_step_was_changed_after_signing__says_no(gate, people_steps, step, refuses):
    first, second, third = human(people_steps)
    tree = record.steps_tree([made for made, _ in people_steps])
    for change in ({"shares": 2}, {"at": 1}, {"action": bytes(32)}, {"actor": PEOPLE[1].address}):
        forged = step(0, **{"actor": PEOPLE[0]} | change)
        rows = [
            (astuple(made), signature, list(tree.proof(record.step_leaf(original))))
            for made, signature, original in (
                (forged, first[1], first[0]),
                (*second, second[0]),
                (*third, third[0]),
            )
        ]
        types = ["bytes32", f"({STEP},bytes,bytes32[])[]"]
        refuses(gate, encode(types, [tree.root, rows]))


@pytest.mark.threat("A2")
@pytest.mark.parametrize("position", range(MINIMUM))
@pytest.mark.parametrize("how", ["another key", "another domain", "empty", "one byte short"])
def test_check__given_a_wrong_signature__says_no(
    gate, registry, signed_step, record_steps, refuses, how, position
):
    steps = [signed_step(n) for n in range(MINIMUM)]
    made, right = steps[position]
    wrong = {
        "another key": signed_step(position, key=PEOPLE[1])[1],
        "another domain": signed_step(position, domain=domain_of(registry))[1],
        "empty": b"",
        "one byte short": right[:64],
    }
    steps[position] = (made, wrong[how])
    refuses(gate, proof_of(record_steps(steps)))


def test_check__given_a_wallet_as_actor__asks_it(
    project, actors, gate, signed_step, record_steps, refuses, passes
):
    wallet = project.MockWallet.deploy(PEOPLE[0].address, sender=actors.studio)
    steps = [signed_step(0), signed_step(1), signed_step(2, wallet, key=PEOPLE[0])]
    record_steps(steps)
    forged = (steps[2][0], signed_step(2, wallet, key=PEOPLE[1])[1])
    refuses(gate, proof_of(steps, [*steps[:2], forged]))
    passes(gate, proof_of(steps))


@pytest.mark.parametrize("how", MALFORMED)
def test_check__given_a_malformed_proof__says_no(gate, people_steps, refuses, passes, how):
    refuses(gate, MALFORMED[how])
    good = proof_of(people_steps, human(people_steps))
    for size in (0, 32, 64, 96, 500, len(good) - 33):
        refuses(gate, good[:size])
    passes(gate, good)


@pytest.mark.gas
@pytest.mark.parametrize(("total", "most"), [(1_000, 22), (2_048, 21)])
def test_check__given_the_most_steps_that_fit_a_gates_gas__says_yes_and_to_one_more_no(
    project, works, actors, signed_step, step, record_steps, passes, refuses, total, most
):
    """The interface of the gate states both figures."""
    people = [signed_step(n, PEOPLE[n % 3]) for n in range(most + 1)]
    agents = [(step(n, PEOPLE[0], actor_kind=AGENT), b"") for n in range(most + 1, total)]
    steps = record_steps([*people, *agents])
    for count, judge in ((most + 1, refuses), (most, passes)):
        gate = project.HumanIntentGate.deploy(works, count, sender=actors.studio)
        judge(gate, proof_of(steps, people[:count]))


def test_constructor__given_no_minimum__reverts(project, works, actors):
    with reverts_with(project.HumanIntentGate, "HumanIntentGateMinimumZero"):
        project.HumanIntentGate.deploy(works, 0, sender=actors.studio)


def test_check__given_a_minimum_of_one__needs_one(
    project, works, actors, people_steps, passes, refuses
):
    gate = project.HumanIntentGate.deploy(works, 1, sender=actors.studio)
    refuses(gate, proof_of(people_steps, []))
    refuses(gate, proof_of(people_steps, people_steps[2:3]))
    passes(gate, proof_of(people_steps, people_steps[:1]))
