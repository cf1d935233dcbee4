"""The mathematics of a bundle of evidence: hashes, signatures, encodings, trees and documents.

Python 3.9 or newer and nothing else. `verify.py` says what is checked with it.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata

DOMAIN_TYPE = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
TYPES = {
    "Step": "Step(uint40 workId,uint32 index,bytes32 previous,address actor,uint8 actorKind,"
    "uint8 sourceType,bytes32 action,bytes32 input,bytes32 output,bytes32 detail,"
    "uint40 shares,uint40 at)",
    "Registration": "Registration(uint256 assetId,address to,uint40 workId,bytes32 manifestHash,"
    "bytes32 parentsHash,uint40 deadline)",
    "Approval": "Approval(uint256 assetId,uint8 stage,bytes32 noteHash,address director,"
    "uint64 epoch,uint40 deadline)",
    "BulkApproval": "BulkApproval(bytes32 root,uint32 count,address director,uint64 epoch,"
    "uint40 deadline)",
}


class Wrong(Exception):
    """Something does not hold; the text says what."""


def require(condition, why):
    if not condition:
        raise Wrong(why)


# Hashing: Keccak-256 (the SHA-3 candidate as Ethereum uses it)
def keccak(data):
    size = 136 - len(data) % 136
    data += b"\x81" if size == 1 else b"\x01" + bytes(size - 2) + b"\x80"
    lanes = [[0] * 5 for _ in range(5)]
    for start in range(0, len(data), 136):
        for i in range(17):
            word = data[start + 8 * i : start + 8 * i + 8]
            lanes[i % 5][i // 5] ^= int.from_bytes(word, "little")
        lanes = permute(lanes)
    return b"".join(lanes[i][0].to_bytes(8, "little") for i in range(4))


def rotate(lane, count):
    count %= 64
    return (lane << count | lane >> (64 - count)) & (1 << 64) - 1


def permute(lanes):
    constant = 1
    for _ in range(24):
        sums = [col[0] ^ col[1] ^ col[2] ^ col[3] ^ col[4] for col in lanes]
        mixed = [sums[x - 1] ^ rotate(sums[(x + 1) % 5], 1) for x in range(5)]
        lanes = [[lane ^ mixed[x] for lane in lanes[x]] for x in range(5)]
        x, y, current = 1, 0, lanes[1][0]
        for turn in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            current, lanes[x][y] = lanes[x][y], rotate(current, (turn + 1) * (turn + 2) // 2)
        for y in range(5):
            row = [lanes[x][y] for x in range(5)]
            for x in range(5):
                lanes[x][y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5])
        for bit in range(7):
            constant = (constant << 1 ^ (constant >> 7) * 0x71) % 256
            lanes[0][0] ^= (constant >> 1 & 1) << ((1 << bit) - 1)
    return lanes


# Signatures: whose key made one (secp256k1 public key recovery)
P = 2**256 - 2**32 - 977
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
G = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)


def add(a, b):
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = 3 * a[0] * a[0] * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def times(point, count):
    total = None
    while count:
        total = add(total, point) if count & 1 else total
        point, count = add(point, point), count >> 1
    return total


def recover(digest, signature):
    """The address that signed, as 20 bytes; None if no account signs like this."""
    # A signature of another length fails here too: v would be no single byte.
    r, s, v = number(signature[:32]), number(signature[32:64]), signature[64:]
    if v not in (b"\x1b", b"\x1c") or not 0 < r < N or not 0 < s <= N // 2:
        return None
    y = pow(r**3 + 7, (P + 1) // 4, P)
    if (y * y - r**3 - 7) % P:
        return None
    point = (r, y if y % 2 == v[0] - 27 else P - y)
    key = times(add(times(point, s), times(G, -number(digest) % N)), pow(r, -1, N))
    return None if key is None else keccak(word(key[0]) + word(key[1]))[12:]


# Values as the contracts encode them
def number(data):
    return int.from_bytes(data, "big")


def word(value):
    return value.to_bytes(32, "big")


def quantity(text):
    """A number as nodes write it."""
    require(isinstance(text, str) and re.fullmatch("0x[0-9a-f]+", text), "not a 0x number")
    return int(text, 16)


def unhex(text, size=None):
    require(isinstance(text, str) and re.fullmatch("0x([0-9a-f]{2})*", text), "not 0x hex")
    require(size is None or len(text) == 2 + 2 * size, f"not {size} bytes of hex")
    return bytes.fromhex(text[2:])


def account(text):
    """20 bytes of an address, whose upper and lower case are its check sum."""
    plain = unhex("0x" + text[2:].lower(), 20)
    cases = keccak(text[2:].lower().encode()).hex()
    right = [c.upper() if int(cases[i], 16) > 7 else c for i, c in enumerate(text[2:].lower())]
    require(text == "0x" + "".join(right), f"{text} is no address: its check sum is wrong")
    return plain


def encode(kind, text):
    if kind == "address":
        return bytes(12) + account(text)
    if kind == "bytes32":
        return unhex(text, 32)
    require(isinstance(text, str) and re.fullmatch("0|[1-9][0-9]{0,77}", text), "not a number")
    require(int(text) < 1 << int(kind[4:]), f"{text} does not fit {kind}")
    return word(int(text))


def struct_hash(name, message):
    members = re.findall(r"(\w+) (\w+)", TYPES[name])
    require(set(message) == {key for _, key in members}, f"a {name} with other fields")
    words = [encode(kind, message[key]) for kind, key in members]
    return keccak(keccak(TYPES[name].encode()) + b"".join(words))


def digest_of(name, message, chain_id, contract):
    place = keccak(b"Creatoken") + keccak(b"1") + encode("uint256", chain_id)
    domain = keccak(keccak(DOMAIN_TYPE.encode()) + place + encode("address", contract))
    return keccak(b"\x19\x01" + domain + struct_hash(name, message))


# Trees
def leaf(data):
    return keccak(keccak(data))


def pair(a, b):
    return keccak(a + b if a < b else b + a)


def climb(node, proof):
    for sibling in proof:
        node = pair(node, unhex(sibling, 32))
    return node


def tree_root(leaves):
    require(leaves and len(set(leaves)) == len(leaves), "a tree without leaves, or one twice")
    nodes = [b""] * (len(leaves) - 1) + sorted(leaves, reverse=True)
    for i in range(len(leaves) - 2, -1, -1):
        nodes[i] = pair(nodes[2 * i + 1], nodes[2 * i + 2])
    return nodes[0]


# Documents: each field has a salted commitment of its own; all are leaves of one tree
def canonical(value, levels=64):
    """The one way to write a JSON value (RFC 8785), of so many levels at most."""
    require(levels or not isinstance(value, (dict, list)), "nested too deep")
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        items = (canonical(key) + b":" + canonical(value[key], levels - 1) for key in keys)
        return b"{" + b",".join(items) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(canonical(item, levels - 1) for item in value) + b"]"
    if isinstance(value, str):
        require(unicodedata.is_normalized("NFC", value), "text that is not Unicode NFC")
    elif value is not None and not isinstance(value, bool):
        require(isinstance(value, int) and abs(value) < 2**53, "a number that is no safe integer")
    return json.dumps(value, ensure_ascii=False).encode()


def unique(pairs):
    require(len(dict(pairs)) == len(pairs), "a JSON object has a key twice")
    return dict(pairs)


def parsed(data):
    """A JSON document, which must have one way to write it."""
    # 18 digits show that a number is too large; reading a million of them may take minutes.
    options = {"object_pairs_hook": unique, "parse_int": lambda digits: int(digits[:18])}
    value = json.loads(data.decode(), **options)
    canonical(value)
    return value


def commitment(path, value, salt):
    name = path.encode()
    head = keccak(b"creatoken.record.v1") + len(name).to_bytes(4, "big") + name
    return hashlib.sha256(head + salt + hashlib.sha256(canonical(value)).digest()).digest()


def fields(value, path=""):
    if isinstance(value, dict) and value:
        for key, item in value.items():
            name = key.replace("~", "~0").replace("/", "~1").replace("[", "~2")
            yield from fields(item, f"{path}/{name}")
    elif isinstance(value, list) and value:
        for i, item in enumerate(value):
            yield from fields(item, f"{path}[{i}]")
    else:
        yield path, value


def record_root(certificate):
    salts, erased = certificate["salts"], certificate["erased"]
    values = dict(fields(certificate["record"]))
    values[""] = sorted(values)
    require(not set(salts) & set(erased) and "" in salts, "a field is both shown and erased")
    require({*salts, *erased} == set(values), "a field has no salt, or a salt no field")
    require(all(values[path] == "erased" for path in erased), "an erased field shows a value")
    made = [commitment(path, values[path], unhex(salts[path], 32)) for path in salts]
    made += [unhex(text, 32) for text in [*erased.values(), *certificate["padding"]]]
    return tree_root([leaf(one) for one in made])


# Blocks
def rlp(data):
    """What the bytes encode: a string of bytes, or a list."""
    item, end = rlp_item(data, 0)
    require(end == len(data), "bytes after the end")
    return item


def rlp_item(data, at):
    first, start = data[at], at + 1
    if first < 0x80:
        return data[at:start], start
    size = first - (0xC0 if first >= 0xC0 else 0x80)
    if size > 55:
        size, start = number(data[start : start + size - 55]), start + size - 55
    end = start + size
    require(end <= len(data), "bytes are missing")
    if first < 0xC0:
        return data[start:end], end
    items = []
    while start < end:
        item, start = rlp_item(data, start)
        items.append(item)
    require(start == end, "a list with other bytes")
    return items, end


def rlp_number(value):
    data = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return data if len(data) == 1 and value < 0x80 else bytes([0x80 + len(data)]) + data


def digits(data):
    return [half for byte in data for half in (byte >> 4, byte & 15)]


def receipt_logs(root, index, proof):
    """The logs of a transaction: the proof leads to its receipt, digit by digit of its index."""
    path, found = digits(rlp_number(index)), None
    for text in proof:
        node = unhex(text)
        require(found is None and keccak(node) == root, "the proof leads elsewhere")
        node = rlp(node)
        if len(node) == 17:
            root, path = node[path[0]], path[1:]
            continue
        told = digits(node[0])
        part = told[1:] if told[0] & 1 else told[2:]
        require(path[: len(part)] == part, "the proof leads to another transaction")
        root, path = node[1], path[len(part) :]
        if told[0] & 2:
            require(not path, "the proof leads to another transaction")
            found = node[1]
    require(found, "the proof does not lead to a receipt")
    return rlp(found if found[0] >= 0xC0 else found[1:])[3]


def in_bloom(bloom, value):
    hashed, bits = keccak(value), number(bloom)
    return all(bits >> (number(hashed[i : i + 2]) % 2048) & 1 for i in (0, 2, 4))


def registered(data):
    """Work, creator, content hash, record root, manifest hash, kind, parents; and the time."""
    words = [data[i : i + 32] for i in range(0, len(data), 32)]
    parents = 2 + number(words[8]) // 32
    count = number(words[parents])
    return words[2:8], words[parents + 1 : parents + 1 + count], number(words[1])
