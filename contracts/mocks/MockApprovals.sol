// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IApprovals} from "../interfaces/IApprovals.sol";

/// @notice What the payout vault asks of a registry, answered as told. Only for tests.
contract MockApprovals {
    mapping(uint256 assetId => uint40 workId) public workOf;
    mapping(uint256 assetId => mapping(uint8 stage => bool)) public isApproved;

    function setAsset(uint256 assetId, uint40 workId) external {
        workOf[assetId] = workId;
    }

    function setApproved(uint256 assetId, uint8 stage, bool approved) external {
        isApproved[assetId][stage] = approved;
    }

    function approve(
        IApprovals.AssetProof calldata asset,
        uint8 stage,
        bytes32,
        IApprovals.Signature[] calldata signatures,
        bytes[] calldata
    ) external returns (uint256 assetId) {
        assetId = assetIdOf(asset.creator, asset.contentHash, asset.recordRoot);
        require(signatures.length > 0, IApprovals.ApprovalsTooFew(assetId, 0, 1));
        require(!isApproved[assetId][stage], IApprovals.ApprovalsAlreadyApproved(assetId, stage));
        isApproved[assetId][stage] = true;
    }

    function requireApproved(uint256 assetId, uint40 workId, uint8 stage) external view {
        require(
            workOf[assetId] == workId,
            IApprovals.ApprovalsWorkMismatch(assetId, workOf[assetId], workId)
        );
        require(isApproved[assetId][stage], IApprovals.ApprovalsNotApproved(assetId, stage));
    }

    function assetIdOf(address, bytes32 contentHash, bytes32) public pure returns (uint256) {
        return uint256(contentHash);
    }
}
