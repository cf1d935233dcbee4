// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Anchors: Merkle roots with a time
/// @notice Any number of inputs, steps, drafts or metrics becomes one root in one storage slot.
/// @dev The key is (anchorer, root): nobody can burn, steal or pre-date another's root. Topics in use are
/// keccak256 of "creatoken.inputs", "creatoken.steps", "creatoken.assets" and "creatoken.metrics"; any other is fine.
/// Leaves are double-hashed and pairs sorted, as OpenZeppelin's StandardMerkleTree makes them.
interface IAnchors {
    /// @notice A root must not be zero.
    error AnchorsRootZero();

    /// @notice A tree has at least one leaf.
    error AnchorsCountZero(bytes32 root);

    /// @notice This account anchored this root before; the first time stands.
    error AnchorsAlreadyAnchored(address anchorer, bytes32 root, uint40 anchoredAt);

    /// @notice A root was anchored.
    event Anchored(
        address indexed anchorer,
        bytes32 indexed topic,
        bytes32 indexed root,
        uint32 count,
        string uri
    );

    /// @notice Anchors a root in the sender's name at the block's time.
    /// @param topic What the leaves are.
    /// @param root Root of the tree; not zero.
    /// @param count Number of leaves, at least 1; stated by the anchorer, not checked.
    /// @param uri Where the leaves may be found; not interpreted.
    function anchor(bytes32 topic, bytes32 root, uint32 count, string calldata uri) external;

    /// @notice Time at which the account anchored the root, in UTC seconds; 0 if never.
    function anchoredAt(address anchorer, bytes32 root) external view returns (uint40 time);

    /// @notice Whether the account anchored the root and the proof leads from the leaf to it.
    /// @param anchorer Account that anchored.
    /// @param root Anchored root.
    /// @param leaf Double-hashed leaf.
    /// @param proof Sibling hashes from the leaf up.
    function verify(address anchorer, bytes32 root, bytes32 leaf, bytes32[] calldata proof)
        external
        view
        returns (bool);
}
