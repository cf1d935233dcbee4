"""A chain of steps is whole, in order and signed, or it is refused; oversight is what it proves."""

import dataclasses

import pytest

from creatoken_sdk.errors import EncodingError, RecordError, SigningError
from creatoken_sdk.record import (
    REVIEW,
    ZERO_HASH,
    ActorKind,
    Domain,
    MerkleTree,
    Oversight,
    SignedStep,
    leaf_hash,
    name_hash,
    oversight,
    sign,
    step_leaf,
    steps_tree,
    verify_chain,
    verify_proof,
)


@pytest.fixture
def chain(create_step, domain, director, agent):
    """A brief by the director, two drafts by the agent, a review by the director."""
    steps, previous = [], ZERO_HASH
    for index, (actor, action) in enumerate(
        [(director, "brief"), (agent, "draft"), (agent, "draft"), (director, "review")]
    ):
        kind = ActorKind.HUMAN if actor is director else ActorKind.AGENT
        step = create_step(
            index=index,
            previous=previous,
            actor=actor.address,
            actor_kind=kind,
            action=name_hash(action),
        )
        steps.append(SignedStep(step, sign(domain, step, actor)))
        previous = step.struct_hash()
    return steps


def test_verify_chain__given_a_whole_chain__passes(chain, domain):
    for length in range(len(chain) + 1):
        verify_chain(domain, chain[:length])


@pytest.mark.parametrize(
    ("tamper", "place"),
    [
        (lambda steps: steps[1:], 0),
        (lambda steps: [steps[0], *steps[2:]], 1),
        (lambda steps: [steps[0], steps[2], steps[1], steps[3]], 1),
        (lambda steps: [steps[0], steps[0]], 1),
    ],
    ids=["first missing", "one missing", "two swapped", "one repeated"],
)
def test_verify_chain__when_a_step_does_not_follow__names_it(chain, domain, tamper, place):
    with pytest.raises(RecordError, match=f"step {place} does not follow"):
        verify_chain(domain, tamper(chain))


def resign(chain, domain, account, place, **changes):
    step = dataclasses.replace(chain[place].step, **changes)
    return [*chain[:place], SignedStep(step, sign(domain, step, account)), *chain[place + 1 :]]


def test_verify_chain__when_a_step_is_rewritten_and_signed_again__breaks_at_the_next(
    chain, domain, agent
):
    with pytest.raises(RecordError, match="step 2 does not follow"):
        verify_chain(domain, resign(chain, domain, agent, 1, shares=999))


def test_verify_chain__when_a_step_is_of_another_work__refuses(chain, domain, director):
    with pytest.raises(RecordError, match="step 3 does not follow"):
        verify_chain(domain, resign(chain, domain, director, 3, work_id=8))


@pytest.mark.parametrize("kind", [0, 4, 255])
def test_verify_chain__when_the_actor_kind_is_unknown__refuses(chain, domain, director, kind):
    with pytest.raises(RecordError, match=f"actor kind {kind}"):
        verify_chain(domain, resign(chain, domain, director, 3, actor_kind=kind))


def test_verify_chain__when_a_signature_is_another_steps__refuses(chain, domain):
    chain[2] = SignedStep(chain[2].step, chain[1].signature)
    with pytest.raises(SigningError, match="step 2 is not signed by"):
        verify_chain(domain, chain)


@pytest.mark.threat("A1")
def test_verify_chain__when_signed_for_another_chain__refuses(chain, domain):
    fork = Domain(chain_id=1, verifying_contract=domain.verifying_contract)
    with pytest.raises(SigningError, match="step 0 is not signed by"):
        verify_chain(fork, chain)


def test_verify_chain__given_a_contract_wallet__asks_the_given_verifier(chain, domain):
    asked = []

    def verify(domain, step, signature, signer):
        asked.append(signer)
        return signature == b"wallet"

    verify_chain(domain, [SignedStep(chain[0].step, b"wallet")], verify)
    assert asked == [chain[0].step.actor]


def test_steps_tree__given_a_chain__proves_each_step(chain):
    steps = [signed.step for signed in chain]
    tree = steps_tree(steps)
    assert tree.root == MerkleTree(step_leaf(step) for step in reversed(steps)).root
    for step in steps:
        assert step_leaf(step) == leaf_hash(("bytes32",), (step.struct_hash(),))
        assert verify_proof(tree.root, step_leaf(step), tree.proof(step_leaf(step)))


def test_signed_step__when_written_and_read__is_equal(chain):
    assert [SignedStep.from_json(signed.to_json()) for signed in chain] == chain


@pytest.mark.parametrize(
    "bend",
    [
        lambda json: json | {"note": ""},
        lambda json: {"message": json["message"]},
        lambda json: json | {"signature": json["signature"][:-1]},
        lambda json: json | {"message": json["message"] | {"at": 1}},
    ],
    ids=["extra key", "missing key", "half a byte", "number"],
)
def test_signed_step__when_the_json_is_not_exact__refuses(chain, bend):
    with pytest.raises(RecordError):
        SignedStep.from_json(bend(chain[0].to_json()))
    assert issubclass(EncodingError, RecordError)


@pytest.mark.parametrize(
    ("actors", "level"),
    [
        ([], Oversight.FULLY_AUTONOMOUS),
        ([(ActorKind.AGENT, "draft"), (ActorKind.TOOL, "resize")], Oversight.FULLY_AUTONOMOUS),
        ([(ActorKind.AGENT, "draft"), (ActorKind.AGENT, "review")], Oversight.FULLY_AUTONOMOUS),
        ([(ActorKind.HUMAN, "brief"), (ActorKind.AGENT, "draft")], Oversight.PROMPT_GUIDED),
        ([(ActorKind.HUMAN, "review"), (ActorKind.AGENT, "draft")], Oversight.PROMPT_GUIDED),
        ([(ActorKind.AGENT, "draft"), (ActorKind.HUMAN, "edit")], Oversight.PROMPT_GUIDED),
        ([(ActorKind.AGENT, "draft"), (ActorKind.HUMAN, "review")], Oversight.HUMAN_VALIDATED),
    ],
)
def test_oversight__given_steps__is_the_level_they_prove(create_step, actors, level):
    assert name_hash("review") == REVIEW
    steps = [create_step(actor_kind=kind, action=name_hash(action)) for kind, action in actors]
    assert oversight(steps) is level
