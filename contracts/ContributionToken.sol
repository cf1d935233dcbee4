// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {RoyaltySplitter} from "./RoyaltySplitter.sol";
import {IContributionToken} from "./interfaces/IContributionToken.sol";
import {IProjects} from "./interfaces/IProjects.sol";
import {IWorks} from "./interfaces/IWorks.sol";
import {Clone} from "./libraries/Clone.sol";
import {Leaves} from "./libraries/Leaves.sol";
import {Payments} from "./libraries/Payments.sol";
import {Roles} from "./libraries/Roles.sol";

/// @title Contribution token
/// @notice See `IContributionToken`.
/// @dev Runs behind one clone per work, see `Clone`. The clone's code carries: workId 5 bytes, projectId 5, sealBy 5,
/// primaryCurrency 20, then workId 5 and bps 2 for each parent.
contract ContributionToken is RoyaltySplitter, IContributionToken {
    using BitMaps for BitMaps.BitMap;

    uint256 private constant MAX_SHARES = type(uint40).max;
    uint256 private constant MAX_ACCEPTED = 4;
    uint256 private constant WHOLE = 10_000;
    uint256 private constant UPSTREAM_OFFSET = 35;
    uint256 private constant UPSTREAM_SIZE = 7;

    IProjects private immutable PROJECTS;
    IWorks private immutable WORKS;

    uint40 private _recordedShares;
    uint40 public sealedAt;
    bytes32 public lazyRoot;
    BitMaps.BitMap private _joined;
    mapping(bytes32 stepsRoot => uint40 time) public stepsRecordedAt;
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    constructor(IProjects projects) {
        PROJECTS = projects;
        WORKS = IWorks(msg.sender);
        // The implementation is nobody's work: sealed without shares, it can never hold any.
        sealedAt = uint40(block.timestamp);
    }

    /* CAP TABLE */

    /// @inheritdoc IContributionToken
    function record(bytes32 stepsRoot, uint32 stepCount, Allocation[] calldata allocations)
        external
    {
        uint40 workId = _requireRecorder();
        require(
            stepsRoot != 0 && stepCount > 0, ContributionTokenStepsInvalid(stepsRoot, stepCount)
        );
        uint40 recorded = stepsRecordedAt[stepsRoot];
        require(recorded == 0, ContributionTokenStepsRecorded(stepsRoot, recorded));

        stepsRecordedAt[stepsRoot] = uint40(block.timestamp);
        uint256 minted;
        for (uint256 i; i < allocations.length; ++i) {
            (address account, uint40 shares) = (allocations[i].account, allocations[i].shares);
            require(
                account != address(0) && account != address(this) && shares > 0,
                ContributionTokenAllocationInvalid(account, shares)
            );
            minted += shares;
            _mint(account, shares);
        }
        uint256 contributed = minted + _recordedShares;
        _cuts(contributed);
        _recordedShares = uint40(contributed);
        emit StepsRecorded(workId, stepsRoot, msg.sender, stepCount, uint40(minted));
    }

    /// @inheritdoc IContributionToken
    function acceptCurrency(address currency) external nonReentrantView {
        (uint40 workId, uint40 projectId,,) = terms();
        PROJECTS.requireAnyRole(projectId, msg.sender, Roles.ADMIN | Roles.TREASURER);
        require(
            currency.code.length > 0 && !settles(currency)
                && !Clone.isClone(currency, IMPLEMENTATION),
            ContributionTokenCurrencyInvalid(currency)
        );
        require(_accepted.length < MAX_ACCEPTED, ContributionTokenTooManyCurrencies(MAX_ACCEPTED));
        _accepted.push(currency);
        if (_sealedShares() > 0) _startRevenue(currency, _sealedShares());
        emit CurrencyAccepted(workId, currency);
    }

    /// @inheritdoc IContributionToken
    function seal(bytes32 root, uint40 lazyShares) external {
        (uint40 workId, uint40 projectId, uint40 sealBy,) = terms();
        require(sealedAt == 0, ContributionTokenSealed(workId));
        require(
            PROJECTS.hasRoles(projectId, msg.sender, Roles.DIRECTOR)
                || (block.timestamp > sealBy && lazyShares == 0),
            ContributionTokenSealUnauthorized(workId, msg.sender, sealBy)
        );
        require((root == 0) == (lazyShares == 0), ContributionTokenLazyInvalid(root, lazyShares));
        uint256 contributed = uint256(_recordedShares) + lazyShares;
        require(contributed > 0, ContributionTokenNoShares(workId));

        sealedAt = uint40(block.timestamp);
        (uint40[] memory parents, uint256[] memory cuts, uint256 total) = _cuts(contributed);
        if (lazyShares > 0) {
            lazyRoot = root;
            _mint(address(this), lazyShares);
        }
        for (uint256 i; i < parents.length; ++i) {
            _mint(WORKS.tokenOf(parents[i]), uint40(cuts[i]));
        }
        _startRevenue(Payments.NATIVE, total);
        if (_primaryCurrency() != address(0)) _startRevenue(_primaryCurrency(), total);
        for (uint256 i; i < _accepted.length; ++i) {
            _startRevenue(_accepted[i], total);
        }
        emit WorkSealed(workId, msg.sender, uint40(total), root, lazyShares);
    }

    /// @inheritdoc IContributionToken
    function join(uint256 index, address account, uint40 shares, bytes32[] calldata proof)
        external
        nonReentrantView
    {
        require(!_joined.get(index), ContributionTokenJoined(index));
        require(
            MerkleProof.verifyCalldata(proof, lazyRoot, Leaves.holder(index, account, shares)),
            ContributionTokenProofInvalid(index, account, shares)
        );
        require(
            account != address(0) && account != address(this),
            ContributionTokenAllocationInvalid(account, shares)
        );
        uint256 left = _sharesOf(address(this));
        require(shares <= left, ERC20InsufficientBalance(address(this), left, shares));

        _joined.set(index);
        _changeShares(address(this), -int256(uint256(shares)));
        _changeShares(account, int256(uint256(shares)));
        emit Transfer(address(this), account, shares);
        emit Joined(index, account, shares);
    }

    /* ERC-20 */

    /// @notice Moves shares. Revenue that came before stays with the sender.
    function transfer(address to, uint256 shares) external returns (bool) {
        _transfer(msg.sender, to, shares);
        return true;
    }

    /// @notice Moves shares out of an allowance. Revenue that came before stays with `from`.
    function transferFrom(address from, address to, uint256 shares) external returns (bool) {
        uint256 allowed = allowance[from][msg.sender];
        if (allowed != type(uint256).max) {
            require(shares <= allowed, ERC20InsufficientAllowance(msg.sender, allowed, shares));
            allowance[from][msg.sender] = allowed - shares;
        }
        _transfer(from, to, shares);
        return true;
    }

    /// @notice Lets `spender` move up to `shares` of the sender's shares.
    function approve(address spender, uint256 shares) external returns (bool) {
        require(spender != address(0), ERC20InvalidSpender(spender));
        allowance[msg.sender][spender] = shares;
        emit Approval(msg.sender, spender, shares);
        return true;
    }

    /// @notice Shares of an account; of this token itself, the shares of lazy holders that did not join yet.
    function balanceOf(address account) external view returns (uint256) {
        return _sharesOf(account);
    }

    /// @notice All shares.
    function totalSupply() external view returns (uint256) {
        uint256 total = _sealedShares();
        return total == 0 ? _recordedShares : total;
    }

    /// @notice "Creatoken Work" and the work's id.
    function name() external view returns (string memory) {
        (uint40 workId,,,) = terms();
        return string.concat("Creatoken Work ", Strings.toString(workId));
    }

    /// @notice "WORK-" and the work's id.
    function symbol() external view returns (string memory) {
        (uint40 workId,,,) = terms();
        return string.concat("WORK-", Strings.toString(workId));
    }

    /// @notice Shares are indivisible.
    function decimals() external pure returns (uint8) {
        return 0;
    }

    /* VIEWS */

    /// @inheritdoc IContributionToken
    function isJoined(uint256 index) external view returns (bool) {
        return _joined.get(index);
    }

    /// @inheritdoc IContributionToken
    function acceptedCurrencies() external view returns (address[] memory) {
        return _accepted;
    }

    /// @inheritdoc IContributionToken
    function settles(address currency) public view returns (bool) {
        if (currency == Payments.NATIVE) return true;
        if (currency == _primaryCurrency()) return currency != address(0);
        for (uint256 i; i < _accepted.length; ++i) {
            if (_accepted[i] == currency) return true;
        }
        return false;
    }

    /// @inheritdoc IContributionToken
    function terms()
        public
        view
        returns (uint40 workId, uint40 projectId, uint40 sealBy, address primaryCurrency)
    {
        uint256 ids = Clone.readArg(0, 15);
        // The casts keep the low 40 bits, which is the field.
        workId = uint40(ids >> 80);
        projectId = uint40(ids >> 40);
        sealBy = uint40(ids);
        primaryCurrency = _primaryCurrency();
    }

    /// @inheritdoc IContributionToken
    function upstreams() public view returns (uint40[] memory workIds, uint16[] memory bps) {
        uint256 count = (Clone.argsLength() - UPSTREAM_OFFSET) / UPSTREAM_SIZE;
        workIds = new uint40[](count);
        bps = new uint16[](count);
        for (uint256 i; i < count; ++i) {
            uint256 parent = Clone.readArg(UPSTREAM_OFFSET + i * UPSTREAM_SIZE, UPSTREAM_SIZE);
            workIds[i] = uint40(parent >> 16);
            bps[i] = uint16(parent);
        }
    }

    /* INTERNAL */

    function _primaryCurrency() internal view override returns (address) {
        return address(uint160(Clone.readArg(15, 20)));
    }

    function _requireRecorder() private view returns (uint40) {
        (uint40 workId, uint40 projectId,,) = terms();
        require(sealedAt == 0, ContributionTokenSealed(workId));
        PROJECTS.requireAnyRole(projectId, msg.sender, Roles.RECORDER);
        return workId;
    }

    /// @dev Before the seal only, so no holder has a debt. The caller bounds the sum of shares.
    function _mint(address account, uint40 shares) private {
        _changeShares(account, int256(uint256(shares)));
        emit Transfer(address(0), account, shares);
    }

    /// @dev What each parent gets when this many contributed shares are sealed, and the sum of all. Counting a share
    /// more for each further parent makes up for their rounding: no parent ever gets less than its bps of the sum.
    /// Reverts where the sum does not fit, already while recording: a work that could never be sealed would never pay.
    function _cuts(uint256 contributed)
        private
        view
        returns (uint40[] memory parents, uint256[] memory cuts, uint256 total)
    {
        uint16[] memory bps;
        (parents, bps) = upstreams();
        uint256 rest = WHOLE;
        for (uint256 i; i < bps.length; ++i) {
            rest -= bps[i];
        }
        total = contributed;
        cuts = new uint256[](bps.length);
        for (uint256 i; i < bps.length; ++i) {
            cuts[i] = ((contributed + bps.length - 1) * bps[i] + rest - 1) / rest;
            total += cuts[i];
        }
        require(total <= MAX_SHARES, ContributionTokenSharesOverflow(total, MAX_SHARES));
    }

    function _transfer(address from, address to, uint256 shares) private {
        require(to != address(0) && to != address(this), ERC20InvalidReceiver(to));
        uint256 held = _sharesOf(from);
        require(shares <= held, ERC20InsufficientBalance(from, held, shares));
        if (from != to) _moveShares(from, to, shares);
        emit Transfer(from, to, shares);
    }
}
