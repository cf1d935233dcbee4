"""The last acts: the file proves itself, one field is opened, and the books are closed."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

from creatoken_sdk.demo.making import Finished
from creatoken_sdk.demo.money import eth
from creatoken_sdk.demo.opening import Commission
from creatoken_sdk.demo.piece import PROMPT
from creatoken_sdk.demo.stage import Stage
from creatoken_sdk.demo.verdict import examine
from creatoken_sdk.record import Certificate, Disclosure

__all__ = ["close_the_books", "hand_out", "open_one_field", "prove"]


def hand_out(stage: Stage, deal: Commission, finished: Finished) -> None:
    """Save the certificate without the prompt, and for the studio alone everything and its keys."""
    save, entries, final = stage.artefacts.save, deal.production.journal.entries, finished.final
    save("certificate.json", final.certificate.erase(PROMPT).to_json())
    save("private/record.json", final.certificate.to_json())
    save("private/steps.json", {str(i): one.document.to_json() for i, one in enumerate(entries)})
    keys = {str(i): one.key.hex() for i, one in enumerate(entries)}
    save("private/keys.json", {"record": final.key.hex(), "steps": keys})


def prove(stage: Stage) -> None:
    """Examine what was handed out as a stranger would; then the file with one bit flipped."""
    report = stage.report
    stage.act(
        "Proof from the file alone",
        "A stranger with final.png and certificate.json, without a key, asks nobody but the chain.",
    )
    ct, content = stage.stranger(), (stage.artefacts.folder / "final.png").read_bytes()
    certificate = _received(stage)
    verdict = examine(ct, content, certificate)
    report.say("Integrity, from the file and its certificate:")
    report.checked(verdict.integrity)
    report.say("Chain, from what the contracts hold now:")
    report.checked(verdict.chain)
    middle = len(content) // 2
    flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    refusal = examine(ct, flipped, certificate).integrity[0]
    report.say(f"The same file with one bit of byte {middle:,} flipped:")
    report.check("it is refused", not refusal.passed, refusal.detail)


def open_one_field(stage: Stage, deal: Commission, finished: Finished) -> None:
    """Open one field of a step's private document; the prompt beside it stays closed."""
    report, journal = stage.report, deal.production.journal
    stage.act(
        "One field and nothing else",
        "A buyer asks what drew the picture. The studio opens that field of the step's document;",
        "its proof leads to the root that the design agent signed.",
    )
    entry = journal.entries[finished.chosen.steps - 1]
    opened = entry.document.disclose("/model")
    stage.artefacts.save("disclosure.json", _document(opened, entry.document.root))
    holds = opened.verify(entry.signed.step.detail)
    report.check(f"step {entry.signed.step.index} was taken by {opened.field.value}", holds)
    hidden = PROMPT in _received(stage).erased
    report.check("the prompt stays closed", hidden, "the certificate holds its commitment alone")


def close_the_books(stage: Stage) -> None:
    """Compare the books with every balance, and show what each transaction cost."""
    report, books = stage.report, stage.books
    stage.act(
        "The books", "Kept from calls and events alone; the last column is what the chain says."
    )
    rows, wrong = [], []
    for address in books.accounts:
        change = stage.balance(address) - stage.before.get(address, 0)
        net, fees = books.net(address), books.fees(address)
        rows.append((report.who(address), eth(net), eth(-fees), eth(change)))
        if change != net - fees:
            wrong.append(report.who(address))
    report.table(("Account", ">Received - paid, ETH", ">Gas, ETH", ">Change of balance, ETH"), rows)
    detail = f"not those of {', '.join(wrong)}" if wrong else f"{len(rows)} accounts"
    report.check("books and balances agree to the wei", not wrong, detail)
    _show_bills(stage)


def _show_bills(stage: Stage) -> None:
    rows = []
    for act, group in groupby(stage.books.bills, key=lambda bill: bill.act):
        bills = list(group)
        for index, bill in enumerate(bills):
            first = (act, f"{sum(one.gas for one in bills):,}") if index == 0 else ("", "")
            rows.append((*first, bill.what, stage.report.who(bill.sender), f"{bill.gas:,}"))
    stage.report.table(("Act", ">Gas in all", "Transaction", "Sent by", ">Gas"), rows)


def _received(stage: Stage) -> Certificate:
    path = stage.artefacts.folder / "certificate.json"
    return Certificate.from_json(json.loads(path.read_text("utf-8")))


def _document(opened: Disclosure, root: bytes) -> dict[str, Any]:
    return {
        "root": "0x" + root.hex(),
        "path": opened.field.path,
        "value": opened.field.value,
        "salt": "0x" + opened.field.salt.hex(),
        "proof": ["0x" + sibling.hex() for sibling in opened.proof],
    }
