"""Steps of contract wallets: signed later, asked on chain, and verified with a node."""

from types import SimpleNamespace

import pytest
from eth_account import Account

from creatoken_sdk.errors import SigningError
from creatoken_sdk.studio.evidence import verify_bundle
from creatoken_sdk.studio.findings import State
from studio.both import standalone

WALLET = Account.from_key(b"\7" * 32).address
SIGNATURE = bytes(range(130))  # as long as two owners'


class Wallet:
    """A contract wallet that vouches for one digest, and what it takes as a signature of it."""

    address = WALLET

    def __init__(self, chain, vouches=True):
        self.chain, self.vouches = chain, vouches

    def unsafe_sign_hash(self, digest):
        push = digest.hex() if self.vouches else "00" * 32
        # Returns the selector if the first argument is the digest, else zero.
        code = f"0x6004357f{push}14631626ba7e0260e01b5f5260205ff3"
        self.chain.request("anvil_setCode", WALLET, code)
        return SimpleNamespace(signature=SIGNATURE)


@pytest.fixture
def edited(creatoken_run):
    creatoken_run.human("edit", "a", by=WALLET, output="b", shares=30)
    return creatoken_run


@pytest.mark.threat("A4")
def test_sign__given_a_contract_wallet__asks_it_and_everybody_can_check(
    creatoken_studio, edited, creatoken_chain, tmp_path
):
    assert creatoken_studio.sign(Wallet(creatoken_chain)) == 1
    [[signature]] = creatoken_studio.store.rows(
        "SELECT signature FROM steps WHERE actor = ?", (WALLET,)
    )
    assert signature == "0x" + SIGNATURE.hex()
    path = tmp_path / "a.txt"
    path.write_text("banner")
    edited.output(path)
    creatoken_studio.flush(wait="latest")
    bundle = creatoken_studio.pack(path, tmp_path / "b.zip")

    def states():
        reports = creatoken_studio.verify(path), verify_bundle(bundle)
        found = [one.integrity["step signatures"].state for one in reports]
        for url in (creatoken_chain.url, None):
            told = standalone().examine(bundle, url=url)["integrity"]
            found.append(State(next(state for name, state, _ in told if name == "step signatures")))
        return found

    assert states() == [State.HOLDS, State.UNKNOWN, State.HOLDS, State.UNKNOWN]
    creatoken_chain.request("anvil_setCode", WALLET, "0x5f5f5260205ff3")
    assert states() == [State.FAILS, State.UNKNOWN, State.FAILS, State.UNKNOWN]


@pytest.mark.threat("A8")
def test_sign__when_the_wallet_does_not_vouch__is_refused_and_keeps_none(
    creatoken_studio, edited, creatoken_chain
):
    with pytest.raises(SigningError, match=f"no signature by {WALLET}"):
        creatoken_studio.sign(Wallet(creatoken_chain, vouches=False))
    assert creatoken_studio.pending() == {WALLET: 1}


@pytest.mark.threat("A8")
def test_sign__given_a_step_for_another_chain__does_not_ask_a_wallet_here(
    creatoken_studio, edited, creatoken_chain
):
    with creatoken_studio.store.transaction() as db:
        db.execute("UPDATE runs SET chain_id = 1")
    with pytest.raises(SigningError, match=f"no signature by {WALLET}"):
        creatoken_studio.sign(Wallet(creatoken_chain))
    assert creatoken_studio.pending() == {WALLET: 1}
