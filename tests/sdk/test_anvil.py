from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from creatoken_sdk.anvil import Anvil, AnvilError, find_anvil

START = """
import sys, time
from creatoken_sdk.anvil import Anvil
chain = Anvil().start()
print(chain._process.pid, flush=True)
{}
"""


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def gone(pid: int) -> bool:
    deadline = time.monotonic() + 5
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(pid)


def test_anvil__given_options__has_them() -> None:
    with Anvil(chain_id=77, accounts=3, base_fee=5) as chain:
        assert chain.request("eth_chainId") == "0x4d"
        assert len(chain.accounts) == 3
        listed = chain.request("eth_accounts")
        assert listed == [account.address.lower() for account in chain.accounts]
        block = chain.request("eth_getBlockByNumber", "latest", False)
        assert block["baseFeePerGas"] == "0x5"


def test_anvil__without_mining__mines_when_asked() -> None:
    with Anvil(mining=False) as chain:
        chain.request("evm_mine")
        assert chain.request("eth_blockNumber") == "0x1"


def test_anvil__given_two_at_once__each_has_its_own_port() -> None:
    with Anvil() as one, Anvil() as other:
        one.request("evm_mine")
        assert other.request("eth_blockNumber") == "0x0"


def test_anvil__when_the_port_is_taken__says_so() -> None:
    with Anvil() as chain:
        port = int(chain.url.rpartition(":")[2])
        with pytest.raises(AnvilError, match=f"port {port} is taken"):
            Anvil(port=port).start()


def test_request__when_the_chain_refuses__raises_its_message() -> None:
    with Anvil() as chain, pytest.raises(AnvilError, match="no_such_method"):
        chain.request("no_such_method")


@pytest.mark.parametrize("ending", ["sys.exit(3)", "raise KeyboardInterrupt", "time.sleep(60)"])
def test_anvil__when_the_process_that_started_it_ends__ends_too(ending: str) -> None:
    command = [sys.executable, "-c", START.format(ending)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout
    pid = int(process.stdout.readline())
    if "sleep" in ending:
        assert alive(pid)
        process.send_signal(signal.SIGKILL if sys.platform == "linux" else signal.SIGINT)
    process.communicate()
    assert gone(pid)


def test_find_anvil__given_a_variable__uses_it_or_says_that_it_is_wrong(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "anvil"
    program.write_text("")
    monkeypatch.setenv("CREATOKEN_ANVIL", str(program))
    assert find_anvil() == program
    program.unlink()
    with pytest.raises(AnvilError, match="correct or unset it"):
        find_anvil()


def test_find_anvil__without_a_variable__prefers_the_pinned_program(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CREATOKEN_ANVIL", raising=False)
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "anvil").write_text("")
    (folder / "anvil").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    assert find_anvil() != folder / "anvil"
    assert "node_modules" in find_anvil().parts


def test_find_anvil__given_a_program_in_the_working_directory__prefers_the_one_it_came_with(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CREATOKEN_ANVIL", raising=False)
    own = find_anvil()
    planted = tmp_path.joinpath(*own.parts[own.parts.index("node_modules") :])
    planted.parent.mkdir(parents=True)
    planted.write_text("#!/bin/sh\n")
    monkeypatch.chdir(tmp_path)
    assert find_anvil() == own
