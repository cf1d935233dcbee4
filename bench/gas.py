"""Gas of every job that has a budget, from the receipts of real transactions on Anvil.

    python3 dev.py python bench/gas.py           print the table
    python3 dev.py python bench/gas.py --write   rewrite bench/gas.json

Keys, salts and deadlines are fixed, so a number changes only when the code does. Recipients are
established accounts (no new account, no first balance), as in the peers' figures.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from eth_abi import encode
from eth_account import Account
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.anchors import topic
from creatoken_sdk.chain.approvals import Signature
from creatoken_sdk.chain.assets import AssetInput
from creatoken_sdk.chain.calls import Call
from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.chain.deploy import deploy
from creatoken_sdk.chain.receipts import Receipt
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.wallet import Wallet
from creatoken_sdk.chain.works import Upstream, Work
from creatoken_sdk.record.currency import NATIVE
from creatoken_sdk.record.ids import join_leaf
from creatoken_sdk.record.merkle import MerkleTree
from creatoken_sdk.record.offer import Offer, market
from creatoken_sdk.record.payout_terms import PayoutTerms

RESULTS = Path(__file__).with_name("gas.json")
MANIFEST = Path(__file__).parents[1] / ".build/__local__.json"
MAX_TRANSACTION_GAS = 2**24  # EIP-7825
MAX_CODE_BYTES = 24_576  # EIP-170
YEAR_2100 = 4_102_444_800
URI = "ipfs://bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi"
FINAL = 7

# What each job may cost. Where each number comes from: bench/README.md.
BUDGETS = {
    "anchor any number of leaves": 52_000,
    "approve with an attestation gate": 80_000,
    "approve, 1 director, no gate": 60_000,
    "approve and release, ERC-20": 94_500,
    "approve and release, native": 88_000,
    "claim, ERC-20": 57_500,
    "claim, native": 47_500,
    "claim many, per holder": 18_500,
    "fund, ERC-20": 72_000,
    "fund, native": 72_000,
    "join, 10,000 lazy holders": 80_000,
    "license deploy": 70_000,
    "license renew": 76_000,
    "license sale, ERC-20": 130_000,
    "license sale, first of a buyer": 141_000,
    "license sale, first of a work": 158_500,
    "license sale, native": 109_000,
    "open": 175_000,
    "open and seal with 1 upstream": 340_000,
    "pay, ERC-20": 34_500,
    "pay, native": 21_100,
    "push all, per holder": 12_800,
    "register": 66_000,
    "register in a batch of 100, per item": 40_000,
    "register in a work": 76_000,
    "register in a work with 1 parent": 81_000,
    "release, ERC-20": 55_500,
    "release, native": 52_000,
    "release many, each further": 32_000,
    "transfer shares, native and primary": 57_000,
    "transfer shares, native only": 46_000,
}


class Bench:
    """A fresh chain with the contracts, one project and the people who use it."""

    def __init__(self, chain: Anvil) -> None:
        """Deploy, and give everybody a token balance."""
        self.gas: dict[str, int] = {}
        self.deployments: dict[str, dict[str, int]] = {}
        self._salt = 0
        self.studio, self.other, *self.people = chain.accounts
        self.director = Account.from_key(b"\1" * 32)
        self.ct = self._connect(chain)
        self.project = self.ct.projects.create(
            treasury=self.studio,
            directors=[self.studio, self.director],
            recorders=[self.studio],
            compliance=[self.director],
        )
        if not MANIFEST.exists():
            sys.exit("The token it pays with is not compiled; run `python3 dev.py compile` first.")
        code = json.loads(MANIFEST.read_text())["contractTypes"]["MockERC20"]
        creation = bytes.fromhex(code["deploymentBytecode"]["bytecode"][2:])
        self.dollar = self._create(creation + encode(["uint8"], [6]))
        for person in (self.studio, self.other, *self.people):
            self._token("mint", person.address, 10**12)
        self.ct.payouts.allow(self.dollar, 2**256 - 1)
        self.ct.licenses.allow(self.dollar, 2**256 - 1)

    def run(self) -> dict[str, dict[str, int]]:
        """Measure everything."""
        jobs = (self._works, self._shares, self._many, self._assets, self._payouts)
        for measure in (*jobs, self._licenses, self._gates):
            measure()
        return {"deployments": self.deployments, "gas": dict(sorted(self.gas.items()))}

    def _works(self) -> None:
        self._open()
        work, opened = self._open()
        child, opened_child = self._open(upstream=[Upstream(work.id, 1_000)])
        self._record(child, self.people)
        sealed = self.ct.contributions.seal(child)
        self.gas["open"] = opened
        self.gas["open and seal with 1 upstream"] = opened_child + sealed.gas_used

        leaves = [join_leaf(i, self.people[0].address, i + 1) for i in range(10_000)]
        tree = MerkleTree(leaves)
        self._record(work, self.people)
        self.ct.contributions.seal(work, lazy_root=tree.root, lazy_shares=50_005_000)
        proof = tree.proof(leaves[9_999])
        joined = self.ct.contributions.join(work, 9_999, self.people[0].address, 10_000, proof)
        self.gas["join, 10,000 lazy holders"] = joined.gas_used

    def _shares(self) -> None:
        ana, ben, *_ = (person.address for person in self.people)
        work = self._sealed(primary_currency=self.dollar)
        self._token("transfer", work.token, 10**6)
        self.gas["pay, native"] = self._pay(work).gas_used
        self.gas["pay, ERC-20"] = self._token("transfer", work.token, 10**6).gas_used
        for name, claim in (
            ("claim, native", lambda: self.ct.royalties.claim(work, ana)),
            ("claim, ERC-20", lambda: self.ct.royalties.claim_token(work, self.dollar, ana)),
        ):
            claim()
            self._pay(work)
            self._token("transfer", work.token, 10**6)
            self.gas[name] = claim().gas_used
        for name, moved in (
            ("transfer shares, native and primary", work),
            ("transfer shares, native only", self._sealed()),
        ):
            self._record_transfer(moved, ben)
            self._pay(moved)
            self._token("transfer", moved.token, 10**6)
            self.gas[name] = self._record_transfer(moved, ben).gas_used

    def _many(self) -> None:
        for name, verb in (
            ("claim many, per holder", self.ct.royalties.claim_many),
            ("push all, per holder", self.ct.royalties.push_all),
        ):
            costs = []
            for count in (10, 60):
                holders = [Account.from_key(keccak(text=f"holder {i}")) for i in range(count)]
                work, _ = self._open()
                self._record(work, holders)
                self.ct.contributions.seal(work)
                for _ in range(2):
                    self._pay(work)
                    receipt = verb(work, [holder.address for holder in holders])
                costs.append(receipt.gas_used)
            self.gas[name] = (costs[1] - costs[0]) // 50

    def _assets(self) -> None:
        work = self._sealed()
        register = self.ct.assets.register
        register(self._asset(0))
        parent = self._asset(0)
        self.gas["register"] = register(parent).gas_used
        self.gas["register in a work"] = register(self._asset(work.id)).gas_used
        child = self._asset(work.id, (self.ct.assets.id_of(parent),))
        self.gas["register in a work with 1 parent"] = register(child).gas_used
        batch = self.ct.assets.register_batch(
            [self._asset(0) for _ in range(100)], self.studio.address
        )
        self.gas["register in a batch of 100, per item"] = batch.gas_used // 100
        anchored = self.ct.anchors.anchor(
            self._hash(), topic=topic("assets"), count=1_000_000, uri=URI
        )
        self.gas["anchor any number of leaves"] = anchored.gas_used

    def _payouts(self) -> None:
        work = self._sealed()
        payouts = self.ct.payouts
        relayed = self.ct.with_signer(self.other)
        for name, currency in (("native", NATIVE), ("ERC-20", self.dollar)):
            payouts.fund(self._terms(work, currency))
            terms = [self._terms(work, currency) for _ in range(6)]
            funded = [payouts.fund(one).gas_used for one in terms]
            self.gas[f"fund, {name}"] = max(funded)

            asset, signature = self._signed(work)
            approved = relayed.approvals.approve(asset, FINAL, [signature])
            self.gas["approve, 1 director, no gate"] = approved.gas_used
            asset_id = self.ct.assets.id_of(asset)
            relayed.payouts.release(terms[0], asset_id)
            released = relayed.payouts.release(terms[1], asset_id)
            self.gas[f"release, {name}"] = released.gas_used
            one = relayed.payouts.release_many(terms[2:3], asset_id).gas_used
            two = relayed.payouts.release_many(terms[3:5], asset_id).gas_used
            self.gas["release many, each further"] = two - one

            asset, signature = self._signed(work)
            both = relayed.payouts.approve_and_release(terms[5:], asset, [signature])
            self.gas[f"approve and release, {name}"] = both.gas_used

    def _licenses(self) -> None:
        # Calendars are written only when an end moves, so every block must be later than the last.
        self.ct.wallet.rpc.request("anvil_setBlockTimestampInterval", 1)
        licenses, other = self.ct.licenses, self.ct.with_signer(self.other)
        offer = self._posted(NATIVE)
        buy = licenses.buy.call(offer)
        sales = [other.send(other.licenses.buy.call(offer)), self.ct.send(buy), self.ct.send(buy)]
        for name, sold in zip(
            ("first of a work", "first of a buyer", "native"), sales, strict=True
        ):
            self.gas[f"license sale, {name}"] = sold.gas_used
        bought = buy.result(sales[1])
        self.gas["license renew"] = self.ct.send(licenses.renew.call(bought)).gas_used
        self.gas["license deploy"] = licenses.deploy(bought, market("DE")).gas_used
        buy = licenses.buy.call(self._posted(self.dollar))
        self.ct.send(buy)
        self.gas["license sale, ERC-20"] = self.ct.send(buy).gas_used

    def _posted(self, currency: str) -> Offer:
        work = self._sealed(primary_currency=self.dollar)
        self._pay(work)
        self._token("transfer", work.token, 10**6)
        asset, signature = self._signed(work)
        self.ct.approvals.approve(asset, FINAL, [signature])
        offer = self._offer(work, currency)
        self.ct.licenses.post(offer, self.ct.assets.id_of(asset))
        return offer

    def _gates(self) -> None:
        gate = self.ct.gates.deploy(self.ct.gates.attestation("creatoken.copyright"))
        self.ct.projects.set_gates(self.project, FINAL, [gate])
        asset, signature = self._signed(self._sealed())
        terms = {"report_hash": self._hash(), "expires_at": YEAR_2100}
        proof = gate.sign(self.director, self.ct.assets.id_of(asset), **terms)
        approve = self.ct.with_signer(self.other).approvals.approve
        receipt = approve(asset, FINAL, [signature], gate_proofs=[proof])
        self.gas["approve with an attestation gate"] = receipt.gas_used

    def _connect(self, chain: Anvil) -> Creatoken:
        rpc = Rpc.connect(chain.url)
        wallet = Wallet(rpc, rpc.integer("eth_chainId"), self.studio)
        for name, contract in deploy(wallet):
            code = rpc.data("eth_getCode", contract.address, "latest")
            block = rpc.mapping("eth_getBlockByNumber", hex(contract.block), True)
            receipt = rpc.mapping("eth_getTransactionReceipt", block["transactions"][0]["hash"])
            self.deployments[name] = {"bytes": len(code), "gas": int(receipt["gasUsed"], 16)}
        ct = Creatoken.connect(chain.url, signer=self.studio)
        token = rpc.data("eth_call", {"to": ct.works.address, "data": _IMPLEMENTATION}, "latest")
        code = rpc.data("eth_getCode", "0x" + token[12:].hex(), "latest")
        self.deployments["ContributionToken"] = {"bytes": len(code)}
        return ct

    def _open(self, **terms: object) -> tuple[Work, int]:
        call = self.ct.works.open.call(self.project, seal_by=YEAR_2100, uri=URI, **terms)
        receipt = self.ct.send(call)
        return call.result(receipt), receipt.gas_used

    def _sealed(self, **terms: object) -> Work:
        work, _ = self._open(**terms)
        self._record(work, [self.studio, *self.people])
        self.ct.contributions.seal(work)
        return work

    def _record(self, work: Work, holders: list) -> None:
        shares = {holder.address: 1_000 for holder in holders}
        self.ct.contributions.record(work, self._hash(), 12, shares)

    def _record_transfer(self, work: Work, to: str) -> Receipt:
        return self.ct.contributions.transfer(work, to, 10)

    def _pay(self, work: Work) -> Receipt:
        return self.ct.send(Call(work.token, b"", 10**18, "paying the work"))

    def _token(self, function: str, to: str, amount: int) -> Receipt:
        data = keccak(text=f"{function}(address,uint256)")[:4]
        return self.ct.send(
            Call(self.dollar, data + encode(["address", "uint256"], [to, amount]), 0, function)
        )

    def _create(self, code: bytes) -> str:
        receipt = self.ct.send(Call(None, code, 0, "deploying a token"))
        answer = self.ct.wallet.rpc.mapping("eth_getTransactionReceipt", receipt.tx_hash)
        return to_checksum_address(answer["contractAddress"])

    def _asset(self, work_id: int, parents: tuple[int, ...] = ()) -> AssetInput:
        return AssetInput(
            creator=self.studio.address,
            content_hash=self._hash(),
            record_root=self._hash(),
            manifest_hash=self._hash(),
            work_id=work_id,
            source_type=10,
            parents=parents,
            uri=URI,
        )

    def _signed(self, work: Work) -> tuple[AssetInput, Signature]:
        asset = self._asset(work.id)
        self.ct.assets.register(asset)
        signature = self.ct.approvals.sign(
            self.director, self.ct.assets.id_of(asset), FINAL, deadline=YEAR_2100
        )
        return asset, signature

    def _terms(self, work: Work, currency: str) -> PayoutTerms:
        return PayoutTerms(
            work_id=work.id,
            stage=FINAL,
            payer=self.studio.address,
            payee=self.people[0].address,
            currency=currency,
            amount=10**8,
            expires_at=YEAR_2100,
            brief_hash=self._hash(),
            salt=int.from_bytes(self._hash(), "big"),
        )

    def _offer(self, work: Work, currency: str) -> Offer:
        return Offer(
            work_id=work.id,
            currency=currency,
            price=10**8,
            deployment_fee=10**6,
            duration=10**7,
            max_supply=1_000,
            uses=7,
            derivative_bps=1_000,
            derivatives=True,
            exclusive=False,
            transferable=True,
            territory=bytes(32),
            terms_hash=self._hash(),
            salt=int.from_bytes(self._hash(), "big"),
        )

    def _hash(self) -> bytes:
        self._salt += 1
        return keccak(text=f"hash {self._salt}")


_IMPLEMENTATION = "0x" + keccak(text="IMPLEMENTATION()")[:4].hex()


def measure() -> dict[str, dict]:
    """Return gas by job, and gas and code bytes by deployment."""
    with Anvil(base_fee=0, gas_price=0) as chain:
        return Bench(chain).run()


def over_budget(results: dict[str, dict]) -> list[str]:
    """Return what costs more than it may."""
    over = [
        f"{job}: {gas} of {BUDGETS[job]}"
        for job, gas in results["gas"].items()
        if gas > BUDGETS[job]
    ]
    return over + [
        f"{name}: {size}"
        for name, size in results["deployments"].items()
        if size["bytes"] > MAX_CODE_BYTES or size.get("gas", 0) >= MAX_TRANSACTION_GAS
    ]


def main(write: bool) -> int:
    """Print the table, and write it if asked to; fail if anything is over its budget."""
    results = measure()
    for job, gas in results["gas"].items():
        print(f"{job:40}{gas:>10,}{BUDGETS[job]:>10,}")
    if write:
        RESULTS.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    print(*over_budget(results), sep="\n")
    return 1 if over_budget(results) else 0


if __name__ == "__main__":
    sys.exit(main("--write" in sys.argv))
