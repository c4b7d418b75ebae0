// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IEthInbox, IL1GatewayRouter} from "../arbitrum/IGateways.sol";
import {ReserveBridge} from "./ReserveBridge.sol";

/// @title The treasury's end on L1: sends reserves to L2 in minutes.
contract L1Reserve is ReserveBridge {
    using SafeERC20 for IERC20;

    /// @notice Arbitrum's router of token gateways.
    IL1GatewayRouter public immutable ROUTER;
    /// @notice The L2's delayed inbox.
    IEthInbox public immutable INBOX;

    constructor(address admin, address operator, address custody, IL1GatewayRouter router, IEthInbox inbox)
        ReserveBridge(admin, operator, custody)
    {
        if (address(router) == address(0) || address(inbox) == address(0)) revert ReserveBridge_ZeroAddress();
        (ROUTER, INBOX) = (router, inbox);
    }

    /// @notice Sends tokens to the other end; operator only. What the ticket does not use goes to the other end as well.
    /// @dev `msg.value` must be `maxSubmissionCost + maxGas * gasPriceBid`.
    /// @param amount Base units.
    function sendToken(address token, uint256 amount, uint256 maxSubmissionCost, uint256 maxGas, uint256 gasPriceBid)
        external
        payable
        nonReentrant
        onlyRole(OPERATOR_ROLE)
        returns (bytes memory receipt)
    {
        address there = _peer();
        _checkValue(maxSubmissionCost + maxGas * gasPriceBid);
        // The gateway pulls exactly this amount; nothing stays approved for a gateway that the router may change.
        address gateway = ROUTER.getGateway(token);
        IERC20(token).forceApprove(gateway, amount);
        receipt = ROUTER.outboundTransferCustomRefund{value: msg.value}(
            token, there, there, amount, maxGas, gasPriceBid, abi.encode(maxSubmissionCost, bytes(""))
        );
        IERC20(token).forceApprove(gateway, 0);
        emit ReserveSent(token, amount, receipt);
    }

    /// @notice Sends ETH to the other end; operator only.
    /// @dev By a ticket that carries value and no data: `depositEth` would credit this contract's alias, which nobody
    /// holds. `msg.value` must be `maxSubmissionCost + maxGas * gasPriceBid`; the amount comes from the reserve.
    /// @param amount Wei.
    function sendEth(uint256 amount, uint256 maxSubmissionCost, uint256 maxGas, uint256 gasPriceBid)
        external
        payable
        nonReentrant
        onlyRole(OPERATOR_ROLE)
        returns (uint256 ticket)
    {
        address there = _peer();
        _checkValue(maxSubmissionCost + maxGas * gasPriceBid);
        ticket = INBOX.createRetryableTicket{value: msg.value + amount}(
            there, amount, maxSubmissionCost, there, there, maxGas, gasPriceBid, ""
        );
        emit ReserveSent(address(0), amount, abi.encode(ticket));
    }

    function _checkValue(uint256 needed) private view {
        if (msg.value != needed) revert ReserveBridge_WrongValue(msg.value, needed);
    }
}
