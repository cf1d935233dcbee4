// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// @notice One rule for who signed: accounts with or without EIP-7702 code by ECDSA, contract wallets by EIP-1271.
library Signatures {
    /// @dev Enough for a wallet that verifies P-256 in Solidity; a wallet that burns it only hurts itself.
    uint256 private constant WALLET_GAS = 500_000;

    /// @dev ECDSA takes exactly 65 bytes, low s, v 27 or 28. The wallet must return the magic value as one word.
    function isValid(address signer, bytes32 digest, bytes calldata signature)
        internal
        view
        returns (bool)
    {
        if (signer == address(0)) return false;
        (address recovered,,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (recovered == signer) return true;
        return signer.code.length > 0 && _walletAccepts(signer, digest, signature);
    }

    function _walletAccepts(address wallet, bytes32 digest, bytes calldata signature)
        private
        view
        returns (bool accepted)
    {
        bytes memory data = abi.encodeCall(IERC1271.isValidSignature, (digest, signature));
        bytes32 magic = bytes32(IERC1271.isValidSignature.selector);
        assembly ("memory-safe") {
            mstore(0x00, 0)
            let ok := staticcall(WALLET_GAS, wallet, add(data, 0x20), mload(data), 0x00, 0x20)
            accepted := and(ok, and(eq(returndatasize(), 0x20), eq(mload(0x00), magic)))
        }
    }
}
