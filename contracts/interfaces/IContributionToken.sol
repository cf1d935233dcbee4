// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IRoyaltySplitter} from "./IRoyaltySplitter.sol";

/// @title The cap table of a work
/// @notice ERC-20 without decimals. Shares are minted while the work is open, together with the root of the steps
/// that earned them; the seal makes the table final, adds the parents' cuts and starts the distribution of revenue.
/// After the seal shares only move, so a holder's part can never be diluted.
/// @dev At most 2^40 - 1 shares. Each work's token is a clone whose code carries the work's terms.
interface IContributionToken is IERC20Metadata, IERC20Errors, IRoyaltySplitter {
    /// @notice Shares for one contributor.
    /// @param account Contributor; not zero and not this token.
    /// @param shares At least 1.
    struct Allocation {
        address account;
        uint40 shares;
    }

    /// @notice The cap table is final.
    error ContributionTokenSealed(uint40 workId);

    /// @notice Only a director may seal before `sealBy`, and only a director may add lazy shares.
    error ContributionTokenSealUnauthorized(uint40 workId, address account, uint40 sealBy);

    /// @notice These steps were recorded, and paid for in shares, before.
    error ContributionTokenStepsRecorded(bytes32 stepsRoot, uint40 recordedAt);

    /// @notice A recording needs a root and at least one step.
    error ContributionTokenStepsInvalid(bytes32 stepsRoot, uint32 stepCount);

    /// @notice An allocation has no shares, or an account that cannot hold any.
    error ContributionTokenAllocationInvalid(address account, uint40 shares);

    /// @notice The cap table, with the parents' cuts, would exceed 2^40 - 1 shares.
    error ContributionTokenSharesOverflow(uint256 shares, uint256 max);

    /// @notice A work cannot be sealed without shares.
    error ContributionTokenNoShares(uint40 workId);

    /// @notice A lazy root and lazy shares come together or not at all.
    error ContributionTokenLazyInvalid(bytes32 lazyRoot, uint40 lazyShares);

    /// @notice The proof does not lead from this leaf to the lazy root.
    error ContributionTokenProofInvalid(uint256 index, address account, uint40 shares);

    /// @notice This leaf joined before.
    error ContributionTokenJoined(uint256 index);

    /// @notice More currencies than every share transfer may settle.
    error ContributionTokenTooManyCurrencies(uint256 max);

    /// @notice The currency has no code, is settled already, or is itself a contribution token.
    error ContributionTokenCurrencyInvalid(address currency);

    /// @notice Steps were committed and their shares minted.
    event StepsRecorded(
        uint40 indexed workId,
        bytes32 indexed stepsRoot,
        address indexed recorder,
        uint32 stepCount,
        uint40 shares
    );

    /// @notice The cap table became final.
    event WorkSealed(
        uint40 indexed workId,
        address indexed by,
        uint40 totalShares,
        bytes32 lazyRoot,
        uint40 lazyShares
    );

    /// @notice A lazy holder took its place in the cap table.
    event Joined(uint256 indexed index, address indexed account, uint40 shares);

    /// @notice One more currency will be settled for all holders.
    event CurrencyAccepted(uint40 indexed workId, address indexed currency);

    /// @notice Commits steps and mints the shares they earned. RECORDER, before the seal.
    /// @param stepsRoot Root over the signed steps; each root once per work.
    /// @param stepCount Number of steps under the root, at least 1; stated by the recorder.
    /// @param allocations Shares to mint; may be empty.
    function record(bytes32 stepsRoot, uint32 stepCount, Allocation[] calldata allocations) external;

    /// @notice Accepts one more currency, at most 4. ADMIN or TREASURER.
    /// @dev Before the seal, or after: then what is already here belongs to the holders of now, as with `pushAllToken`,
    /// but nobody has to list them. Each accepted currency makes every share transfer dearer. Choose currencies of
    /// which less than 2^88 base units are owed at any time. Warning: its `balanceOf` is trusted to tell the truth; if
    /// it reverts, only this currency stops.
    /// @param currency ERC-20 with code, other than the primary one.
    function acceptCurrency(address currency) external;

    /// @notice Makes the cap table final. DIRECTOR; after `sealBy` anyone, but without lazy shares.
    /// @dev Each of n parent works gets `ceil((T + n - 1) * bps / (10,000 - sum of bps))` new shares, T being all
    /// recorded and lazy shares: never less than its bps of all shares, however few there are.
    /// @param lazyRoot Root over leaves (uint256 index, address account, uint40 shares) of further holders, or 0.
    /// @param lazyShares Sum of the leaves' shares. Warning: a tree that holds more lets the first to join win; one
    /// that holds less leaves the rest without an owner.
    function seal(bytes32 lazyRoot, uint40 lazyShares) external;

    /// @notice Gives a lazy holder its shares, with all revenue since the seal. Anyone may call.
    /// @param index Leaf index; each joins once.
    /// @param account Holder named in the leaf.
    /// @param shares Shares named in the leaf.
    /// @param proof Sibling hashes from the leaf to the lazy root.
    function join(uint256 index, address account, uint40 shares, bytes32[] calldata proof) external;

    /// @notice Time at which a steps root was recorded, in UTC seconds; 0 if never.
    function stepsRecordedAt(bytes32 stepsRoot) external view returns (uint40 time);

    /// @notice Time of the seal in UTC seconds; 0 while open.
    function sealedAt() external view returns (uint40 time);

    /// @notice Root of the lazy holders; 0 if there are none.
    function lazyRoot() external view returns (bytes32 root);

    /// @notice Whether a lazy leaf has joined.
    function isJoined(uint256 index) external view returns (bool);

    /// @notice Terms of the work, fixed at its opening.
    /// @return workId The work.
    /// @return projectId Project that owns it.
    /// @return sealBy UTC seconds after which anyone may seal.
    /// @return primaryCurrency ERC-20 settled beside the native currency; zero for none.
    function terms()
        external
        view
        returns (uint40 workId, uint40 projectId, uint40 sealBy, address primaryCurrency);

    /// @notice Parent works and their share of all revenue in 1/10,000.
    function upstreams() external view returns (uint40[] memory workIds, uint16[] memory bps);

    /// @notice Currencies accepted beside the native and the primary one.
    function acceptedCurrencies() external view returns (address[] memory currencies);

    /// @notice Whether revenue in this currency is divided among the holders by itself: the native, the primary and
    /// the accepted ones.
    function settles(address currency) external view returns (bool);
}
