"""One way to say that a transaction must fail: with which error, and with which arguments."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from ape.exceptions import ContractLogicError, CustomError
from ape_ethereum.trace import Trace
from eth_abi import encode
from eth_utils import keccak


@contextmanager
def reverts_with(contract: Any, error: str, **arguments: Any) -> Iterator[None]:
    """Passes if the block reverts with `error` of `contract`, holding exactly these arguments.

    The contract is the one whose interface declares the error, which may be another than the one
    called. Names must be all of the error's, so a misspelt one cannot pass for a check.
    """
    abi = next(entry for entry in contract.contract_type.errors if entry.name == error)
    names = [argument.name for argument in abi.inputs]
    assert sorted(names) == sorted(arguments), f"{error} takes {names}"
    # Ape draws the calls of every failure, which takes ten times longer than the failure.
    with mock.patch.object(Trace, "show"), pytest.raises(ContractLogicError) as caught:
        yield
    assert _revert_data(caught.value) == _encode(abi, arguments), caught.value


def _encode(abi: Any, arguments: dict[str, Any]) -> bytes:
    types = [argument.canonical_type for argument in abi.inputs]
    values = [getattr(value, "address", value) for value in arguments.values()]
    ordered = dict(zip(arguments, values, strict=True))
    selector = keccak(text=f"{abi.name}({','.join(types)})")[:4]
    return selector + encode(types, [ordered[argument.name] for argument in abi.inputs])


def _revert_data(failure: ContractLogicError) -> bytes:
    """What the contract returned: Ape decodes it for transactions and prints it for calls."""
    if isinstance(failure, CustomError):
        return _encode(failure.abi, failure.inputs)
    if re.fullmatch("0x(?:[0-9a-f]{2})+", str(failure)):
        return bytes.fromhex(str(failure)[2:])
    # The node prints hex, or text wherever the bytes happen to be UTF-8.
    printed = str(failure.base_err or failure).removeprefix("execution reverted: ")
    found = re.search(r"custom error 0x([0-9a-f]{8})(?:: (.*))?", printed, re.DOTALL)
    if not found:
        return printed.encode()
    is_hex = re.fullmatch("[0-9a-f]*", found[2] or "")
    return bytes.fromhex(found[1]) + (
        bytes.fromhex(found[2] or "") if is_hex else found[2].encode()
    )
