// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The money half of a contribution token
/// @notice Revenue is whatever arrives at this address. It belongs to the holders in proportion to their shares from
/// the moment the work is sealed, exactly: fractions are carried, never lost, and no share movement moves revenue
/// that came before it.
/// @dev Amounts are base units; the native currency is the ERC-7528 address. Inside, amounts are scaled by 2^20.
/// With A revenue per share, C revenue attributed to holders and S all shares: a holder is owed `A * shares - debt`
/// (modulo 2^108), the sum of that over all holders is C, and `C <= balance * 2^20`. At most 2^88 - 1 base units
/// are attributed at a time; more waits in the balance until claims make room.
/// Assumes of a currency: `transfer` moves the amount it is asked to move out of this address. Tokens that take a fee
/// from the receiver are fine. Warning: a token that shrinks balances by itself is paid first come, first served
/// until new revenue fills the gap; no other currency is affected.
interface IRoyaltySplitter {
    /// @notice Nothing is distributed before the work is sealed.
    error RoyaltySplitterNotSealed();

    /// @notice The recipient or its token refused the payment; nothing changed and the amount stays owed.
    error RoyaltySplitterPaymentFailed(address holder, address currency, uint256 amount);

    /// @notice The zero address, or this contract, cannot be paid.
    error RoyaltySplitterRecipientInvalid(address recipient);

    /// @notice Shares of a work are held, not distributed: pushing them would take them from this work for good. Nor
    /// can a currency be pushed that is another face of a settled one, such as the ERC-20 view of a chain's native
    /// currency.
    error RoyaltySplitterCurrencyInvalid(address currency);

    /// @notice Holders of a push must be strictly ascending.
    error RoyaltySplitterUnsorted(address previous, address holder);

    /// @notice The listed holders do not hold all shares.
    error RoyaltySplitterHoldersIncomplete(uint256 listedShares, uint256 totalShares);

    /// @notice A holder was paid what it was owed, or had it paid to an account of its choice.
    event RevenueClaimed(address indexed holder, address indexed currency, uint256 amount);

    /// @notice New revenue was paid out to all holders at once.
    event RevenuePushed(address indexed currency, uint256 amount, uint256 holders);

    /// @notice A holder could not be paid during a push and may claim the amount later.
    event RevenueCredited(address indexed holder, address indexed currency, uint256 amount);

    /// @notice Pays a holder the native currency it is owed. Anyone may call; 0 owed is no error.
    function claim(address holder) external returns (uint256 amount);

    /// @notice Pays the sender's native currency to another account.
    function claimTo(address to) external returns (uint256 amount);

    /// @notice Pays many holders their native currency. A holder that cannot receive within 200,000 gas is skipped
    /// and keeps what it is owed.
    function claimMany(address[] calldata holders) external returns (uint256 amount);

    /// @notice As `claim`, for any currency.
    function claimToken(address currency, address holder) external returns (uint256 amount);

    /// @notice As `claimTo`, for any currency.
    function claimTokenTo(address currency, address to) external returns (uint256 amount);

    /// @notice As `claimMany`, for any currency.
    function claimTokenMany(address currency, address[] calldata holders)
        external
        returns (uint256 amount);

    /// @notice Pays all native revenue that is not attributed yet straight to all holders. Anyone may call.
    /// @dev A holder that cannot receive within 200,000 gas is credited and may claim. Each holder's part is rounded
    /// down to base units; what that leaves goes out with the next revenue, to all. Where single units matter, claim
    /// instead.
    /// @param holders Every holder, strictly ascending; their shares must add up to the total.
    function pushAll(address[] calldata holders) external returns (uint256 amount);

    /// @notice As `pushAll`, for any currency.
    /// @dev Warning: a currency that is neither the primary one nor accepted before the seal has no history: it goes
    /// to whoever holds shares at this moment.
    function pushAllToken(address currency, address[] calldata holders)
        external
        returns (uint256 amount);

    /// @notice What `claimToken` would pay the holder now, in base units.
    function owedOf(address holder, address currency) external view returns (uint256 amount);

    /// @notice State of one currency.
    /// @return perShare Revenue per share so far, scaled by 2^20, modulo 2^108.
    /// @return accounted Revenue attributed to holders and not yet paid, scaled by 2^20.
    /// @return shares Shares that divide it; 0 if this currency is not settled (before the seal, or not accepted).
    function revenueOf(address currency)
        external
        view
        returns (uint256 perShare, uint256 accounted, uint256 shares);
}
