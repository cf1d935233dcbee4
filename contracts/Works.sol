// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LibRLP} from "solady/src/utils/LibRLP.sol";
import {ContributionToken} from "./ContributionToken.sol";
import {ILicensing} from "./interfaces/ILicensing.sol";
import {IProjects} from "./interfaces/IProjects.sol";
import {IWorks} from "./interfaces/IWorks.sol";
import {Clone} from "./libraries/Clone.sol";
import {Payments} from "./libraries/Payments.sol";
import {Roles} from "./libraries/Roles.sol";
import {TypedData} from "./libraries/TypedData.sol";

/// @title Works
/// @notice See `IWorks`.
/// @dev Creates exactly one contract per work after the implementation, so the address of a work's token follows from
/// this contract's nonce and needs no storage.
contract Works is IWorks {
    uint256 private constant MAX_UPSTREAMS = 8;
    uint256 private constant WHOLE = 10_000;

    IProjects public immutable PROJECTS;
    /// @notice Code that every contribution token delegates to.
    address public immutable IMPLEMENTATION;

    uint40 public count;
    mapping(uint40 workId => uint40 projectId) private _projectOf;

    constructor(IProjects projects) {
        PROJECTS = projects;
        IMPLEMENTATION = address(new ContributionToken(projects));
    }

    /// @inheritdoc IWorks
    function open(OpenInput calldata input) external returns (uint40 workId, address token) {
        PROJECTS.requireAnyRole(
            input.projectId, msg.sender, Roles.ADMIN | Roles.DIRECTOR | Roles.RECORDER
        );
        require(input.sealBy > block.timestamp, WorksSealByPassed(input.sealBy, block.timestamp));
        _requireCurrency(input.primaryCurrency);
        bytes memory upstream = _packUpstream(input.projectId, input.upstream);

        workId = ++count;
        _projectOf[workId] = input.projectId;
        token = Clone.deploy(
            IMPLEMENTATION,
            abi.encodePacked(workId, input.projectId, input.sealBy, input.primaryCurrency, upstream)
        );
        emit WorkOpened(
            workId,
            input.projectId,
            token,
            input.primaryCurrency,
            input.sealBy,
            input.upstream,
            input.uri
        );
    }

    /// @inheritdoc IWorks
    function projectOf(uint40 workId) public view returns (uint40 projectId) {
        projectId = _projectOf[workId];
        require(projectId != 0, WorksUnknown(workId));
    }

    /// @inheritdoc IWorks
    function tokenOf(uint40 workId) external view returns (address) {
        // Nonce 1 made the implementation.
        return LibRLP.computeAddress(address(this), uint256(workId) + 1);
    }

    /// @inheritdoc IWorks
    function domainSeparator() external view returns (bytes32) {
        return TypedData.domainSeparator(address(this));
    }

    function _requireCurrency(address currency) private view {
        bool valid = currency == address(0)
            || (currency != Payments.NATIVE
                && currency.code.length > 0
                && !Clone.isClone(currency, IMPLEMENTATION));
        require(valid, WorksCurrencyInvalid(currency));
    }

    function _packUpstream(uint40 projectId, Upstream[] calldata upstream)
        private
        view
        returns (bytes memory packed)
    {
        uint256 length = upstream.length;
        require(length <= MAX_UPSTREAMS, WorksTooManyUpstreams(length, MAX_UPSTREAMS));
        uint256 sum;
        for (uint256 i; i < length; ++i) {
            Upstream calldata parent = upstream[i];
            sum += parent.bps;
            require(
                parent.bps > 0 && sum < WHOLE,
                WorksUpstreamBpsInvalid(parent.workId, parent.bps, sum)
            );
            require(
                _mayDerive(projectId, parent),
                WorksUpstreamNotLicensed(parent.workId, parent.licenseId, parent.bps)
            );
            packed = abi.encodePacked(packed, parent.workId, parent.bps);
        }
    }

    function _mayDerive(uint40 projectId, Upstream calldata parent) private view returns (bool) {
        uint40 owner = projectOf(parent.workId);
        if (owner == projectId) return true;
        ILicensing licensing = PROJECTS.licensingOf(owner);
        address licensee = PROJECTS.licenseeOf(projectId);
        if (address(licensing) == address(0) || licensee == address(0)) return false;
        return licensing.permitsDerivative(parent.licenseId, parent.workId, licensee, parent.bps);
    }
}
