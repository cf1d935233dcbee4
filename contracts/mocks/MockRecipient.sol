// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A contract that is paid and behaves badly, and that does what it is told. Only for tests.
contract MockRecipient {
    /// @dev REENTER accepts the payment and makes the call set by `reenter` during it.
    enum Mode {
        ACCEPT,
        REJECT,
        REJECT_WITH_BOMB,
        ACCEPT_WITH_BOMB,
        BURN_GAS,
        REENTER
    }

    Mode public mode;
    uint256 public entries;
    bool public succeeded;
    bytes4 public answer;
    address private _target;
    bytes private _data;

    /// @dev Empty calldata also comes from the hooks of `MockHostileERC20`.
    receive() external payable {
        Mode current = mode;
        if (current == Mode.ACCEPT) return;
        if (current == Mode.REENTER) return _reenter();
        assembly ("memory-safe") {
            if eq(current, 1) { revert(0x00, 0x00) }
            if eq(current, 2) { revert(0x00, 100000) }
            if eq(current, 3) { return(0x00, 100000) }
            invalid()
        }
    }

    function setMode(Mode mode_) external {
        mode = mode_;
    }

    function reenter(address target, bytes calldata data) external {
        (mode, _target, _data) = (Mode.REENTER, target, data);
    }

    /// @notice Calls on behalf of this contract and passes on what comes back.
    function execute(address target, uint256 value, bytes calldata data) external payable {
        (bool done, bytes memory reason) = target.call{value: value}(data);
        assembly ("memory-safe") {
            if iszero(done) { revert(add(reason, 0x20), mload(reason)) }
        }
    }

    /// @notice Pays as `transfer` and `send` do: with 2,300 gas.
    function payOnStipend(address to) external payable {
        assembly ("memory-safe") {
            if iszero(call(0, to, callvalue(), 0x00, 0x00, 0x00, 0x00)) { revert(0x00, 0x00) }
        }
    }

    function _reenter() private {
        bytes memory reason;
        (succeeded, reason) = _target.call(_data);
        entries += 1;
        answer = bytes4(reason);
    }
}
