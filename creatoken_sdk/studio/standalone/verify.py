"""Check a bundle of evidence about one work, with Python 3.9 or newer and nothing else.

    python3 verify.py                    in the folder where the bundle was unpacked
    python3 bundle.zip                   without unpacking it
    python3 verify.py --file your-copy   if the bundle holds only the file's hash
    python3 verify.py --block HASH       trusts that the chain has this block; may be repeated
    python3 verify.py --rpc URL          also asks a node of the chain

Three answers: integrity (is everything what it was when it was signed), trust (who signed) and
chain (what the public ledger holds). Each holds, fails, or is unknown, with reasons. The exit code
is 1 if one fails. Everything is computed here: no other program or package has to be believed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import urllib.request
import zipfile
from pathlib import Path

from case import FAILS, Case, Silent, answers
from mathematics import parsed, require

FILE = r"file/[\w-][\w.-]{0,199}"
LIMIT, RATIO = 64 << 20, 100  # bytes of evidence.json; times that a member may shrink in the zip


def sha256(file):
    digest = hashlib.sha256()
    for chunk in iter(lambda: file.read(1 << 20), b""):
        digest.update(chunk)
    return digest.digest()


def node(url):
    def ask(method, *params):
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(url, body.encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                told = json.load(answer)
            refused = told.get("error")
        except Exception as error:  # whatever an address that is no node's makes of it
            raise Silent(f"the node did not answer ({type(error).__name__})") from None
        require("revert" not in str(refused), f"the chain refused: {refused}")
        if refused or "result" not in told:
            raise Silent(f"the node did not answer: {refused or 'it gave no result'}")
        return told["result"]

    return ask


def check_sizes(members):
    """Refuse what unpacks to so much that it fills the memory or never ends: a zip bomb."""
    require(len({one.filename.casefold() for one in members}) == len(members), "a member is twice")
    for one in members:
        plain = one.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        require(plain, f"{one.filename!r} is packed in a rare way")
        fits = one.file_size <= max(1, one.compress_size) * RATIO
        require(fits, f"{one.filename!r} unpacks to over {RATIO} times its size: a zip bomb")


def examine(home, path=None, url=None, blocks=()):
    """Return the findings on the bundle in a folder or zip file."""
    bundle = zipfile.ZipFile(home) if home.is_file() else None
    check_sizes(bundle.infolist() if bundle else [])
    read = (lambda name: bundle.open(name)) if bundle else (lambda name: (home / name).open("rb"))
    with read("evidence.json") as file:
        text = file.read(LIMIT + 1)
    require(len(text) <= LIMIT, f"evidence.json is larger than {LIMIT} bytes")
    evidence = parsed(text)
    kind = (evidence["schema"], evidence["v"])
    require(kind == ("creatoken.evidence", 1), "it is no evidence, or of a newer kind")
    name = evidence["file"]
    require(name == "" or re.fullmatch(FILE, name, re.ASCII), "it names a file of another folder")
    digest = None
    if path or name:
        with Path(path).open("rb") if path else read(name) as file:
            digest = sha256(file)
    case = Case(evidence, digest, node(url) if url else None, blocks)
    case.examine()
    return case.findings


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--file", help="the file, if the bundle holds only its hash")
    parser.add_argument("--block", action="append", default=[], help="hash of a trusted block")
    parser.add_argument("--rpc", help="URL of a node of the chain")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    for block in options.block:
        if not re.fullmatch("0x[0-9a-f]{64}", block):
            parser.exit(2, f"--block takes the hash of a block, 0x and 64 of 0-9a-f: {block!r}\n")
    if options.rpc and not re.match("https?://", options.rpc):
        parser.exit(2, f"--rpc takes the URL of a node, http:// or https://: {options.rpc!r}\n")
    try:
        findings = examine(Path(__file__).parent, options.file, options.rpc, options.block)
    except Exception as error:  # whatever a bundle from a stranger makes reading stumble over
        sys.exit(f"The bundle cannot be read: {error}")
    found = answers(findings)
    if options.json:
        print(json.dumps({"answers": found, "findings": findings}))
    for answer, checks in () if options.json else findings.items():
        print(f"{answer.upper()}: {found[answer]}")
        for name, state, why in checks:
            line = f"  {state:8}{name}: {why}"
            print("".join(c if c.isprintable() else ascii(c)[1:-1] for c in line))
    sys.exit(FAILS in found.values())


if __name__ == "__main__":
    main()
