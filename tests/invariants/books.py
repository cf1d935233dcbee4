"""A work's money as it lies in storage, see `contracts/types/Packed.sol`: scaled, not rounded."""

from invariants.chain import Chain
from invariants.world import NATIVE, slot_of

MASK = 2**108 - 1
ACCOUNTS, REVENUES, DEBTS = 0, 1, 2


class Books:
    """Raw reads. Amounts are in units of 2^-20 base units."""

    def __init__(self, chain: Chain, token: str, primary: str) -> None:
        """Opens the books of a work whose primary currency is at `primary`, zero for none."""
        self._chain = chain
        self._token = token
        self._primary = primary

    def shares(self, holder: str) -> int:
        return self._word(ACCOUNTS, holder) >> 216

    def revenue(self, currency: str) -> tuple[int, int, int]:
        """Revenue per share, revenue accounted, shares that divide it."""
        word = self._word(REVENUES, currency)
        return word >> 108 & MASK, word & MASK, word >> 216

    def owed(self, currency: str, holder: str) -> int:
        """What is owed out of the revenue accounted so far."""
        account = self._word(ACCOUNTS, holder)
        if currency == NATIVE:
            debt = account >> 108
        elif currency == self._primary:
            debt = account
        else:
            debt = self._word(DEBTS, currency, holder)
        return (self.revenue(currency)[0] * (account >> 216) - debt) & MASK

    def _word(self, mapping: int, *keys: str) -> int:
        return self._chain.storage(self._token, slot_of(mapping, *keys))
