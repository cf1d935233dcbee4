// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILicensing} from "./ILicensing.sol";

/// @title Licence market: terms that execute themselves
/// @notice A studio posts an offer on a work; whoever pays holds a licence, an ERC-721 that says what it permits, where
/// and until when. The price moves straight to the work's contribution token: no custody, no fee.
/// @dev The offer id is `keccak256(abi.encode(keccak256("creatoken.offer.v1"), chainid, market, offer))`. Terms never
/// change once posted. Times are UTC seconds, money is base units, the native currency is the ERC-7528 address.
/// Assumes of a currency what `IRoyaltySplitter` assumes; one that delivers less than the price is refused.
interface ILicenseMarket is ILicensing {
    /// @notice Terms of a licence.
    /// @param workId Work that is licensed.
    /// @param currency ERC-20, or the ERC-7528 native address.
    /// @param price What a licence, and each renewal, costs; may be 0.
    /// @param deploymentFee What each further market costs; may be 0.
    /// @param duration Seconds from the sale; 0 for ever.
    /// @param maxSupply Licences that may be sold under this offer; 0 for any number.
    /// @param uses Permitted uses as a bit mask; their meaning is in the terms behind `termsHash`.
    /// @param derivativeBps Least share of a derivative work's revenue that goes to this work, in 1/10,000.
    /// @param derivatives Whether the holder may open derivative works.
    /// @param exclusive Whether, while such a licence lives, no other of the work lives in an overlapping territory.
    /// @param transferable Whether the licence may change hands.
    /// @param territory The one market the licence is for; 0 for the whole world.
    /// @param termsHash Hash of the legal text.
    /// @param salt Tells equal offers apart.
    struct Offer {
        uint40 workId;
        address currency;
        uint128 price;
        uint128 deploymentFee;
        uint40 duration;
        uint32 maxSupply;
        uint32 uses;
        uint16 derivativeBps;
        bool derivatives;
        bool exclusive;
        bool transferable;
        bytes32 territory;
        bytes32 termsHash;
        uint256 salt;
    }

    /// @notice Where an offer is in its life.
    enum OfferStatus {
        NONE,
        OPEN,
        WITHDRAWN
    }

    /// @notice The offer is not in the status that the call needs.
    error LicenseMarketOfferStatusInvalid(
        bytes32 offerId, OfferStatus actual, OfferStatus expected
    );

    /// @notice An offer needs at least one use, a derivative share below 10,000, and derivatives only where the
    /// project named this market as its own.
    error LicenseMarketOfferInvalid(bytes32 offerId);

    /// @notice The work does not divide revenue in this currency: offer another, or accept it at the work first.
    error LicenseMarketCurrencyInvalid(uint40 workId, address currency);

    /// @notice All licences of the offer are sold.
    error LicenseMarketSoldOut(bytes32 offerId, uint32 maxSupply);

    /// @notice The price is above what the buyer accepts.
    error LicenseMarketPriceAboveMax(uint256 price, uint256 maxPrice);

    /// @notice The native value sent is not what is due.
    error LicenseMarketValueMismatch(uint256 value, uint256 expected);

    /// @notice The work did not receive what was paid.
    error LicenseMarketReceivedMismatch(address currency, uint256 received, uint256 expected);

    /// @notice The work refused the payment.
    error LicenseMarketPaymentFailed(address token, uint256 amount);

    /// @notice Another licence of the work lives in an overlapping territory, and one of the two is exclusive.
    error LicenseMarketExclusive(uint40 workId, bytes32 territory, uint40 until);

    /// @notice The licence does not exist.
    error LicenseMarketUnknown(uint256 licenseId);

    /// @notice The licence has ended.
    error LicenseMarketEnded(uint256 licenseId, uint40 expiresAt);

    /// @notice A licence for ever needs no renewal.
    error LicenseMarketPerpetual(uint256 licenseId);

    /// @notice The licence is not for this market.
    error LicenseMarketTerritoryInvalid(uint256 licenseId, bytes32 market, bytes32 territory);

    /// @notice The asset went live in this market before.
    error LicenseMarketDeployed(uint256 licenseId, bytes32 market);

    /// @notice The terms forbid that the licence changes hands.
    error LicenseMarketNotTransferable(uint256 licenseId);

    /// @notice Only the holder can surrender a licence.
    error LicenseMarketNotHolder(uint256 licenseId, address account);

    /// @notice The account holds as many living licences of this work as it can; it can surrender one.
    error LicenseMarketTooManyHeld(address account, uint40 workId, uint256 max);

    /// @notice A licence cannot be sold to the zero address.
    error LicenseMarketRecipientZero();

    /// @notice An offer was posted, by showing an asset of the work that is approved at this stage.
    event OfferPosted(
        bytes32 indexed offerId,
        uint40 indexed workId,
        uint256 indexed assetId,
        uint8 stage,
        Offer offer
    );

    /// @notice No more licences are sold or renewed under this offer.
    event OfferWithdrawn(bytes32 indexed offerId, uint40 indexed workId, address indexed by);

    /// @notice A licence was sold.
    event LicenseSold(
        uint256 indexed licenseId,
        bytes32 indexed offerId,
        address indexed buyer,
        address holder,
        uint256 price,
        uint40 expiresAt
    );

    /// @notice A licence was prolonged.
    event LicenseRenewed(
        uint256 indexed licenseId,
        address indexed payer,
        uint256 price,
        uint40 oldExpiresAt,
        uint40 newExpiresAt
    );

    /// @notice ERC-4906: the licence's end changed, and with it its metadata.
    event MetadataUpdate(uint256 _tokenId);

    /// @notice The holder gave a licence up.
    event LicenseSurrendered(uint256 indexed licenseId, address indexed holder);

    /// @notice The licensed work went live in a market.
    event MarketDeployed(
        uint256 indexed licenseId, bytes32 indexed market, address indexed payer, uint256 fee
    );

    /// @notice Posts an offer. DIRECTOR or TREASURER of the work's project.
    /// @dev The work must settle the offer's currency, so that each sale reaches all holders by itself.
    /// @param offer See `Offer`.
    /// @param assetId Asset of the work that stands and is approved; once it is withdrawn, sales and renewals stop.
    /// @param stage Stage it is approved at: 7, unless the studio sells earlier stages knowingly.
    /// @return offerId Hash of the offer.
    function post(Offer calldata offer, uint256 assetId, uint8 stage)
        external
        returns (bytes32 offerId);

    /// @notice Ends sales and renewals under an offer, for ever. DIRECTOR or TREASURER. Sold licences live on.
    function withdrawOffer(Offer calldata offer) external;

    /// @notice Buys a licence. Anyone; native value exactly, or an allowance of the currency.
    /// @param offer See `Offer`.
    /// @param to Who holds the licence.
    /// @param maxPrice Most the buyer accepts to pay.
    /// @return licenseId Sequential from 1.
    function buy(Offer calldata offer, address to, uint256 maxPrice)
        external
        payable
        returns (uint256 licenseId);

    /// @notice Prolongs a living licence by the offer's duration, at the offer's price. Anyone may pay.
    /// @return expiresAt First second without rights.
    function renew(uint256 licenseId) external payable returns (uint40 expiresAt);

    /// @notice Takes the licensed work live in one more market and pays for it. Anyone may pay.
    /// @param licenseId Living licence.
    /// @param market Market, such as an ISO 3166 code as right-padded ASCII; not 0.
    function deploy(uint256 licenseId, bytes32 market) external payable;

    /// @notice Ends a living licence now; nothing is paid back. Its holder.
    /// @dev So nobody is stuck with licences it never asked for: an account holds at most 6 living ones of a work.
    /// Warning: what an exclusive licence barred stays barred until the licence's old end.
    function surrender(uint256 licenseId) external;

    /// @notice Whether a licence permits a use now.
    /// @param licenseId Any number.
    /// @param use Bit mask; all bits must be permitted, and at least one asked for.
    /// @param market Market where the work must have gone live by `deploy`; 0 to ask about the use alone.
    function permits(uint256 licenseId, uint32 use, bytes32 market) external view returns (bool);

    /// @notice Whether an account holds a living licence of a work that permits a use.
    function isLicensed(address account, uint40 workId, uint32 use) external view returns (bool);

    /// @notice Terms of a licence and its end.
    /// @return offer Terms.
    /// @return expiresAt First second without rights; 2^40 - 1 for ever.
    function licenseOf(uint256 licenseId)
        external
        view
        returns (Offer memory offer, uint40 expiresAt);

    /// @notice Id of an offer, posted or not.
    function offerIdOf(Offer memory offer) external view returns (bytes32 offerId);

    /// @notice Where an offer is in its life.
    /// @return status See `OfferStatus`.
    /// @return sold Licences sold under it.
    /// @return assetId Asset that it was posted with.
    /// @return stage Stage at which that asset must stay approved.
    function offerStateOf(bytes32 offerId)
        external
        view
        returns (OfferStatus status, uint32 sold, uint256 assetId, uint8 stage);

    /// @notice Time at which the licensed work went live in a market; 0 if never.
    function deployedAt(uint256 licenseId, bytes32 market) external view returns (uint40 time);
}
