"""Events of all our contracts in the store, to be searched; the chain stays the source.

Verification never trusts the index: it is only as honest as the endpoint that filled it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from creatoken_sdk.chain.client import Creatoken
from creatoken_sdk.chain.rpc import Rpc
from creatoken_sdk.chain.works import Work
from creatoken_sdk.studio.finality import Finality, final_height
from creatoken_sdk.studio.follower import Follower
from creatoken_sdk.studio.lineage import Lineage
from creatoken_sdk.studio.outputs import Output
from creatoken_sdk.studio.selection import Condition, Selection, asset_number, matching
from creatoken_sdk.studio.store import Store
from creatoken_sdk.studio.watch import Watch

__all__ = ["Index"]


class Index:
    """The events of a deployment, kept in a store up to the block of the last `update`.

    Any number of processes may update one store at once. Plain SQL works, too: the table is
    `events`, and rows with `superseded = 1` are of blocks that a reorg took off the chain.

    - `chain_id`, `block_number`, `block_hash`, `log_index`, `tx_hash`: where it is;
      `at`: its block's time in UTC seconds; `position`: order of arrival
    - `contract`: such as AssetRegistry, or ContributionToken for the token of any work;
      `address`: who emitted it; `name`: such as AssetRegistered
    - `work`: the work that it names, or whose payout, offer or licence it names, or whose token
      emitted it; `asset`: the asset that it names, as in `assets.id`; `creator`: who made the
      asset that it registers; each is null where there is none
    - `arguments`: JSON by snake_case names, numbers beyond 2^53-1 as decimal strings;
      `topics`, `data`: the raw log

    `asset_parents` has `asset` and `parent` of each registration, by the key of its event.
    """

    def __init__(self, store: Store, chain: Creatoken, *, witness: Rpc | None = None) -> None:
        """Keep the events of the client's deployment. `witness` is as for `Logs`."""
        self._store = store
        self._rpc = chain.wallet.rpc
        self._chain_id = chain.chain_id
        self._follower = Follower(store, chain, witness)

    def update(self, *, progress: Callable[[int, int], None] | None = None) -> int:
        """Read the chain up to its head, from where this or any process stopped.

        Returns the highest block that was read. `progress` is called with that and the head, again
        and again. A crash loses no more than the blocks that were being read.
        """
        return self._follower.update(progress)

    def rewind(self, block: int) -> None:
        """Forget what is above a block, so that the next update reads it again."""
        self._follower.rewind(block)

    def where(
        self,
        *,
        name: str | None = None,
        work: Work | int | None = None,
        asset: int | Output | None = None,
        creator: str | None = None,
        since: int | datetime | None = None,
        until: int | datetime | None = None,
        finality: Finality = "latest",
    ) -> Selection:
        """Return the events that match all that is given, in the order of the chain.

        `work` and `creator` find events that name them, and events that name an asset registered
        for that work or by that creator. `work` also finds events of its payouts, offers and
        licences; anchors, and events of accounts and projects, such as roles, belong to no work.
        `since` is UTC seconds or an aware datetime, `until` the first moment that is too late.
        With "latest" only the store is asked, with other finalities the chain too.
        """
        matched = matching(self._chain_id, name, work, asset, creator, since, until)
        return Selection(self._store, matched.within(self._height(finality)))

    def lineage(self, asset: int | Output, *, finality: Finality = "latest") -> Lineage:
        """Return what an asset was made from, and what was made from it."""
        condition = matching(self._chain_id, name="AssetRegistered")
        return Lineage(self._store, asset_number(asset), condition.within(self._height(finality)))

    def watch(
        self,
        *,
        name: str | None = None,
        work: Work | int | None = None,
        asset: int | Output | None = None,
        creator: str | None = None,
        finality: Finality = "final",
        after: int | None = None,
        pause_seconds: float = 1,
    ) -> Watch:
        """Return the matching events from now on as an endless iterator, sync or async.

        To go on where an earlier one stopped, pass the `position` of its last event as `after`; 0
        begins with the first. It looks at the chain every `pause_seconds`. Warning: less than
        "final" shows events that a reorg may take away; those that come back are shown again.
        """
        condition = matching(self._chain_id, name, work, asset, creator)
        if after is None:
            self.update()
            seen = Selection(self._store, matching(self._chain_id).within(self._height(finality)))
            after = seen.last_position()
        return Watch(lambda: self._news(condition, finality), after, pause_seconds)

    def _news(self, condition: Condition, finality: Finality) -> Selection:
        self.update()
        return Selection(self._store, condition.within(self._height(finality)))

    def _height(self, finality: Finality) -> int | None:
        """Remove forks, then return the highest block whose events count; None is no limit."""
        if finality == "latest":
            return None
        self._follower.walk_back()
        return final_height(self._rpc, finality)
