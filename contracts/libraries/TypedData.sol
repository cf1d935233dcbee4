// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Every EIP-712 type of Creatoken, once. The signer's address is a field of each struct, so one signature
/// can never count for two signers. Mirrored by the SDK's `record.typed_data`, tested on
/// `tests/vectors/typed_data.json`.
/// @dev The field `at` of a type is called `time` here: `at` will be a keyword.
library TypedData {
    bytes32 internal constant DOMAIN_TYPEHASH = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId," "address verifyingContract)"
    );
    bytes32 internal constant STEP_TYPEHASH = keccak256(
        "Step(uint40 workId,uint32 index,bytes32 previous,address actor,uint8 actorKind,"
        "uint8 sourceType,bytes32 action,bytes32 input,bytes32 output,bytes32 detail,"
        "uint40 shares,uint40 at)"
    );
    bytes32 internal constant REGISTRATION_TYPEHASH = keccak256(
        "Registration(uint256 assetId,address to,uint40 workId,bytes32 manifestHash,"
        "bytes32 parentsHash,uint40 deadline)"
    );
    bytes32 internal constant APPROVAL_TYPEHASH = keccak256(
        "Approval(uint256 assetId,uint8 stage,bytes32 noteHash,address director,"
        "uint64 epoch,uint40 deadline)"
    );
    bytes32 internal constant BULK_APPROVAL_TYPEHASH = keccak256(
        "BulkApproval(bytes32 root,uint32 count,address director,uint64 epoch," "uint40 deadline)"
    );
    bytes32 internal constant ATTESTATION_TYPEHASH = keccak256(
        "Attestation(uint256 assetId,bytes32 check,bool passed,bytes32 reportHash,"
        "address attester,uint40 expiresAt)"
    );
    bytes32 internal constant METRIC_TYPEHASH = keccak256(
        "Metric(uint256 assetId,bytes32 name,uint256 value,bytes32 reportHash,"
        "address reporter,uint40 at)"
    );

    struct Step {
        uint40 workId;
        uint32 index;
        bytes32 previous;
        address actor;
        uint8 actorKind;
        uint8 sourceType;
        bytes32 action;
        bytes32 input;
        bytes32 output;
        bytes32 detail;
        uint40 shares;
        uint40 time;
    }

    struct Registration {
        uint256 assetId;
        address to;
        uint40 workId;
        bytes32 manifestHash;
        bytes32 parentsHash;
        uint40 deadline;
    }

    struct Approval {
        uint256 assetId;
        uint8 stage;
        bytes32 noteHash;
        address director;
        uint64 epoch;
        uint40 deadline;
    }

    struct BulkApproval {
        bytes32 root;
        uint32 count;
        address director;
        uint64 epoch;
        uint40 deadline;
    }

    struct Attestation {
        uint256 assetId;
        bytes32 check;
        bool passed;
        bytes32 reportHash;
        address attester;
        uint40 expiresAt;
    }

    struct Metric {
        uint256 assetId;
        bytes32 name;
        uint256 value;
        bytes32 reportHash;
        address reporter;
        uint40 time;
    }

    /// @dev Domain "Creatoken", version "1", of the contract that checks. The chain id is read each time, so a
    /// signature does not survive a fork of the chain.
    function domainSeparator(address verifyingContract) internal view returns (bytes32) {
        return keccak256(
            abi.encode(
                DOMAIN_TYPEHASH,
                keccak256("Creatoken"),
                keccak256("1"),
                block.chainid,
                verifyingContract
            )
        );
    }

    /// @dev What is signed.
    function digest(bytes32 separator, bytes32 structHash) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", separator, structHash));
    }

    function hash(Step memory step) internal pure returns (bytes32) {
        return keccak256(abi.encode(STEP_TYPEHASH, step));
    }

    function hash(Registration memory registration) internal pure returns (bytes32) {
        return keccak256(abi.encode(REGISTRATION_TYPEHASH, registration));
    }

    function hash(Approval memory approval) internal pure returns (bytes32) {
        return keccak256(abi.encode(APPROVAL_TYPEHASH, approval));
    }

    function hash(BulkApproval memory approval) internal pure returns (bytes32) {
        return keccak256(abi.encode(BULK_APPROVAL_TYPEHASH, approval));
    }

    function hash(Attestation memory attestation) internal pure returns (bytes32) {
        return keccak256(abi.encode(ATTESTATION_TYPEHASH, attestation));
    }

    function hash(Metric memory metric) internal pure returns (bytes32) {
        return keccak256(abi.encode(METRIC_TYPEHASH, metric));
    }
}
