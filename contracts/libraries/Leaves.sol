// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Every Merkle leaf of Creatoken, once. Leaves are double-hashed, so no inner node can pass for one; trees
/// are OpenZeppelin's StandardMerkleTree. Mirrored by the SDK, tested on `tests/vectors/leaves.json`.
library Leaves {
    /// @dev Asset under an anchored root.
    function asset(address creator, bytes32 contentHash, bytes32 recordRoot, bytes32 manifestHash)
        internal
        pure
        returns (bytes32)
    {
        return _double(abi.encode(creator, contentHash, recordRoot, manifestHash));
    }

    /// @dev Approval under a bulk approval's root.
    function approval(uint256 assetId, uint8 stage, bytes32 noteHash)
        internal
        pure
        returns (bytes32)
    {
        return _double(abi.encode(assetId, stage, noteHash));
    }

    /// @dev Lazy holder under a work's lazy root.
    function holder(uint256 index, address account, uint40 shares) internal pure returns (bytes32) {
        return _double(abi.encode(index, account, shares));
    }

    /// @dev Step under a steps root, from the step's EIP-712 struct hash.
    function step(bytes32 structHash) internal pure returns (bytes32) {
        return _double(abi.encode(structHash));
    }

    function _double(bytes memory data) private pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(data)));
    }
}
