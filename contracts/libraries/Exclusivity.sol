// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Until when licences of one work live, by territory; what exclusivity needs to know, at constant cost.
/// @dev Territory 0 is the world and overlaps every other; two others overlap only if they are equal. Ends are the
/// first second without rights, and only ever grow: a licence that ends early cannot happen.
library Exclusivity {
    /// @param sold Latest end of any licence.
    /// @param exclusive Latest end of an exclusive licence.
    struct Ends {
        uint40 sold;
        uint40 exclusive;
    }

    /// @param world Ends of licences for the whole world.
    /// @param anywhere Ends of licences for any territory, the world included.
    /// @param territories Ends of licences for one territory.
    struct Calendar {
        Ends world;
        Ends anywhere;
        mapping(bytes32 territory => Ends) territories;
    }

    /// @dev Until when a new licence is barred; it may be sold from that second on.
    function barredUntil(Calendar storage calendar, bytes32 territory, bool exclusive)
        internal
        view
        returns (uint40)
    {
        if (territory == 0) return _end(calendar.anywhere, exclusive);
        uint40 here = _end(calendar.territories[territory], exclusive);
        uint40 world = _end(calendar.world, exclusive);
        return here > world ? here : world;
    }

    /// @dev Writes down a licence that lives until `until`.
    function add(Calendar storage calendar, bytes32 territory, bool exclusive, uint40 until)
        internal
    {
        _extend(calendar.anywhere, exclusive, until);
        _extend(territory == 0 ? calendar.world : calendar.territories[territory], exclusive, until);
    }

    /// @dev An exclusive licence bars all others and is barred by all; any other only by exclusive ones.
    function _end(Ends storage ends, bool exclusive) private view returns (uint40) {
        return exclusive ? ends.sold : ends.exclusive;
    }

    function _extend(Ends storage ends, bool exclusive, uint40 until) private {
        if (until > ends.sold) ends.sold = until;
        if (exclusive && until > ends.exclusive) ends.exclusive = until;
    }
}
