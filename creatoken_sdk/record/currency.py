"""How a currency is named: by its ERC-20, or by the address that stands for the native one."""

__all__ = ["NATIVE"]

NATIVE = "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE"
"""The native currency, as ERC-7528 writes it."""
