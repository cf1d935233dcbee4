// Recomputes every vector with OpenZeppelin's merkle-tree and ethers, which share no code with the
// SDK. `node crosscheck.mjs <vectors folder>` prints how many values agreed, or fails on the first.
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { AbiCoder, TypedDataEncoder, concat, id, keccak256, recoverAddress, verifyTypedData } from "ethers";

const read = (name) => JSON.parse(readFileSync(join(process.argv[2], `${name}.json`), "utf8"));
const hash = (types, values) => keccak256(AbiCoder.defaultAbiCoder().encode(types, values));
const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
const bytes = (hex) => Buffer.from(hex.slice(2), "hex");
let agreed = 0;
const same = (actual, expected) => (assert.equal(actual, expected), agreed++);

function ids({ assetId, payoutId, offerId, parentsHash, nameHash }) {
  const place = ["bytes32", "uint256", "address"];
  for (const v of assetId) {
    const types = [...place, "address", "bytes32", "bytes32"];
    const values = [id("creatoken.asset.v1"), v.chainId, v.registry, v.creator, v.contentHash, v.recordRoot];
    same(BigInt(hash(types, values)).toString(), v.assetId);
  }
  const terms =
    "tuple(uint40 workId,uint8 stage,address payer,address payee,address currency,uint128 amount," +
    "uint40 expiresAt,bytes32 briefHash,uint256 salt)";
  for (const v of payoutId) {
    const values = [id("creatoken.payout.v1"), v.chainId, v.vault, v.terms];
    same(hash([...place, terms], values), v.payoutId);
  }
  const offer =
    "tuple(uint40 workId,address currency,uint128 price,uint128 deploymentFee,uint40 duration," +
    "uint32 maxSupply,uint32 uses,uint16 derivativeBps,bool derivatives,bool exclusive," +
    "bool transferable,bytes32 territory,bytes32 termsHash,uint256 salt)";
  for (const v of offerId) {
    same(hash([...place, offer], [id("creatoken.offer.v1"), v.chainId, v.market, v.offer]), v.offerId);
  }
  for (const v of parentsHash) {
    same(keccak256(concat(v.parents.map((p) => AbiCoder.defaultAbiCoder().encode(["uint256"], [p])))), v.hash);
  }
  for (const v of nameHash) same(id(v.name), v.hash);
}

function leaves({ leaves }) {
  for (const v of leaves) {
    same(keccak256(hash(v.types, v.values)), v.leaf);
    same(StandardMerkleTree.of([v.values], v.types).root, v.leaf);
  }
}

function trees({ trees, record }) {
  for (const v of trees) {
    const rows = v.dump.values.map((entry) => entry.value);
    const tree = StandardMerkleTree.of(rows, v.dump.leafEncoding);
    same(tree.root, v.root);
    assert.deepEqual(tree.dump(), v.dump);
    StandardMerkleTree.load(v.dump).validate();
    rows.forEach((row, i) => {
      same(tree.leafHash(row), v.leaves[i]);
      assert.deepEqual(tree.getProof(i), v.proofs[i]);
      assert(StandardMerkleTree.verify(v.root, v.dump.leafEncoding, row, v.proofs[i]));
    });
  }
  recordTree(record);
}

function recordTree(record) {
  const key = bytes(record.key);
  const salt = (text) => createHmac("sha256", key).update(text, "utf8").digest();
  same(id("creatoken.record.v1"), record.domain);
  const commitments = record.fields.map((field) => {
    const path = Buffer.from(field.path, "utf8");
    const size = Buffer.alloc(4);
    size.writeUInt32BE(path.length);
    same(`0x${salt(field.path).toString("hex")}`, field.salt);
    const made = sha256(bytes(record.domain), size, path, salt(field.path), sha256(Buffer.from(field.value)));
    same(`0x${made.toString("hex")}`, field.commitment);
    return field.commitment;
  });
  record.padding.forEach((made, i) => {
    same(`0x${salt(`padding/${commitments.length + i}`).toString("hex")}`, made);
  });
  const tree = StandardMerkleTree.of([...commitments, ...record.padding].map((c) => [c]), ["bytes32"]);
  same(tree.root, record.recordRoot);
  assert(Number.isInteger(Math.log2(tree.length)));
  record.fields.forEach((field, i) => assert.deepEqual(tree.getProof(i), field.proof));
}

function typedData({ messages, refused }) {
  for (const v of messages) {
    const { types, domain, message, primaryType } = v.payload;
    const { EIP712Domain, ...own } = types;
    assert.deepEqual(Object.keys(own), [primaryType]);
    same(TypedDataEncoder.from(own).encodeType(primaryType), v.encodedType);
    same(TypedDataEncoder.hashDomain(domain), v.domainSeparator);
    same(TypedDataEncoder.from(own).hash(message), v.structHash);
    same(TypedDataEncoder.hash(domain, own, message), v.digest);
    same(verifyTypedData(domain, own, message, v.signature), v.signer);
  }
  for (const { why, signature } of refused.signatures) {
    let account = "none";
    try {
      account = recoverAddress(refused.digest, signature);
    } catch {}
    // ethers takes these two forms; the contracts and the SDK do not.
    const lenient = ["v is 0 or 1", "64 bytes (EIP-2098)"].includes(why);
    assert.equal(account === refused.signer, lenient, why);
    agreed++;
  }
}

ids(read("ids"));
leaves(read("leaves"));
trees(read("trees"));
typedData(read("typed_data"));
console.log(agreed);
