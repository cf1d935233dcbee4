"""Where the adapters are tested."""

import importlib.util


def test_environment__given_the_frameworks__has_no_ape():
    assert importlib.util.find_spec("langgraph")
    assert importlib.util.find_spec("ape") is None
