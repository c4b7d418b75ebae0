// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title Judges evidence of fraud against signed summaries; stateless, one per chain (PROTOCOL §8).
interface IFraudVerifier {
    /// @notice Reverts unless the evidence proves fraud against a summary of the returned digest.
    /// @return epoch Number of the fraudulent summary.
    /// @return digest EIP-712 digest of the fraudulent summary.
    /// @return chainId Chain of the fraudulent line.
    /// @return custody Custody of the fraudulent line.
    function check(bytes calldata evidence)
        external
        view
        returns (uint64 epoch, bytes32 digest, uint64 chainId, address custody);
}
