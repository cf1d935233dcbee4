"""What licences must permit, in plain Python: a right lasts as long as somebody paid for it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

FOREVER = 2**40 - 1
MAX_HELD = 6
WORLD = ""


class Offer(NamedTuple):
    """Terms, with names for the work, the currency and the territory."""

    work: str
    currency: str
    price: int
    fee: int
    seconds: int
    supply: int
    uses: int
    cut: int
    derivatives: bool
    exclusive: bool
    transferable: bool
    territory: str
    salt: int

    def excludes(self, other: "Offer") -> bool:
        """Whether no licence of the one may live beside one of the other."""
        markets = {self.territory, other.territory}
        overlaps = self.work == other.work and (WORLD in markets or len(markets) == 1)
        return overlaps and (self.exclusive or other.exclusive)


@dataclass(eq=False)
class License:
    """A licence and the periods that were paid for: first second, and first second after."""

    number: int
    offer: Offer
    holder: str
    periods: list[tuple[int, int]]
    surrendered: int = FOREVER
    operator: str | None = None
    markets: set[str] = field(default_factory=set)

    @property
    def end(self) -> int:
        """When the last period that was paid for is over."""
        return self.periods[-1][1]

    def lives(self, time: int) -> bool:
        paid = any(start <= time < end for start, end in self.periods)
        return paid and time < self.surrendered

    def permits(self, time: int, use: int, market: str) -> bool:
        covered = 0 < use == self.offer.uses & use
        return self.lives(time) and covered and (market == WORLD or market in self.markets)

    def extend(self, start: int) -> int:
        """Pays for a period more; returns its end."""
        seconds = self.offer.seconds
        end = min(start + seconds, FOREVER) if seconds else FOREVER
        self.periods.append((start, end))
        return end


class Rights:
    """All offers and licences of a market."""

    def __init__(self) -> None:
        """Begins with none."""
        self.offers: dict[Offer, bool] = {}
        """Whether each is still open."""
        self.licenses: list[License] = []
        self.operators: set[tuple[str, str]] = set()
        """Who lets whom move all its licences."""

    def sold(self, offer: Offer) -> int:
        return sum(it.offer == offer for it in self.licenses)

    def barred(self, offer: Offer, time: int) -> bool:
        """Whether a paid period forbids a sale; one that was surrendered does until its end."""
        return any(it.offer.excludes(offer) and time < it.end for it in self.licenses)

    def held(self, holder: str, work: str, time: int) -> list[License]:
        """Living licences of a work."""
        return [it for it in self.living(time) if (it.holder, it.offer.work) == (holder, work)]

    def is_full(self, holder: str, work: str, time: int) -> bool:
        return len(self.held(holder, work, time)) >= MAX_HELD

    def living(self, time: int) -> Iterator[License]:
        return (it for it in self.licenses if it.lives(time))

    def derives(self, license: License, holder: str, work: str, cut: int, time: int) -> bool:
        """Whether a licence lets a holder derive from a work for this part of the revenue."""
        offer = license.offer
        is_own = license.lives(time) and (license.holder, offer.work) == (holder, work)
        return is_own and offer.derivatives and cut >= offer.cut

    def may_move(self, license: License, by: str) -> bool:
        owner = license.holder
        return by in (owner, license.operator) or (owner, by) in self.operators
