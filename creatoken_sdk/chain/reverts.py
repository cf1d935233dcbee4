"""A contract's refusal as an exception: one class per custom error of the packaged ABIs.

The class of `PayoutVaultNotApproved(uint256 assetId, uint8 stage)` is `PayoutVaultNotApprovedError`
with the attributes `asset_id` and `stage`; import it from here, or catch `RevertError` for all.
`args` are the Solidity arguments in order.

RevertError
├── CustomRevertError       a contract's own error; one class below it for each
├── ReasonRevertError       a text, as older tokens make them
├── PanicRevertError        one of Solidity's own checks
├── OutOfGasRevertError     the gas was used up
└── UnknownRevertError      no packaged ABI knows it
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

from eth_utils.abi import abi_to_signature, function_signature_to_4byte_selector

from creatoken_sdk.chain.artifacts import artifacts
from creatoken_sdk.chain.codec import decode_arguments
from creatoken_sdk.chain.errors import BadResponseError
from creatoken_sdk.chain.reading import Component, snake_case
from creatoken_sdk.errors import RevertError

__all__ = [
    "CustomRevertError",
    "OutOfGasRevertError",
    "PanicRevertError",
    "ReasonRevertError",
    "UnknownRevertError",
    "revert_classes",
    "revert_error",
]

_REASON, _PANIC = bytes.fromhex("08c379a0"), bytes.fromhex("4e487b71")
_PANICS = {
    0x01: "an assertion failed",
    0x11: "arithmetic overflow",
    0x12: "division by zero",
    0x21: "a number is no member of the enum",
    0x31: "pop of an empty array",
    0x32: "array index out of bounds",
    0x41: "too much memory",
}
_SHOWN = 200


class CustomRevertError(RevertError):
    """A custom error of a Creatoken contract; its arguments are `args` and named attributes."""

    SIGNATURE: ClassVar[str]
    INPUTS: ClassVar[Sequence[Component]]
    NOTICE: ClassVar[str]

    def __init__(self, *arguments: Any) -> None:
        """Keep the Solidity arguments, in order."""
        super().__init__(*arguments)
        for component, value in zip(self.INPUTS, arguments, strict=True):
            setattr(self, snake_case(component["name"]), value)

    def __str__(self) -> str:
        """Return what the interface says about the error, and the arguments."""
        pairs = zip(self.INPUTS, self.args, strict=True)
        shown = ", ".join(f"{snake_case(item['name'])}={_shown(value)}" for item, value in pairs)
        name = self.SIGNATURE.partition("(")[0]
        return f"{self.NOTICE or 'The contract refused.'} [{name}({shown})]"


class ReasonRevertError(RevertError):
    """A revert with a text, as older tokens make them; `reason` is their text, shortened."""

    def __init__(self, reason: str) -> None:
        """Keep what is printable of the text."""
        self.reason = "".join(c if c.isprintable() else "?" for c in reason[:_SHOWN])
        super().__init__(self.reason)


class PanicRevertError(RevertError):
    """Solidity's own checks failed; `code` is the panic code."""

    def __init__(self, code: int) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        """Return what the code stands for."""
        return f"{_PANICS.get(self.code, 'a check failed')} (panic 0x{self.code:02x}); report this"


class OutOfGasRevertError(RevertError):
    """The transaction was mined and used up all its gas."""

    def __str__(self) -> str:
        """Return what to do."""
        return "the transaction used up its gas and did nothing; send it again, or split the batch"


class UnknownRevertError(RevertError):
    """A revert that no packaged ABI knows; `data` is the start of what came back."""

    def __init__(self, data: bytes) -> None:
        """Keep the start of the data."""
        self.data = data[:_SHOWN]
        super().__init__(self.data)

    def __str__(self) -> str:
        """Return the start of the data in hex."""
        if not self.data:
            return "the call reverted without a reason; check that its target is a contract"
        return f"a contract outside Creatoken refused with 0x{self.data[:36].hex()}; see its ABI"


def revert_error(data: bytes) -> RevertError:
    """Return the exception for revert data; never fails, whatever the bytes are."""
    selector, body = data[:4], data[4:]
    found = revert_classes().get(selector)
    try:
        if found is not None:
            return found(*decode_arguments(found.INPUTS, body))
        if selector == _REASON:
            return ReasonRevertError(*decode_arguments([{"type": "string"}], body))
        if selector == _PANIC:
            return PanicRevertError(*decode_arguments([{"type": "uint256"}], body))
    except BadResponseError:
        pass
    return UnknownRevertError(data)


@cache
def revert_classes() -> Mapping[bytes, type[CustomRevertError]]:
    """Return the exception class of every custom error in the packaged ABIs, by selector."""
    classes: dict[bytes, type[CustomRevertError]] = {}
    for contract in artifacts():
        for entry in contract.abi:
            if entry["type"] == "error":
                signature = abi_to_signature(dict(entry))  # type: ignore[arg-type]
                selector = function_signature_to_4byte_selector(signature)
                notice = contract.notices.get(signature, "")
                classes.setdefault(selector, _revert_class(entry, signature, notice))
    return classes


def _revert_class(entry: Component, signature: str, notice: str) -> type[CustomRevertError]:
    name = entry["name"].removesuffix("Error") + "Error"
    body = {"SIGNATURE": signature, "INPUTS": entry["inputs"], "NOTICE": notice}
    body |= {"__doc__": notice or f"`{signature}`.", "__module__": __name__}
    return type(name, (CustomRevertError,), body)


def _shown(value: object) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)[:_SHOWN]


def __getattr__(name: str) -> type[CustomRevertError]:
    for found in revert_classes().values():
        if found.__name__ == name:
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
