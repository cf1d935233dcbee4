"""Everything the SDK raises on purpose, as one tree; each message says what to do next.

CreatokenError
├── RecordError          a record, leaf, id or proof cannot be made, or does not hold
│   ├── CanonicalError   the value has no single canonical JSON form
│   ├── EncodingError    the value does not fit its Solidity type exactly
│   └── ErasedError      the certificate at hand does not hold the field's value
├── SigningError         the signature is malformed, or not by the account it should be by
├── ChainError           the chain or its RPC endpoint did not do what was asked; more of it
│                        in `creatoken_sdk.chain.errors`
├── RevertError          a contract refused; more in `creatoken_sdk.chain.reverts`
├── StudioError          recording or settling could not go on; more in
│                        `creatoken_sdk.studio.errors`
├── BrandError           content could not be compared with a brand; more of it in
│                        `creatoken_sdk.brand.errors`
├── FlywheelError        data could not be anchored, or performance not be measured; more in
│                        `creatoken_sdk.flywheel.errors`
└── MissingExtraError    a package is missing that the SDK does not install by itself
"""

from __future__ import annotations

from reprlib import Repr

__all__ = [
    "CanonicalError",
    "ChainError",
    "CreatokenError",
    "EncodingError",
    "ErasedError",
    "MissingExtraError",
    "RecordError",
    "RevertError",
    "SigningError",
    "quoted",
]

_QUOTE = Repr()
_QUOTE.maxstring = _QUOTE.maxother = 100


class CreatokenError(Exception):
    """Root of the tree: catch it to catch every error that Creatoken raises on purpose."""


class RecordError(CreatokenError):
    """A record, leaf, id or proof cannot be made, or does not hold."""


class CanonicalError(RecordError):
    """The value has no single canonical JSON form."""


class EncodingError(RecordError):
    """The value does not fit its Solidity type exactly."""


class ErasedError(RecordError):
    """The certificate at hand does not hold the field's value and salt."""


class SigningError(CreatokenError):
    """The signature is malformed, or not by the account it should be by."""


class ChainError(CreatokenError):
    """The chain or its RPC endpoint did not do what was asked."""


class MissingExtraError(CreatokenError):
    """A package is missing that is not installed by default; the message names the extra."""

    @classmethod
    def of(cls, package: str | None, extra: str) -> MissingExtraError:
        """Return the error for a package, and the extra of the SDK that installs it."""
        command = f"pip install 'creatoken-sdk[{extra}]'"
        return cls(f"{package} is not installed; run `{command}`")


class RevertError(CreatokenError):
    """A contract refused. `tx_hash` is None when that was found out before anything was sent."""

    tx_hash: str | None = None


def quoted(value: object) -> str:
    """Return the `repr` of a value as an error quotes it: of at most 100 characters."""
    return _QUOTE.repr(value)
