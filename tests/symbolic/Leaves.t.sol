// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Hashes} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";
import {Leaves} from "../../contracts/libraries/Leaves.sol";

/// @notice What Merkle leaves bind, given that Keccak has no collisions.
contract LeavesProofs {
    function check_holder__given_any_inner_node__differs(
        uint256 index,
        address account,
        uint40 shares,
        bytes32 left,
        bytes32 right
    ) external pure {
        assert(Leaves.holder(index, account, shares) != Hashes.commutativeKeccak256(left, right));
    }

    function check_holder__when_equal__is_of_the_same_holder(
        uint256 index,
        address account,
        uint40 shares,
        uint256 index2,
        address account2,
        uint40 shares2
    ) external pure {
        require(Leaves.holder(index, account, shares) == Leaves.holder(index2, account2, shares2));
        assert(index == index2);
        assert(account == account2);
        assert(shares == shares2);
    }

    function check_asset__when_equal__is_of_the_same_asset(
        address[2] calldata creator,
        bytes32[2] calldata contentHash,
        bytes32[2] calldata recordRoot,
        bytes32[2] calldata manifestHash
    ) external pure {
        require(
            Leaves.asset(creator[0], contentHash[0], recordRoot[0], manifestHash[0])
            == Leaves.asset(creator[1], contentHash[1], recordRoot[1], manifestHash[1])
        );
        assert(creator[0] == creator[1]);
        assert(contentHash[0] == contentHash[1]);
        assert(recordRoot[0] == recordRoot[1]);
        assert(manifestHash[0] == manifestHash[1]);
    }
}
