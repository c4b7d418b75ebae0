// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";

/// @title What a proxy runs until its implementation stands.
/// @dev Proxies come first and all alike, so their addresses follow from a name alone: contracts of several chains that
/// name each other in immutables can then be built in any order, and a broken deployment goes on where it stopped.
contract ProxySeed is UUPSUpgradeable {
    address public immutable DEPLOYER;

    error ProxySeed_NotDeployer(address caller);

    constructor(address deployer) {
        DEPLOYER = deployer;
    }

    /// @notice Does nothing: a proxy wants a call at its construction.
    function hold() external {}

    function _authorizeUpgrade(address) internal view override {
        if (msg.sender != DEPLOYER) revert ProxySeed_NotDeployer(msg.sender);
    }
}
