"""A chain with our contracts, driven block by block and read without the index."""

import hashlib
import time

from creatoken_sdk import AssetInput, Creatoken
from creatoken_sdk.anvil import Anvil
from creatoken_sdk.chain.deploy import deploy
from creatoken_sdk.chain.deployments import Deployment
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.wallet import Wallet


class Ledger:
    """Each transaction is a block of its own."""

    def __init__(self, anvil: Anvil):
        self.anvil = anvil
        self.studio, self.maya, *_ = anvil.accounts
        wallet = Wallet(Rpc.connect(anvil.url), 31337, self.studio)
        self.ct = Creatoken(wallet, Deployment(31337, dict(deploy(wallet))))
        self._count = 0

    def client(self, url):
        """The studio's client over another endpoint."""
        return Creatoken(Wallet(Rpc.connect(url), 31337, self.studio), self.ct.deployment)

    def open(self):
        project = self.ct.projects.create(
            treasury=self.studio.address,
            directors=[self.maya.address],
            recorders=[self.studio.address],
        )
        return self.ct.works.open(project)

    def asset(self, **terms):
        """An asset that is like no other."""
        self._count += 1
        content = hashlib.sha256(str(self._count).encode()).digest()
        terms = {"creator": self.studio.address, "record_root": content, **terms}
        return AssetInput(content_hash=content, **terms)

    def register(self, **terms):
        """Register such an asset and return its id."""
        asset = self.asset(**terms)
        self.ct.assets.register(asset)
        return self.ct.assets.id_of(asset)

    def mine(self, count):
        self.anvil.request("anvil_mine", hex(count))

    @property
    def head(self):
        return int(self.anvil.request("eth_blockNumber"), 16)

    def reorganise(self, depth, *raws):
        """Take off the last blocks; send the transactions again, after other blocks, and go on."""
        last = self.anvil.request("eth_getBlockByNumber", "latest", False)
        self.anvil.request("anvil_rollback", depth)
        self.anvil.request("evm_setNextBlockTimestamp", int(last["timestamp"], 16) + 100)
        self.mine(1)
        self.send(*raws)

    def send(self, *raws):
        """Send signed transactions, each once the one before is mined."""
        for raw in raws:
            tx_hash = self.anvil.request("eth_sendRawTransaction", raw)
            while self.anvil.request("eth_getTransactionReceipt", tx_hash) is None:
                time.sleep(0.01)

    def raws(self, depth):
        """The signed transactions of the last blocks."""
        found = []
        for number in range(self.head - depth + 1, self.head + 1):
            block = self.anvil.request("eth_getBlockByNumber", hex(number), False)
            found += [
                self.anvil.request("eth_getRawTransactionByHash", tx)
                for tx in block["transactions"]
            ]
        return found

    def logs(self):
        """Every log of our contracts on the chain, from receipts, in order."""
        ours = {one.address.lower() for one in self.ct.deployment.contracts.values()}
        for work in range(1, self.ct.works.count() + 1):
            ours.add(self.ct.works.get(work).token.lower())
        found = []
        for number in range(self.head + 1):
            block = self.anvil.request("eth_getBlockByNumber", hex(number), False)
            if block["transactions"]:
                for receipt in self.anvil.request("eth_getBlockReceipts", hex(number)):
                    found += [_row(log, block) for log in receipt["logs"] if log["address"] in ours]
        return found


def _row(log, block):
    return (
        int(block["number"], 16),
        block["hash"],
        int(log["logIndex"], 16),
        log["transactionHash"],
        int(block["timestamp"], 16),
        log["address"],
        " ".join(log["topics"]),
        log["data"],
    )


def rows(store, superseded=0):
    """What the index holds, in the form and order of `Ledger.logs`."""
    return store.rows(
        "SELECT block_number, block_hash, log_index, tx_hash, at, lower(address), topics, data"
        " FROM events WHERE superseded = ? ORDER BY block_number, block_hash, log_index",
        (superseded,),
    )
