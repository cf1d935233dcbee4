// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Exclusivity} from "../../contracts/libraries/Exclusivity.sol";

/// @notice What holds of the calendar of licences for every sale, in every state.
contract ExclusivityProofs {
    using Exclusivity for Exclusivity.Calendar;

    struct Sale {
        bytes32 territory;
        bool exclusive;
    }

    Exclusivity.Calendar private _calendar;

    function check_add__when_two_sales_clash__bars_the_second(
        Sale calldata first,
        Sale calldata second,
        uint40 until,
        Exclusivity.Ends[3] calldata ends
    ) external {
        _write(first.territory, second.territory, ends);
        require(_clash(first, second));
        _calendar.add(first.territory, first.exclusive, until);
        assert(_barredUntil(second) >= until);
    }

    function check_add__when_two_sales_do_not_clash__leaves_the_second_free(
        Sale calldata first,
        Sale calldata second,
        uint40 until,
        Exclusivity.Ends[3] calldata ends
    ) external {
        _write(first.territory, second.territory, ends);
        require(!_clash(first, second));
        uint40 before = _barredUntil(second);
        _calendar.add(first.territory, first.exclusive, until);
        assert(_barredUntil(second) == before);
    }

    function check_add__given_any_calendar__brings_no_end_forward(
        Sale calldata sale,
        bytes32 territory,
        uint40 until,
        Exclusivity.Ends[3] calldata ends
    ) external {
        _write(sale.territory, territory, ends);
        Exclusivity.Ends memory old = _calendar.ends[territory];
        _calendar.add(sale.territory, sale.exclusive, until);
        Exclusivity.Ends memory now_ = _calendar.ends[territory];
        assert(now_.sold >= old.sold);
        assert(now_.exclusive >= old.exclusive);
        assert(now_.soldWithin >= old.soldWithin);
        assert(now_.exclusiveWithin >= old.exclusiveWithin);
    }

    /// @dev Any state of the territories that the sales touch.
    function _write(bytes32 first, bytes32 second, Exclusivity.Ends[3] calldata ends) private {
        _calendar.ends[first] = ends[0];
        _calendar.ends[second] = ends[1];
        _calendar.ends[0] = ends[2];
    }

    function _barredUntil(Sale calldata sale) private view returns (uint40) {
        return _calendar.barredUntil(sale.territory, sale.exclusive);
    }

    /// @dev What exclusivity means, in one line.
    function _clash(Sale calldata one, Sale calldata other) private pure returns (bool) {
        bool overlap =
            one.territory == 0 || other.territory == 0 || one.territory == other.territory;
        return overlap && (one.exclusive || other.exclusive);
    }
}
