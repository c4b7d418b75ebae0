// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title The deposit address of one wallet at one custody (PROTOCOL §2).
interface IForwarder {
    /// @notice Only the custody empties a forwarder, because it writes the record that names the wallet.
    error Forwarder_NotCustody(address caller);
    /// @notice The token, or the custody, refused.
    error Forwarder_SendFailed(address token, uint256 amount);

    /// @notice Sends the whole balance of a token (zero address: native ETH) to the custody.
    /// @custom:reverts Forwarder_NotCustody, Forwarder_SendFailed.
    /// @custom:protocol §2 forwarders.
    function flush(address token) external;
}

/// @title One per chain: where a wallet's forwarder is, before and after it is deployed.
interface IForwarderFactory {
    /// @notice The deposit address of `wallet` at `custody`; funds may be sent there before anything is deployed.
    function addressOf(address custody, address wallet) external view returns (address);

    /// @notice Deploys the forwarder unless it stands already. Anybody may.
    /// @custom:reverts nothing of its own.
    /// @custom:protocol §2 forwarders.
    function deploy(address custody, address wallet) external returns (address forwarder);
}
