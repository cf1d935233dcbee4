// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {IAnchors} from "./interfaces/IAnchors.sol";

/// @title Anchors
/// @notice See `IAnchors`.
contract Anchors is IAnchors {
    mapping(address anchorer => mapping(bytes32 root => Anchor)) private _anchors;

    struct Anchor {
        uint40 time;
        uint32 count;
    }

    /// @inheritdoc IAnchors
    function anchor(bytes32 topic, bytes32 root, uint32 count, string calldata uri) external {
        Anchor storage entry = _anchors[msg.sender][root];
        require(root != 0, AnchorsRootZero());
        require(count > 0, AnchorsCountZero(root));
        require(entry.time == 0, AnchorsAlreadyAnchored(msg.sender, root, entry.time));

        _anchors[msg.sender][root] = Anchor({time: uint40(block.timestamp), count: count});
        emit Anchored(msg.sender, topic, root, count, uri);
    }

    /// @inheritdoc IAnchors
    function anchoredAt(address anchorer, bytes32 root) public view returns (uint40) {
        return _anchors[anchorer][root].time;
    }

    /// @inheritdoc IAnchors
    function verify(address anchorer, bytes32 root, bytes32 leaf, bytes32[] calldata proof)
        external
        view
        returns (bool)
    {
        return anchoredAt(anchorer, root) != 0 && MerkleProof.verifyCalldata(proof, root, leaf);
    }
}
