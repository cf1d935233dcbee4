// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GateContext, IGate} from "../interfaces/IGate.sol";
import {IProjects} from "../interfaces/IProjects.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {TypedData} from "../libraries/TypedData.sol";

/// @title Base of a gate that asks for a signed statement
/// @notice See `IGate`. Holds nothing but the roles it asks; a project may list one gate at many stages.
abstract contract Gate is IGate {
    IProjects public immutable PROJECTS;

    constructor(IProjects projects) {
        PROJECTS = projects;
    }

    /// @notice EIP-712 domain separator under which statements for this gate are signed.
    function domainSeparator() public view returns (bytes32) {
        return TypedData.domainSeparator(address(this));
    }

    /// @dev Whether an account that holds `role` in the project signed the struct for this gate.
    function _isSigned(
        GateContext calldata context,
        uint8 role,
        address signer,
        bytes32 structHash,
        bytes calldata signature
    ) internal view returns (bool) {
        return PROJECTS.hasRoles(context.projectId, signer, role)
            && Signatures.isValid(
            signer, TypedData.digest(domainSeparator(), structHash), signature
        );
    }
}
