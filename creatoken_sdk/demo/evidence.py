"""What a provenance step needs to know about one action of an agent or a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

__all__ = ["Evidence", "Parameters"]

Parameters: TypeAlias = Mapping[str, int | str]
"""Integers and strings only: decimals travel as strings, so every machine hashes the same bytes."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One action: who made `output` from `input`, and with which settings."""

    action: str
    model: str
    """Name and version of the agent, or `human` when a person decided."""
    parameters: Parameters
    input: bytes
    output: bytes
