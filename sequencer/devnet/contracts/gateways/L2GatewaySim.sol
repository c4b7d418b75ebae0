// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IArbSys} from "../IArbitrum.sol";
import {GatewayBase, IGatewayEnd} from "./GatewayBase.sol";

/// @dev The functions that Arbitrum asks of a token which its gateways mint and burn.
interface IArbTokenSim {
    function bridgeMint(address account, uint256 amount) external;
    function bridgeBurn(address account, uint256 amount) external;
}

/// @notice Simulated L2 token gateway, and its router in one: mints what L1 holds, burns what goes back.
contract L2GatewaySim is GatewayBase {
    IArbSys private constant ARB_SYS = IArbSys(address(0x64));
    uint160 private constant ALIAS_OFFSET = uint160(0x1111000000000000000000000000000000001111);

    function outboundTransfer(address l1Token, address to, uint256 amount, bytes calldata data)
        external
        payable
        returns (bytes memory)
    {
        require(twins[l1Token] != address(0), "TOKEN_NOT_DEPLOYED");
        IArbTokenSim(twins[l1Token]).bridgeBurn(msg.sender, amount);
        bytes memory message = getOutboundCalldata(l1Token, msg.sender, to, amount, data);
        return abi.encode(ARB_SYS.sendTxToL1(counterpartGateway, message));
    }

    /// @dev The second half of the data is the number of the exit, as Arbitrum's L2 gateways lay it out; unused here.
    function getOutboundCalldata(address l1Token, address from, address to, uint256 amount, bytes memory data)
        public
        pure
        override
        returns (bytes memory)
    {
        return abi.encodeCall(
            IGatewayEnd.finalizeInboundTransfer, (l1Token, from, to, amount, abi.encode(uint256(0), data))
        );
    }

    function finalizeInboundTransfer(address l1Token, address, address to, uint256 amount, bytes calldata)
        external
        payable
    {
        unchecked {
            require(uint160(msg.sender) == uint160(counterpartGateway) + ALIAS_OFFSET, "not from the counterpart");
        }
        IArbTokenSim(twins[l1Token]).bridgeMint(to, amount);
    }
}
