// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Works: opens works and their contribution tokens
/// @notice A work is the unit of money. Opening one creates its contribution token, whose address is where the
/// work's revenue is paid to by plain transfer.
interface IWorks {
    /// @notice A parent work that is paid from the new work's revenue.
    /// @param workId Parent work.
    /// @param licenseId Licence that permits the derivation; 0 when both works belong to the same project.
    /// @param bps Share of all revenue, in 1/10,000, at least 1.
    struct Upstream {
        uint40 workId;
        uint256 licenseId;
        uint16 bps;
    }

    /// @notice What a new work is made of.
    /// @param projectId Project that owns the work.
    /// @param primaryCurrency ERC-20 that is settled beside the native currency; zero for none.
    /// @param sealBy UTC seconds after which anyone may seal the work.
    /// @param upstream At most 8 parents whose bps add up to less than 10,000.
    /// @param uri Where a description may be found; not interpreted.
    struct OpenInput {
        uint40 projectId;
        address primaryCurrency;
        uint40 sealBy;
        Upstream[] upstream;
        string uri;
    }

    /// @notice The work does not exist.
    error WorksUnknown(uint40 workId);

    /// @notice `sealBy` must lie in the future.
    error WorksSealByPassed(uint40 sealBy, uint256 blockTime);

    /// @notice The primary currency has no code, is the native currency, which every work settles anyway, or is itself
    /// a contribution token: shares are held, not distributed.
    error WorksCurrencyInvalid(address currency);

    /// @notice More parents than a work may have.
    error WorksTooManyUpstreams(uint256 count, uint256 max);

    /// @notice A parent's bps is zero, or the parents' sum leaves nothing to the contributors.
    error WorksUpstreamBpsInvalid(uint40 workId, uint16 bps, uint256 sumBps);

    /// @notice The parent belongs to another project and no valid licence, held by a treasury that accepted to serve
    /// this project, permits this derivation.
    error WorksUpstreamNotLicensed(uint40 workId, uint256 licenseId, uint16 bps);

    /// @notice A work was opened.
    event WorkOpened(
        uint40 indexed workId,
        uint40 indexed projectId,
        address indexed token,
        address primaryCurrency,
        uint40 sealBy,
        Upstream[] upstream,
        string uri
    );

    /// @notice Opens a work. ADMIN, DIRECTOR or RECORDER of its project.
    /// @param input See `OpenInput`.
    /// @return workId Sequential from 1.
    /// @return token The work's contribution token and revenue address.
    function open(OpenInput calldata input) external returns (uint40 workId, address token);

    /// @notice Project that owns the work. Reverts with `WorksUnknown`.
    function projectOf(uint40 workId) external view returns (uint40 projectId);

    /// @notice Contribution token of a work, also of one that is not opened yet.
    function tokenOf(uint40 workId) external view returns (address token);

    /// @notice Number of works opened; the last work's id.
    function count() external view returns (uint40 works);

    /// @notice EIP-712 domain separator under which `Step` structs are signed.
    function domainSeparator() external view returns (bytes32 separator);
}
