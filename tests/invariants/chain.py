"""The one port the property tests run on, and its two sides: an EVM in this process, and Anvil.

Both mine one block per transaction, one second after the last, under the rules of Cancun.
"""

import http.client
import json
from typing import Any, NamedTuple, Protocol

from creatoken_sdk.anvil import Anvil

CHAIN_ID = 1  # pyrevm takes no other
GAS = 30_000_000  # of each transaction; without a limit, an endless loop would hang the test
START = 2_000_000_000
RICH = "0x" + "77" * 20
"""Pays and deploys; has more than any property needs."""


class Reverted(Exception):
    """A transaction or call failed; `data` is what the contract returned."""

    def __init__(self, data: bytes) -> None:
        """Shows the data."""
        super().__init__("0x" + data.hex())
        self.data = data


class Log(NamedTuple):
    """An event as it lies in a receipt."""

    address: str
    topics: list[bytes]
    data: bytes


class Chain(Protocol):
    """What a property test needs of a chain. Addresses are lower-case hex, times UTC seconds."""

    time: int
    """Of the last block; a test may put it forward."""
    logs: list[Log]
    """Of the last transaction that was sent and did not revert."""

    def deploy(self, code: bytes, value: int = 0) -> str:
        """Runs creation code with base units; returns the contract's address."""

    def send(self, sender: str, to: str, data: bytes = b"", value: int = 0) -> bytes:
        """Sends a transaction in a block of its own and returns its output, or raises Reverted."""

    def call(self, to: str, data: bytes) -> bytes:
        """Returns the output of a view, or raises Reverted."""

    def storage(self, account: str, slot: int) -> int:
        """A raw storage word."""

    def balance(self, account: str) -> int:
        """Base units of the native currency."""

    def snapshot(self) -> Any:
        """A point to go back to, once."""

    def revert(self, point: Any) -> None:
        """Goes back; all later points are lost."""

    def stop(self) -> None:
        """Ends the chain."""


class InProcess:
    """pyrevm."""

    def __init__(self) -> None:
        """Needs pyrevm, which not every machine has."""
        import pyrevm

        self._block = pyrevm.BlockEnv
        self._evm = pyrevm.EVM(gas_limit=GAS, spec_id="CANCUN")  # takes any name without complaint
        self._evm.set_balance(RICH, 2**200)
        self.time = START

    def deploy(self, code: bytes, value: int = 0) -> str:
        self._next_block()
        return self._evm.deploy(RICH, code, value, GAS)

    def send(self, sender: str, to: str, data: bytes = b"", value: int = 0) -> bytes:
        self._next_block()
        output = self._run(sender, to, data, value, False)
        self.logs = [Log(it.address.lower(), *it.data) for it in self._evm.result.logs]
        return output

    def call(self, to: str, data: bytes) -> bytes:
        return self._run(RICH, to, data, 0, True)

    def storage(self, account: str, slot: int) -> int:
        return self._evm.storage(account, slot)

    def balance(self, account: str) -> int:
        return self._evm.get_balance(account)

    def snapshot(self) -> Any:
        return self._evm.snapshot(), self.time

    def stop(self) -> None:
        pass

    def revert(self, point: Any) -> None:
        checkpoint, self.time = point
        self._evm.revert(checkpoint)

    def _next_block(self) -> None:
        self.time += 1
        self._evm.set_block_env(self._block(number=self.time, timestamp=self.time))

    def _run(self, sender: str, to: str, data: bytes, value: int, static: bool) -> bytes:
        self._evm.reset_transient_storage()  # pyrevm keeps it from one transaction to the next
        try:
            return self._evm.message_call(sender, to, data, value, GAS, 0, static)
        except RuntimeError as failure:  # revert data is only in the message
            output = str(failure).partition("output: 0x")[2]
            raise Reverted(bytes.fromhex(output.partition(" ")[0])) from None


class OnAnvil:
    """Anvil that mines when told: with automatic mining it loses transactions under load."""

    def __init__(self) -> None:
        """Starts it; `stop` it."""
        fees = {"base_fee": 0, "gas_price": 0}
        self._anvil = Anvil(chain_id=CHAIN_ID, mining=False, hardfork="cancun", **fees).start()
        self._socket = http.client.HTTPConnection(self._anvil.url.removeprefix("http://"))
        self._ask("anvil_autoImpersonateAccount", True)
        self._ask("anvil_setBalance", RICH, hex(2**200))
        self.time = START

    def deploy(self, code: bytes, value: int = 0) -> str:
        return self._mine({"from": RICH, "data": _hex(code), "value": hex(value)})[
            "contractAddress"
        ]

    def send(self, sender: str, to: str, data: bytes = b"", value: int = 0) -> bytes:
        message = {"from": sender, "to": to, "data": _hex(data), "value": hex(value)}
        output = self._try(message, self.time + 1)
        self.logs = [_log(it) for it in self._mine(message)["logs"]]
        return output

    def call(self, to: str, data: bytes) -> bytes:
        return self._try({"from": RICH, "to": to, "data": _hex(data)}, self.time)

    def storage(self, account: str, slot: int) -> int:
        return int(self._ask("eth_getStorageAt", account, hex(slot), "latest"), 16)

    def balance(self, account: str) -> int:
        return int(self._ask("eth_getBalance", account, "latest"), 16)

    def snapshot(self) -> Any:
        return self._ask("evm_snapshot"), self.time

    def revert(self, point: Any) -> None:
        number, self.time = point
        self._ask("evm_revert", number)

    def stop(self) -> None:
        self._anvil.stop()

    def _try(self, message: dict[str, str], time: int) -> bytes:
        block = {"time": hex(time), "number": hex(time)}
        gas = {"gas": hex(GAS), "gasPrice": "0x0"}
        answer = self._ask("eth_call", message | gas, "latest", {}, block)
        return bytes.fromhex(answer[2:])

    def _mine(self, message: dict[str, str]) -> Any:
        self.time += 1
        sent = self._ask("eth_sendTransaction", message | {"gas": hex(GAS), "gasPrice": "0x0"})
        self._ask("evm_mine", self.time)
        receipt = self._ask("eth_getTransactionReceipt", sent)
        assert receipt["status"] == "0x1", f"reverted when mined, not when called: {message}"
        return receipt

    def _ask(self, method: str, *params: Any) -> Any:
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        self._socket.request("POST", "/", body, {"Content-Type": "application/json"})
        answer = json.loads(self._socket.getresponse().read())
        if "error" not in answer:
            return answer["result"]
        data = answer["error"].get("data") or "0x"
        if method == "eth_call":
            raise Reverted(bytes.fromhex(data[2:]))
        raise AssertionError(f"{method}: {answer['error']}")


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _log(entry: dict[str, Any]) -> Log:
    topics = [bytes.fromhex(it[2:]) for it in entry["topics"]]
    return Log(entry["address"].lower(), topics, bytes.fromhex(entry["data"][2:]))
