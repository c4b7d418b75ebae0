// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IForwarder} from "../interfaces/IForwarder.sol";
import {PaymentLib} from "./PaymentLib.sol";

/// @title The deposit address of one wallet at one custody, for senders that are not the wallet itself (an exchange).
/// @dev It knows no wallet: its CREATE2 salt is the wallet, and the custody alone may empty it, always into itself.
/// No proxy, so that ether arrives within a 2,300 gas stipend also after deployment.
contract Forwarder is IForwarder {
    /// @notice Where everything goes.
    address public immutable CUSTODY;

    constructor(address custody) {
        CUSTODY = custody;
    }

    receive() external payable {}

    /// @inheritdoc IForwarder
    /// @dev Only for the custody: a transfer without its record would be credited to nobody.
    function flush(address token) external {
        if (msg.sender != CUSTODY) revert Forwarder_NotCustody(msg.sender);
        uint256 amount = PaymentLib.balance(token);
        if (!PaymentLib.send(token, CUSTODY, amount, gasleft())) revert Forwarder_SendFailed(token, amount);
    }
}
