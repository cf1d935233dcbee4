"""Contracts on the chain in this process, called as Ape's are."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ape.exceptions import ContractLogicError
from ape.types.events import MockContractLog
from eth_abi import encode
from eth_account import Account
from eth_utils import keccak, to_checksum_address
from ethpm_types import ContractType
from hexbytes import HexBytes

from mutation.chain import CHAIN
from mutation.receipt import TYPES, decoded, send
from mutation.weave import switch

BUILD: dict[str, Any] = json.loads(Path(os.environ["CREATOKEN_MUTANTS"]).read_text())["contracts"]
"""ABI and creation code of each contract, by name; mutants change it."""


def switch_on(number: int) -> None:
    """Makes all contracts the mutant of this number."""
    there = switch(number).hex()
    for contract in BUILD.values():
        contract["code"] = contract["code"].replace(there, "0" * len(there))


class Party:
    """Somebody with a balance; a key too if it is a person."""

    def __init__(self, address: str) -> None:
        """Any address."""
        self.address = to_checksum_address(address)

    @property
    def balance(self) -> int:
        return CHAIN.evm.get_balance(self.address)

    def __eq__(self, other: object) -> bool:
        """As Ape: an account equals its address."""
        return self.address == getattr(other, "address", other)

    def __hash__(self) -> int:
        """Of the address."""
        return hash(self.address)

    def __str__(self) -> str:
        """The address."""
        return self.address

    def __repr__(self) -> str:
        """The address."""
        return self.address


class Person(Party):
    def __init__(self, private_key: bytes) -> None:
        """Signs with the key."""
        super().__init__(Account.from_key(private_key).address)
        self.private_key = private_key

    def transfer(self, to: Any, value: int, data: bytes = b"") -> SimpleNamespace:
        return send(self.address, plain(to), HexBytes(data), None, value=value)


class Function:
    """A function of a contract, called as Ape's."""

    def __init__(self, contract: Instance, abis: list[Any]) -> None:
        """One ABI per overload."""
        self.contract, self.abis = contract, abis

    def _abi(self, values: tuple[Any, ...]) -> Any:
        return next(abi for abi in self.abis if len(abi.inputs) == len(values))

    def encode_input(self, *values: Any) -> HexBytes:
        abi = self._abi(values)
        return HexBytes(keccak(text=abi.selector)[:4] + arguments(abi.inputs, values))

    def call(self, *values: Any, sender: Any = None, value: int = 0, **options: Any) -> Any:
        with CHAIN.isolate():
            who = plain(sender) if sender else "0x" + "00" * 20
            output = CHAIN.run(who, self.contract.address, self.encode_input(*values), value)
        return decoded(self._abi(values), output)

    def __call__(self, *values: Any, sender: Any = None, **options: Any) -> Any:
        """A view answers, anything else is sent."""
        abi = self._abi(values)
        if abi.is_stateful:
            return send(
                plain(sender), self.contract.address, self.encode_input(*values), abi, **options
            )
        CHAIN.evm.reset_transient_storage()
        output = CHAIN.run("0x" + "00" * 20, self.contract.address, self.encode_input(*values))
        return decoded(abi, output)


class Instance(Party):
    """A contract by its type."""

    def __init__(self, address: str, contract_type: ContractType) -> None:
        """As Ape's."""
        super().__init__(address)
        self.contract_type = contract_type
        TYPES[self.address] = contract_type

    def __getattr__(self, name: str) -> Any:
        """A function, or an event to compare with."""
        abis = [abi for abi in self.contract_type.abi if getattr(abi, "name", None) == name]
        if not abis:
            raise AttributeError(name)
        return Event(self, abis[0]) if abis[0].type == "event" else Function(self, abis)


class Event:
    """An event of a contract: what a test expects of a log."""

    def __init__(self, contract: Instance, abi: Any) -> None:
        """With its ABI."""
        self.contract, self.abi = contract, abi

    def __call__(self, **values: Any) -> MockContractLog:
        """Equals a log with these arguments."""
        return MockContractLog(
            event_name=self.abi.name,
            event_arguments={name: plain(value) for name, value in values.items()},
            contract_address=self.contract.address,
        )


class Container:
    """What makes contracts of one type."""

    def __init__(self, name: str) -> None:
        """Reads the build."""
        self.code = BUILD[name]["code"]
        self.contract_type = ContractType(
            contractName=name, abi=BUILD[name]["abi"], deploymentBytecode={"bytecode": self.code}
        )

    def deploy(self, *values: Any, sender: Any) -> Instance:
        CHAIN.mine()
        inputs = self.contract_type.constructor.inputs
        code = bytes.fromhex(self.code) + arguments(inputs, values)
        CHAIN.evm.reset_transient_storage()
        try:
            address = CHAIN.evm.deploy(sender.address, code, 0, 2**40, 0)
        except RuntimeError as failure:
            output = str(failure).partition("output: 0x")[2].partition(" ")[0]
            raise ContractLogicError("0x" + output) from None
        return Instance(address, self.contract_type)

    def at(self, address: Any) -> Instance:
        return Instance(plain(address), self.contract_type)


def plain(value: Any) -> Any:
    """The value with addresses for contracts and accounts."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return getattr(value, "address", value)


def arguments(inputs: Any, values: Any) -> bytes:
    types = [entry.canonical_type for entry in inputs]
    return encode(types, [typed(entry, value) for entry, value in zip(inputs, values, strict=True)])


def typed(entry: Any, value: Any) -> Any:
    """The value as the ABI encoder takes it."""
    if entry.type.endswith("]"):
        item = entry.model_copy(update={"type": entry.type[: entry.type.rindex("[")]})
        return [typed(item, each) for each in value]
    if entry.type == "tuple":
        items = value.values() if isinstance(value, dict) else value
        return [typed(part, each) for part, each in zip(entry.components, items, strict=True)]
    if entry.type.startswith("bytes"):
        return bytes(HexBytes(value))
    return plain(value)
