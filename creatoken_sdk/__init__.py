"""Provenance and pay for work made by people and AI."""

__version__ = "0.1.0"
