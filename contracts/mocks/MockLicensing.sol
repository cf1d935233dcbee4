// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILicensing} from "../interfaces/ILicensing.sol";

/// @notice Licence market that permits every share that exists, or nothing. Only for tests.
contract MockLicensing is ILicensing {
    bool public permitted;

    function setPermitted(bool permitted_) external {
        permitted = permitted_;
    }

    function permitsDerivative(uint256, uint40, address, uint16 bps) external view returns (bool) {
        return permitted && bps <= 10_000;
    }
}
