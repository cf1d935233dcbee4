// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {IContributionToken} from "../interfaces/IContributionToken.sol";
import {GateContext, IGate} from "../interfaces/IGate.sol";
import {IWorks} from "../interfaces/IWorks.sol";
import {Leaves} from "../libraries/Leaves.sol";
import {Signatures} from "../libraries/Signatures.sol";
import {TypedData} from "../libraries/TypedData.sol";

/// @title Human intent gate
/// @notice Proof of intent: says yes if people signed at least so many steps under a root that the work recorded.
/// @dev Proof: `abi.encode(bytes32 stepsRoot, HumanStep[] steps)`, steps ascending by index. Signatures are those the
/// actors gave when they acted, in the domain of `Works`. Assumes that the recorder checked that keys which call
/// themselves human belong to people.
/// Steps that fit into a gate's gas: 22 under a root of 1,000 steps, 21 under one of 2,048. Of a wallet that checks
/// signatures itself fewer fit, by what its check costs.
contract HumanIntentGate is IGate {
    uint8 private constant HUMAN = 1;

    /// @notice A step, its actor's signature, and its place under the steps root.
    struct HumanStep {
        TypedData.Step step;
        bytes signature;
        bytes32[] proof;
    }

    IWorks public immutable WORKS;
    /// @notice Human steps that pass, at least 1.
    uint256 public immutable MINIMUM;

    /// @notice A gate that asks for no step says nothing.
    error HumanIntentGateMinimumZero();

    constructor(IWorks works, uint256 minimum) {
        require(minimum > 0, HumanIntentGateMinimumZero());
        WORKS = works;
        MINIMUM = minimum;
    }

    /// @notice See `IGate.check`.
    function check(GateContext calldata context, bytes calldata proof)
        external
        view
        returns (bool)
    {
        (bytes32 stepsRoot, HumanStep[] calldata steps) = _read(proof);
        IContributionToken token = IContributionToken(WORKS.tokenOf(context.workId));
        if (steps.length < MINIMUM || token.stepsRecordedAt(stepsRoot) == 0) return false;

        bytes32 separator = WORKS.domainSeparator();
        for (uint256 i; i < steps.length; ++i) {
            bool ascending = i == 0 || steps[i].step.index > steps[i - 1].step.index;
            if (!ascending || !_counts(context.workId, stepsRoot, separator, steps[i])) {
                return false;
            }
        }
        return true;
    }

    /// @dev Reads the proof where it stands. Every access to a step checks that it lies within the calldata.
    function _read(bytes calldata proof)
        private
        pure
        returns (bytes32 stepsRoot, HumanStep[] calldata steps)
    {
        stepsRoot = bytes32(proof[:32]);
        assembly ("memory-safe") {
            let start := add(proof.offset, calldataload(add(proof.offset, 0x20)))
            steps.length := calldataload(start)
            steps.offset := add(start, 0x20)
        }
    }

    function _counts(uint40 workId, bytes32 stepsRoot, bytes32 separator, HumanStep calldata human)
        private
        view
        returns (bool)
    {
        TypedData.Step memory step = human.step;
        bytes32 structHash = TypedData.hash(step);
        return step.actorKind == HUMAN && step.workId == workId
            && MerkleProof.verifyCalldata(human.proof, stepsRoot, Leaves.step(structHash))
            && Signatures.isValid(
            step.actor, TypedData.digest(separator, structHash), human.signature
        );
    }
}
