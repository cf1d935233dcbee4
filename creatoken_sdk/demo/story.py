"""The demo's story, act by act, from a brief to a picture that proves itself and pays."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from rich.console import Console

from creatoken_sdk.anvil import Anvil
from creatoken_sdk.demo.artefacts import Artefacts, find_examples
from creatoken_sdk.demo.brief import Brand, Brief, read_brand, read_brief
from creatoken_sdk.demo.earning import approve_and_release, pay_royalty
from creatoken_sdk.demo.licensing import license_out
from creatoken_sdk.demo.making import finish, make_drafts, register_both
from creatoken_sdk.demo.opening import commission, create_project, last_summer
from creatoken_sdk.demo.proving import close_the_books, hand_out, open_one_field, prove
from creatoken_sdk.demo.report import Report
from creatoken_sdk.demo.stage import Stage

__all__ = ["perform", "run"]


def run(out: Path, console: Console) -> Report:
    """Tell the story on a chain of its own, which is gone afterwards; leave artefacts in `out`."""
    started = time.monotonic()
    examples, artefacts, report = find_examples(), Artefacts(out), Report(console)
    brief, brand = read_brief(examples / "brief.md"), read_brand(examples / "brand.json")
    with Anvil() as chain:
        stage = Stage(chain, artefacts, report)
        perform(stage, brief, brand)
        report.facts |= _facts(stage)
        stage.close()
    report.close(time.monotonic() - started, _left_in(out))
    artefacts.save("story.json", report.to_json())
    return report


def perform(stage: Stage, brief: Brief, brand: Brand) -> None:
    """Play every act on a stage."""
    project = create_project(stage)
    earlier = last_summer(stage, project, brand)
    deal = commission(stage, project, earlier, brief, brand)
    drafts = make_drafts(stage, deal)
    finished = register_both(stage, deal, drafts, *finish(stage, deal, drafts))
    approve_and_release(stage, deal, finished)
    licensed = license_out(stage, deal, finished)
    pay_royalty(stage, deal, licensed)
    hand_out(stage, deal, finished)
    prove(stage)
    open_one_field(stage, deal, finished)
    close_the_books(stage)


def _facts(stage: Stage) -> dict[str, Any]:
    contracts = stage.deployment.contracts
    return {
        "chainId": stage.chain_id,
        "contracts": {name: contract.address for name, contract in contracts.items()},
        "people": {
            person.name: {
                "address": person.address,
                "part": person.part,
                "beforeWei": str(stage.before[person.address]),
                "afterWei": str(stage.balance(person.address)),
            }
            for person in stage.cast
        },
        "transactions": [
            {
                "act": bill.act,
                "what": bill.what,
                "sender": bill.sender,
                "hash": bill.tx_hash,
                "gas": bill.gas,
                "feeWei": str(bill.wei),
            }
            for bill in stage.books.bills
        ],
    }


def _left_in(out: Path) -> str:
    return (
        f"In {out}/: final.png with certificate.json and review.json to hand out, the drafts, "
        "license.txt, disclosure.json, story.json with every id and transaction, and private/ for "
        "the studio alone."
    )
