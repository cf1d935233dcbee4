"""Actors, deployed contracts and `create_*` factories for the contract tests.

Everything session-wide is deployed once; Ape takes the chain back after each test.
"""

from contextlib import contextmanager
from itertools import count
from types import SimpleNamespace

import pytest
from eth_account import Account

from approvals import NOTE, approval_of, domain_of, sign, single
from assets import asset_input, preimage
from money import Terms

NATIVE = "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE"
ZERO = "0x0000000000000000000000000000000000000000"
ADMIN, DIRECTOR, RECORDER, COMPLIANCE, REPORTER, TREASURER = 1, 2, 4, 8, 16, 32
YEAR = 365 * 24 * 3600


@pytest.fixture(scope="session")
def actors(accounts):
    """People by role; every one has native currency."""
    names = ["studio", "pipeline", "treasurer", "ana", "ben", "cleo"]
    names += ["payer", "payee", "relayer", "outsider"]
    return SimpleNamespace(**dict(zip(names, accounts, strict=False)))


@pytest.fixture(scope="session")
def directors():
    """Three directors that sign and never send, in ascending order of their addresses."""
    return sorted((Account.from_key(bytes([i]) * 32) for i in (1, 2, 3)), key=lambda a: a.address)


@pytest.fixture(scope="session")
def projects(project, actors):
    return project.Projects.deploy(sender=actors.studio)


@pytest.fixture(scope="session")
def anchors(project, actors):
    return project.Anchors.deploy(sender=actors.studio)


@pytest.fixture(scope="session")
def works(project, actors, projects):
    return project.Works.deploy(projects, sender=actors.studio)


@pytest.fixture(scope="session")
def registry(project, actors, projects, works, anchors):
    return project.AssetRegistry.deploy(projects, works, anchors, sender=actors.studio)


@pytest.fixture(scope="session")
def vault(project, actors, registry):
    return project.PayoutVault.deploy(registry, sender=actors.studio)


@pytest.fixture(scope="session")
def market(project, actors, projects, works, registry):
    return project.LicenseMarket.deploy(projects, works, registry, sender=actors.studio)


@pytest.fixture(scope="session")
def dollar(project, actors):
    """A plain ERC-20 with 6 decimals."""
    return project.MockERC20.deploy(6, sender=actors.studio)


@pytest.fixture(scope="session", autouse=True)
def _everything_deployed(vault, market, dollar, work_id, hostile, recipient, harness):
    """Puts all shared state on the chain before the first test: Ape loses what comes later."""


@pytest.fixture(scope="session")
def harness(project, actors):
    """The hashing libraries, callable."""
    return project.HashingHarness.deploy(sender=actors.studio)


@pytest.fixture(scope="session")
def create_project(projects, actors, directors):
    """Makes a project of the studio: the pipeline records, three directors sign."""

    def create(**overrides):
        terms = {
            "admin": actors.studio,
            "treasury": actors.treasurer,
            "licensing": ZERO,
            "approvalsRequired": 1,
            "grants": [(actors.studio, DIRECTOR), (actors.pipeline, RECORDER)]
            + [(actors.treasurer, TREASURER)]
            + [(director.address, DIRECTOR) for director in directors],
            "uri": "ipfs://project",
        } | overrides
        projects.create(tuple(terms.values()), sender=actors.studio)
        return projects.create.call(tuple(terms.values()), sender=actors.studio) - 1

    return create


@pytest.fixture(scope="session")
def project_id(create_project, projects, actors):
    """The project of most tests; its treasury agreed to serve it."""
    made = create_project()
    projects.acceptTreasury(made, sender=actors.treasurer)
    return made


@pytest.fixture(scope="session")
def open_work(project, works, actors, project_id, chain):
    """Opens a work and returns its id and its contribution token."""

    def open_(**overrides):
        terms = {
            "projectId": project_id,
            "primaryCurrency": ZERO,
            "sealBy": chain.pending_timestamp + YEAR,
            "upstream": [],
            "uri": "ipfs://work",
        } | overrides
        works.open(tuple(terms.values()), sender=actors.pipeline)
        work_id = works.count()
        return work_id, project.ContributionToken.at(works.tokenOf(work_id))

    return open_


@pytest.fixture(scope="session")
def work_id(open_work):
    return open_work()[0]


@pytest.fixture(scope="session")
def create_asset(registry, actors, work_id):
    """Registers a new asset in the pipeline's name; returns its id and the id's preimage."""
    numbers = count(1)

    def create(**overrides):
        content = {"contentHash": next(numbers).to_bytes(32, "big")}
        asset = asset_input(actors.pipeline, **({"workId": work_id} | content | overrides))
        registry.register(tuple(asset.values()), actors.ben, sender=actors.pipeline)
        return registry.assetIdOf(*preimage(asset)), preimage(asset)

    return create


@pytest.fixture(scope="session")
def signed(registry):
    """A director's signature over the approval of (asset id, preimage)."""

    def make(asset, director, *, key=None, domain=None, **overrides):
        approval = approval_of(asset[0], director.address, **overrides)
        return single(approval, sign(domain or domain_of(registry), approval, key or director))

    return make


@pytest.fixture(scope="session")
def approve(registry, actors):
    """Relays an approval of (asset id, preimage); `call=True` only asks what would happen."""

    def send(asset, signatures, *, stage=0, note=NOTE, proofs=(), call=False, **options):
        function = registry.approve.call if call else registry.approve
        terms = asset[1], stage, note, list(signatures), list(proofs)
        return function(*terms, sender=actors.relayer, **options)

    return send


@pytest.fixture
def on_chain_id(chain):
    """Makes the node say that it is another chain, for the length of a block."""

    @contextmanager
    def other(chain_id):
        chain.provider.make_request("anvil_setChainId", [chain_id])
        try:
            yield
        finally:
            chain.provider.make_request("anvil_setChainId", [31337])

    return other


@pytest.fixture(scope="session")
def seal_work(open_work, actors):
    """Opens, records and seals a work with these (holder, shares); returns its token."""

    def seal(*allocations, accepts=(), lazy=(bytes(32), 0), **terms):
        _, token = open_work(**terms)
        for currency in accepts:
            token.acceptCurrency(currency, sender=actors.treasurer)
        token.record(b"\x01" * 32, 1, allocations, sender=actors.pipeline)
        token.seal(*lazy, sender=actors.studio)
        return token

    return seal


@pytest.fixture(scope="session")
def hostile(project, actors):
    """An ERC-20 whose flaws a test chooses."""
    return project.MockHostileERC20.deploy(sender=actors.studio)


@pytest.fixture(scope="session")
def recipient(project, actors):
    """A contract that can be paid and whose manners a test chooses."""
    return project.MockRecipient.deploy(sender=actors.studio)


@pytest.fixture
def payout(actors, chain, work_id):
    """Makes payout terms: 1,000 native from payer to payee for stage 0, to be changed."""

    def make(**overrides):
        return Terms(
            **{
                "workId": work_id,
                "stage": 0,
                "payer": actors.payer,
                "payee": actors.payee,
                "currency": NATIVE,
                "amount": 1_000,
                "expiresAt": chain.pending_timestamp + YEAR,
                "briefHash": b"\x05" * 32,
                "salt": 0,
            }
            | overrides
        )

    return make


@pytest.fixture
def funded(vault, payout):
    """Makes payout terms and funds them."""

    def fund(**overrides):
        terms = payout(**overrides)
        if terms.currency != NATIVE:
            terms.currency.mint(terms.payer, terms.amount, sender=terms.payer)
            terms.currency.approve(vault, terms.amount, sender=terms.payer)
        value = terms.amount if terms.currency == NATIVE else 0
        vault.fund(terms, value=value, sender=terms.payer)
        return terms

    return fund
