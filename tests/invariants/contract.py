"""Contracts by name and arguments on a `Chain`."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import pytest
from eth_abi import decode, encode
from eth_utils import keccak

from invariants.chain import RICH, Chain, Log, Reverted


class Contract:
    """A contract at an address. Unlike Ape's, it costs microseconds per call."""

    def __init__(self, chain: Chain, contract_type: Any, address: str) -> None:
        """Knows the contract by its type in Ape's compile output."""
        self.chain = chain
        self.address = address.lower()
        self._type = contract_type
        functions = (it for it in contract_type.abi if it.type == "function")
        self._functions = {(it.name, len(it.inputs)): it for it in functions}
        self._calldata = lru_cache(4096)(self._encode)
        self._answer = lru_cache(4096)(self._decode)

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
        output = self.chain.send(sender, self.address, data, value)
        return self._answer(name, len(arguments), output)

    def read(self, name: str, *arguments: Any) -> Any:
        """Returns the answer of a view."""
        output = self.chain.call(self.address, self.data(name, *arguments))
        return self._answer(name, len(arguments), output)

    def events(self) -> list[tuple[Any, ...]]:
        """Name and all arguments of each event of the last transaction; all must be its own."""
        return [self._event(log) for log in self.chain.logs]

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
        function = self._functions[name, len(arguments)]
        types = [it.canonical_type for it in function.inputs]
        return keccak(text=function.selector)[:4] + encode(types, arguments)

    def _event(self, log: Log) -> tuple[Any, ...]:
        assert log.address == self.address
        events = (it for it in self._type.abi if it.type == "event")
        event = next(it for it in events if keccak(text=it.selector) == log.topics[0])
        stored = [it.canonical_type for it in event.inputs if not it.indexed]
        topics, values = iter(log.topics[1:]), iter(decode(stored, log.data))
        return event.name, *(
            decode([it.canonical_type], next(topics))[0] if it.indexed else next(values)
            for it in event.inputs
        )

    def _decode(self, name: str, count: int, output: bytes) -> Any:
        types = [it.canonical_type for it in self._functions[name, count].outputs]
        values = decode(types, output)
        return values[0] if len(values) == 1 else values
