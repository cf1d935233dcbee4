// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title What `Works` asks of a licence market
/// @notice A project names its licence market once, at creation; the market decides who outside the project may
/// derive from the project's works.
interface ILicensing {
    /// @notice Whether a licence lets `holder` open a derivative of `workId` that passes on `bps` of its revenue.
    /// @param licenseId Licence in the market's own numbering.
    /// @param workId Parent work.
    /// @param holder Treasury that accepted to serve the project that derives; must hold the licence.
    /// @param bps Share of the derivative's revenue offered to the parent, in 1/10,000.
    /// @return permitted True if the licence is live, held by `holder`, allows derivatives and accepts `bps`.
    function permitsDerivative(uint256 licenseId, uint40 workId, address holder, uint16 bps)
        external
        view
        returns (bool permitted);
}
