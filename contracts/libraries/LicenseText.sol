// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Base64} from "solady/src/utils/Base64.sol";
import {DateTimeLib} from "solady/src/utils/DateTimeLib.sol";
import {LibString} from "solady/src/utils/LibString.sol";
import {ILicenseMarket} from "../interfaces/ILicenseMarket.sol";

/// @notice A licence in words, as ERC-721 metadata that needs no server.
library LicenseText {
    using LibString for uint256;

    /// @dev JSON in a data URI: the terms as one sentence each, and as attributes.
    function uri(uint256 licenseId, ILicenseMarket.Offer memory offer, uint40 expiresAt)
        internal
        pure
        returns (string memory)
    {
        bytes memory json = abi.encodePacked(
            '{"name":"Creatoken licence ',
            licenseId.toString(),
            '","description":"',
            _terms(offer, expiresAt),
            '","attributes":[',
            _attributes(offer, expiresAt),
            "]}"
        );
        return string.concat("data:application/json;base64,", Base64.encode(json));
    }

    function _terms(ILicenseMarket.Offer memory offer, uint40 expiresAt)
        private
        pure
        returns (string memory)
    {
        return string.concat(
            offer.exclusive ? "Exclusive licence of work " : "Licence of work ",
            uint256(offer.workId).toString(),
            " for ",
            _territory(offer.territory),
            ", ",
            _end(expiresAt),
            ". Uses: mask ",
            uint256(offer.uses).toMinimalHexString(),
            ". ",
            _derivatives(offer),
            offer.transferable ? " May change hands." : " May not change hands.",
            " Legal text: SHA-256 ",
            uint256(offer.termsHash).toHexString(32),
            "."
        );
    }

    function _attributes(ILicenseMarket.Offer memory offer, uint40 expiresAt)
        private
        pure
        returns (string memory)
    {
        return string.concat(
            _number("work", offer.workId),
            ",",
            _number("uses", offer.uses),
            ",",
            _number("derivative bps", offer.derivativeBps),
            ",",
            _number("expires at", expiresAt),
            ',{"trait_type":"territory","value":"',
            _territory(offer.territory),
            '"}'
        );
    }

    function _number(string memory name, uint256 value) private pure returns (string memory) {
        return string.concat('{"trait_type":"', name, '","value":', value.toString(), "}");
    }

    /// @dev Right-padded printable ASCII as it is; anything else as hex.
    function _territory(bytes32 territory) private pure returns (string memory) {
        if (territory == 0) return "the world";
        string memory text = LibString.fromSmallString(territory);
        bool isText = LibString.is7BitASCII(text, LibString.PRINTABLE_7_BIT_ASCII)
            && bytes(text).length > 0 && LibString.toSmallString(text) == territory;
        return isText ? LibString.escapeJSON(text) : uint256(territory).toHexString(32);
    }

    function _end(uint40 expiresAt) private pure returns (string memory) {
        if (expiresAt == type(uint40).max) return "without end";
        (uint256 year, uint256 month, uint256 day) = DateTimeLib.timestampToDate(expiresAt);
        return string.concat("until ", year.toString(), "-", _two(month), "-", _two(day), " (UTC)");
    }

    function _derivatives(ILicenseMarket.Offer memory offer) private pure returns (string memory) {
        if (!offer.derivatives) return "No derivative works.";
        return string.concat(
            "Derivative works pay at least ",
            uint256(offer.derivativeBps).toString(),
            " of 10,000 parts of their revenue."
        );
    }

    function _two(uint256 value) private pure returns (string memory) {
        return value < 10 ? string.concat("0", value.toString()) : value.toString();
    }
}
