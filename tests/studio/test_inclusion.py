"""Proofs that a block holds an event: on real blocks, checked by the SDK and by the script."""

import copy
import sys

import pytest
import rlp
from trie import HexaryTrie

from creatoken_sdk.anvil import Anvil
from creatoken_sdk.record import keccak256
from creatoken_sdk.studio.gather import gather
from creatoken_sdk.studio.inclusion import Inclusions
from studio.both import by_script, by_sdk, standalone
from studio.ledger import Ledger

PLAIN = 140  # beyond 127, where the keys of the trie grow longer
FEES = {"maxFeePerGas": 10**11, "maxPriorityFeePerGas": 1}
KINDS = {
    "legacy": {"gasPrice": 10**11},
    "access list": {"gasPrice": 10**11, "accessList": [], "type": 1},
    "fee market": FEES,
    "blobs": {**FEES, "type": 3, "maxFeePerBlobGas": 10**10, "accessList": []},
    "delegation": {**FEES, "type": 4},
}
VERIFIERS = (by_sdk, by_script)


@pytest.fixture(scope="module")
def crowded():
    """Evidence by kind of transaction; all registrations are in one block, between others."""
    with Anvil() as anvil:
        ledger = Ledger(anvil)
        assets = {kind: ledger.asset() for kind in KINDS}
        anvil.request("evm_setAutomine", False)
        sender = Sender(ledger)
        sender.send(ledger.maya.address, b"", KINDS["legacy"])
        for kind, terms in KINDS.items():
            call = ledger.ct.assets.register.call(assets[kind])
            for _ in range(PLAIN // len(KINDS)):
                sender.send(ledger.maya.address, b"", FEES)
            sender.send(call.to, call.data, terms)
        sender.send(call.to, call.data, FEES)  # fails, as it is registered already
        anvil.request("evm_mine")
        yield {kind: proved(ledger, asset) for kind, asset in assets.items()}


class Sender:
    """The studio, sending without waiting."""

    def __init__(self, ledger):
        self.ledger, self.account = ledger, ledger.studio
        count = ledger.anvil.request("eth_getTransactionCount", self.account.address, "latest")
        self.nonce = int(count, 16)

    def send(self, to, data, terms):
        fields = {"chainId": 31337, "gas": 400_000 if data else 21_000, "to": to, "value": 0}
        fields |= {"data": data, "nonce": self.nonce, **terms}
        blobs = [bytes(131072)] if terms.get("type") == 3 else None
        if terms.get("type") == 4:
            to_code = {"chainId": 31337, "address": self.ledger.ct.assets.address, "nonce": 0}
            fields["authorizationList"] = [
                self.ledger.anvil.accounts[5].sign_authorization(to_code)
            ]
        raw = bytes(self.account.sign_transaction(fields, blobs=blobs).raw_transaction)
        self.ledger.anvil.request("eth_sendRawTransaction", "0x" + raw.hex())
        self.nonce += 1


def proved(ledger, asset):
    evidence = gather(ledger.ct, asset)
    [event] = evidence["events"]
    event["proof"] = Inclusions(ledger.ct).prove(event["log"], event["header"])
    return evidence


def told(verifier, evidence, *blocks):
    """State and reason of the event."""
    return verifier(evidence, None, blocks)["chain"]["event 0"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("verifier", VERIFIERS)
def test_event__given_the_hash_of_its_block_alone__holds(crowded, kind, verifier):
    evidence = crowded[kind]
    block = evidence["events"][0]["log"]["blockHash"]
    assert told(verifier, evidence, block)[0] == "holds"
    assert told(verifier, evidence, "0x" + "ab" * 32)[0] == "unknown"
    assert told(verifier, evidence)[0] == "unknown"
    assert "proved to be in this block" in told(verifier, evidence)[1]


def test_prove__given_a_crowded_block__proves_places_with_short_and_long_keys(crowded):
    places = {kind: one["events"][0]["proof"]["index"] for kind, one in crowded.items()}
    assert [int(place) for place in places.values()] == [29, 58, 87, 116, 145]
    blocks = {one["events"][0]["log"]["blockHash"] for one in crowded.values()}
    assert len(blocks) == 1
    depths = {len(one["events"][0]["proof"]["nodes"]) for one in crowded.values()}
    assert depths == {3, 5}  # the longer key needs an extension more, and a branch


def flip(text, place=-1):
    digits = list(text)
    digits[place] = "1" if digits[place] == "0" else "0"
    return "".join(digits)


def of_another(crowded, event, key):
    event["proof"][key] = crowded["legacy"]["events"][0]["proof"][key]


def later(event):
    """Change what only the receipt can vouch for; return the data before and after."""
    before = event["log"]["data"]
    event["log"]["data"] = flip(before, 2 + 2 * 64 - 1)
    return before, event["log"]["data"]


def later_in_receipt(event):
    before, after = later(event)
    nodes = event["proof"]["nodes"]
    assert before[2:] in nodes[-1]
    nodes[-1] = nodes[-1].replace(before[2:], after[2:])


TAMPERED = {
    "time of registration": lambda crowded, event: later(event),
    "time in the receipt, too": lambda crowded, event: later_in_receipt(event),
    "topic": lambda crowded, event: event["log"]["topics"].append(event["log"]["topics"][1]),
    "index": lambda crowded, event: event["proof"].update(index="0"),
    "index beyond": lambda crowded, event: event["proof"].update(index="1" + "0" * 70),
    "index of another": lambda crowded, event: of_another(crowded, event, "index"),
    "nodes of another": lambda crowded, event: of_another(crowded, event, "nodes"),
    "no nodes": lambda crowded, event: event["proof"].update(nodes=[]),
    "last node missing": lambda crowded, event: event["proof"]["nodes"].pop(),
    "first node missing": lambda crowded, event: event["proof"]["nodes"].pop(0),
    "root": lambda crowded, event: event["proof"]["nodes"].__setitem__(
        0, flip(event["proof"]["nodes"][0])
    ),
    "receipt": lambda crowded, event: event["proof"]["nodes"].__setitem__(
        -1, flip(event["proof"]["nodes"][-1])
    ),
    "receipts root": lambda crowded, event: event.update(header=flip(event["header"], 360)),
    "no header": lambda crowded, event: event.update(header=""),
}


@pytest.mark.threat("D3")
@pytest.mark.parametrize("what", TAMPERED)
@pytest.mark.parametrize("verifier", VERIFIERS)
def test_event__when_a_part_of_its_proof_is_changed__fails(crowded, what, verifier):
    evidence = copy.deepcopy(crowded["delegation"])
    [event] = evidence["events"]
    TAMPERED[what](crowded, event)
    assert told(verifier, evidence, event["log"]["blockHash"])[0] == "fails"


def forged(evidence, receipt):
    """Evidence whose header, and so whose block's hash, is made to fit another receipt."""
    changed = copy.deepcopy(evidence)
    [event] = changed["events"]
    trie = HexaryTrie({})
    trie[rlp.encode(0)] = receipt
    fields = list(rlp.decode(bytes.fromhex(event["header"][2:])))
    fields[5] = trie.root_hash
    header = rlp.encode(fields)
    event["header"] = "0x" + header.hex()
    event["log"]["blockHash"] = "0x" + keccak256(header).hex()
    nodes = ["0x" + rlp.encode(node).hex() for node in trie.get_proof(rlp.encode(0))]
    event["proof"] = {"index": "0", "nodes": nodes}
    return changed


@pytest.mark.parametrize("verifier", VERIFIERS)
def test_event__given_a_block_with_one_transaction__holds_at_its_own_index_only(crowded, verifier):
    node = rlp.decode(bytes.fromhex(crowded["legacy"]["events"][0]["proof"]["nodes"][-1][2:]))
    single = forged(crowded["legacy"], node[1])
    [event] = single["events"]
    assert told(verifier, single, event["log"]["blockHash"])[0] == "holds"
    event["proof"]["index"] = "1"
    assert told(verifier, single, event["log"]["blockHash"])[0] == "fails"


def nested():
    """A list in a list, and so on, deeper than Python follows."""
    item = b"\xc0"
    for _ in range(sys.getrecursionlimit()):
        item = rlp.codec.length_prefix(len(item), 0xC0) + item
    return item


@pytest.mark.threat("D3")
@pytest.mark.parametrize("receipt", [rlp.encode([]), b"\x02", b"\x02\xc1", None, b"x" * 99])
@pytest.mark.parametrize("verifier", VERIFIERS)
def test_event__given_a_receipt_that_is_none__fails_and_does_not_break(crowded, receipt, verifier):
    receipt = nested() if receipt is None else receipt
    assert told(verifier, forged(crowded["legacy"], receipt))[0] == "fails"


@pytest.mark.threat("D3")
@pytest.mark.parametrize("verifier", VERIFIERS)
def test_event__given_a_header_that_is_nested_without_end__fails(crowded, verifier):
    evidence = copy.deepcopy(crowded["legacy"])
    [event] = evidence["events"]
    event["header"] = "0x" + nested().hex()
    event["log"]["blockHash"] = "0x" + keccak256(nested()).hex()
    assert told(verifier, evidence)[0] == "fails"


def test_rlp__given_encodings_of_every_length__reads_what_the_package_writes():
    standalone()
    mathematics = sys.modules["mathematics"]
    for size in (0, 1, 55, 56, 255, 256, 70_000):
        for item in (b"\x80" * size, [b"\x01"] * size, [[b"a" * size], b""]):
            assert mathematics.rlp(rlp.encode(item)) == item
    for number in (0, 1, 127, 128, 255, 256, 2**32):
        assert mathematics.rlp_number(number) == rlp.encode(number)


def test_prove__given_a_node_without_the_receipts_of_blocks__asks_one_by_one(ledger, endpoint):
    asset = ledger.asset()
    ledger.ct.assets.register(asset)
    refusal = {"error": {"code": -32601, "message": "no such method"}}
    endpoint.fail("eth_getBlockReceipts", refusal)
    [event] = gather(ledger.client(endpoint.url), asset)["events"]
    proof = Inclusions(ledger.client(endpoint.url)).prove(event["log"], event["header"])
    assert proof == Inclusions(ledger.ct).prove(event["log"], event["header"])
    assert endpoint.calls.count("eth_getBlockReceipts") == 1
