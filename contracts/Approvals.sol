// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {GateContext, IGate} from "./interfaces/IGate.sol";
import {IApprovals} from "./interfaces/IApprovals.sol";
import {IProjects} from "./interfaces/IProjects.sol";
import {Leaves} from "./libraries/Leaves.sol";
import {Roles} from "./libraries/Roles.sol";
import {Signatures} from "./libraries/Signatures.sol";
import {TypedData} from "./libraries/TypedData.sol";

/// @title Approvals
/// @notice See `IApprovals`.
/// @dev Half of the asset registry: the stage bits live in the asset's slot.
abstract contract Approvals is IApprovals {
    uint8 internal constant STAGES = 8;
    uint256 private constant GATE_GAS = 200_000;

    IProjects public immutable PROJECTS;

    mapping(address director => uint64 epoch) public epochOf;

    constructor(IProjects projects) {
        PROJECTS = projects;
    }

    /// @inheritdoc IApprovals
    function approve(
        AssetProof calldata asset,
        uint8 stage,
        bytes32 noteHash,
        Signature[] calldata signatures,
        bytes[] calldata gateProofs
    ) external returns (uint256 assetId) {
        assetId = assetIdOf(asset.creator, asset.contentHash, asset.recordRoot);
        (uint40 workId, uint40 projectId) = _requireApprovable(assetId, stage);
        (uint8 required, bool gated) = PROJECTS.policyOf(projectId, stage);

        address[] memory directors = _requireSignatures(
            TypedData.Approval(assetId, stage, noteHash, address(0), 0, 0),
            projectId,
            required,
            signatures
        );
        if (gated || gateProofs.length > 0) {
            GateContext memory context = GateContext({
                projectId: projectId,
                workId: workId,
                assetId: assetId,
                stage: stage,
                noteHash: noteHash,
                creator: asset.creator,
                contentHash: asset.contentHash,
                recordRoot: asset.recordRoot
            });
            _requireGates(PROJECTS.gatesOf(projectId, stage), context, gateProofs);
        }

        _setStage(assetId, stage);
        emit AssetApproved(assetId, workId, stage, noteHash, directors);
    }

    /// @inheritdoc IApprovals
    function reject(uint256 assetId, uint8 stage, bytes32 reasonHash) external {
        require(stage < STAGES, ApprovalsStageInvalid(stage));
        (, uint40 projectId) = _requireWork(assetId);
        PROJECTS.requireAnyRole(projectId, msg.sender, Roles.DIRECTOR);
        emit AssetRejected(assetId, stage, msg.sender, reasonHash);
    }

    /// @inheritdoc IApprovals
    function revokeSignatures() external returns (uint64 epoch) {
        uint64 old = epochOf[msg.sender];
        epoch = old + 1;
        epochOf[msg.sender] = epoch;
        emit SignaturesRevoked(msg.sender, old, epoch);
    }

    /// @inheritdoc IApprovals
    function domainSeparator() public view returns (bytes32) {
        return TypedData.domainSeparator(address(this));
    }

    /// @dev Id of an asset.
    function assetIdOf(address creator, bytes32 contentHash, bytes32 recordRoot)
        public
        view
        virtual
        returns (uint256);

    /// @dev Work and project of an existing asset; reverts if it has none.
    function _requireWork(uint256 assetId)
        internal
        view
        virtual
        returns (uint40 workId, uint40 projectId);

    /// @dev As `_requireWork`, for an asset that stands and lacks this stage.
    function _requireApprovable(uint256 assetId, uint8 stage)
        internal
        view
        virtual
        returns (uint40 workId, uint40 projectId);

    /// @dev Sets the stage's bit.
    function _setStage(uint256 assetId, uint8 stage) internal virtual;

    function _requireSignatures(
        TypedData.Approval memory approval,
        uint40 projectId,
        uint256 required,
        Signature[] calldata signatures
    ) private view returns (address[] memory directors) {
        require(
            signatures.length >= required,
            ApprovalsTooFew(approval.assetId, signatures.length, required)
        );
        directors = new address[](signatures.length);
        bytes32 separator = domainSeparator();
        address previous;
        for (uint256 i; i < signatures.length; ++i) {
            address director = signatures[i].director;
            require(director > previous, ApprovalsUnsorted(previous, director));
            require(
                PROJECTS.hasRoles(projectId, director, Roles.DIRECTOR),
                ApprovalsNotDirector(projectId, director)
            );
            _requireSignature(approval, separator, signatures[i]);
            directors[i] = previous = director;
        }
    }

    function _requireSignature(
        TypedData.Approval memory approval,
        bytes32 separator,
        Signature calldata signature
    ) private view {
        address director = signature.director;
        uint40 deadline = signature.deadline;
        require(block.timestamp <= deadline, ApprovalsExpired(director, deadline));
        uint64 epoch = epochOf[director];
        bytes32 structHash;
        if (signature.count == 0) {
            require(
                signature.proof.length == 0,
                ApprovalsProofInvalid(director, 0, signature.proof.length)
            );
            (approval.director, approval.epoch, approval.deadline) = (director, epoch, deadline);
            structHash = TypedData.hash(approval);
        } else {
            bytes32 root = _bulkRoot(approval, signature);
            structHash = TypedData.hash(
                TypedData.BulkApproval(root, signature.count, director, epoch, deadline)
            );
        }
        bytes32 digest = TypedData.digest(separator, structHash);
        require(
            Signatures.isValid(director, digest, signature.signature),
            ApprovalsSignatureInvalid(director, digest)
        );
    }

    /// @dev In a tree of n leaves every leaf is floor(log2 n) or ceil(log2 n) steps below the root.
    function _bulkRoot(TypedData.Approval memory approval, Signature calldata signature)
        private
        pure
        returns (bytes32)
    {
        uint256 length = signature.proof.length;
        uint256 count = signature.count;
        require(
            length == Math.log2(count) || length == Math.log2(count, Math.Rounding.Ceil),
            ApprovalsProofInvalid(signature.director, signature.count, length)
        );
        bytes32 leaf = Leaves.approval(approval.assetId, approval.stage, approval.noteHash);
        return MerkleProof.processProofCalldata(signature.proof, leaf);
    }

    function _requireGates(
        IGate[] memory gates,
        GateContext memory context,
        bytes[] calldata proofs
    ) private view {
        require(
            proofs.length == gates.length, ApprovalsGateProofsMismatch(proofs.length, gates.length)
        );
        for (uint256 i; i < gates.length; ++i) {
            address gate = address(gates[i]);
            bytes memory data = abi.encodeCall(IGate.check, (context, proofs[i]));
            bool passed;
            assembly ("memory-safe") {
                mstore(0x00, 0)
                let ok := staticcall(GATE_GAS, gate, add(data, 0x20), mload(data), 0x00, 0x20)
                passed := and(ok, and(eq(returndatasize(), 0x20), eq(mload(0x00), 1)))
            }
            require(passed, ApprovalsGateRefused(context.assetId, context.stage, gate));
        }
    }
}
