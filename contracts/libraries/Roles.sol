// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Roles of a project, as bits of a mask.
library Roles {
    /// @dev Governs roles, policy and treasury.
    uint8 internal constant ADMIN = 1;
    /// @dev Signs approvals; opens, seals and withdraws.
    uint8 internal constant DIRECTOR = 2;
    /// @dev Records steps and registers assets.
    uint8 internal constant RECORDER = 4;
    /// @dev Signs attestations.
    uint8 internal constant COMPLIANCE = 8;
    /// @dev Signs metrics.
    uint8 internal constant REPORTER = 16;
    /// @dev Handles licences and currencies.
    uint8 internal constant TREASURER = 32;
    /// @dev Every role.
    uint8 internal constant ALL = 63;
}
