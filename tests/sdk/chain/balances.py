from __future__ import annotations

from creatoken_sdk.anvil import Anvil


def balance(chain: Anvil, address: str) -> int:
    """Return an account's native balance."""
    return int(chain.request("eth_getBalance", address, "latest"), 16)
