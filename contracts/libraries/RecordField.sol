// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {LibString} from "solady/src/utils/LibString.sol";

/// @notice Opening one field of an asset's record on chain. Mirrors the SDK's `record.commitments`.
library RecordField {
    bytes32 private constant DOMAIN = keccak256("creatoken.record.v1");

    /// @dev Leaf of a field: its salted commitment, double-hashed.
    /// @param path Path of the field, such as "/parentsHash".
    /// @param salt The field's salt.
    /// @param value RFC 8785 bytes of the field's value.
    function leaf(string memory path, bytes32 salt, string memory value)
        internal
        pure
        returns (bytes32)
    {
        bytes32 commitment = sha256(
            abi.encodePacked(DOMAIN, uint32(bytes(path).length), path, salt, sha256(bytes(value)))
        );
        return keccak256(bytes.concat(keccak256(abi.encode(commitment))));
    }

    /// @dev RFC 8785 form of 32 bytes as the record writes them: 0x and lower-case hex, quoted.
    function hexString(bytes32 value) internal pure returns (string memory) {
        return string.concat('"', LibString.toHexString(uint256(value), 32), '"');
    }

    /// @dev Whether the leaf is under a record root.
    function isUnder(bytes32 recordRoot, bytes32 fieldLeaf, bytes32[] memory proof)
        internal
        pure
        returns (bool)
    {
        return MerkleProof.verify(proof, recordRoot, fieldLeaf);
    }
}
