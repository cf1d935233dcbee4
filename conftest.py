"""Gives a bare `pytest` the programs and variables of `dev.py`, before Ape looks for them."""

import os

from hypothesis import settings

import dev

collect_ignore = ["tests/adapters"]  # in an environment of their own: `dev.py adapters`
os.environ.update(dev.environment())
dev.forget_cache()
settings.register_profile("deep", max_examples=2000, deadline=None)
