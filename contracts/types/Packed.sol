// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Shares and two amounts in one slot: | shares 40 | first 108 | second 108 |.
/// @dev Amounts are scaled by 2^20 and kept modulo 2^108, which is what the splitter's arithmetic wants.
type Packed is uint256;

using {sharesOf, firstOf, secondOf} for Packed global;

uint256 constant AMOUNT_MASK = 2 ** 108 - 1;

/// @dev `shares` must be below 2^40; the amounts may be any number and are reduced modulo 2^108.
function pack(uint256 shares, uint256 first, uint256 second) pure returns (Packed) {
    return Packed.wrap(shares << 216 | (first & AMOUNT_MASK) << 108 | second & AMOUNT_MASK);
}

function sharesOf(Packed slot) pure returns (uint256) {
    return Packed.unwrap(slot) >> 216;
}

function firstOf(Packed slot) pure returns (uint256) {
    return Packed.unwrap(slot) >> 108 & AMOUNT_MASK;
}

function secondOf(Packed slot) pure returns (uint256) {
    return Packed.unwrap(slot) & AMOUNT_MASK;
}
