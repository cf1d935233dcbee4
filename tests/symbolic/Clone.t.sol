// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Clone} from "../../contracts/libraries/Clone.sol";

/// @notice What a clone says of its arguments.
contract CloneProofs {
    function read() external view returns (uint256, uint256) {
        return (Clone.readArg(0, 15), Clone.readArg(15, 20));
    }

    function check_readArg__given_any_arguments__gives_them_back(uint120 ids, address currency)
        external
    {
        address clone = Clone.deploy(address(this), abi.encodePacked(ids, currency));
        (uint256 first, uint256 second) = CloneProofs(clone).read();
        assert(first == ids);
        assert(second == uint160(currency));
        assert(Clone.isClone(clone, address(this)));
    }
}
