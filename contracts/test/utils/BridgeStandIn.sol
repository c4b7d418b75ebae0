// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBridge, IOutbox} from "../../src/arbitrum/IBridge.sol";

/// @notice Arbitrum's bridge and outbox in one: executes a message as if `sender` had sent it on L2.
/// @dev As on Arbitrum the target is called by the bridge, and the outbox names the L2 sender only meanwhile.
contract BridgeStandIn is IBridge, IOutbox {
    address public activeOutbox;
    address public l2ToL1Sender;

    function execute(address sender, address target, bytes calldata data) external {
        (activeOutbox, l2ToL1Sender) = (address(this), sender);
        (bool ok, bytes memory result) = target.call(data);
        (activeOutbox, l2ToL1Sender) = (address(0), address(0));
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(result, 0x20), mload(result))
            }
        }
    }
}
