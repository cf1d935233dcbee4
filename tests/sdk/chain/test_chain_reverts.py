from __future__ import annotations

import json
import pickle
from importlib.resources import files
from typing import Any

import pytest
from eth_abi.abi import encode
from eth_utils.abi import abi_to_signature, function_signature_to_4byte_selector
from hypothesis import given
from hypothesis import strategies as st

from creatoken_sdk.chain import reverts
from creatoken_sdk.chain.reverts import (
    CustomRevertError,
    PanicRevertError,
    ReasonRevertError,
    UnknownRevertError,
    revert_classes,
    revert_error,
)
from creatoken_sdk.errors import CreatokenError, RevertError

ALICE = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
SAMPLES: dict[str, Any] = {"address": ALICE, "bool": True, "bytes32": b"\x07" * 32}


def _errors() -> dict[str, dict[str, Any]]:
    found = {}
    for path in (files("creatoken_sdk.chain") / "abi").iterdir():
        for entry in json.loads(path.read_text())["abi"]:
            if entry["type"] == "error":
                found[abi_to_signature(entry)] = entry
    return found


ERRORS = _errors()


@pytest.mark.parametrize("signature", ERRORS)
def test_revert_error__given_any_error_of_any_abi__returns_its_own_class(signature: str) -> None:
    entry = ERRORS[signature]
    kinds = [item["type"] for item in entry["inputs"]]
    values = tuple(SAMPLES.get(kind, 5) for kind in kinds)
    error = revert_error(function_signature_to_4byte_selector(signature) + encode(kinds, values))
    assert isinstance(error, CustomRevertError)
    assert type(error).__name__ == entry["name"] + "Error"
    assert error.args == values
    for item, value in zip(entry["inputs"], values, strict=True):
        assert getattr(error, reverts.snake_case(item["name"])) == value
    assert entry["name"] in str(error)
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), copy.args) == (type(error), values)


def test_revert_classes__given_our_own_errors__each_says_its_interface_sentence() -> None:
    ours = ("Projects", "Anchors", "Works", "Contribution", "Royalty", "Asset", "Approvals")
    ours += ("PayoutVault", "LicenseMarket")
    silent = [
        one.SIGNATURE
        for one in revert_classes().values()
        if one.SIGNATURE.startswith(ours) and not one.NOTICE
    ]
    assert silent == []


def test_import__given_the_name_of_an_error__finds_its_class() -> None:
    assert issubclass(reverts.PayoutVaultNotPayerError, RevertError)
    assert issubclass(RevertError, CreatokenError)
    with pytest.raises(AttributeError):
        _ = reverts.NoSuchError


def test_str__given_an_error__says_the_sentence_and_the_arguments() -> None:
    error = reverts.PayoutVaultNotPayerError(ALICE, ALICE)
    assert str(error) == (
        f"Only the payer funds. [PayoutVaultNotPayer(account={ALICE}, payer={ALICE})]"
    )
    assert error.tx_hash is None


@pytest.mark.threat("D5")
def test_revert_error__given_a_reason__keeps_what_is_printable_and_short() -> None:
    body = encode(["string"], ["no\x1b[31m\r\n\u202e" + "x" * 5000])
    error = revert_error(bytes.fromhex("08c379a0") + body)
    assert isinstance(error, ReasonRevertError)
    assert error.reason.startswith("no?[31m???xxx")
    assert len(error.reason) == 200


def test_revert_error__given_a_panic__names_it() -> None:
    error = revert_error(bytes.fromhex("4e487b71") + encode(["uint256"], [0x11]))
    assert isinstance(error, PanicRevertError)
    assert error.code == 0x11
    assert "arithmetic overflow" in str(error)


def test_revert_error__given_an_unknown_selector__keeps_the_start_of_the_data() -> None:
    error = revert_error(b"\xde\xad\xbe\xef" + b"\x01" * 100_000)
    assert isinstance(error, UnknownRevertError)
    assert error.data == b"\xde\xad\xbe\xef" + b"\x01" * 196
    assert len(str(error)) < 200


@given(st.sampled_from([*revert_classes(), b"\x08\xc3\x79\xa0", b"\x4e\x48\x7b\x71"]), st.binary())
def test_revert_error__given_any_bytes__never_fails(selector: bytes, body: bytes) -> None:
    error = revert_error(selector + body)
    assert isinstance(error, RevertError)
    assert str(error)
