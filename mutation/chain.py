"""A chain with an EVM in this process, with what the contract tests use of Ape's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyrevm
from ape.exceptions import ContractLogicError
from hexbytes import HexBytes

GAS = 30_000_000
START = 2_000_000_000


class Chain:
    """One block per transaction, a second apart, unless told otherwise."""

    def __init__(self) -> None:
        """Starts empty."""
        config = pyrevm.CfgEnv(limit_contract_code_size=2**24)
        self.evm = pyrevm.EVM(gas_limit=2**40, spec_id="CANCUN", env=pyrevm.Env(cfg=config))
        self.chain_id, self.time = 31337, START
        self.next: int | None = None
        self.replaced: list[tuple[str, bytes, int, int]] = []
        self.provider = self

    @property
    def pending_timestamp(self) -> int:
        return self.next or self.time + 1

    @pending_timestamp.setter
    def pending_timestamp(self, second: int) -> None:
        self.next = second

    def mine(self, deltatime: int = 0) -> None:
        self.time, self.next = self.pending_timestamp + max(deltatime - 1, 0), None
        self._at(self.time)

    def _at(self, second: int) -> None:
        block = pyrevm.BlockEnv(number=self.chain_id, timestamp=second)  # see `build.CHAIN_ID`
        self.evm.set_block_env(block)

    @contextmanager
    def isolate(self) -> Iterator[None]:
        """Takes back what the block does; code and balances that tests set are not journaled."""
        point, times, count = self.evm.snapshot(), (self.time, self.next), len(self.replaced)
        yield
        self.evm.revert(point)
        self.time, self.next = times
        self._at(self.time)
        while len(self.replaced) > count:
            self._put_back(*self.replaced.pop())

    def run(self, sender: str, to: str, data: bytes, value: int = 0, gas: int | None = None) -> Any:
        """Returns the output, or raises what Ape raises."""
        self.evm.reset_transient_storage()
        try:
            return self.evm.message_call(sender, to, data, value, gas or GAS, 0, False)
        except RuntimeError as failure:
            output = str(failure).partition("output: 0x")[2].partition(" ")[0]
            raise ContractLogicError("0x" + output if output else f"failed: {failure}") from None

    def get_code(self, address: str) -> HexBytes:
        return HexBytes(self.evm.get_code(address) or b"")

    def set_code(self, address: str, code: Any) -> None:
        self._replace(address, code=bytes(HexBytes(code)))

    def set_balance(self, address: str, amount: int) -> None:
        self._replace(address, balance=amount)

    def make_request(self, method: str, arguments: list[Any]) -> Any:
        if method == "anvil_setChainId":
            self.chain_id = arguments[0]
            return self._at(self.time)
        address, *rest = arguments
        if method == "eth_getStorageAt":
            return hex(self.evm.storage(address, int(rest[0], 16)))
        if method == "anvil_setStorageAt":
            return self.evm.insert_account_storage(address, int(rest[0], 16), int(rest[1], 16))
        assert method == "anvil_setNonce", f"only Ape's node knows {method}"
        return self._replace(address, nonce=int(rest[0], 16))

    def _replace(self, address: str, **changes: Any) -> None:
        old = self.evm.basic(address)
        code = bytes(self.evm.get_code(address) or b"")
        new = {"balance": old.balance, "nonce": old.nonce, "code": code} | changes
        self.evm.insert_account_info(address, pyrevm.AccountInfo(**new))
        change = new["balance"] - old.balance, new["nonce"] - old.nonce
        self.replaced.append((address, code, *change))

    def _put_back(self, address: str, code: bytes, balance: int, nonce: int) -> None:
        now = self.evm.basic(address)  # the journal took back the differences that it knows
        count = now.nonce - nonce
        info = {"balance": now.balance - balance, "nonce": count, "code": code if count else b""}
        self.evm.insert_account_info(address, pyrevm.AccountInfo(**info))


CHAIN = Chain()
