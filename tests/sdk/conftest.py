"""The command line at a real chain."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


@pytest.fixture
def creatoken(creatoken_chain, tmp_path):
    """Runs the command at the chain; returns its exit code and what it printed."""

    def run(*arguments: object, **environment: str) -> tuple[int, str, str]:
        command = [sys.executable, "-m", "creatoken_sdk", *map(str, arguments)]
        env = os.environ | {"CREATOKEN_RPC": creatoken_chain.url} | environment
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=tmp_path, env=env, check=False
        )
        return done.returncode, done.stdout, done.stderr

    return run
