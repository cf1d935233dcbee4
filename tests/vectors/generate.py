"""Writes the shared vectors: `python tests/vectors/generate.py [folder] [seed]`.

The committed files are seed 1. The same seed always gives the same bytes.
"""

import dataclasses
import json
import random
import sys
from pathlib import Path

from eth_account import Account
from eth_utils.address import to_checksum_address

from creatoken_sdk import record
from creatoken_sdk.record import canonical, commitments
from creatoken_sdk.record.structs import members, to_json

ZERO_ADDRESS = "0x" + "00" * 20
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
MESSAGES = (
    record.Step,
    record.Approval,
    record.BulkApproval,
    record.Registration,
    record.Attestation,
    record.Metric,
)


class Source(random.Random):
    """Values of Solidity types: zero, then the maximum, then anything."""

    def value(self, kind, turn=2):
        if kind == "bool":
            return bool(turn % 2)
        if kind.startswith("uint"):
            top = 2 ** int(kind[4:]) - 1
            return (0, top)[turn] if turn < 2 else self.randint(0, top)
        size = {"address": 20, "bytes32": 32}[kind]
        data = (bytes(size), b"\xff" * size)[turn] if turn < 2 else self.randbytes(size)
        return data if kind == "bytes32" else to_checksum_address(data)

    def struct(self, cls, turn, **given):
        names = [field.name for field in dataclasses.fields(cls)]
        kinds = [kind for kind, _ in members(cls.TYPE)]
        values = {name: self.value(kind, turn) for name, kind in zip(names, kinds, strict=True)}
        return cls(**(values | given))


def ids(source, size):
    assets, payouts, parents = [], [], []
    for turn in range(size):
        chain_id, place = (1, 31337)[turn % 2], source.value("address")
        creator, content, root = (source.value(k, turn) for k in record.ASSET_LEAF[:3])
        assets.append(
            {
                "chainId": str(chain_id),
                "registry": place,
                "creator": creator,
                "contentHash": to_json(content),
                "recordRoot": to_json(root),
                "assetId": str(record.asset_id(chain_id, place, creator, content, root)),
            }
        )
        terms = source.struct(record.PayoutTerms, turn, currency=record.NATIVE)
        payouts.append(
            {
                "chainId": str(chain_id),
                "vault": place,
                "terms": terms.to_json(),
                "payoutId": to_json(record.payout_id(chain_id, place, terms)),
            }
        )
        family = [source.value("uint256", n) for n in range(turn)]
        parents.append(
            {"parents": [str(p) for p in family], "hash": to_json(record.parents_hash(family))}
        )
    names = ["review", "creatoken.steps", "Überprüfung"]
    return {
        "assetId": assets,
        "payoutId": payouts,
        "offerId": [offer_id(source, turn) for turn in range(size)],
        "parentsHash": parents,
        "nameHash": [{"name": name, "hash": to_json(record.name_hash(name))} for name in names],
    }


def offer_id(source, turn):
    chain_id, market = (1, 31337)[turn % 2], source.value("address")
    offer = source.struct(record.Offer, turn)
    return {
        "chainId": str(chain_id),
        "market": market,
        "offer": offer.to_json(),
        "offerId": to_json(record.offer_id(chain_id, market, offer)),
    }


def leaves(source, size):
    makers = {
        "asset": (record.ASSET_LEAF, record.asset_leaf),
        "approval": (record.APPROVAL_LEAF, record.approval_leaf),
        "join": (record.JOIN_LEAF, record.join_leaf),
    }
    found = []
    for noun, (types, make) in makers.items():
        for turn in range(size):
            row = [source.value(kind, turn) for kind in types]
            found.append(leaf(noun, types, row, make(*row)))
    for turn in range(size):
        step = source.struct(record.Step, turn)
        row = [step.struct_hash()]
        found.append(leaf("step", record.STEP_LEAF, row, record.step_leaf(step)))
    return {"leaves": found}


def leaf(noun, types, row, made):
    values = [to_json(value) for value in row]
    return {"noun": noun, "types": list(types), "values": values, "leaf": to_json(made)}


def trees(source, size):
    found = []
    for count in (1, 2, 3, 4, 5, 8, 13, 4 * size):
        types = (record.ASSET_LEAF, record.APPROVAL_LEAF, record.JOIN_LEAF)[count % 3]
        rows = [[source.value(kind) for kind in types] for _ in range(count)]
        hashes = [record.leaf_hash(types, row) for row in rows]
        tree = record.MerkleTree(hashes)
        found.append(
            {
                "root": to_json(tree.root),
                "leaves": [to_json(item) for item in hashes],
                "proofs": [[to_json(node) for node in tree.proof(item)] for item in hashes],
                "dump": tree.dump(types, rows),
            }
        )
    return {"trees": found, "record": record_tree(source)}


def record_tree(source):
    document = {
        "schema": "creatoken.step",
        "v": 1,
        "prompt": 'A "red" fox, très rapide',
        "model": {"name": "m-1", "a/b~c[0]": None},
        "seeds": ["18446744073709551615", 7, True, []],
    }
    key = source.value("bytes32")
    certificate = record.Certificate.issue(document, key)
    fields = []
    for path in sorted(certificate.salts):
        opened = certificate.disclose(path)
        fields.append(
            {
                "path": path,
                "value": canonical.dumps(opened.field.value).decode(),
                "salt": to_json(opened.field.salt),
                "commitment": to_json(opened.field.commitment),
                "proof": [to_json(node) for node in opened.proof],
            }
        )
    return {
        "domain": to_json(commitments.DOMAIN),
        "document": document,
        "documentHash": to_json(canonical.document_hash(document)),
        "key": to_json(key),
        "fields": fields,
        "padding": [to_json(item) for item in certificate.padding],
        "recordRoot": to_json(certificate.root),
    }


def typed_data(source, size):
    messages = []
    for cls in MESSAGES:
        for turn in range(size):
            signer = Account.from_key(record.name_hash(f"creatoken test signer {turn}"))
            domain = record.Domain(
                chain_id=(1, 31337)[turn % 2], verifying_contract=source.value("address")
            )
            message = source.struct(cls, turn)
            if cls.SIGNER:
                message = source.struct(cls, turn, **{cls.SIGNER: signer.address})
            messages.append(signed(domain, message, signer))
    return {"messages": messages, "refused": refused(messages[0])}


def signed(domain, message, signer):
    return {
        "payload": message.payload(domain),
        "encodedType": message.TYPE,
        "domainSeparator": to_json(domain.separator()),
        "structHash": to_json(message.struct_hash()),
        "digest": to_json(message.digest(domain)),
        "signer": signer.address,
        "signature": to_json(record.sign(domain, message, signer)),
    }


def refused(good):
    """Forms of one good signature that no verifier may accept."""
    raw = bytes.fromhex(good["signature"][2:])
    r, s, v = raw[:32], raw[32:64], raw[64]
    high = (ORDER - int.from_bytes(s, "big")).to_bytes(32, "big")
    compact = (int.from_bytes(s, "big") | (v - 27) << 255).to_bytes(32, "big")
    order = ORDER.to_bytes(32, "big")
    forms = {
        "s is in the upper half": r + high + bytes([55 - v]),
        "v is 0 or 1": r + s + bytes([v - 27]),
        "v is 26": r + s + b"\x1a",
        "v is 29": r + s + b"\x1d",
        "v is 255": r + s + b"\xff",
        "64 bytes (EIP-2098)": r + compact,
        "66 bytes": raw + b"\x00",
        "empty": b"",
        "1 byte": b"\x1b",
        "all zero": bytes(65),
        "r is 0": bytes(32) + s + bytes([v]),
        "s is 0": r + bytes(32) + bytes([v]),
        "r is the curve order": order + s + bytes([v]),
        "s is the curve order": r + order + bytes([v]),
        "r is no point": b"\x00" * 31 + b"\x05" + s + bytes([v]),
        "other v recovers another account": r + s + bytes([55 - v]),
    }
    return {
        "digest": good["digest"],
        "signer": good["signer"],
        "signatures": [{"why": why, "signature": to_json(form)} for why, form in forms.items()],
    }


def write(folder, seed, size):
    for name, make in (
        ("ids", ids),
        ("leaves", leaves),
        ("trees", trees),
        ("typed_data", typed_data),
    ):
        text = json.dumps(make(Source(seed), size), indent=1, ensure_ascii=False)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    write(target, number, 4 if number == 1 else 40)
