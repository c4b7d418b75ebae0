// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IInbox} from "../IArbitrum.sol";
import {GatewayBase} from "./GatewayBase.sol";

interface ITokenSim {
    function transfer(address to, uint256 amount) external returns (bool);
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}

/// @notice Simulated L1 token gateway: holds what is on L2. Its messages go through the rollup's real inbox and outbox.
contract L1GatewaySim is GatewayBase {
    IInbox public immutable INBOX;
    address public immutable ROUTER;

    struct Ticket {
        uint256 maxSubmissionCost;
        address refundTo;
        address from;
        uint256 maxGas;
        uint256 gasPriceBid;
    }

    constructor(IInbox inbox, address router) {
        (INBOX, ROUTER) = (inbox, router);
    }

    /// @param data `abi.encode(from, abi.encode(maxSubmissionCost, extraData))`, as the router passes it on.
    function outboundTransferCustomRefund(
        address l1Token,
        address refundTo,
        address to,
        uint256 amount,
        uint256 maxGas,
        uint256 gasPriceBid,
        bytes calldata data
    ) external payable returns (bytes memory) {
        require(msg.sender == ROUTER, "not from the router");
        require(twins[l1Token] != address(0), "no twin on L2");
        (address from, bytes memory inner) = abi.decode(data, (address, bytes));
        (uint256 maxSubmissionCost, bytes memory extra) = abi.decode(inner, (uint256, bytes));
        require(extra.length == 0, "EXTRA_DATA_DISABLED");
        require(ITokenSim(l1Token).transferFrom(from, address(this), amount), "not pulled");
        bytes memory message = getOutboundCalldata(l1Token, from, to, amount, extra);
        return _sendTicket(Ticket(maxSubmissionCost, refundTo, from, maxGas, gasPriceBid), message);
    }

    function finalizeInboundTransfer(address l1Token, address, address to, uint256 amount, bytes calldata)
        external
        payable
    {
        require(msg.sender == address(INBOX.bridge()), "not from the bridge");
        require(INBOX.bridge().activeOutbox().l2ToL1Sender() == counterpartGateway, "not from the counterpart");
        require(ITokenSim(l1Token).transfer(to, amount), "not paid");
    }

    function _sendTicket(Ticket memory t, bytes memory message) private returns (bytes memory) {
        uint256 ticket = INBOX.createRetryableTicket{value: msg.value}(
            counterpartGateway, 0, t.maxSubmissionCost, t.refundTo, t.from, t.maxGas, t.gasPriceBid, message
        );
        return abi.encode(ticket);
    }
}

/// @notice Simulated router of L1: one gateway for every token.
contract L1GatewayRouterSim {
    L1GatewaySim public gateway;

    function setGateway(L1GatewaySim given) external {
        require(address(gateway) == address(0), "gateway is set");
        gateway = given;
    }

    function getGateway(address) external view returns (address) {
        return address(gateway);
    }

    function calculateL2TokenAddress(address l1Token) external view returns (address) {
        return gateway.calculateL2TokenAddress(l1Token);
    }

    function outboundTransferCustomRefund(
        address l1Token,
        address refundTo,
        address to,
        uint256 amount,
        uint256 maxGas,
        uint256 gasPriceBid,
        bytes calldata data
    ) external payable returns (bytes memory) {
        return gateway.outboundTransferCustomRefund{value: msg.value}(
            l1Token, refundTo, to, amount, maxGas, gasPriceBid, abi.encode(msg.sender, data)
        );
    }
}
