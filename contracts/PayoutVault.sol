// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IApprovals} from "./interfaces/IApprovals.sol";
import {IAssetRegistry} from "./interfaces/IAssetRegistry.sol";
import {IPayoutVault} from "./interfaces/IPayoutVault.sol";
import {Payments} from "./libraries/Payments.sol";

/// @title Payout vault
/// @notice See `IPayoutVault`.
contract PayoutVault is IPayoutVault, ReentrancyGuardTransient {
    bytes32 private constant ID_TYPE = keccak256("creatoken.payout.v1");
    uint8 private constant STAGES = 8;

    IAssetRegistry public immutable REGISTRY;

    mapping(bytes32 payoutId => Status) public statusOf;
    mapping(address account => mapping(address currency => uint256 amount)) public creditOf;

    constructor(IAssetRegistry registry) {
        REGISTRY = registry;
    }

    /* FUNDING */

    /// @inheritdoc IPayoutVault
    function fund(PayoutTerms calldata terms)
        external
        payable
        nonReentrant
        returns (bytes32 payoutId)
    {
        uint256 native;
        (payoutId, native) = _fund(terms);
        require(msg.value == native, PayoutVaultValueMismatch(msg.value, native));
    }

    /// @inheritdoc IPayoutVault
    function fundMany(PayoutTerms[] calldata terms)
        external
        payable
        nonReentrant
        returns (bytes32[] memory payoutIds)
    {
        payoutIds = new bytes32[](terms.length);
        uint256 expected;
        for (uint256 i; i < terms.length; ++i) {
            uint256 native;
            (payoutIds[i], native) = _fund(terms[i]);
            expected += native;
        }
        require(msg.value == expected, PayoutVaultValueMismatch(msg.value, expected));
    }

    /* RELEASE */

    /// @inheritdoc IPayoutVault
    function release(PayoutTerms calldata terms, uint256 assetId) external nonReentrant {
        _release(terms, assetId);
    }

    /// @inheritdoc IPayoutVault
    function releaseMany(PayoutTerms[] calldata terms, uint256 assetId) external nonReentrant {
        _releaseMany(terms, assetId);
    }

    /// @inheritdoc IPayoutVault
    function approveAndRelease(
        PayoutTerms[] calldata terms,
        IApprovals.AssetProof calldata asset,
        bytes32 noteHash,
        IApprovals.Signature[] calldata signatures,
        bytes[] calldata gateProofs
    ) external nonReentrant {
        require(terms.length > 0, PayoutVaultEmpty());
        uint8 stage = terms[0].stage;
        uint256 assetId;
        try REGISTRY.approve(asset, stage, noteHash, signatures, gateProofs) returns (
            uint256 approved
        ) {
            assetId = approved;
        } catch (bytes memory reason) {
            assetId = REGISTRY.assetIdOf(asset.creator, asset.contentHash, asset.recordRoot);
            if (!REGISTRY.isApproved(assetId, stage)) _revert(reason);
        }
        _releaseMany(terms, assetId);
    }

    /* WAY BACK */

    /// @inheritdoc IPayoutVault
    function refund(PayoutTerms calldata terms) external nonReentrant {
        bytes32 payoutId = _end(terms, Status.REFUNDED);
        require(
            block.timestamp > terms.expiresAt,
            PayoutVaultNotExpired(payoutId, terms.expiresAt, block.timestamp)
        );
        emit Refunded(payoutId, terms.payer, terms.amount);
        _payOrCredit(terms.currency, terms.payer, terms.amount);
    }

    /// @inheritdoc IPayoutVault
    function waive(PayoutTerms calldata terms) external nonReentrant {
        require(msg.sender == terms.payee, PayoutVaultNotPayee(msg.sender, terms.payee));
        bytes32 payoutId = _end(terms, Status.WAIVED);
        emit PayoutWaived(payoutId, terms.payee, terms.amount);
        _payOrCredit(terms.currency, terms.payer, terms.amount);
    }

    /// @inheritdoc IPayoutVault
    function withdraw(address account, address currency) external nonReentrant returns (uint256) {
        return _withdraw(account, currency, account);
    }

    /// @inheritdoc IPayoutVault
    function withdrawTo(address currency, address to) external nonReentrant returns (uint256) {
        return _withdraw(msg.sender, currency, to);
    }

    /* VIEWS */

    /// @inheritdoc IPayoutVault
    function payoutIdOf(PayoutTerms calldata terms) public view returns (bytes32) {
        bytes calldata words;
        assembly ("memory-safe") {
            words.offset := terms
            words.length := 0x120
        }
        // The terms are nine words as they stand in calldata. Every use of a field checks that it is in range.
        return keccak256(bytes.concat(abi.encode(ID_TYPE, block.chainid, address(this)), words));
    }

    /* PRIVATE */

    /// @dev Returns the native amount this payout takes, 0 for a token. Tokens are measured, not trusted: the lock
    /// keeps every other function of this contract out of the measurement.
    function _fund(PayoutTerms calldata terms) private returns (bytes32 payoutId, uint256 native) {
        require(msg.sender == terms.payer, PayoutVaultNotPayer(msg.sender, terms.payer));
        require(
            terms.payee != address(0) && terms.payee != address(this) && terms.amount > 0,
            PayoutVaultTermsInvalid(terms.payee, terms.amount)
        );
        require(terms.stage < STAGES, PayoutVaultStageInvalid(terms.stage));
        require(
            terms.expiresAt >= block.timestamp, PayoutVaultExpired(terms.expiresAt, block.timestamp)
        );
        payoutId = payoutIdOf(terms);
        _requireStatus(payoutId, Status.NONE);

        statusOf[payoutId] = Status.FUNDED;
        emit PayoutFunded(payoutId, terms.payer, terms.payee, terms);
        if (terms.currency == Payments.NATIVE) return (payoutId, terms.amount);
        _pull(terms.currency, terms.payer, terms.amount);
    }

    function _pull(address currency, address from, uint256 amount) private {
        require(currency.code.length > 0, PayoutVaultCurrencyInvalid(currency));
        uint256 before = IERC20(currency).balanceOf(address(this));
        SafeERC20.safeTransferFrom(IERC20(currency), from, address(this), amount);
        uint256 balance = IERC20(currency).balanceOf(address(this));
        uint256 received = balance > before ? balance - before : 0;
        require(received == amount, PayoutVaultReceivedMismatch(currency, received, amount));
    }

    function _releaseMany(PayoutTerms[] calldata terms, uint256 assetId) private {
        require(terms.length > 0, PayoutVaultEmpty());
        for (uint256 i; i < terms.length; ++i) {
            _release(terms[i], assetId);
        }
    }

    function _release(PayoutTerms calldata terms, uint256 assetId) private {
        REGISTRY.requireApproved(assetId, terms.workId, terms.stage);
        bytes32 payoutId = _end(terms, Status.RELEASED);
        emit PaymentReleased(payoutId, terms.payee, assetId, terms.amount);
        _payOrCredit(terms.currency, terms.payee, terms.amount);
    }

    /// @dev The only way out of FUNDED.
    function _end(PayoutTerms calldata terms, Status status) private returns (bytes32 payoutId) {
        payoutId = payoutIdOf(terms);
        _requireStatus(payoutId, Status.FUNDED);
        statusOf[payoutId] = status;
    }

    function _requireStatus(bytes32 payoutId, Status expected) private view {
        Status actual = statusOf[payoutId];
        require(actual == expected, PayoutVaultStatusInvalid(payoutId, actual, expected));
    }

    function _revert(bytes memory reason) private pure {
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }

    function _withdraw(address account, address currency, address to)
        private
        returns (uint256 amount)
    {
        require(to != address(0), PayoutVaultRecipientZero());
        amount = creditOf[account][currency];
        require(amount > 0, PayoutVaultNoCredit(account, currency));
        delete creditOf[account][currency];
        emit CreditWithdrawn(account, currency, to, amount);
        require(
            Payments.trySend(currency, to, amount, gasleft()),
            PayoutVaultPaymentFailed(to, currency, amount)
        );
    }

    function _payOrCredit(address currency, address to, uint256 amount) private {
        if (Payments.trySend(currency, to, amount, Payments.BOUNDED_GAS)) return;
        creditOf[to][currency] += amount;
        emit PaymentCredited(to, currency, amount);
    }
}
