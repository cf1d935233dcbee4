// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice An ERC-20 with one flaw at a time. Only for tests.
contract MockHostileERC20 {
    /// @dev FEE takes 1 % from the receiver. HOOK calls the receiver and, before that, the sender. BALANCE_* spoil
    /// `balanceOf`, all others the transfers.
    enum Flaw {
        NONE,
        FEE,
        HOOK,
        PAUSED,
        RETURNS_FALSE,
        RETURNS_NOTHING,
        RETURNS_TWO,
        RETURNS_BOMB,
        REVERTS_ON_ZERO,
        BURNS_GAS,
        BALANCE_REVERTS,
        BALANCE_SHORT,
        BALANCE_BURNS_GAS
    }

    error MockHostileERC20Refused();

    uint8 public decimals;
    Flaw public flaw;
    mapping(address account => bool) public isBlocked;
    mapping(address account => uint256) private _balances;

    function setFlaw(Flaw flaw_) external {
        flaw = flaw_;
    }

    function setDecimals(uint8 decimals_) external {
        decimals = decimals_;
    }

    function setBlocked(address account, bool blocked) external {
        isBlocked[account] = blocked;
    }

    /// @notice Rebases.
    function setBalance(address account, uint256 balance) external {
        _balances[account] = balance;
    }

    function mint(address to, uint256 amount) external {
        _balances[to] += amount;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        return _move(msg.sender, to, amount);
    }

    /// @dev Everybody allows everything.
    function approve(address, uint256) external pure returns (bool) {
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        return _move(from, to, amount);
    }

    function balanceOf(address account) external view returns (uint256) {
        if (flaw == Flaw.BALANCE_REVERTS) revert MockHostileERC20Refused();
        if (flaw == Flaw.BALANCE_BURNS_GAS) _burnGas();
        if (flaw == Flaw.BALANCE_SHORT) {
            assembly ("memory-safe") {
                mstore(0x00, not(0))
                return(0x00, 0x1f)
            }
        }
        return _balances[account];
    }

    function _move(address from, address to, uint256 amount) private returns (bool) {
        bool refused = flaw == Flaw.PAUSED || isBlocked[from] || isBlocked[to]
            || (flaw == Flaw.REVERTS_ON_ZERO && amount == 0);
        if (refused) revert MockHostileERC20Refused();
        if (flaw == Flaw.BURNS_GAS) _burnGas();
        if (flaw == Flaw.RETURNS_FALSE) return false;
        if (flaw == Flaw.RETURNS_TWO) _return(2, 0x20);
        if (flaw == Flaw.HOOK) _call(from);
        _balances[from] -= amount;
        _balances[to] += flaw == Flaw.FEE ? amount - amount / 100 : amount;
        if (flaw == Flaw.HOOK) _call(to);
        if (flaw == Flaw.RETURNS_NOTHING) _return(0, 0);
        if (flaw == Flaw.RETURNS_BOMB) _return(1, 100_000);
        return true;
    }

    function _call(address account) private {
        assembly ("memory-safe") {
            pop(call(gas(), account, 0, 0x00, 0x00, 0x00, 0x00))
        }
    }

    function _return(uint256 word, uint256 size) private pure {
        assembly ("memory-safe") {
            mstore(0x00, word)
            return(0x00, size)
        }
    }

    function _burnGas() private pure {
        assembly ("memory-safe") {
            invalid()
        }
    }
}
