// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice What both ends of the simulated token bridge share: each knows the other, and which tokens belong together.
/// @dev Simulation only. On Arbitrum a token is joined to its twin by governance, by its own contract or by creating the
/// twin; here anybody joins two tokens, once.
abstract contract GatewayBase {
    address public counterpartGateway;
    mapping(address l1Token => address l2Token) internal twins;

    function setCounterpart(address counterpart) external {
        require(counterpartGateway == address(0), "counterpart is set");
        counterpartGateway = counterpart;
    }

    function joinTokens(address l1Token, address l2Token) external {
        require(twins[l1Token] == address(0), "token is joined");
        twins[l1Token] = l2Token;
    }

    function calculateL2TokenAddress(address l1Token) public view returns (address) {
        return twins[l1Token];
    }

    /// @notice The call that the other end receives, laid out as Arbitrum's gateways do.
    function getOutboundCalldata(address l1Token, address from, address to, uint256 amount, bytes memory data)
        public
        view
        virtual
        returns (bytes memory)
    {
        return abi.encodeCall(IGatewayEnd.finalizeInboundTransfer, (l1Token, from, to, amount, abi.encode("", data)));
    }
}

interface IGatewayEnd {
    function finalizeInboundTransfer(address l1Token, address from, address to, uint256 amount, bytes calldata data)
        external
        payable;
}
