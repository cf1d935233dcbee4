// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IRoyaltySplitter} from "./interfaces/IRoyaltySplitter.sol";
import {Clone} from "./libraries/Clone.sol";
import {Payments} from "./libraries/Payments.sol";
import {AMOUNT_MASK, Packed, pack} from "./types/Packed.sol";

/// @title Royalty splitter
/// @notice See `IRoyaltySplitter`.
/// @dev Shares of lazy holders that did not join yet are held by this contract itself, with a debt of 0.
abstract contract RoyaltySplitter is IRoyaltySplitter, ReentrancyGuardTransient {
    uint256 private constant SCALE_BITS = 20;
    uint256 private constant FRACTION_MASK = 2 ** SCALE_BITS - 1;
    uint256 private constant MAX_INTAKE = 2 ** 88 - 1;

    /// @dev What every contribution token is a clone of.
    address internal immutable IMPLEMENTATION = address(this);

    /// @dev A word behind a reference, so that its place is hashed once.
    struct Slot {
        Packed word;
    }

    /// @dev shares | debt in the native currency | debt in the primary currency
    mapping(address holder => Slot) private _accounts;
    /// @dev shares, 0 if the currency is not settled | revenue per share | revenue accounted
    mapping(address currency => Slot) private _revenues;
    /// @dev Debts in all other currencies.
    mapping(address currency => mapping(address holder => uint256)) private _debts;
    /// @dev Currencies settled beside the native and the primary one.
    address[] internal _accepted;

    /* CLAIMS */

    /// @inheritdoc IRoyaltySplitter
    function claim(address holder) external returns (uint256) {
        return _claim(Payments.NATIVE, holder, holder);
    }

    /// @inheritdoc IRoyaltySplitter
    function claimTo(address to) external returns (uint256) {
        return _claim(Payments.NATIVE, msg.sender, to);
    }

    /// @inheritdoc IRoyaltySplitter
    function claimMany(address[] calldata holders) external returns (uint256) {
        return _claimMany(Payments.NATIVE, holders);
    }

    /// @inheritdoc IRoyaltySplitter
    function claimToken(address currency, address holder) external returns (uint256) {
        return _claim(currency, holder, holder);
    }

    /// @inheritdoc IRoyaltySplitter
    function claimTokenTo(address currency, address to) external returns (uint256) {
        return _claim(currency, msg.sender, to);
    }

    /// @inheritdoc IRoyaltySplitter
    function claimTokenMany(address currency, address[] calldata holders)
        external
        returns (uint256)
    {
        return _claimMany(currency, holders);
    }

    /// @inheritdoc IRoyaltySplitter
    function pushAll(address[] calldata holders) external returns (uint256) {
        return _pushAll(Payments.NATIVE, holders);
    }

    /// @inheritdoc IRoyaltySplitter
    function pushAllToken(address currency, address[] calldata holders) external returns (uint256) {
        require(!Clone.isClone(currency, IMPLEMENTATION), RoyaltySplitterCurrencyInvalid(currency));
        uint256[] memory before = _settledBalances(currency);
        uint256 amount = _pushAll(currency, holders);
        uint256[] memory rest = _settledBalances(currency);
        for (uint256 i; i < rest.length; ++i) {
            require(rest[i] >= before[i], RoyaltySplitterCurrencyInvalid(currency));
        }
        return amount;
    }

    /* VIEWS */

    /// @inheritdoc IRoyaltySplitter
    function owedOf(address holder, address currency)
        external
        view
        nonReentrantView
        returns (uint256)
    {
        Packed revenue = _settled(currency, _revenues[currency].word);
        return _owed(revenue, currency, holder, _accounts[holder].word) >> SCALE_BITS;
    }

    /// @inheritdoc IRoyaltySplitter
    function revenueOf(address currency)
        external
        view
        returns (uint256 perShare, uint256 accounted, uint256 shares)
    {
        Packed revenue = _revenues[currency].word;
        return (revenue.firstOf(), revenue.secondOf(), revenue.sharesOf());
    }

    /* SHARES */

    /// @dev ERC-20 settled in the account slot; zero for none.
    function _primaryCurrency() internal view virtual returns (address);

    function _sharesOf(address holder) internal view returns (uint256) {
        return _accounts[holder].word.sharesOf();
    }

    /// @dev Shares that divide the revenue; 0 before the seal.
    function _sealedShares() internal view returns (uint256) {
        return _revenues[Payments.NATIVE].word.sharesOf();
    }

    /// @dev Adds or, with a negative number, takes shares without touching debts: all revenue since the seal comes
    /// along. The caller bounds the sum of shares.
    function _changeShares(address holder, int256 shares) internal {
        Packed account = _accounts[holder].word;
        uint256 held = uint256(int256(account.sharesOf()) + shares);
        _accounts[holder].word = pack(held, account.firstOf(), account.secondOf());
    }

    /// @dev Starts the distribution of a currency. What arrived before is new revenue; credits stay what they are, as
    /// there was no revenue per share yet.
    function _startRevenue(address currency, uint256 shares) internal {
        _revenues[currency].word = pack(shares, 0, _revenues[currency].word.secondOf());
    }

    /// @dev Moves shares, leaving revenue that came before with `from`. `from` holds them and is not `to`.
    function _moveShares(address from, address to, uint256 shares) internal nonReentrantView {
        address primary = _primaryCurrency();
        uint256 native = _sync(Payments.NATIVE) * shares;
        uint256 other = primary == address(0) ? 0 : _sync(primary) * shares;
        Packed source = _accounts[from].word;
        Packed target = _accounts[to].word;
        // Debts are modulo 2^108, so they may wrap.
        unchecked {
            _accounts[from].word = pack(
                source.sharesOf() - shares, source.firstOf() - native, source.secondOf() - other
            );
            _accounts[to].word = pack(
                target.sharesOf() + shares, target.firstOf() + native, target.secondOf() + other
            );
        }
        uint256 count = _accepted.length;
        for (uint256 i; i < count; ++i) {
            address currency = _accepted[i];
            uint256 moved = _sync(currency) * shares;
            unchecked {
                _debts[currency][from] -= moved;
                _debts[currency][to] += moved;
            }
        }
    }

    /* PRIVATE */

    /// @dev Brings a currency's accumulator up to date.
    function _sync(address currency) private returns (uint256 perShare) {
        Slot storage slot = _revenues[currency];
        Packed old = slot.word;
        Packed revenue = _settled(currency, old);
        if (Packed.unwrap(revenue) != Packed.unwrap(old)) slot.word = revenue;
        return revenue.firstOf();
    }

    /// @dev The accumulator with all revenue so far. What does not divide stays in the balance for next time.
    function _settled(address currency, Packed revenue) private view returns (Packed) {
        uint256 shares = revenue.sharesOf();
        if (shares == 0) return revenue;
        uint256 accounted = revenue.secondOf();
        // Revenue per share may wrap; what is accounted stays at or below MAX_INTAKE * 2^20.
        unchecked {
            uint256 gain = _unattributed(currency, accounted) / shares;
            return pack(shares, revenue.firstOf() + gain, accounted + gain * shares);
        }
    }

    /// @dev Balances in every settled currency but one, which counts as 0.
    function _settledBalances(address but) private view returns (uint256[] memory balances) {
        uint256 count = _accepted.length;
        balances = new uint256[](count + 2);
        for (uint256 i; i < balances.length; ++i) {
            address currency =
                i < count ? _accepted[i] : (i == count ? Payments.NATIVE : _primaryCurrency());
            if (currency != but) balances[i] = Payments.balanceOf(currency);
        }
    }

    /// @dev Scaled revenue that no holder is owed yet; 0 if the token shrank the balance below what is owed.
    function _unattributed(address currency, uint256 accounted) private view returns (uint256) {
        uint256 balance = Payments.balanceOf(currency);
        if (balance > MAX_INTAKE) balance = MAX_INTAKE;
        uint256 scaled = balance << SCALE_BITS;
        return scaled > accounted ? scaled - accounted : 0;
    }

    /// @dev Scaled amount that a holder is owed.
    function _owed(Packed revenue, address currency, address holder, Packed account)
        private
        view
        returns (uint256)
    {
        uint256 debt;
        if (currency == Payments.NATIVE) debt = account.firstOf();
        else if (currency == _primaryCurrency()) debt = account.secondOf();
        else debt = _debts[currency][holder];
        unchecked {
            return (revenue.firstOf() * account.sharesOf() - debt) & AMOUNT_MASK;
        }
    }

    /// @dev Sets the debt that makes a holder owed this scaled amount.
    function _setOwed(
        uint256 perShare,
        address currency,
        address holder,
        Packed account,
        uint256 owed
    ) private {
        uint256 shares = account.sharesOf();
        unchecked {
            uint256 debt = perShare * shares - owed;
            if (currency == Payments.NATIVE) {
                _accounts[holder].word = pack(shares, debt, account.secondOf());
            } else if (currency == _primaryCurrency()) {
                _accounts[holder].word = pack(shares, account.firstOf(), debt);
            } else {
                _debts[currency][holder] = debt;
            }
        }
    }

    function _claim(address currency, address holder, address to)
        private
        nonReentrant
        returns (uint256 amount)
    {
        Packed revenue = _settled(currency, _revenues[currency].word);
        bool paid;
        (amount, paid) = _pay(revenue, currency, holder, to, gasleft());
        require(paid, RoyaltySplitterPaymentFailed(holder, currency, amount));
    }

    function _claimMany(address currency, address[] calldata holders)
        private
        nonReentrant
        returns (uint256 total)
    {
        _sync(currency);
        Slot storage slot = _revenues[currency];
        for (uint256 i; i < holders.length; ++i) {
            address holder = holders[i];
            (uint256 amount, bool paid) =
                _pay(slot.word, currency, holder, holder, Payments.BOUNDED_GAS);
            if (paid) total += amount;
        }
    }

    /// @dev Pays a holder and books it before the money leaves. A refused payment leaves the holder's claim as it
    /// was. Fractions of a base unit stay owed.
    function _pay(Packed revenue, address currency, address holder, address to, uint256 gasLimit)
        private
        returns (uint256 amount, bool paid)
    {
        require(to != address(0) && to != address(this), RoyaltySplitterRecipientInvalid(to));
        Packed account = _accounts[holder].word;
        uint256 owed = _owed(revenue, currency, holder, account);
        amount = owed >> SCALE_BITS;
        if (amount == 0) return (0, true);

        Slot storage slot = _revenues[currency];
        uint256 perShare = revenue.firstOf();
        uint256 whole = amount << SCALE_BITS;
        slot.word = pack(revenue.sharesOf(), perShare, revenue.secondOf() - whole);
        _setOwed(perShare, currency, holder, account, owed & FRACTION_MASK);
        paid = Payments.trySend(currency, to, amount, gasLimit);
        if (paid) {
            emit RevenueClaimed(holder, currency, amount);
        } else {
            slot.word = revenue;
            _setOwed(perShare, currency, holder, account, owed);
        }
    }

    /// @dev Writes nothing but credits: revenue that goes out at once needs no accumulator.
    function _pushAll(address currency, address[] calldata holders)
        private
        nonReentrant
        returns (uint256 total)
    {
        uint256 shares = _sealedShares();
        require(shares > 0, RoyaltySplitterNotSealed());
        uint256 perShare = _unattributed(currency, _revenues[currency].word.secondOf()) / shares;

        address previous;
        uint256 listed;
        for (uint256 i; i < holders.length; ++i) {
            address holder = holders[i];
            require(holder > previous, RoyaltySplitterUnsorted(previous, holder));
            require(holder != address(this), RoyaltySplitterRecipientInvalid(holder));
            previous = holder;
            uint256 held = _sharesOf(holder);
            listed += held;
            total += _push(currency, holder, (perShare * held) >> SCALE_BITS);
        }
        require(listed == shares, RoyaltySplitterHoldersIncomplete(listed, shares));
        emit RevenuePushed(currency, total, holders.length);
    }

    function _push(address currency, address holder, uint256 amount) private returns (uint256) {
        if (amount == 0) return 0;
        if (Payments.trySend(currency, holder, amount, Payments.BOUNDED_GAS)) return amount;
        uint256 credit = amount << SCALE_BITS;
        Slot storage slot = _revenues[currency];
        Packed revenue = slot.word;
        Packed account = _accounts[holder].word;
        uint256 owed = _owed(revenue, currency, holder, account);
        uint256 accounted = revenue.secondOf() + credit;
        slot.word = pack(revenue.sharesOf(), revenue.firstOf(), accounted);
        _setOwed(revenue.firstOf(), currency, holder, account, owed + credit);
        emit RevenueCredited(holder, currency, amount);
        return 0;
    }
}
