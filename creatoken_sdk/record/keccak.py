"""Keccak-256 by the fastest backend installed.

safe-pysha3 takes 0.8 microseconds a hash and comes with the SDK on Linux, for which it has wheels;
pycryptodome takes 5 and is there everywhere. `eth_hash.auto` never looks for the first and adds one
more microsecond a call.
"""

try:
    from eth_hash.backends.pysha3 import keccak256
except ImportError:
    from eth_hash.backends.pycryptodome import keccak256

__all__ = ["keccak256"]
