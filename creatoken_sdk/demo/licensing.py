"""The act in which the banner is licensed: terms that execute themselves."""

from __future__ import annotations

from creatoken_sdk import NATIVE, License, Offer
from creatoken_sdk.demo.making import Finished
from creatoken_sdk.demo.money import ETHER, eth
from creatoken_sdk.demo.opening import Commission
from creatoken_sdk.demo.stage import Stage
from creatoken_sdk.record import content_hash, market

__all__ = ["license_out"]

_USES = ("print", "web", "broadcast")
_PRINT, _WEB, _BROADCAST = 1, 2, 4
_PRICE, _FEE = ETHER // 2, ETHER // 8
_DURATION = 90 * 24 * 60 * 60
_TEXT = "You may show the banner unchanged, in print and on the web, and nothing else.\n"


def license_out(stage: Stage, deal: Commission, finished: Finished) -> int:
    """Sell Iris a licence, let her go live in Germany, and return what that earned, in wei."""
    report, cast, token = stage.report, stage.cast, deal.work.token
    stage.act(
        "A licence",
        "The studio posts an offer, once. From then on whoever pays holds a licence, day or night,",
        "and the money goes straight to the work: nobody keeps it in between, nobody invoices.",
    )
    before, ct = stage.balance(token), stage.client(cast.licensee)
    offer = _offer(stage, deal.work.id)
    stage.client(cast.studio).licenses.post(offer, finished.final.id)
    bought = ct.licenses.buy(offer)
    report.say("Iris buys. Her licence in words, from what the chain stores of it:")
    report.table(("Terms",), [(line,) for line in ct.licenses.terms(bought.id, _USES, "ETH")[1:]])
    ct.licenses.deploy(bought, market("DE"))
    report.say("Then she takes the banner live in Germany, a market she had not paid for yet.")
    earned = stage.balance(token) - before
    exact = earned == _PRICE + _FEE
    report.check("price and fee went straight to the work", exact, f"{eth(earned)} ETH")
    _check_rights(stage, bought)
    report.facts["license"] = {
        "id": bought.id,
        "offerId": "0x" + ct.licenses.offer_id(offer).hex(),
        "offer": offer.to_json(),
        "earnedWei": str(earned),
    }
    return _PRICE + _FEE


def _offer(stage: Stage, work_id: int) -> Offer:
    stage.artefacts.save("license.txt", _TEXT)
    return Offer(
        work_id=work_id,
        currency=NATIVE,
        price=_PRICE,
        deployment_fee=_FEE,
        duration=_DURATION,
        max_supply=100,
        uses=_PRINT | _WEB,
        derivative_bps=0,
        derivatives=False,
        exclusive=False,
        transferable=False,
        territory=bytes(32),
        terms_hash=content_hash(_TEXT.encode()),
        salt=0,
    )


def _check_rights(stage: Stage, bought: License) -> None:
    licenses = stage.stranger().licenses
    wanted = ((_WEB, "DE", True), (_WEB, "FR", False), (_BROADCAST, "DE", False))
    answers = [licenses.permits(bought.id, use, market(place)) for use, place, _ in wanted]
    right = answers == [expected for _, _, expected in wanted]
    stage.report.check("anybody can ask: web in DE yes, web in FR no, broadcast no", right)
