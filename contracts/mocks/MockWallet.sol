// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MockAnswer} from "./MockAnswer.sol";

/// @notice EIP-1271 wallet of one owner. Only for tests.
contract MockWallet is MockAnswer {
    address public immutable OWNER;

    constructor(address owner) {
        OWNER = owner;
    }

    /// @dev Not a view, so that it can try to write.
    function isValidSignature(bytes32 digest, bytes calldata signature) external returns (bytes4) {
        (address signer,,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (signer != OWNER) return 0xffffffff;
        return bytes4(_answer(this.isValidSignature.selector));
    }
}
