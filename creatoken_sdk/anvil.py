"""A local development chain: Foundry's Anvil, found, started and surely stopped."""

from __future__ import annotations

import atexit
import ctypes
import json
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from creatoken_sdk.errors import ChainError

if TYPE_CHECKING:
    from eth_account.signers.local import LocalAccount

__all__ = ["Anvil", "AnvilError", "find_anvil"]

DEV_MNEMONIC = "test test test test test test test test test test test junk"

_READY_SECONDS = 20
_STOP_SECONDS = 5
_PR_SET_PDEATHSIG = 1


class AnvilError(ChainError):
    """Anvil is missing or did not start."""


class Anvil:
    """`with Anvil() as chain:` runs a fresh chain at `chain.url` until the block ends.

    It also stops when the process exits, and on Linux when the thread that started it dies.
    `accounts` are rich. Everybody knows the default mnemonic's keys, so it is for local use only.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        chain_id: int = 31337,
        accounts: int = 10,
        mnemonic: str = DEV_MNEMONIC,
        hardfork: str = "prague",
        base_fee: int | None = None,
        gas_price: int | None = None,
        mining: bool = True,
    ) -> None:
        """Set the chain up; port 0 takes a free one. Without `mining`, call `evm_mine`.

        `base_fee` and `gas_price` are in base units; 0 makes a consortium chain.
        """
        self._port = port
        self._mnemonic = mnemonic
        self._count = accounts
        self._options = ["--chain-id", str(chain_id), "--accounts", str(accounts)]
        self._options += ["--mnemonic", mnemonic, "--hardfork", hardfork, "--silent"]
        self._options.append("--no-request-size-limit")  # a dumped state may have many megabytes
        if base_fee is not None:
            self._options += ["--block-base-fee-per-gas", str(base_fee)]
        if gas_price is not None:
            self._options += ["--gas-price", str(gas_price)]
        if not mining:
            self._options.append("--no-mining")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where the chain listens, on this machine only."""
        return f"http://127.0.0.1:{self._port}"

    @cached_property
    def accounts(self) -> tuple[LocalAccount, ...]:
        """The rich accounts, with their keys."""
        from eth_account import Account

        Account.enable_unaudited_hdwallet_features()
        path = "m/44'/60'/0'/0/{}"
        return tuple(
            Account.from_mnemonic(self._mnemonic, account_path=path.format(index))
            for index in range(self._count)
        )

    def start(self) -> Anvil:
        """Start and wait until the chain answers."""
        self._port = _free_port(self._port)
        command = [str(find_anvil()), "--port", str(self._port), *self._options]
        prepare = partial(_die_with, os.getpid()) if sys.platform == "linux" else None
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C reaches us, and we stop it
            preexec_fn=prepare,
        )
        atexit.register(self.stop)
        self._wait_until_ready(self._process)
        return self

    def stop(self) -> None:
        """Stop the chain; harmless if it has stopped."""
        atexit.unregister(self.stop)
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()
        self._process = None

    def request(self, method: str, *params: Any) -> Any:
        """Return the result of a JSON-RPC request, such as `evm_mine` or `anvil_setBalance`."""
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        headers = {"Content-Type": "application/json"}
        question = urllib.request.Request(self.url, body.encode(), headers)
        with urllib.request.urlopen(question, timeout=30) as response:
            answer = json.load(response)
        if "error" in answer:
            raise AnvilError(f"{method}: {answer['error'].get('message')}")
        return answer["result"]

    def __enter__(self) -> Anvil:
        """Start."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            try:
                self.request("eth_chainId")
                return
            except OSError:
                time.sleep(0.01)
        process.kill()
        said = process.communicate()[1].decode(errors="replace").strip()
        self.stop()
        raise AnvilError(f"Anvil did not start on port {self._port}: {said[-300:] or 'no answer'}")


def find_anvil() -> Path:
    """Return Anvil's native program: CREATOKEN_ANVIL, the pinned npm package, PATH, foundryup.

    npm's package is looked for from this file up, then from the working directory up.
    """
    named = os.environ.get("CREATOKEN_ANVIL")
    pinned = f"node_modules/@foundry-rs/anvil-{_platform()}/bin/anvil"
    folders = [*Path(__file__).resolve().parents, Path.cwd(), *Path.cwd().parents]
    candidates = [Path(named)] if named else [folder / pinned for folder in folders]
    candidates += [] if named else [Path(shutil.which("anvil") or ""), _FOUNDRYUP]
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise AnvilError(
        f"CREATOKEN_ANVIL names {named}, which does not exist; correct or unset it"
        if named
        else "Anvil is not installed; run `npm install @foundry-rs/anvil` here, or foundryup"
    )


_FOUNDRYUP = Path.home() / ".foundry/bin/anvil"


def _platform() -> str:
    arm = platform.machine().lower() in ("arm64", "aarch64")
    return f"{platform.system().lower()}-{'arm64' if arm else 'amd64'}"


def _free_port(wanted: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            raise AnvilError(f"port {wanted} is taken; stop what listens there, or use 0") from None
        port: int = probe.getsockname()[1]
        return port


def _die_with(parent: int) -> None:
    """Ask Linux, in the child, to end it when its parent ends, however that happens."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended already
        os._exit(1)
