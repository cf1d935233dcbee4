// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AMOUNT_MASK, Packed, pack} from "../../contracts/types/Packed.sol";

/// @notice Proofs about the slot of a splitter, for all values.
contract PackedProofs {
    function check_pack__given_any_values__gives_them_back(
        uint40 shares,
        uint256 first,
        uint256 second
    ) external pure {
        Packed slot = pack(shares, first, second);
        assert(slot.sharesOf() == shares);
        assert(slot.firstOf() == first & AMOUNT_MASK);
        assert(slot.secondOf() == second & AMOUNT_MASK);
    }

    function check_pack__given_what_a_slot_holds__gives_the_slot(uint256 word) external pure {
        Packed slot = Packed.wrap(word);
        Packed again = pack(slot.sharesOf(), slot.firstOf(), slot.secondOf());
        assert(Packed.unwrap(again) == word);
    }
}
