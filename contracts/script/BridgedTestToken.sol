// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TestToken} from "./TestToken.sol";

/// @title The twin on L2 of a test token on L1: token gateways mint and burn it, as Arbitrum asks of such tokens.
contract BridgedTestToken is TestToken {
    address public immutable L2_GATEWAY;

    error BridgedTestToken_NotGateway(address caller);

    modifier onlyGateway() {
        if (msg.sender != L2_GATEWAY) revert BridgedTestToken_NotGateway(msg.sender);
        _;
    }

    constructor(string memory name_, string memory symbol_, uint8 decimals_, address l2Gateway)
        TestToken(name_, symbol_, decimals_)
    {
        L2_GATEWAY = l2Gateway;
    }

    /// @param amount Base units.
    function bridgeMint(address account, uint256 amount) external onlyGateway {
        _mint(account, amount);
    }

    /// @param amount Base units.
    function bridgeBurn(address account, uint256 amount) external onlyGateway {
        _burn(account, amount);
    }
}
