// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Approvals: directors sign, gates agree, a stage is reached
/// @notice An approval is about content, not about money: directors sign one exact asset at one stage (EIP-712), or
/// the root of many, and anybody relays. Payouts follow from the stage.
/// @dev Signers are externally owned accounts (65 bytes, low s, v 27 or 28), accounts with EIP-7702 code, and
/// contract wallets (EIP-1271, at most 500,000 gas, exact magic value). The director's address is inside the signed
/// struct. Warning: an account and a wallet that it owns are two directors if the project made both so.
interface IApprovals {
    /// @notice What an asset id commits to, so that gates can read it.
    /// @param creator Account the asset was registered for.
    /// @param contentHash SHA-256 of the content.
    /// @param recordRoot Root of the asset's record.
    struct AssetProof {
        address creator;
        bytes32 contentHash;
        bytes32 recordRoot;
    }

    /// @notice One director's signature over an `Approval`, or over a `BulkApproval` that contains it.
    /// @param director Signer; holds DIRECTOR when the approval is relayed.
    /// @param deadline Last second, in UTC, at which the signature counts.
    /// @param count 0 for an `Approval`; otherwise the number of leaves under the signed root.
    /// @param proof Empty for an `Approval`; otherwise the way from leaf (assetId, stage, noteHash) to the root.
    /// @param signature 65 bytes of an account, or what the wallet's `isValidSignature` expects.
    struct Signature {
        address director;
        uint40 deadline;
        uint32 count;
        bytes32[] proof;
        bytes signature;
    }

    /// @notice Assets without a work have no directors.
    error ApprovalsNoWork(uint256 assetId);

    /// @notice The asset was withdrawn.
    error ApprovalsWithdrawn(uint256 assetId);

    /// @notice The stage is approved already.
    error ApprovalsAlreadyApproved(uint256 assetId, uint8 stage);

    /// @notice The asset does not have the stage.
    error ApprovalsNotApproved(uint256 assetId, uint8 stage);

    /// @notice The asset belongs to another work.
    error ApprovalsWorkMismatch(uint256 assetId, uint40 assetWorkId, uint40 workId);

    /// @notice Stages run from 0 to 7.
    error ApprovalsStageInvalid(uint8 stage);

    /// @notice Fewer signatures than the project requires now.
    error ApprovalsTooFew(uint256 assetId, uint256 given, uint256 required);

    /// @notice Signatures must be strictly ascending by director.
    error ApprovalsUnsorted(address previous, address director);

    /// @notice The account is not a director of the project now.
    error ApprovalsNotDirector(uint40 projectId, address account);

    /// @notice The signature's deadline has passed.
    error ApprovalsExpired(address director, uint40 deadline);

    /// @notice The proof cannot belong to a tree of `count` leaves.
    error ApprovalsProofInvalid(address director, uint32 count, uint256 proofLength);

    /// @notice The signature is not the director's over this approval at its present epoch.
    error ApprovalsSignatureInvalid(address director, bytes32 digest);

    /// @notice One proof per gate, in the gates' order.
    error ApprovalsGateProofsMismatch(uint256 given, uint256 gates);

    /// @notice The gate did not say yes.
    error ApprovalsGateRefused(uint256 assetId, uint8 stage, address gate);

    /// @notice An asset reached a stage.
    event AssetApproved(
        uint256 indexed assetId,
        uint40 indexed workId,
        uint8 indexed stage,
        bytes32 noteHash,
        address[] directors
    );

    /// @notice A director turned an asset down at a stage. A statement; it undoes nothing.
    event AssetRejected(
        uint256 indexed assetId, uint8 indexed stage, address indexed director, bytes32 reasonHash
    );

    /// @notice Everything the director signed and nobody relayed is void.
    event SignaturesRevoked(address indexed director, uint64 oldEpoch, uint64 newEpoch);

    /// @notice Relays an approval. Anyone may call.
    /// @dev Warning: a signature names the asset, not its work. An id that is signed before it is registered can still
    /// be registered to another work, by a RECORDER there with the creator's consent. Sign what is registered.
    /// @param asset Preimage of the asset id.
    /// @param stage Stage 0 to 7.
    /// @param noteHash Hash of the directors' note; all sign the same.
    /// @param signatures At least as many as the project requires, strictly ascending by director, all valid.
    /// @param gateProofs One per gate of the stage, in order.
    /// @return assetId The approved asset.
    function approve(
        AssetProof calldata asset,
        uint8 stage,
        bytes32 noteHash,
        Signature[] calldata signatures,
        bytes[] calldata gateProofs
    ) external returns (uint256 assetId);

    /// @notice Turns an asset down, on the record. DIRECTOR.
    /// @param assetId Asset of a work.
    /// @param stage Stage 0 to 7.
    /// @param reasonHash Hash of the reason.
    function reject(uint256 assetId, uint8 stage, bytes32 reasonHash) external;

    /// @notice Voids everything the sender signed that nobody relayed yet, in all projects.
    /// @return epoch Epoch that new signatures must carry.
    function revokeSignatures() external returns (uint64 epoch);

    /// @notice Epoch that the director's signatures must carry now.
    function epochOf(address director) external view returns (uint64 epoch);

    /// @notice Whether an asset has a stage; false for unknown assets. Says nothing about withdrawal.
    function isApproved(uint256 assetId, uint8 stage) external view returns (bool);

    /// @notice Reverts unless the asset belongs to the work, stands, and has the stage.
    function requireApproved(uint256 assetId, uint40 workId, uint8 stage) external view;

    /// @notice EIP-712 domain separator under which approvals and registrations are signed.
    function domainSeparator() external view returns (bytes32 separator);
}
