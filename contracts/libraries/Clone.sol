// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Minimal proxy whose code carries read-only arguments, and that stops at once on empty calldata: a plain
/// payment costs 15 gas beyond the transaction itself and fits into the 2,300 gas of `transfer` and `send`.
/// @dev Runtime code: `CALLDATASIZE; JUMPI(5); STOP; JUMPDEST`, then the delegate call of ERC-1167, then the
/// arguments, which nothing executes.
library Clone {
    /// @notice The chain refused to create the clone.
    error CloneFailed();

    /// @dev Where the arguments start in the clone's code.
    uint256 internal constant ARGS_OFFSET = 51;

    /// @dev Creates a clone with CREATE.
    function deploy(address implementation, bytes memory args) internal returns (address clone) {
        bytes memory code = abi.encodePacked(
            hex"61",
            uint16(ARGS_OFFSET + args.length),
            hex"80600a5f395ff3",
            _runtime(implementation),
            args
        );
        assembly ("memory-safe") {
            clone := create(0, add(code, 0x20), mload(code))
        }
        require(clone != address(0), CloneFailed());
    }

    /// @dev Whether an account is a clone of the implementation, whoever created it and with whatever arguments.
    function isClone(address account, address implementation) internal view returns (bool) {
        bytes memory code = new bytes(ARGS_OFFSET);
        assembly ("memory-safe") {
            extcodecopy(account, add(code, 0x20), 0, ARGS_OFFSET)
        }
        return keccak256(code) == keccak256(_runtime(implementation));
    }

    /// @dev Reads up to 32 bytes of this clone's arguments, right-aligned.
    function readArg(uint256 offset, uint256 size) internal view returns (uint256 value) {
        assembly ("memory-safe") {
            mstore(0x00, 0)
            extcodecopy(address(), sub(0x20, size), add(ARGS_OFFSET, offset), size)
            value := mload(0x00)
        }
    }

    /// @dev Length of this clone's arguments.
    function argsLength() internal view returns (uint256) {
        return address(this).code.length - ARGS_OFFSET;
    }

    function _runtime(address implementation) private pure returns (bytes memory) {
        return abi.encodePacked(
            hex"36600557005b365f5f375f5f365f73",
            implementation,
            hex"5af43d5f5f3e602f573d5ffd5b3d5ff3"
        );
    }
}
