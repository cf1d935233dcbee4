"""What there is to check of a bundle of evidence: three answers, each with its findings."""

from __future__ import annotations

import json
from functools import cached_property

from mathematics import (
    Wrong,
    account,
    climb,
    commitment,
    digest_of,
    encode,
    in_bloom,
    keccak,
    leaf,
    number,
    quantity,
    receipt_logs,
    record_root,
    recover,
    registered,
    require,
    rlp,
    struct_hash,
    tree_root,
    unhex,
    word,
)

HOLDS, FAILS, UNKNOWN = "holds", "fails", "unknown"
CERTIFICATE = "erased padding record recordRoot salts schema v creatoken.certificate 1"
KINDS = {"1": "person", "2": "agent", "3": "tool"}
REGISTERED = (
    "AssetRegistered(uint256,bytes32,bytes32,"
    "(uint40,address,bytes32,bytes32,bytes32,uint8,uint256[],string),uint40)"
)


class Silent(Exception):
    """A node did not answer, which says nothing about the evidence; the text says why."""


class Case:
    """The evidence, and what was found out about it: {answer: [(check, state, reason)]}."""

    def __init__(self, evidence, file_hash, ask=None, blocks=()):
        self.evidence, self.file_hash, self.ask = evidence, file_hash, ask
        self.blocks = blocks
        self.findings = {"integrity": [], "trust": [], "chain": []}
        self.asset, self.contracts = evidence["asset"], evidence["contracts"]
        self.works, self.registry = self.contracts["Works"], self.contracts["AssetRegistry"]
        self.chain_id, self.wallets = evidence["chainId"], evidence["wallets"]
        encode("uint256", self.chain_id), list(map(account, self.contracts.values()))
        certificate = evidence["certificate"] or {"record": {}, "erased": {}}
        self.record, self.erased = certificate["record"], set(certificate["erased"])

    @cached_property
    def steps(self):
        """The steps without erased fields, by place; if one is malformed, none says anything."""
        listed, shown = self.record.get("steps", []), {}
        require(isinstance(listed, list), "the steps are no list")
        hidden = {path.split("]")[0] + "]" for path in self.erased}
        for i, one in enumerate(listed):
            if f"/steps[{i}]" not in hidden:
                require(set(one) == {"message", "signature"}, "a step has other fields")
                unhex(one["signature"])
                shown[i] = {**one, "hash": struct_hash("Step", one["message"])}
        return shown

    @property
    def all_shown(self):
        return len(self.steps) == len(self.record.get("steps", []))

    def check(self, answer, name, test):
        try:
            state, why = test()
        except Silent as silence:
            state, why = UNKNOWN, str(silence)
        except Wrong as wrong:
            state, why = FAILS, str(wrong)
        except Exception as error:
            state, why = FAILS, f"it is malformed ({type(error).__name__})"
        self.findings[answer].append((name, state, why))

    def examine(self):
        self.check("integrity", "file", self.file)
        self.check("integrity", "asset id", self.asset_id)
        if self.evidence["certificate"] is not None:
            self.check("integrity", "record", self.whole_record)
            self.check("integrity", "step order", self.step_order)
            self.check("integrity", "step signatures", self.step_signatures)
            self.check("integrity", "steps root", self.steps_root)
            self.check("integrity", "parents", self.parents)
        if self.evidence["anchor"] is not None:
            self.check("integrity", "anchor proof", self.anchor_proof)
        for i, opened in enumerate(self.evidence["disclosures"]):
            self.check("integrity", f"disclosure {i}", lambda opened=opened: self.opened(opened))
        self.check("trust", "creator", self.creator)
        if self.evidence["certificate"] is not None:
            self.check("trust", "oversight", self.oversight)
        self.check("trust", "signers", self.signers)
        for i, one in enumerate(self.approvals()):
            self.check("trust", f"approval {i}", lambda one=one: self.approval(one))
        for i, event in enumerate(self.evidence["events"]):
            self.check("chain", f"event {i}", lambda event=event: self.event(event))
        if self.ask is not None:
            self.check("chain", "asset", self.standing)

    # Integrity
    def file(self):
        if self.file_hash is None:
            return UNKNOWN, "the file is not here; name it with --file"
        require(self.file_hash == unhex(self.asset["contentHash"], 32), "the bytes are others")
        return HOLDS, f"SHA-256 of its bytes is {self.asset['contentHash']}"

    def asset_id(self):
        asset = self.asset
        place = encode("uint256", self.chain_id) + encode("address", self.registry)
        who = encode("address", asset["creator"])
        what = unhex(asset["contentHash"], 32) + unhex(asset["recordRoot"], 32)
        made = keccak(keccak(b"creatoken.asset.v1") + place + who + what)
        require(made == unhex(asset["id"], 32), "the id is not the hash of creator and contents")
        return HOLDS, "it is the hash of chain, creator, file and record"

    def whole_record(self):
        certificate = self.evidence["certificate"]
        kind = " ".join([*sorted(certificate), certificate["schema"], repr(certificate["v"])])
        require(kind == CERTIFICATE, "this is no certificate, or of a newer kind")
        root = record_root(certificate)
        require(root == unhex(certificate["recordRoot"], 32), "a field of the record was altered")
        require(root == unhex(self.asset["recordRoot"], 32), "the record is of another asset")
        gone = sorted(certificate["erased"])
        shown = len(certificate["salts"]) - 1
        return HOLDS, f"{shown} fields as committed to, {len(gone)} erased {' '.join(gone)}".strip()

    def step_order(self):
        if not self.all_shown:
            return UNKNOWN, "some steps are erased here: whether one is missing cannot be seen"
        require(self.steps, "there are no steps")
        previous, work = bytes(32), self.steps[0]["message"]["workId"]
        for i, step in self.steps.items():
            told = step["message"]
            follows = (told["index"], told["workId"]) == (str(i), work)
            follows = follows and unhex(told["previous"], 32) == previous
            require(follows and told["actorKind"] in KINDS, f"step {i} does not follow")
            previous = step["hash"]
        return HOLDS, f"{len(self.steps)} steps, each names the one before"

    def step_signatures(self):
        domain, asked = self.record["domain"], []
        for key, value in (("chainId", self.chain_id), ("verifyingContract", self.works)):
            hidden = f"/domain/{key}" in self.erased
            require(hidden or domain[key] == value, "the steps were signed for another contract")
        works = {step["message"]["workId"] for step in self.steps.values()}
        require(works <= {self.asset["workId"]}, "the steps were signed for another work")
        for i, step in self.steps.items():
            if not self.signed("Step", step, step["message"]["actor"], self.works):
                asked.append(str(i))
        if asked or not self.steps:
            return UNKNOWN, f"only a node can ask the wallets that signed: steps {' '.join(asked)}"
        return HOLDS, f"{len(self.steps)} steps are signed by their actors"

    def signed(self, kind, one, who, contract):
        """Whether a key signed; else it must be a contract wallet, which only a node can ask."""
        digest = digest_of(kind, one["message"], self.chain_id, contract)
        signature = unhex(one["signature"])
        if recover(digest, signature) == account(who):
            return True
        require(who in self.wallets, f"a {kind} is not signed by {who}")
        return self.ask is not None and self.wallet_says(digest, signature, who)

    def wallet_says(self, digest, signature, who):
        """Ask the wallet isValidSignature(bytes32,bytes), which answers with this selector."""
        yes = bytes.fromhex("1626ba7e")
        padded = signature + bytes(-len(signature) % 32)
        data = yes + digest + word(64) + word(len(signature)) + padded
        told = self.ask("eth_call", {"to": who, "data": "0x" + data.hex()}, "latest")
        require(unhex(told) == yes + bytes(28), f"the wallet {who} does not say that it signed")
        return True

    def steps_root(self):
        if "/stepsRoot" in self.erased:
            return UNKNOWN, "the root is erased here"
        root = unhex(self.record["stepsRoot"], 32)
        leaves = {i: leaf(step["hash"]) for i, step in self.steps.items()}
        if self.all_shown:
            require(tree_root(list(leaves.values())) == root, "the steps are others")
        for i, proof in self.evidence["stepProofs"].items():
            require(climb(leaves[int(i)], proof) == root, f"step {i} is not under the root")
        return HOLDS, f"{len(leaves)} steps are under it"

    def oversight(self):
        if not self.all_shown or "/oversight" in self.erased:
            return UNKNOWN, "not all steps are shown"
        told = [step["message"] for step in self.steps.values()]
        people = [one for one in told if one["actorKind"] == "1"]
        reviewed = people and told[-1] in people and unhex(told[-1]["action"]) == keccak(b"review")
        level = "prompt_guided" if people else "fully_autonomous"
        level = "human_validated" if reviewed else level
        require(level == self.record["oversight"], f"the steps say {level}")
        return HOLDS, f"{level}, as the steps say"

    def parents(self):
        parents = [number(unhex(one, 32)) for one in self.asset["parents"]]
        hashed = "0x" + keccak(b"".join(map(word, parents))).hex()
        listed = [f"/parents[{i}]" for i in range(len(parents))] or ["/parents"]
        shown = not set(listed) & self.erased
        named = not shown or self.record["parents"] == [str(one) for one in parents]
        hashed = "/parentsHash" in self.erased or self.record["parentsHash"] == hashed
        require(named and hashed, "the record names other parents")
        return HOLDS, f"{len(parents)} parents"

    def anchor_proof(self):
        anchor, asset = self.evidence["anchor"], self.asset
        hashes = [unhex(asset[key], 32) for key in ("contentHash", "recordRoot", "manifestHash")]
        start = leaf(encode("address", asset["creator"]) + b"".join(hashes))
        require(
            climb(start, anchor["proof"]) == unhex(anchor["root"], 32), "it is not under the root"
        )
        return HOLDS, f"under the root that {anchor['anchorer']} anchored"

    def opened(self, one):
        step = self.steps[int(one["step"])]["message"] if one["step"] else None
        root = step["detail"] if step else self.asset["recordRoot"]
        start = leaf(commitment(one["path"], one["value"], unhex(one["salt"], 32)))
        require(climb(start, one["proof"]) == unhex(root, 32), "the record did not say that")
        return HOLDS, f"{one['path']} is {json.dumps(one['value'])[:60]}"

    # Trust
    def creator(self):
        who = self.asset["creator"]
        for one in self.evidence["signatures"]:
            if one["type"] == "Registration":
                told = number(encode("uint256", one["message"]["assetId"]))
                require(told == number(unhex(self.asset["id"], 32)), "it is for another asset")
                if self.signed("Registration", one, who, self.registry):
                    return HOLDS, f"{who} signed for its registration"
        return UNKNOWN, f"no signature of {who} is here: the registry took it from the account"

    def signers(self):
        if not self.steps:
            return UNKNOWN, "no steps are shown"
        told = [step["message"] for step in self.steps.values()]
        named = sorted({f"{one['actor']} ({KINDS[one['actorKind']]})" for one in told})
        named.append(f"{self.asset['creator']} (creator)")
        return UNKNOWN, f"compare these accounts with people you know: {', '.join(named)}"

    def approvals(self):
        return [one for one in self.evidence["signatures"] if one["type"] != "Registration"]

    def approval(self, one):
        told, who = one["message"], one["message"]["director"]
        if one["type"] == "Approval":
            about = (told["assetId"], told["stage"], told["noteHash"])
            require(about[1:] == (one["stage"], one["noteHash"]), "it is for another stage")
            require(int(about[0]) == number(unhex(self.asset["id"], 32)), "it is for another asset")
        else:
            about = unhex(self.asset["id"], 32) + encode("uint8", one["stage"])
            start = leaf(about + unhex(one["noteHash"], 32))
            require(climb(start, one["proof"]) == unhex(told["root"], 32), "it is for others")
        by_key = self.signed(one["type"], one, who, self.registry)
        state = HOLDS if by_key else UNKNOWN
        return state, f"{who} approved stage {one['stage']}"

    # Chain
    def event(self, event):
        log, name, items = event["log"], event["event"], []
        hashes = [unhex(one, 32) for one in (log["blockHash"], log["transactionHash"])]
        topics = [unhex(one, 32) for one in log["topics"]]
        block, _ = quantity(log["blockNumber"]), quantity(log["logIndex"])
        require(keccak(name.encode()) == topics[0], "the log is of another event")
        require(log["address"] == self.contracts[event["contract"]], "another contract logged it")
        require(self.about(event["contract"], name, topics), "it is about something else")
        if name == REGISTERED:
            self.registration(unhex(log["data"]))
        if event["header"]:
            header = unhex(event["header"])
            items = rlp(header)
            same = keccak(header) == hashes[0] and number(items[8]) == block
            require(same, "of another block")
            values = [account(log["address"]), *topics]
            require(all(in_bloom(items[6], one) for one in values), "the block has no such event")
        if event["proof"] is not None:
            require(items, "a proof without the header that it is under")
            index = number(encode("uint256", event["proof"]["index"]))
            logs = receipt_logs(items[5], index, event["proof"]["nodes"])
            told = [account(log["address"]), topics, unhex(log["data"])]
            require(told in logs, "the transaction did not log this")
        when = f"{name.split('(')[0]} in block {block}"
        if items:
            root = items[4].hex()
            when += f" ({log['blockHash']}, transactions 0x{root}, UTC seconds {number(items[11])})"
        if self.ask is not None:
            return HOLDS, f"{when}, {self.confirmed(log)}"
        if event["proof"] is None:
            missing = f"that the block holds it is not proved here ({event['unproved']})"
            return UNKNOWN, f"{when}; {missing}: a node can say, --rpc"
        if log["blockHash"] in self.blocks:
            return HOLDS, f"{when}, proved to be in this block that you trust"
        ask = "compare its hash with a source that you trust, --block, or ask a node, --rpc"
        return UNKNOWN, f"{when}, proved to be in this block; {ask}"

    def about(self, contract, name, topics):
        if contract == "AssetRegistry":
            return topics[1] == unhex(self.asset["id"], 32)
        if contract == "Anchors":
            anchor = self.evidence["anchor"]
            return topics[3] == unhex(anchor["root"]) and topics[1][12:] == account(
                anchor["anchorer"]
            )
        return topics[1] == encode("uint40", self.asset["workId"])

    def registration(self, data):
        asset = self.asset
        words, parents, _ = registered(data)
        kinds = {"workId": "uint40", "creator": "address", "sourceType": "uint8"}
        keys = ("workId", "creator", "contentHash", "recordRoot", "manifestHash", "sourceType")
        told = [encode(kinds.get(key, "bytes32"), asset[key]) for key in keys]
        same = told == words and asset["parents"] == ["0x" + one.hex() for one in parents]
        require(same, "another asset was registered")

    def confirmed(self, log):
        require(self.ask("eth_chainId") == hex(int(self.chain_id)), "the node is of another chain")
        receipt = self.ask("eth_getTransactionReceipt", log["transactionHash"]) or {"logs": []}
        keys = ("topics", "data", "blockHash", "blockNumber", "logIndex")
        wanted = [log["address"].lower(), *(log[key] for key in keys)]
        found = [[one["address"].lower(), *(one[key] for key in keys)] for one in receipt["logs"]]
        require(wanted in found, "the chain has no such event")
        block = self.ask("eth_getBlockByNumber", log["blockNumber"], False)
        require(block and block["hash"] == log["blockHash"], "the chain has another block there")
        final = self.ask("eth_getBlockByNumber", "finalized", False)
        sure = final and int(final["number"], 16) >= int(log["blockNumber"], 16)
        return "final" if sure else "not final yet: ask again later"

    def standing(self):
        data = "0x" + (keccak(b"assetOf(uint256)")[:4] + unhex(self.asset["id"], 32)).hex()
        where = {"to": self.registry, "data": data}
        told = unhex(self.ask("eth_call", where, "latest"))
        owner, since, work, stages, status = (number(told[i : i + 32]) for i in range(0, 160, 32))
        require(status == 0, "it was withdrawn")
        approved = [stage for stage in range(8) if stages >> stage & 1]
        return HOLDS, f"owner 0x{owner:040x}, since {since}, work {work}, stages {approved}"


def answers(findings):
    """One word for each answer: fails if a check fails, unknown if one is unknown."""
    found = {answer: {state for _, state, _ in checks} for answer, checks in findings.items()}
    worst = {answer: FAILS if FAILS in states else UNKNOWN for answer, states in found.items()}
    return {one: HOLDS if found[one] == {HOLDS} else worst[one] for one in found}
