// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TypedData} from "../../contracts/libraries/TypedData.sol";

/// @notice What a signature binds, given that Keccak has no collisions.
contract TypedDataProofs {
    function check_digest__when_equal__is_of_the_same_contract_and_struct(
        address[2] calldata contracts,
        bytes32[2] calldata structHashes
    ) external view {
        bytes32 one = TypedData.digest(TypedData.domainSeparator(contracts[0]), structHashes[0]);
        bytes32 other = TypedData.digest(TypedData.domainSeparator(contracts[1]), structHashes[1]);
        require(one == other);
        assert(contracts[0] == contracts[1]);
        assert(structHashes[0] == structHashes[1]);
    }

    function check_hash__when_equal__is_of_the_same_approval(
        TypedData.Approval calldata one,
        TypedData.Approval calldata other
    ) external pure {
        require(TypedData.hash(one) == TypedData.hash(other));
        assert(one.assetId == other.assetId);
        assert(one.stage == other.stage);
        assert(one.noteHash == other.noteHash);
        assert(one.director == other.director);
        assert(one.epoch == other.epoch);
        assert(one.deadline == other.deadline);
    }

    function check_hash__given_an_approval_and_a_bulk_approval__differs(
        TypedData.Approval calldata one,
        TypedData.BulkApproval calldata other
    ) external pure {
        assert(TypedData.hash(one) != TypedData.hash(other));
    }
}
