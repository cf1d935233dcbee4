// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {Leaves} from "../libraries/Leaves.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {TypedData} from "../libraries/TypedData.sol";

/// @notice Opens the hashing libraries to calls from outside. Only for tests.
contract HashingHarness {
    function domainSeparator(address verifyingContract) external view returns (bytes32) {
        return TypedData.domainSeparator(verifyingContract);
    }

    function digest(bytes32 separator, bytes32 structHash) external pure returns (bytes32) {
        return TypedData.digest(separator, structHash);
    }

    function hashStep(TypedData.Step calldata message) external pure returns (bytes32) {
        return TypedData.hash(message);
    }

    function hashRegistration(TypedData.Registration calldata message)
        external
        pure
        returns (bytes32)
    {
        return TypedData.hash(message);
    }

    function hashApproval(TypedData.Approval calldata message) external pure returns (bytes32) {
        return TypedData.hash(message);
    }

    function hashBulkApproval(TypedData.BulkApproval calldata message)
        external
        pure
        returns (bytes32)
    {
        return TypedData.hash(message);
    }

    function hashAttestation(TypedData.Attestation calldata message)
        external
        pure
        returns (bytes32)
    {
        return TypedData.hash(message);
    }

    function hashMetric(TypedData.Metric calldata message) external pure returns (bytes32) {
        return TypedData.hash(message);
    }

    function assetLeaf(
        address creator,
        bytes32 contentHash,
        bytes32 recordRoot,
        bytes32 manifestHash
    ) external pure returns (bytes32) {
        return Leaves.asset(creator, contentHash, recordRoot, manifestHash);
    }

    function approvalLeaf(uint256 assetId, uint8 stage, bytes32 noteHash)
        external
        pure
        returns (bytes32)
    {
        return Leaves.approval(assetId, stage, noteHash);
    }

    function joinLeaf(uint256 index, address account, uint40 shares)
        external
        pure
        returns (bytes32)
    {
        return Leaves.holder(index, account, shares);
    }

    function stepLeaf(bytes32 structHash) external pure returns (bytes32) {
        return Leaves.step(structHash);
    }

    function isInTree(bytes32[] calldata proof, bytes32 root, bytes32 leaf)
        external
        pure
        returns (bool)
    {
        return MerkleProof.verifyCalldata(proof, root, leaf);
    }

    function isSigned(address signer, bytes32 digest_, bytes calldata signature)
        external
        view
        returns (bool)
    {
        return Signatures.isValid(signer, digest_, signature);
    }
}
