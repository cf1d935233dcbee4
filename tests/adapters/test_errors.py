"""Errors of the adapters."""

import importlib
import pkgutil

import creatoken_sdk.adapters
from creatoken_sdk.errors import CreatokenError


def test_adapters__given_all_modules__have_no_errors_of_their_own():
    path = creatoken_sdk.adapters.__path__
    for found in pkgutil.iter_modules(path, "creatoken_sdk.adapters."):
        importlib.import_module(found.name)
    pending = [CreatokenError]
    while pending:
        one = pending.pop()
        assert not one.__module__.startswith("creatoken_sdk.adapters")
        pending += one.__subclasses__()
