// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a gate is told about the approval it is asked to let through.
/// @param projectId Project that owns the work.
/// @param workId Work that the asset belongs to.
/// @param assetId Asset under approval; it commits to the three fields after `noteHash`.
/// @param stage Stage being approved, 0 to 7.
/// @param noteHash Hash of the directors' note, as signed.
/// @param creator Account the asset was registered for.
/// @param contentHash SHA-256 of the content.
/// @param recordRoot Root of the asset's record.
struct GateContext {
    uint40 projectId;
    uint40 workId;
    uint256 assetId;
    uint8 stage;
    bytes32 noteHash;
    address creator;
    bytes32 contentHash;
    bytes32 recordRoot;
}

/// @title A compliance gate
/// @notice A contract that must say yes before an approval counts. A project lists up to eight gates per stage.
/// @dev Called with STATICCALL and at most 200,000 gas. Anything but exactly one word holding 1 counts as no:
/// a gate that reverts, runs out of gas or returns odd data can delay an approval, never a refund or a claim.
interface IGate {
    /// @notice Whether the asset may pass this stage.
    /// @param context The approval in question.
    /// @param proof Evidence in the gate's own format, supplied by whoever relays the approval.
    /// @return passed True only if the gate is satisfied.
    function check(GateContext calldata context, bytes calldata proof)
        external
        view
        returns (bool passed);
}
