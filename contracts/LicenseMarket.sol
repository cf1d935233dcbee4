// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ERC721} from "solady/src/tokens/ERC721.sol";
import {IApprovals} from "./interfaces/IApprovals.sol";
import {IContributionToken} from "./interfaces/IContributionToken.sol";
import {ILicenseMarket} from "./interfaces/ILicenseMarket.sol";
import {ILicensing} from "./interfaces/ILicensing.sol";
import {IProjects} from "./interfaces/IProjects.sol";
import {IWorks} from "./interfaces/IWorks.sol";
import {Exclusivity} from "./libraries/Exclusivity.sol";
import {LicenseText} from "./libraries/LicenseText.sol";
import {Payments} from "./libraries/Payments.sol";
import {Roles} from "./libraries/Roles.sol";

/// @title Licence market
/// @notice See `ILicenseMarket`.
/// @dev A licence is one slot: its owner, and in the 96 extra bits the number of its offer and its end. Terms are
/// stored once per offer. The licences an account holds of one work are six numbers of 40 bits in one slot.
contract LicenseMarket is ERC721, ILicenseMarket, ReentrancyGuardTransient {
    using Exclusivity for Exclusivity.Calendar;

    bytes32 private constant ID_TYPE = keccak256("creatoken.offer.v1");
    uint40 private constant FOREVER = type(uint40).max;
    uint256 private constant WHOLE = 10_000;
    uint256 private constant MAX_HELD = 6;
    uint256 private constant LANE = 40;

    IProjects public immutable PROJECTS;
    IWorks public immutable WORKS;
    IApprovals public immutable APPROVALS;

    struct OfferState {
        OfferStatus status;
        uint8 stage;
        uint32 sold;
        uint40 number;
        uint256 assetId;
    }

    uint40 private _offerCount;
    uint40 private _licenseCount;
    mapping(bytes32 offerId => OfferState) private _states;
    mapping(uint40 number => Offer) private _offers;
    mapping(uint40 workId => Exclusivity.Calendar) private _calendars;
    mapping(address holder => mapping(uint40 workId => uint256 licenseIds)) private _held;
    mapping(uint256 licenseId => mapping(bytes32 market => uint40 time)) public deployedAt;

    constructor(IProjects projects, IWorks works, IApprovals registry) {
        PROJECTS = projects;
        WORKS = works;
        APPROVALS = registry;
    }

    /* STUDIO */

    /// @inheritdoc ILicenseMarket
    function post(Offer calldata offer, uint256 assetId, uint8 stage)
        external
        returns (bytes32 offerId)
    {
        uint40 projectId = _requireSeller(offer.workId);
        offerId = offerIdOf(offer);
        _requireStatus(offerId, OfferStatus.NONE);
        bool mayDerive =
            !offer.derivatives || address(PROJECTS.licensingOf(projectId)) == address(this);
        require(
            offer.uses != 0 && offer.derivativeBps < WHOLE && mayDerive,
            LicenseMarketOfferInvalid(offerId)
        );
        require(
            IContributionToken(WORKS.tokenOf(offer.workId)).settles(offer.currency),
            LicenseMarketCurrencyInvalid(offer.workId, offer.currency)
        );
        APPROVALS.requireApproved(assetId, offer.workId, stage);

        uint40 number = ++_offerCount;
        _offers[number] = offer;
        _states[offerId] = OfferState({
            status: OfferStatus.OPEN, stage: stage, sold: 0, number: number, assetId: assetId
        });
        emit OfferPosted(offerId, offer.workId, assetId, stage, offer);
    }

    /// @inheritdoc ILicenseMarket
    function withdrawOffer(Offer calldata offer) external {
        _requireSeller(offer.workId);
        bytes32 offerId = offerIdOf(offer);
        _requireStatus(offerId, OfferStatus.OPEN);
        _states[offerId].status = OfferStatus.WITHDRAWN;
        emit OfferWithdrawn(offerId, offer.workId, msg.sender);
    }

    /* BUYERS */

    /// @inheritdoc ILicenseMarket
    function buy(Offer calldata offer, address to, uint256 maxPrice)
        external
        payable
        nonReentrant
        returns (uint256 licenseId)
    {
        require(to != address(0), LicenseMarketRecipientZero());
        require(offer.price <= maxPrice, LicenseMarketPriceAboveMax(offer.price, maxPrice));
        bytes32 offerId = offerIdOf(offer);
        OfferState storage state = _requireOnSale(offerId, offer.workId);
        uint32 sold = state.sold;
        require(
            offer.maxSupply == 0 || sold < offer.maxSupply,
            LicenseMarketSoldOut(offerId, offer.maxSupply)
        );

        state.sold = sold + 1;
        licenseId = ++_licenseCount;
        uint40 expiresAt = _reserve(offer);
        // The safe form would call the buyer's contract; licences can be sold to contracts that never heard of NFTs.
        _mintAndSetExtraDataUnchecked(to, licenseId, _pack(state.number, expiresAt));
        _hold(to, offer.workId, licenseId);
        emit LicenseSold(licenseId, offerId, msg.sender, to, offer.price, expiresAt);
        _pay(offer.workId, offer.currency, offer.price);
    }

    /// @inheritdoc ILicenseMarket
    function renew(uint256 licenseId) external payable nonReentrant returns (uint40 expiresAt) {
        (Offer storage offer, uint40 old) = _requireLive(licenseId);
        require(old != FOREVER, LicenseMarketPerpetual(licenseId));
        _requireOnSale(offerIdOf(offer), offer.workId);

        expiresAt = _end(old, offer.duration);
        _calendars[offer.workId].add(offer.territory, offer.exclusive, expiresAt);
        _setExtraData(licenseId, _pack(_numberOf(licenseId), expiresAt));
        emit LicenseRenewed(licenseId, msg.sender, offer.price, old, expiresAt);
        emit MetadataUpdate(licenseId);
        _pay(offer.workId, offer.currency, offer.price);
    }

    /// @inheritdoc ILicenseMarket
    function deploy(uint256 licenseId, bytes32 market) external payable nonReentrant {
        (Offer storage offer,) = _requireLive(licenseId);
        bytes32 territory = offer.territory;
        require(
            market != 0 && (territory == 0 || territory == market),
            LicenseMarketTerritoryInvalid(licenseId, market, territory)
        );
        require(deployedAt[licenseId][market] == 0, LicenseMarketDeployed(licenseId, market));

        deployedAt[licenseId][market] = uint40(block.timestamp);
        emit MarketDeployed(licenseId, market, msg.sender, offer.deploymentFee);
        _pay(offer.workId, offer.currency, offer.deploymentFee);
    }

    /// @inheritdoc ILicenseMarket
    function surrender(uint256 licenseId) external {
        _requireLive(licenseId);
        require(msg.sender == _ownerOf(licenseId), LicenseMarketNotHolder(licenseId, msg.sender));
        _setExtraData(licenseId, _pack(_numberOf(licenseId), uint40(block.timestamp)));
        emit LicenseSurrendered(licenseId, msg.sender);
        emit MetadataUpdate(licenseId);
    }

    /* VIEWS */

    /// @inheritdoc ILicenseMarket
    function permits(uint256 licenseId, uint32 use, bytes32 market) external view returns (bool) {
        return _permits(licenseId, use) && (market == 0 || deployedAt[licenseId][market] != 0);
    }

    /// @inheritdoc ILicenseMarket
    function isLicensed(address account, uint40 workId, uint32 use) external view returns (bool) {
        uint256 lanes = _held[account][workId];
        for (; lanes != 0; lanes >>= LANE) {
            if (_permits(uint40(lanes), use)) return true;
        }
        return false;
    }

    /// @inheritdoc ILicensing
    function permitsDerivative(uint256 licenseId, uint40 workId, address holder, uint16 bps)
        external
        view
        returns (bool permitted)
    {
        Offer storage offer = _offers[_numberOf(licenseId)];
        return _isLive(licenseId) && _ownerOf(licenseId) == holder && offer.workId == workId
            && offer.derivatives && bps >= offer.derivativeBps;
    }

    /// @inheritdoc ILicenseMarket
    function licenseOf(uint256 licenseId)
        public
        view
        returns (Offer memory offer, uint40 expiresAt)
    {
        require(_exists(licenseId), LicenseMarketUnknown(licenseId));
        return (_offers[_numberOf(licenseId)], _expiresAt(licenseId));
    }

    /// @inheritdoc ILicenseMarket
    function offerIdOf(Offer memory offer) public view returns (bytes32) {
        return keccak256(abi.encode(ID_TYPE, block.chainid, address(this), offer));
    }

    /// @inheritdoc ILicenseMarket
    function offerStateOf(bytes32 offerId)
        external
        view
        returns (OfferStatus status, uint32 sold, uint256 assetId, uint8 stage)
    {
        OfferState storage state = _states[offerId];
        return (state.status, state.sold, state.assetId, state.stage);
    }

    /// @notice The terms in words, as JSON in a data URI.
    function tokenURI(uint256 licenseId) public view override returns (string memory) {
        (Offer memory offer, uint40 expiresAt) = licenseOf(licenseId);
        return LicenseText.uri(licenseId, offer, expiresAt);
    }

    /// @notice Name of the collection.
    function name() public pure override returns (string memory) {
        return "Creatoken License";
    }

    /// @notice Symbol of the collection.
    function symbol() public pure override returns (string memory) {
        return "LICENSE";
    }

    /// @notice ERC-165, ERC-721 with metadata, and ERC-4906.
    function supportsInterface(bytes4 interfaceId) public view override returns (bool) {
        return interfaceId == 0x49064906 || super.supportsInterface(interfaceId);
    }

    /// @notice ERC-721 approval of an operator for one licence.
    function approve(address account, uint256 id) public payable override {
        require(msg.value == 0, LicenseMarketValueMismatch(msg.value, 0));
        super.approve(account, id);
    }

    /* INTERNAL */

    /// @dev Keeps `isLicensed` true to ownership. The inherited functions are payable to save gas; money would be
    /// stuck.
    function _beforeTokenTransfer(address from, address to, uint256 id) internal override {
        if (from == address(0)) return;
        require(msg.value == 0, LicenseMarketValueMismatch(msg.value, 0));
        require(_exists(id), LicenseMarketUnknown(id));
        Offer storage offer = _offers[_numberOf(id)];
        require(offer.transferable, LicenseMarketNotTransferable(id));
        _drop(from, offer.workId, id);
        if (_isLive(id)) _hold(to, offer.workId, id);
    }

    /* PRIVATE */

    function _requireSeller(uint40 workId) private view returns (uint40 projectId) {
        projectId = WORKS.projectOf(workId);
        PROJECTS.requireAnyRole(projectId, msg.sender, Roles.DIRECTOR | Roles.TREASURER);
    }

    function _requireStatus(bytes32 offerId, OfferStatus expected) private view {
        OfferStatus actual = _states[offerId].status;
        require(actual == expected, LicenseMarketOfferStatusInvalid(offerId, actual, expected));
    }

    function _requireOnSale(bytes32 offerId, uint40 workId)
        private
        view
        returns (OfferState storage state)
    {
        _requireStatus(offerId, OfferStatus.OPEN);
        state = _states[offerId];
        APPROVALS.requireApproved(state.assetId, workId, state.stage);
    }

    function _requireLive(uint256 licenseId)
        private
        view
        returns (Offer storage offer, uint40 expiresAt)
    {
        require(_exists(licenseId), LicenseMarketUnknown(licenseId));
        expiresAt = _expiresAt(licenseId);
        require(_isLive(licenseId), LicenseMarketEnded(licenseId, expiresAt));
        offer = _offers[_numberOf(licenseId)];
    }

    function _permits(uint256 licenseId, uint32 use) private view returns (bool) {
        return use != 0 && _isLive(licenseId) && _offers[_numberOf(licenseId)].uses & use == use;
    }

    /// @dev False for licences that do not exist: their end is 0.
    function _isLive(uint256 licenseId) private view returns (bool) {
        uint40 expiresAt = _expiresAt(licenseId);
        return block.timestamp < expiresAt || expiresAt == FOREVER;
    }

    /// @dev Takes the new licence's place in the work's calendar and returns its end.
    function _reserve(Offer calldata offer) private returns (uint40 expiresAt) {
        Exclusivity.Calendar storage calendar = _calendars[offer.workId];
        uint40 until = calendar.barredUntil(offer.territory, offer.exclusive);
        require(
            block.timestamp >= until, LicenseMarketExclusive(offer.workId, offer.territory, until)
        );
        expiresAt = _end(block.timestamp, offer.duration);
        calendar.add(offer.territory, offer.exclusive, expiresAt);
    }

    /// @dev Duration 0, and ends beyond what 40 bits hold, are for ever.
    function _end(uint256 start, uint40 duration) private pure returns (uint40) {
        uint256 end = start + duration;
        return duration == 0 || end > FOREVER ? FOREVER : uint40(end);
    }

    function _hold(address account, uint40 workId, uint256 licenseId) private {
        uint256 lanes = _held[account][workId];
        for (uint256 shift; shift < MAX_HELD * LANE; shift += LANE) {
            if (!_isLive(uint40(lanes >> shift))) {
                uint256 others = lanes & ~(uint256(type(uint40).max) << shift);
                _held[account][workId] = others | licenseId << shift;
                return;
            }
        }
        revert LicenseMarketTooManyHeld(account, workId, MAX_HELD);
    }

    function _drop(address account, uint40 workId, uint256 licenseId) private {
        uint256 lanes = _held[account][workId];
        for (uint256 shift; shift < MAX_HELD * LANE; shift += LANE) {
            if (uint40(lanes >> shift) == licenseId) {
                _held[account][workId] = lanes & ~(uint256(type(uint40).max) << shift);
            }
        }
    }

    /// @dev Moves money straight from the payer to the work.
    function _pay(uint40 workId, address currency, uint256 amount) private {
        uint256 native = currency == Payments.NATIVE ? amount : 0;
        require(msg.value == native, LicenseMarketValueMismatch(msg.value, native));
        if (amount == 0) return;
        address token = WORKS.tokenOf(workId);
        if (native > 0) {
            require(
                Payments.trySend(currency, token, amount, gasleft()),
                LicenseMarketPaymentFailed(token, amount)
            );
            return;
        }
        uint256 before = IERC20(currency).balanceOf(token);
        SafeERC20.safeTransferFrom(IERC20(currency), msg.sender, token, amount);
        uint256 balance = IERC20(currency).balanceOf(token);
        uint256 received = balance > before ? balance - before : 0;
        require(received == amount, LicenseMarketReceivedMismatch(currency, received, amount));
    }

    /// @dev Extra data of the ownership slot: number of the offer 40 bits, end 40 bits.
    function _pack(uint40 number, uint40 expiresAt) private pure returns (uint96) {
        return uint96(number) << 40 | uint96(expiresAt);
    }

    function _numberOf(uint256 licenseId) private view returns (uint40) {
        return uint40(_getExtraData(licenseId) >> 40);
    }

    function _expiresAt(uint256 licenseId) private view returns (uint40) {
        return uint40(_getExtraData(licenseId));
    }
}
