// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Until when licences of one work live, by territory; what exclusivity needs to know, at constant cost.
/// @dev Territory 0 is the world and overlaps every other; two others overlap only if they are equal. Ends are the
/// first second without rights, and only ever grow: a licence that is surrendered bars others to its old end.
library Exclusivity {
    /// @param sold Latest end of any licence for the territory.
    /// @param exclusive Latest end of an exclusive one.
    /// @param soldWithin Only for the world: latest end of any licence for one territory.
    /// @param exclusiveWithin Only for the world: latest end of an exclusive licence for one territory.
    struct Ends {
        uint40 sold;
        uint40 exclusive;
        uint40 soldWithin;
        uint40 exclusiveWithin;
    }

    struct Calendar {
        mapping(bytes32 territory => Ends) ends;
    }

    /// @dev Until when a new licence is barred; it may be sold from that second on. An exclusive licence bars all
    /// others and is barred by all; any other only by exclusive ones.
    function barredUntil(Calendar storage calendar, bytes32 territory, bool exclusive)
        internal
        view
        returns (uint40)
    {
        Ends storage world = calendar.ends[0];
        uint40 here;
        if (territory == 0) {
            here = exclusive ? world.soldWithin : world.exclusiveWithin;
        } else {
            Ends storage local = calendar.ends[territory];
            here = exclusive ? local.sold : local.exclusive;
        }
        return _later(here, exclusive ? world.sold : world.exclusive);
    }

    /// @dev Writes down a licence that lives until `until`.
    function add(Calendar storage calendar, bytes32 territory, bool exclusive, uint40 until)
        internal
    {
        Ends storage here = calendar.ends[territory];
        here.sold = _later(here.sold, until);
        if (exclusive) here.exclusive = _later(here.exclusive, until);
        if (territory == 0) return;
        Ends storage world = calendar.ends[0];
        world.soldWithin = _later(world.soldWithin, until);
        if (exclusive) world.exclusiveWithin = _later(world.exclusiveWithin, until);
    }

    function _later(uint40 a, uint40 b) private pure returns (uint40) {
        return a > b ? a : b;
    }
}
