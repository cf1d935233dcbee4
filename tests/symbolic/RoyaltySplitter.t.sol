// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {RoyaltySplitter} from "../../contracts/RoyaltySplitter.sol";
import {Payments} from "../../contracts/libraries/Payments.sol";
import {AMOUNT_MASK, Packed, pack} from "../../contracts/types/Packed.sol";

interface Vm {
    function deal(address account, uint256 balance) external;
}

/// @notice What the splitter writes, for any accounts and any revenue per share. Divisions by more than one share are
/// left to the random steps of tests/invariants: no solver gets through them.
contract RoyaltySplitterProofs is RoyaltySplitter {
    Vm private constant VM = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    address private constant HOLDER = address(0x1111);
    address private constant OTHER = address(0x2222);
    /// @dev Storage slots of the two private mappings.
    uint256 private constant ACCOUNTS = 0;
    uint256 private constant REVENUES = 1;

    function check_moveShares__given_any_accounts__moves_what_the_shares_earned(
        uint256 perShare,
        uint40[2] calldata held,
        uint256[2] calldata debts,
        uint40 shares
    ) external {
        require(shares <= held[0] && uint256(held[1]) + shares < 2 ** 40);
        _writeSettled(perShare);
        _write(ACCOUNTS, HOLDER, pack(held[0], debts[0], 0));
        _write(ACCOUNTS, OTHER, pack(held[1], debts[1], 0));

        _moveShares(HOLDER, OTHER, shares);

        unchecked {
            uint256 moved = (perShare & AMOUNT_MASK) * shares;
            _assertAccount(HOLDER, uint256(held[0]) - shares, debts[0] - moved);
            _assertAccount(OTHER, uint256(held[1]) + shares, debts[1] + moved);
        }
    }

    function check_claim__given_any_account__pays_whole_units_and_keeps_the_fraction(
        uint256 perShare,
        uint40 held,
        uint256 debt
    ) external {
        VM.deal(address(this), 2 ** 88);
        VM.deal(HOLDER, 0);
        _writeSettled(perShare);
        _write(ACCOUNTS, HOLDER, pack(held, debt, 0));

        uint256 amount = this.claim(HOLDER);

        unchecked {
            uint256 earned = (perShare & AMOUNT_MASK) * held;
            uint256 owed = (earned - debt) & AMOUNT_MASK;
            assert(amount == owed >> 20);
            assert(HOLDER.balance == amount);
            assert(_read(REVENUES, Payments.NATIVE).secondOf() == AMOUNT_MASK - (amount << 20));
            if (amount > 0) _assertAccount(HOLDER, held, earned - (owed & (2 ** 20 - 1)));
        }
    }

    function check_settle__given_one_share__books_all_that_fits(
        uint256 perShare,
        uint96 balance,
        uint256 accounted
    ) external {
        accounted &= AMOUNT_MASK;
        VM.deal(address(this), balance);
        _write(REVENUES, Payments.NATIVE, pack(1, perShare, accounted));
        _write(ACCOUNTS, HOLDER, pack(1, 0, 0));

        _moveShares(HOLDER, OTHER, 0);

        uint256 fits = uint256(balance < 2 ** 88 ? balance : 2 ** 88 - 1) << 20;
        uint256 gain = fits > accounted ? fits - accounted : 0;
        Packed revenue = _read(REVENUES, Payments.NATIVE);
        assert(revenue.secondOf() == accounted + gain);
        unchecked {
            assert(revenue.firstOf() == (perShare + gain) & AMOUNT_MASK);
        }
    }

    function _primaryCurrency() internal pure override returns (address) {
        return address(0);
    }

    /// @dev More is accounted than a balance can bring, so that there is nothing to settle.
    function _writeSettled(uint256 perShare) private {
        _write(REVENUES, Payments.NATIVE, pack(1, perShare, AMOUNT_MASK));
    }

    function _assertAccount(address holder, uint256 shares, uint256 debt) private view {
        assert(Packed.unwrap(_read(ACCOUNTS, holder)) == Packed.unwrap(pack(shares, debt, 0)));
    }

    function _write(uint256 slot, address key, Packed word) private {
        bytes32 place = keccak256(abi.encode(key, slot));
        assembly ("memory-safe") {
            sstore(place, word)
        }
    }

    function _read(uint256 slot, address key) private view returns (Packed word) {
        bytes32 place = keccak256(abi.encode(key, slot));
        assembly ("memory-safe") {
            word := sload(place)
        }
    }
}

/// @notice Why those debts are right: a holder is owed `perShare * shares - debt` modulo 2^108, wherever it wraps.
contract DebtProofs {
    function check_owed__when_shares_leave__stays(
        uint256 perShare,
        uint256 held,
        uint256 debt,
        uint256 shares
    ) external pure {
        unchecked {
            uint256 left = (debt - perShare * shares) & AMOUNT_MASK;
            assert(_owed(perShare, held - shares, left) == _owed(perShare, held, debt));
        }
    }

    function check_owed__when_shares_arrive__stays(
        uint256 perShare,
        uint256 held,
        uint256 debt,
        uint256 shares
    ) external pure {
        unchecked {
            uint256 left = (debt + perShare * shares) & AMOUNT_MASK;
            assert(_owed(perShare, held + shares, left) == _owed(perShare, held, debt));
        }
    }

    function check_owed__when_set__is_what_was_set(uint256 perShare, uint256 held, uint256 owed)
        external
        pure
    {
        unchecked {
            uint256 debt = (perShare * held - owed) & AMOUNT_MASK;
            assert(_owed(perShare, held, debt) == owed & AMOUNT_MASK);
        }
    }

    function _owed(uint256 perShare, uint256 shares, uint256 debt) private pure returns (uint256) {
        unchecked {
            return (perShare * shares - debt) & AMOUNT_MASK;
        }
    }
}
