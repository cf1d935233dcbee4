"""Contracts by name and arguments on a `Chain`."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import pytest
from eth_abi import decode, encode
from eth_utils import keccak

from invariants.chain import RICH, Chain, Reverted


class Contract:
    """A contract at an address. Unlike Ape's, it costs microseconds per call."""

    def __init__(self, chain: Chain, contract_type: Any, address: str) -> None:
        """Knows the contract by its type in Ape's compile output."""
        self.chain = chain
        self.address = address.lower()
        self._type = contract_type
        self._functions = {it.name: it for it in contract_type.abi if it.type == "function"}
        self._calldata = lru_cache(4096)(self._encode)

    @classmethod
    def deploy(cls, chain: Chain, contract_type: Any, *arguments: Any) -> "Contract":
        """Deploys from Ape's compile output."""
        creation = contract_type.deployment_bytecode.bytecode.removeprefix("0x")
        types = [it.canonical_type for it in contract_type.constructor.inputs]
        code = bytes.fromhex(creation) + encode(types, arguments)
        return cls(chain, contract_type, chain.deploy(code))

    def at(self, address: str) -> "Contract":
        """The same code elsewhere."""
        return Contract(self.chain, self._type, address)

    def data(self, name: str, *arguments: Any) -> bytes:
        """Calldata of a function."""
        return self._calldata(name, arguments)

    def send(self, name: str, *arguments: Any, sender: str = RICH, value: int = 0) -> Any:
        """Sends a transaction; returns what the function returned."""
        data = self.data(name, *arguments)
        return self._decode(name, self.chain.send(sender, self.address, data, value))

    def read(self, name: str, *arguments: Any) -> Any:
        """Returns the answer of a view."""
        return self._decode(name, self.chain.call(self.address, self.data(name, *arguments)))

    @contextmanager
    def refuses(self, error: str) -> Iterator[None]:
        """Passes if the block reverts with this error of the contract."""
        with pytest.raises(Reverted) as caught:
            yield
        data = caught.value.data
        assert data[:4] == self._selector(error), f"not {error}: 0x{data.hex()}"

    def _selector(self, error: str) -> bytes:
        found = next(it for it in self._type.abi if it.type == "error" and it.name == error)
        return keccak(text=found.selector)[:4]

    def _encode(self, name: str, arguments: tuple[Any, ...]) -> bytes:
        function = self._functions[name]
        types = [it.canonical_type for it in function.inputs]
        return keccak(text=function.selector)[:4] + encode(types, arguments)

    def _decode(self, name: str, output: bytes) -> Any:
        types = [it.canonical_type for it in self._functions[name].outputs]
        values = decode(types, output)
        return values[0] if len(values) == 1 else values
