// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Gives an honest answer, or misbehaves as told. Only for tests.
abstract contract MockAnswer {
    enum Mode {
        HONEST,
        RETURN,
        REVERT,
        BURN_GAS,
        CHANGE_STATE
    }

    Mode private _mode;
    bytes32 private _word;
    uint256 private _size;
    uint256 public calls;

    /// @dev RETURN and REVERT hand over `size` bytes, of which `word` are the first 32.
    function set(Mode mode, bytes32 word, uint256 size) external {
        (_mode, _word, _size) = (mode, word, size);
    }

    /// @dev Returns to the caller of the contract in all modes but HONEST and CHANGE_STATE.
    function _answer(bytes32 honest) internal returns (bytes32) {
        if (_mode == Mode.HONEST) return honest;
        if (_mode == Mode.CHANGE_STATE) {
            ++calls;
            return honest;
        }
        (bytes32 word, uint256 size) = (_word, _size);
        bool burns = _mode == Mode.BURN_GAS;
        bool fails = _mode == Mode.REVERT;
        assembly ("memory-safe") {
            if burns { invalid() }
            let answer := mload(0x40)
            mstore(answer, word)
            if fails { revert(answer, size) }
            return(answer, size)
        }
    }
}
