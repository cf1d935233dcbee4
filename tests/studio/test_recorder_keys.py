import pickle
from types import SimpleNamespace

import pytest
from eth_account import Account

from creatoken_sdk import Studio
from creatoken_sdk.chain.errors import DevKeyError
from creatoken_sdk.errors import SigningError
from creatoken_sdk.record import Domain
from creatoken_sdk.studio.actors import Actor
from creatoken_sdk.studio.errors import RecordingWarning

DEVELOPMENT = Account.from_key("0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
MINE = Account.from_key(b"\x07" * 32)


@pytest.fixture
def public(tmp_path):
    """A studio of a public chain, and a work there."""
    domain = Domain(chain_id=1, verifying_contract=MINE.address)
    chain = SimpleNamespace(chain_id=1, works=SimpleNamespace(domain=domain))
    studio = Studio.open(tmp_path / "studio.db", chain=chain, signer=MINE)
    yield studio, SimpleNamespace(id=1)
    studio.close()


@pytest.mark.threat("E5")
def test_human__given_a_development_key_on_a_public_chain__is_not_recorded(public):
    studio, work = public
    with studio.run("ad", work=work, brief="a brief", authorised_by=MINE) as run:
        with pytest.warns(RecordingWarning, match="is printed in every development chain's manual"):
            run.human("edit", "a", by=DEVELOPMENT, output="b")
        assert len(run.steps) == 1


@pytest.mark.threat("E5")
def test_sign__given_a_development_key_on_a_public_chain__refuses(public):
    studio, work = public
    with studio.run("ad", work=work, brief="a brief", authorised_by=MINE) as run:
        run.human("edit", "a", by=DEVELOPMENT.address, output="b")
        with pytest.raises(DevKeyError):
            studio.sign(DEVELOPMENT)
        assert studio.pending() == {DEVELOPMENT.address: 1}


def test_actor__when_sent_to_another_process__keeps_its_key_here():
    with pytest.raises(SigningError, match="keys do not travel"):
        pickle.dumps(Actor.of("agent:copy", MINE))
