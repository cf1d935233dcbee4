"""Ape's fixtures `project`, `accounts` and `chain` on an EVM in this process, as a pytest plugin.

The contract tests run on it unchanged. It has what most of them use of Ape, and no more: a test
that needs another chain id, a trace or EIP-7702 fails here, and stays with Ape.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ape
import pyrevm
import pytest
from ape.exceptions import ContractLogicError
from ape.types.events import ContractLogContainer, MockContractLog
from eth_abi import encode
from eth_account import Account
from eth_utils import keccak, to_checksum_address
from ethpm_types import ContractType
from hexbytes import HexBytes

from mutation.weave import switch

GAS = 30_000_000
START = 2_000_000_000
BUILD: dict[str, Any] = json.loads(Path(os.environ["CREATOKEN_MUTANTS"]).read_text())["contracts"]
"""ABI and creation code of each contract, by name; mutants change it."""


def switch_on(number: int) -> None:
    """Makes all contracts the mutant of this number."""
    there = switch(number).hex()
    for contract in BUILD.values():
        contract["code"] = contract["code"].replace(there, "0" * len(there))


class Chain:
    """One block per transaction, a second apart, unless told otherwise."""

    def __init__(self) -> None:
        """Starts empty."""
        config = pyrevm.CfgEnv(chain_id=31337, limit_contract_code_size=2**24)
        self.evm = pyrevm.EVM(gas_limit=2**40, spec_id="CANCUN", env=pyrevm.Env(cfg=config))
        self.time = START
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
        self.evm.set_block_env(pyrevm.BlockEnv(number=second, timestamp=second))

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
        return send(self, plain(to), HexBytes(data), None, value=value)


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
            CHAIN._at(CHAIN.pending_timestamp)
            who = plain(sender) if sender else "0x" + "00" * 20
            output = CHAIN.run(who, self.contract.address, self.encode_input(*values), value)
        return decoded(self._abi(values), output)

    def __call__(self, *values: Any, sender: Any = None, **options: Any) -> Any:
        """A view answers, anything else is sent."""
        abi = self._abi(values)
        if abi.is_stateful:
            return send(sender, self.contract.address, self.encode_input(*values), abi, **options)
        CHAIN.evm.reset_transient_storage()
        output = CHAIN.run("0x" + "00" * 20, self.contract.address, self.encode_input(*values))
        return decoded(abi, output)


class Instance(Party):
    """A contract by its type."""

    def __init__(self, address: str, contract_type: ContractType) -> None:
        """As Ape's."""
        super().__init__(address)
        self.contract_type = contract_type
        INSTANCES[self.address] = self

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


INSTANCES: dict[str, Instance] = {}


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


class Project:
    def __getattr__(self, name: str) -> Container:
        return Container(name)


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


def decoded(abi: Any, output: bytes) -> Any:
    values = ape.networks.ethereum.decode_returndata(abi, bytes(output))
    return values[0] if len(values) == 1 else values


def send(
    sender: Any,
    to: str,
    data: bytes,
    abi: Any,
    *,
    value: int = 0,
    gas: int | None = None,
    raise_on_revert: bool = True,
) -> SimpleNamespace:
    """Mines a transaction; returns what tests ask of a receipt. It takes no gas of anybody's."""
    CHAIN.mine()
    failed, output = False, b""
    try:
        output = CHAIN.run(plain(sender), to, bytes(data), value, gas)
    except ContractLogicError:
        if raise_on_revert:
            raise
        failed = True
    logs = [] if failed else [raw(log) for log in CHAIN.evm.result.logs]
    return SimpleNamespace(
        events=ContractLogContainer(each for log in logs for each in decoded_log(log)),
        decode_logs=lambda event: [
            it for log in logs for it in decoded_log(log) if it.event_name == event.abi.name
        ],
        logs=logs,
        failed=failed,
        timestamp=CHAIN.time,
        gas_used=0 if abi else CHAIN.evm.result.gas_used,  # mutable code takes more
        return_value=decoded(abi, output) if abi and not failed else None,
        txn_hash="0x",
    )


def raw(log: Any) -> dict[str, Any]:
    return {
        "address": to_checksum_address(log.address),
        "topics": list(log.topics),
        "data": HexBytes(log.data[1]),
        "transactionHash": "0x" + "00" * 32,
        "blockNumber": CHAIN.time,
        "blockHash": "0x" + "00" * 32,
        "logIndex": 0,
        "transactionIndex": 0,
    }


def decoded_log(log: dict[str, Any]) -> Iterator[Any]:
    contract = INSTANCES.get(log["address"])
    events = contract.contract_type.events if contract else []
    return ape.networks.ethereum.decode_logs([log], *events)


@pytest.fixture(scope="session")
def project() -> Project:
    return Project()


@pytest.fixture(scope="session")
def chain() -> Chain:
    return CHAIN


@pytest.fixture(scope="session")
def accounts() -> list[Person]:
    people = [Person(bytes([9] * 31 + [i])) for i in range(1, 11)]
    for person in people:
        CHAIN.evm.set_balance(person.address, 2**96)
    return people


@pytest.fixture(scope="session", autouse=True)
def _everything_shared(request: Any) -> None:
    """Sets up all that tests share before any module, which would take it back at its end."""
    for name, found in request.session._fixturemanager._arg2fixturedefs.items():
        shared = found[-1].scope == "session" and found[-1].baseid in ("", "tests/contracts")
        if shared and name != request.fixturename:
            request.getfixturevalue(name)


@pytest.fixture(scope="module", autouse=True)
def _module_isolation() -> Iterator[None]:
    with CHAIN.isolate():
        yield


@pytest.fixture(autouse=True)
def _isolation() -> Iterator[None]:
    with CHAIN.isolate():
        yield
