// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Believes exactly the evidence a test has told it to believe.
contract FraudOracle {
    error FraudOracle_NoFraud();

    struct Verdict {
        uint64 epoch;
        bytes32 digest;
        uint64 chainId;
        address custody;
    }

    mapping(bytes32 evidence => Verdict) private _verdicts;

    function convict(bytes calldata evidence, uint64 epoch, bytes32 digest, uint64 chainId, address custody) external {
        _verdicts[keccak256(evidence)] = Verdict(epoch, digest, chainId, custody);
    }

    function check(bytes calldata evidence) external view returns (uint64, bytes32, uint64, address) {
        Verdict memory verdict = _verdicts[keccak256(evidence)];
        if (verdict.digest == bytes32(0)) revert FraudOracle_NoFraud();
        return (verdict.epoch, verdict.digest, verdict.chainId, verdict.custody);
    }
}
