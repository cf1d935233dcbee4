"""What happens to a transaction when the chain, the endpoint or the signer misbehaves."""

from __future__ import annotations

import re
from typing import Any

import pytest
from eth_account import Account

from creatoken_sdk import Call, Creatoken, Receipt, RevertError, SignedTransaction
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain import waiting
from creatoken_sdk.chain.errors import (
    DevKeyError,
    FeeTooLowError,
    InsufficientFundsError,
    NonceError,
    ReceiptTimeoutError,
    RpcError,
    TransactionReplacedError,
    TransactionUnknownError,
    WrongChainError,
)
from creatoken_sdk.chain.reverts import (
    AnchorsAlreadyAnchoredError,
    AnchorsRootZeroError,
    OutOfGasRevertError,
)
from creatoken_sdk.chain.wallet import Wallet
from creatoken_sdk.errors import SigningError
from endpoint import SECRET, FaultyEndpoint

ZERO = bytes(32)
SEND, RECEIPT = "eth_sendRawTransaction", "eth_getTransactionReceipt"


def anchor(client: Creatoken) -> Call[Receipt]:
    """Return a call that succeeds exactly once."""
    return client.anchors.anchor.call(Account.create().key, topic=ZERO, count=1)


def nonce(client: Creatoken) -> int:
    return client.wallet.rpc.integer("eth_getTransactionCount", client.address, "latest")


@pytest.mark.threat("C5")
@pytest.mark.parametrize("faults", [["lost"], ["lost"] * 3, [429, "lost"], [502, b"{", "reset"]])
def test_send__when_answers_to_the_broadcast_are_lost__is_mined_exactly_once(
    faulty: Creatoken, endpoint: FaultyEndpoint, faults: list[Any]
) -> None:
    before = nonce(faulty)
    endpoint.fail(SEND, *faults)
    receipt = faulty.send(anchor(faulty))
    assert receipt.event("Anchored", faulty.anchors.address)["count"] == 1
    assert nonce(faulty) == before + 1


@pytest.mark.threat("C1")
def test_send__when_every_answer_is_lost_but_it_arrived__says_unknown_and_wait_finds_it(
    faulty: Creatoken, endpoint: FaultyEndpoint
) -> None:
    before = nonce(faulty)
    endpoint.fail(SEND, *["lost"] * 4)
    with pytest.raises(TransactionUnknownError) as caught:
        faulty.send(anchor(faulty))
    assert caught.value.tx_hash in str(caught.value)
    assert SECRET not in str(caught.value)
    assert faulty.wait(caught.value.tx_hash).tx_hash == caught.value.tx_hash
    assert nonce(faulty) == before + 1


@pytest.mark.threat("C1")
def test_send__when_it_never_arrived__the_error_carries_what_to_broadcast_again(
    faulty: Creatoken, endpoint: FaultyEndpoint
) -> None:
    endpoint.fail(SEND, *["reset"] * 4)
    with pytest.raises(TransactionUnknownError) as caught:
        faulty.send(anchor(faulty))
    transaction = caught.value.transaction
    assert transaction is not None
    assert faulty.wallet.rpc.request(RECEIPT, transaction.tx_hash) is None
    faulty.broadcast(transaction)
    assert faulty.wait(transaction).tx_hash == caught.value.tx_hash


@pytest.mark.threat("C5")
@pytest.mark.parametrize("fault", ["lost", 429, b"nonsense", {"result": None}])
def test_wait__when_receipts_get_lost__asks_until_one_arrives(
    faulty: Creatoken, endpoint: FaultyEndpoint, fault: Any
) -> None:
    endpoint.fail(RECEIPT, *[fault] * 6)
    assert faulty.send(anchor(faulty)).gas_used > 21_000


FORGERIES: dict[str, dict[str, Any]] = {
    "of another transaction": {"transactionHash": "0x" + "11" * 32},
    "of another block": {"blockHash": "0x" + "22" * 32},
    "with another height": {"blockNumber": "0x1"},
    "without a status": {"status": None},
    "without logs": {"logs": None},
    "with an odd number": {"gasUsed": "many"},
}


@pytest.mark.threat("C5")
@pytest.mark.parametrize("name", FORGERIES)
def test_wait__given_a_receipt_that_contradicts_its_block__does_not_believe_it(
    faulty: Creatoken, endpoint: FaultyEndpoint, name: str
) -> None:
    def forge(answer: Any) -> Any:
        forged = {**answer, **FORGERIES[name]} if answer else answer
        return {k: v for k, v in forged.items() if v is not None} if forged else forged

    endpoint.lies[RECEIPT] = forge
    faulty.wallet.timeout_seconds = 0.2
    with pytest.raises(ReceiptTimeoutError) as caught:
        faulty.send(anchor(faulty))
    endpoint.lies[RECEIPT] = lambda answer: answer
    assert caught.value.transaction is not None
    assert faulty.wait(caught.value.transaction).tx_hash == caught.value.tx_hash


@pytest.fixture
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "_LAST_PAUSE_SECONDS", 0.02)


@pytest.mark.threat("C4")
@pytest.mark.usefixtures("_short_pauses")
def test_wait__when_another_transaction_took_the_nonce__says_replaced_a_block_later(
    faulty: Creatoken, endpoint: FaultyEndpoint, chain: Anvil
) -> None:
    loser, winner = faulty.sign(anchor(faulty)), faulty.sign(anchor(faulty))
    faulty.broadcast(winner)
    faulty.wallet.timeout_seconds = 0.5
    with pytest.raises(ReceiptTimeoutError):
        faulty.wait(loser)
    endpoint.lies[RECEIPT] = lambda answer: chain.request("evm_mine") and answer
    faulty.wallet.timeout_seconds = 20
    with pytest.raises(TransactionReplacedError, match=f"took nonce {loser.nonce}") as caught:
        faulty.wait(loser)
    assert caught.value.transaction == loser
    assert "raw" not in str(caught.value)


@pytest.mark.threat("C4")
@pytest.mark.usefixtures("_short_pauses")
def test_wait__when_receipts_lag_behind_the_nonce__is_patient(
    faulty: Creatoken, endpoint: FaultyEndpoint
) -> None:
    transaction = faulty.sign(anchor(faulty))
    faulty.broadcast(transaction)
    endpoint.fail(RECEIPT, *[{"result": None}] * 15)
    assert faulty.wait(transaction).tx_hash == transaction.tx_hash


UNPROVEN = (
    "nonce too low",
    "replacement transaction underpriced",
    "insufficient funds for gas * price + value",
    "internal error, see http://[node",
)


@pytest.mark.parametrize("message", UNPROVEN)
@pytest.mark.parametrize("again", [False, True], ids=["in one broadcast", "in the next one"])
def test_broadcast__when_refused_after_an_attempt_without_answer__says_unknown(
    faulty: Creatoken, endpoint: FaultyEndpoint, message: str, again: bool
) -> None:
    transaction = faulty.sign(anchor(faulty))
    endpoint.lies["eth_getTransactionByHash"] = lambda _: None
    if again:
        endpoint.fail(SEND, *["lost"] * 4)
        with pytest.raises(TransactionUnknownError):
            faulty.broadcast(transaction)
    else:
        endpoint.fail(SEND, "lost")
    endpoint.fail(SEND, {"error": {"code": -32000, "message": message}})
    with pytest.raises(TransactionUnknownError) as caught:
        faulty.broadcast(transaction)
    assert caught.value.transaction == transaction
    assert "nothing was mined" not in str(caught.value)
    assert faulty.wait(transaction).tx_hash == transaction.tx_hash


def test_broadcast__when_refused_after_a_rate_limit__raises_the_typed_reason(
    faulty: Creatoken, endpoint: FaultyEndpoint
) -> None:
    endpoint.fail(SEND, 429, {"error": {"code": -32000, "message": "insufficient funds"}})
    with pytest.raises(InsufficientFundsError):
        faulty.send(anchor(faulty))


def test_broadcast__when_the_node_knows_no_such_type__is_no_success(
    faulty: Creatoken, endpoint: FaultyEndpoint
) -> None:
    endpoint.fail(SEND, {"error": {"code": -32000, "message": "unknown transaction type"}})
    with pytest.raises(RpcError, match="unknown transaction type"):
        faulty.broadcast(faulty.sign(anchor(faulty)))


@pytest.mark.threat("C2", "C4")
def test_broadcast__when_the_nonce_was_used__says_so(faulty: Creatoken) -> None:
    loser, winner = faulty.sign(anchor(faulty)), faulty.sign(anchor(faulty))
    faulty.broadcast(winner)
    faulty.wait(winner)
    with pytest.raises(NonceError, match="build and send the call again"):
        faulty.broadcast(loser)


@pytest.mark.threat("C4", "C6")
@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("replacement transaction underpriced", FeeTooLowError),
        ("max fee per gas less than block base fee", FeeTooLowError),
        ("insufficient funds for gas * price + value", InsufficientFundsError),
        ("something new", RpcError),
    ],
)
def test_broadcast__when_the_node_refuses__raises_the_typed_reason(
    faulty: Creatoken, endpoint: FaultyEndpoint, message: str, kind: type[Exception]
) -> None:
    endpoint.fail(SEND, {"error": {"code": -32000, "message": message}})
    with pytest.raises(kind, match=re.escape(message)):
        faulty.send(anchor(faulty))


def test_broadcast__when_already_known__is_no_error(
    faulty: Creatoken, endpoint: FaultyEndpoint
) -> None:
    endpoint.fail(SEND, "lost", {"error": {"code": -32000, "message": "already known"}})
    assert faulty.send(anchor(faulty)).gas_used > 21_000


@pytest.mark.threat("C5", "E2")
def test_send__when_the_endpoint_changed_chains__signs_nothing(
    faulty: Creatoken, endpoint: FaultyEndpoint
) -> None:
    endpoint.lies["eth_chainId"] = lambda _: "0x1"
    with pytest.raises(WrongChainError, match="serves chain 1, not 31337"):
        faulty.send(anchor(faulty))
    assert SEND not in endpoint.calls


@pytest.mark.threat("C6")
def test_send__when_the_sender_is_poor__says_how_much_is_missing(ct: Creatoken) -> None:
    poor = ct.with_signer(Account.create())
    with pytest.raises(InsufficientFundsError, match=f"{poor.address} has 0; send [0-9]+ more"):
        poor.send(anchor(poor))


def test_send__when_the_value_alone_exceeds_the_balance__says_so(ct: Creatoken) -> None:
    with pytest.raises(InsufficientFundsError):
        ct.send(Call(ct.address, b"", 10**30, "gift"))


def test_send__when_the_call_reverts__spends_nothing(ct: Creatoken) -> None:
    before = nonce(ct)
    with pytest.raises(AnchorsRootZeroError) as caught:
        ct.anchors.anchor(ZERO, topic=ZERO, count=1)
    assert caught.value.tx_hash is None
    assert nonce(ct) == before


def test_send__when_the_node_hides_the_reason_in_the_estimate__asks_for_it(
    faulty: Creatoken, endpoint: FaultyEndpoint
) -> None:
    endpoint.fail(
        "eth_estimateGas", {"error": {"code": -32000, "message": "always failing transaction"}}
    )
    with pytest.raises(AnchorsRootZeroError):
        faulty.anchors.anchor(ZERO, topic=ZERO, count=1)


def test_wait__when_a_transaction_lost_a_race__raises_the_reason_with_its_hash(
    faulty: Creatoken,
) -> None:
    call = anchor(faulty)
    first = faulty.sign(call)
    second = faulty.sign(call, nonce=first.nonce + 1)
    for transaction in (first, second):
        faulty.broadcast(transaction)
    faulty.wait(first)
    with pytest.raises(AnchorsAlreadyAnchoredError) as caught:
        faulty.wait(second)
    assert caught.value.tx_hash == second.tx_hash
    assert caught.value.anchorer == faulty.address


@pytest.mark.threat("B14")
@pytest.mark.parametrize(
    ("estimate", "gas"),
    [
        (2**20, 2**20 * 5 // 4),
        (2**24 - 1, 2**24),
        (2**24 + 1, 2**24 + 1),
        (30_000_000, 30_000_000),
    ],
)
def test_sign__given_an_estimate__adds_a_margin_within_the_chains_limits(
    faulty: Creatoken, endpoint: FaultyEndpoint, estimate: int, gas: int
) -> None:
    endpoint.lies["eth_estimateGas"] = lambda _: hex(estimate)
    receipt = faulty.send(anchor(faulty))
    sent = faulty.wallet.rpc.mapping("eth_getTransactionByHash", receipt.tx_hash)
    assert int(sent["gas"], 16) == gas


@pytest.mark.threat("C6")
def test_wait__when_gas_ran_out__says_so(faulty: Creatoken, endpoint: FaultyEndpoint) -> None:
    endpoint.lies["eth_estimateGas"] = lambda _: hex(24_000)
    with pytest.raises(OutOfGasRevertError, match="used up its gas") as caught:
        faulty.send(anchor(faulty))
    assert isinstance(caught.value, RevertError)
    assert caught.value.tx_hash is not None


@pytest.mark.threat("C4")
def test_wait__when_only_the_hash_is_known_and_nothing_comes__times_out(faulty: Creatoken) -> None:
    faulty.wallet.timeout_seconds = 0.05
    with pytest.raises(ReceiptTimeoutError, match="wait again") as caught:
        faulty.wait("0x" + "ab" * 32)
    assert caught.value.transaction is None


class KeyService:
    """A signer of a user's own: two members, raw bytes out."""

    def __init__(self, key: Any, address: str | None = None) -> None:
        """Hold a key, and perhaps claim somebody else's address."""
        self._key = key
        self.address = address or key.address
        self.seen: dict[str, Any] = {}

    def sign_transaction(self, transaction_dict: dict[str, Any], /) -> bytes:
        self.seen = transaction_dict
        return bytes(self._key.sign_transaction(transaction_dict).raw_transaction)


@pytest.mark.threat("E3")
def test_send__given_a_signer_of_ones_own__uses_it(ct: Creatoken, chain: Anvil) -> None:
    service = KeyService(chain.accounts[4])
    client = ct.with_signer(service)
    client.send(anchor(client))
    assert service.seen["chainId"] == 31337
    assert {"maxFeePerGas", "maxPriorityFeePerGas"} <= service.seen.keys()


def test_send__when_the_signer_signs_as_somebody_else__refuses(ct: Creatoken, chain: Anvil) -> None:
    client = ct.with_signer(KeyService(chain.accounts[4], chain.accounts[5].address))
    with pytest.raises(SigningError, match="check its key"):
        client.send(anchor(client))


@pytest.mark.threat("E5")
def test_wallet__given_a_development_key_on_another_chain__refuses(
    ct: Creatoken, chain: Anvil
) -> None:
    with pytest.raises(DevKeyError, match="use a key of your own"):
        Wallet(ct.wallet.rpc, 11155111, chain.accounts[9])
    assert Wallet(ct.wallet.rpc, 1337, chain.accounts[9]).address == chain.accounts[9].address


@pytest.mark.threat("D2")
def test_signed_transaction__when_shown__hides_the_bytes() -> None:
    assert "raw" not in repr(SignedTransaction("0x01", 0, "0x02", b"raw"))
