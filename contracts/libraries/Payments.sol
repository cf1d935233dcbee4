// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Sends the native currency or an ERC-20 without trusting the other side: no return data is copied, gas can
/// be bounded, failure is a return value.
library Payments {
    /// @dev ERC-7528 address of the native currency.
    address internal constant NATIVE = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE;

    /// @dev Gas for a payment that must not be able to hold up others.
    uint256 internal constant BOUNDED_GAS = 200_000;

    /// @dev Balance of this contract; 0 if the token does not answer within `BOUNDED_GAS`. A caller cannot force that
    /// by sending little gas: what is left after a starved call does not pay for the storage writes that follow.
    function balanceOf(address currency) internal view returns (uint256 amount) {
        if (currency == NATIVE) return address(this).balance;
        bytes4 selector = 0x70a08231; // balanceOf(address)
        assembly ("memory-safe") {
            mstore(0x00, selector)
            mstore(0x04, address())
            if staticcall(BOUNDED_GAS, currency, 0x00, 0x24, 0x00, 0x20) {
                if gt(returndatasize(), 0x1f) { amount := mload(0x00) }
            }
        }
    }

    /// @dev Sends, spending at most `gasLimit` on the other side. A token must return true, or nothing and have code.
    function trySend(address currency, address to, uint256 amount, uint256 gasLimit)
        internal
        returns (bool ok)
    {
        if (currency == NATIVE) {
            assembly ("memory-safe") {
                ok := call(gasLimit, to, amount, 0x00, 0x00, 0x00, 0x00)
            }
            return ok;
        }
        bytes4 selector = 0xa9059cbb; // transfer(address,uint256)
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(0x00, selector)
            mstore(0x04, to)
            mstore(0x24, amount)
            ok := call(gasLimit, currency, 0x00, 0x00, 0x44, 0x00, 0x20)
            switch returndatasize()
            case 0 { ok := and(ok, gt(extcodesize(currency), 0)) }
            default { ok := and(ok, and(gt(returndatasize(), 0x1f), eq(mload(0x00), 1))) }
            mstore(0x40, free)
        }
    }
}
