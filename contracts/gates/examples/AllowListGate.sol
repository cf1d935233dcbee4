// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GateContext, IGate} from "../../interfaces/IGate.sol";
import {IProjects} from "../../interfaces/IProjects.sol";
import {Roles} from "../../libraries/Roles.sol";

/// @title Allow-list gate: an example to start from
/// @notice Says yes if the project lists the asset's creator, such as residents of a jurisdiction it may buy from.
/// @dev Needs no proof. One gate serves all projects, and no project can list for another.
contract AllowListGate is IGate {
    IProjects public immutable PROJECTS;

    mapping(uint40 projectId => mapping(address creator => bool)) public isListed;

    /// @notice A project put a creator on its list, or took it off.
    event ListingSet(
        uint40 indexed projectId, address indexed creator, bool oldListed, bool newListed
    );

    constructor(IProjects projects) {
        PROJECTS = projects;
    }

    /// @notice Puts a creator on the project's list, or takes it off. COMPLIANCE.
    function setListed(uint40 projectId, address creator, bool listed) external {
        PROJECTS.requireAnyRole(projectId, msg.sender, Roles.COMPLIANCE);
        emit ListingSet(projectId, creator, isListed[projectId][creator], listed);
        isListed[projectId][creator] = listed;
    }

    /// @notice See `IGate.check`.
    function check(GateContext calldata context, bytes calldata) external view returns (bool) {
        return isListed[context.projectId][context.creator];
    }
}
