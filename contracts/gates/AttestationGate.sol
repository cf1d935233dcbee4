// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GateContext} from "../interfaces/IGate.sol";
import {IProjects} from "../interfaces/IProjects.sol";
import {Roles} from "../libraries/Roles.sol";
import {TypedData} from "../libraries/TypedData.sol";
import {Gate} from "./Gate.sol";

/// @title Attestation gate
/// @notice Says yes if a COMPLIANCE signer of the project attests that the asset passed one named check, such as a
/// copyright scan, a privacy review or brand drift, and the verdict has not expired.
/// @dev Proof: `abi.encode(bytes32 reportHash, address attester, uint40 expiresAt)`, then the signature over
/// `Attestation(assetId, CHECK, true, reportHash, attester, expiresAt)` in this gate's domain.
contract AttestationGate is Gate {
    /// @notice Keccak-256 of the check's name, such as "creatoken.copyright".
    bytes32 public immutable CHECK;

    constructor(IProjects projects, bytes32 checkName) Gate(projects) {
        CHECK = checkName;
    }

    /// @notice See `IGate.check`.
    function check(GateContext calldata context, bytes calldata proof)
        external
        view
        returns (bool)
    {
        (bytes32 reportHash, address attester, uint40 expiresAt) =
            abi.decode(proof[:96], (bytes32, address, uint40));
        bytes32 structHash = TypedData.hash(
            TypedData.Attestation(context.assetId, CHECK, true, reportHash, attester, expiresAt)
        );
        return block.timestamp <= expiresAt
            && _isSigned(context, Roles.COMPLIANCE, attester, structHash, proof[96:]);
    }
}
