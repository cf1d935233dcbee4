// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GateContext} from "../interfaces/IGate.sol";
import {IProjects} from "../interfaces/IProjects.sol";
import {Roles} from "../libraries/Roles.sol";
import {TypedData} from "../libraries/TypedData.sol";
import {Gate} from "./Gate.sol";

/// @title Metric gate
/// @notice Says yes if a REPORTER of the project signed that a metric of the asset reached the threshold: a payout at
/// a stage with this gate is a performance bonus.
/// @dev Proof: `abi.encode(uint256 value, bytes32 reportHash, address reporter, uint40 at)`, then the signature over
/// `Metric(assetId, NAME, value, reportHash, reporter, at)` in this gate's domain.
contract MetricGate is Gate {
    /// @notice Keccak-256 of the metric's name, such as "creatoken.clicks".
    bytes32 public immutable NAME;
    /// @notice Least value that passes, in the metric's own unit.
    uint256 public immutable THRESHOLD;

    constructor(IProjects projects, bytes32 metricName, uint256 threshold) Gate(projects) {
        NAME = metricName;
        THRESHOLD = threshold;
    }

    /// @notice See `IGate.check`.
    function check(GateContext calldata context, bytes calldata proof)
        external
        view
        returns (bool)
    {
        (uint256 value, bytes32 reportHash, address reporter, uint40 time) =
            abi.decode(proof[:128], (uint256, bytes32, address, uint40));
        bytes32 structHash = TypedData.hash(
            TypedData.Metric(context.assetId, NAME, value, reportHash, reporter, time)
        );
        return value >= THRESHOLD && time <= block.timestamp
            && _isSigned(context, Roles.REPORTER, reporter, structHash, proof[128:]);
    }
}
