// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbSysWithdraw, IL2GatewayRouter} from "../arbitrum/IGateways.sol";
import {ReserveBridge} from "./ReserveBridge.sol";

/// @title The treasury's end on L2: sends reserves to L1; they can be taken there when the outbox opens (about 6.4 days).
contract L2Reserve is ReserveBridge {
    IArbSysWithdraw private constant ARB_SYS = IArbSysWithdraw(address(0x64));

    /// @notice Arbitrum's router of token gateways.
    IL2GatewayRouter public immutable ROUTER;

    constructor(address admin, address operator, address custody, IL2GatewayRouter router)
        ReserveBridge(admin, operator, custody)
    {
        if (address(router) == address(0)) revert ReserveBridge_ZeroAddress();
        ROUTER = router;
    }

    /// @notice Sends tokens to the other end; operator only.
    /// @dev The gateway burns the tokens from this contract; no approval is needed.
    /// @param l1Token The token's address on L1.
    /// @param amount Base units.
    function sendToken(address l1Token, uint256 amount)
        external
        nonReentrant
        onlyRole(OPERATOR_ROLE)
        returns (bytes memory receipt)
    {
        receipt = ROUTER.outboundTransfer(l1Token, _peer(), amount, "");
        emit ReserveSent(l1Token, amount, receipt);
    }

    /// @notice Sends ETH to the other end; operator only.
    /// @param amount Wei.
    function sendEth(uint256 amount) external nonReentrant onlyRole(OPERATOR_ROLE) returns (uint256 position) {
        position = ARB_SYS.withdrawEth{value: amount}(_peer());
        emit ReserveSent(address(0), amount, abi.encode(position));
    }
}
