// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IApprovals} from "./IApprovals.sol";

/// @title Payout vault: escrow that an approval releases
/// @notice A payer funds a payee's work at a stage. Once any asset of that work, not withdrawn, has the stage, anyone
/// may release; after expiry anyone may refund whatever was not released. Every payout ends in exactly one of
/// released, refunded or waived.
/// @dev The id is `keccak256(abi.encode(keccak256("creatoken.payout.v1"), chainid, vault, terms))`; callers pass the
/// terms, one slot holds the status. There is no owner, fee, pause or deadline extension. Refunds depend on no role
/// and no gate. Event names follow ERC-8183 where its words fit.
/// Assumes of a currency: balances change only by transfers. Tokens that deliver less than asked are refused at
/// funding. Warning: a token that shrinks balances by itself is paid first come, first served; no other currency is
/// affected. Warning: shares of a work earn revenue for the vault while they are escrowed, and nobody can claim it.
interface IPayoutVault {
    /// @notice The deal. Its hash is its id, so the same deal twice needs another salt.
    /// @param workId Work that is paid for.
    /// @param stage Stage that releases, 0 to 7: milestones are stages.
    /// @param payer Who funds, and is refunded.
    /// @param payee Who is paid; may be a work's token, so that its contributors share.
    /// @param currency ERC-20, or the ERC-7528 native address.
    /// @param amount Base units, at least 1.
    /// @param expiresAt Last second, in UTC, before anyone may refund.
    /// @param briefHash Hash of the brief; not interpreted.
    /// @param salt Tells equal deals apart.
    struct PayoutTerms {
        uint40 workId;
        uint8 stage;
        address payer;
        address payee;
        address currency;
        uint128 amount;
        uint40 expiresAt;
        bytes32 briefHash;
        uint256 salt;
    }

    /// @notice Life of a payout.
    enum Status {
        NONE,
        FUNDED,
        RELEASED,
        REFUNDED,
        WAIVED
    }

    /// @notice The payout is not in the status that the call needs.
    error PayoutVaultStatusInvalid(bytes32 payoutId, Status actual, Status expected);

    /// @notice Only the payer funds.
    error PayoutVaultNotPayer(address account, address payer);

    /// @notice Only the payee waives.
    error PayoutVaultNotPayee(address account, address payee);

    /// @notice A payout needs an amount, and a payee other than zero and the vault.
    error PayoutVaultTermsInvalid(address payee, uint128 amount);

    /// @notice Stages run from 0 to 7.
    error PayoutVaultStageInvalid(uint8 stage);

    /// @notice The terms expire before they are funded.
    error PayoutVaultExpired(uint40 expiresAt, uint256 blockTime);

    /// @notice The payout can be refunded only after it expired.
    error PayoutVaultNotExpired(bytes32 payoutId, uint40 expiresAt, uint256 blockTime);

    /// @notice The native value sent is not the sum of the native payouts.
    error PayoutVaultValueMismatch(uint256 value, uint256 expected);

    /// @notice The currency has no code; the native one is the ERC-7528 address.
    error PayoutVaultCurrencyInvalid(address currency);

    /// @notice The token delivered another amount than asked for.
    error PayoutVaultReceivedMismatch(address currency, uint256 received, uint256 expected);

    /// @notice There is nothing to release.
    error PayoutVaultEmpty();

    /// @notice No credit to withdraw.
    error PayoutVaultNoCredit(address account, address currency);

    /// @notice The recipient or its token refused the payment; nothing changed.
    error PayoutVaultPaymentFailed(address to, address currency, uint256 amount);

    /// @notice The zero address cannot be paid.
    error PayoutVaultRecipientZero();

    /// @notice A payout was funded; its terms are here.
    event PayoutFunded(
        bytes32 indexed payoutId, address indexed payer, address indexed payee, PayoutTerms terms
    );

    /// @notice A payout went to the payee (see `PaymentCredited` if it could not be delivered).
    event PaymentReleased(
        bytes32 indexed payoutId, address indexed payee, uint256 indexed assetId, uint256 amount
    );

    /// @notice A payout went back to the payer after expiry.
    event Refunded(bytes32 indexed payoutId, address indexed payer, uint256 amount);

    /// @notice The payee gave the payout up; it went back to the payer.
    event PayoutWaived(bytes32 indexed payoutId, address indexed payee, uint256 amount);

    /// @notice A payment could not be delivered; the account may withdraw it.
    event PaymentCredited(address indexed account, address indexed currency, uint256 amount);

    /// @notice An account took its credit.
    event CreditWithdrawn(
        address indexed account, address indexed currency, address to, uint256 amount
    );

    /// @notice Funds a payout. The payer; native value exactly, or an allowance of the token.
    /// @dev Warning: whether the work exists is not checked; a payout for a work that never comes is refunded.
    /// @param terms See `PayoutTerms`.
    /// @return payoutId Hash of the terms.
    function fund(PayoutTerms calldata terms) external payable returns (bytes32 payoutId);

    /// @notice Funds many payouts, all or none.
    /// @param terms See `PayoutTerms`; the native value is the sum of the native amounts.
    /// @return payoutIds In the order given.
    function fundMany(PayoutTerms[] calldata terms)
        external
        payable
        returns (bytes32[] memory payoutIds);

    /// @notice Pays the payee. Anyone may call, also after expiry as long as nobody refunded.
    /// @dev A payee that cannot receive within 200,000 gas is credited. Reverts as `IApprovals.requireApproved` does.
    /// @param terms Terms of a funded payout.
    /// @param assetId Asset of the work that has the stage.
    function release(PayoutTerms calldata terms, uint256 assetId) external;

    /// @notice Releases many payouts by one asset, all or none.
    /// @param terms Terms of funded payouts, at least one.
    /// @param assetId Asset of their work that has their stages.
    function releaseMany(PayoutTerms[] calldata terms, uint256 assetId) external;

    /// @notice Relays an approval of the first payout's stage, then releases. Anyone may call.
    /// @dev If somebody relayed the approval first, the signatures are not needed any more and the release goes on.
    /// @param terms Terms of funded payouts, at least one.
    /// @param asset See `IApprovals.approve`.
    /// @param noteHash See `IApprovals.approve`.
    /// @param signatures See `IApprovals.approve`.
    /// @param gateProofs See `IApprovals.approve`.
    function approveAndRelease(
        PayoutTerms[] calldata terms,
        IApprovals.AssetProof calldata asset,
        bytes32 noteHash,
        IApprovals.Signature[] calldata signatures,
        bytes[] calldata gateProofs
    ) external;

    /// @notice Pays the payer back after expiry. Anyone may call.
    /// @param terms Terms of a funded payout.
    function refund(PayoutTerms calldata terms) external;

    /// @notice Gives a payout up in favour of the payer, at any time. The payee.
    /// @param terms Terms of a funded payout.
    function waive(PayoutTerms calldata terms) external;

    /// @notice Pays an account its whole credit in a currency. Anyone may call: a work cannot call for itself.
    /// @param account Whose credit, and where to.
    /// @param currency ERC-20, or the ERC-7528 native address.
    /// @return amount Base units paid.
    function withdraw(address account, address currency) external returns (uint256 amount);

    /// @notice Pays the sender's whole credit in a currency to another account.
    /// @param currency ERC-20, or the ERC-7528 native address.
    /// @param to Where to; not zero.
    /// @return amount Base units paid.
    function withdrawTo(address currency, address to) external returns (uint256 amount);

    /// @notice Undelivered payments of an account, in base units.
    function creditOf(address account, address currency) external view returns (uint256 amount);

    /// @notice Id of a payout, funded or not.
    function payoutIdOf(PayoutTerms calldata terms) external view returns (bytes32 payoutId);

    /// @notice Where a payout is in its life.
    function statusOf(bytes32 payoutId) external view returns (Status status);
}
