"""Other processes that use the same store."""

import subprocess
import sys

BEGIN = """
import os, signal, sys
from contextlib import ExitStack
from creatoken_sdk.studio import store as port
from creatoken_sdk.studio.store import open_store
def die():
    os.kill(os.getpid(), signal.SIGKILL)
def say(word):
    print(word, flush=True)
    sys.stdin.readline()
def add_run(db, run_id):
    db.execute("INSERT INTO runs VALUES (?, 'a', 1, '0x', 1, 0, 1)", (run_id,))
store = open_store(sys.argv[1])
"""


def start(where, code, *, begin=BEGIN):
    """Run code in another process that has opened the store; its `say` waits for an answer."""
    command = [sys.executable, "-c", begin + code, where]
    return subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def finish(process):
    """Wait for its end; return its exit code, negative for the signal that killed it."""
    process.communicate(timeout=30)
    return process.returncode
