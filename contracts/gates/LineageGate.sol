// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAssetRegistry} from "../interfaces/IAssetRegistry.sol";
import {GateContext, IGate} from "../interfaces/IGate.sol";
import {ILicensing} from "../interfaces/ILicensing.sol";
import {IProjects} from "../interfaces/IProjects.sol";
import {IWorks} from "../interfaces/IWorks.sol";
import {RecordField} from "../libraries/RecordField.sol";

/// @title Lineage gate
/// @notice Says yes if every parent of the asset stands, and is either the project's own, or approved as final and
/// licensed to the project's treasury for derivatives.
/// @dev Proof: `abi.encode(uint256[] parents, uint256[] licenseIds, bytes32 salt, bytes32[] proof)`. The record commits
/// to all parents at once in its field "/parentsHash", so none can be left out; salt and proof open that field. A
/// licence id is ignored for own parents. Revenue shares are checked where a work is opened, not here. All 16 parents
/// fit into a gate's gas if they are the project's own; licensed from as many studios, 8 on one market, 7 on as many.
/// Warning: it reads the parents from the record that directors sign, not from the registration.
contract LineageGate is IGate {
    uint8 private constant FINAL = 7;
    uint16 private constant WHOLE = 10_000;

    IProjects public immutable PROJECTS;
    IWorks public immutable WORKS;
    IAssetRegistry public immutable REGISTRY;

    constructor(IProjects projects, IWorks works, IAssetRegistry registry) {
        PROJECTS = projects;
        WORKS = works;
        REGISTRY = registry;
    }

    /// @notice See `IGate.check`.
    function check(GateContext calldata context, bytes calldata proof)
        external
        view
        returns (bool)
    {
        (
            uint256[] memory parents,
            uint256[] memory licenseIds,
            bytes32 salt,
            bytes32[] memory path
        ) = abi.decode(proof, (uint256[], uint256[], bytes32, bytes32[]));
        bytes32 parentsHash = keccak256(abi.encodePacked(parents));
        bytes32 leaf = RecordField.leaf("/parentsHash", salt, RecordField.hexString(parentsHash));
        if (!RecordField.isUnder(context.recordRoot, leaf, path)) return false;
        address licensee = PROJECTS.licenseeOf(context.projectId);
        for (uint256 i; i < parents.length; ++i) {
            if (!_mayDerive(context.projectId, licensee, parents[i], licenseIds[i])) return false;
        }
        return true;
    }

    function _mayDerive(uint40 projectId, address licensee, uint256 parentId, uint256 licenseId)
        private
        view
        returns (bool)
    {
        IAssetRegistry.Asset memory parent = REGISTRY.assetOf(parentId);
        if (parent.status != IAssetRegistry.Status.ACTIVE) return false;
        if (parent.workId == 0) return parent.owner == licensee;
        uint40 owner = WORKS.projectOf(parent.workId);
        if (owner == projectId) return true;
        ILicensing licensing = PROJECTS.licensingOf(owner);
        return parent.stages & (1 << FINAL) != 0 && address(licensing) != address(0)
            && licensee != address(0)
            && licensing.permitsDerivative(licenseId, parent.workId, licensee, WHOLE);
    }
}
