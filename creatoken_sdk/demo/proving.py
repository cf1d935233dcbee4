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
from creatoken_sdk.record import Certificate, Disclosure, Field

__all__ = ["close_the_books", "hand_out", "open_one_field", "prove"]


def hand_out(stage: Stage, deal: Commission, finished: Finished) -> None:
    """Save the certificate without the prompt, and what opens the review of the last step.

    The studio's store alone keeps the rest.
    """
    certificate = finished.final.output.certificate()
    stage.artefacts.save("certificate.json", certificate.erase(PROMPT).to_json())
    review = deal.production.run.steps[-1].step
    opened = stage.studio.memory.disclose("0x" + review.struct_hash().hex(), "/inputHash")
    stage.artefacts.save("review.json", _document(opened, review.detail))


def prove(stage: Stage) -> None:
    """Examine what was handed out as a stranger would; then the file with one bit flipped."""
    report = stage.report
    stage.act(
        "Proof from the file alone",
        "A stranger with final.png, certificate.json and review.json, without a key, asks nobody",
        "but the chain.",
    )
    ct, content = stage.stranger(), (stage.artefacts.folder / "final.png").read_bytes()
    certificate, review = _received(stage), _opened(stage)
    verdict = examine(ct, content, certificate, review)
    report.say("Integrity, from the file and its certificate:")
    report.checked(verdict.integrity)
    report.say("Chain, from what the contracts hold now:")
    report.checked(verdict.chain)
    middle = len(content) // 2
    flipped = content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    refusal = examine(ct, flipped, certificate, review).integrity[0]
    report.say(f"The same file with one bit of byte {middle:,} flipped:")
    report.check("it is refused", not refusal.passed, refusal.detail)


def open_one_field(stage: Stage, deal: Commission, finished: Finished) -> None:
    """Open one field of a step's private document; the prompt beside it stays closed."""
    report = stage.report
    stage.act(
        "One field and nothing else",
        "A buyer asks what drew the picture. The studio opens that field of the step's document;",
        "its proof leads to the root that the design agent signed.",
    )
    step = deal.production.run.steps[finished.chosen.step].step
    opened = stage.studio.memory.disclose("0x" + step.struct_hash().hex(), "/model")
    stage.artefacts.save("disclosure.json", _document(opened, step.detail))
    holds = opened.verify(step.detail)
    report.check(f"step {step.index} was taken by {opened.field.value}", holds)
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


def _opened(stage: Stage) -> Disclosure:
    document = json.loads((stage.artefacts.folder / "review.json").read_text("utf-8"))
    salt, proof = bytes.fromhex(document["salt"][2:]), document["proof"]
    field = Field(document["path"], document["value"], salt)
    return Disclosure(field, tuple(bytes.fromhex(one[2:]) for one in proof))


def _document(opened: Disclosure, root: bytes) -> dict[str, Any]:
    return {
        "root": "0x" + root.hex(),
        "path": opened.field.path,
        "value": opened.field.value,
        "salt": "0x" + opened.field.salt.hex(),
        "proof": ["0x" + sibling.hex() for sibling in opened.proof],
    }
