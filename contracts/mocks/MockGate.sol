// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GateContext} from "../interfaces/IGate.sol";
import {MockAnswer} from "./MockAnswer.sol";

/// @notice Compliance gate that says yes unless told otherwise. Only for tests.
contract MockGate is MockAnswer {
    bytes private _callback;
    bytes32 private _expected;

    /// @dev From now on the gate sends this to the registry and says whether that went through.
    function setCallback(bytes calldata callback) external {
        _callback = callback;
    }

    /// @dev From now on the gate says no to every other question.
    function expect(GateContext calldata context, bytes calldata proof) external {
        _expected = keccak256(abi.encode(context, proof));
    }

    /// @dev Not a view, so that it can try to write.
    function check(GateContext calldata context, bytes calldata proof) external returns (bool) {
        if (_callback.length > 0) {
            (bool done,) = msg.sender.call(_callback);
            return done;
        }
        if (_expected != 0 && keccak256(abi.encode(context, proof)) != _expected) return false;
        return _answer(bytes32(uint256(1))) != 0;
    }
}
