// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

interface IArbSys {
    function arbBlockNumber() external view returns (uint256);

    /// @notice Sends a message that anybody may execute on L1 once its outbox confirms it (about 6.4 days).
    function sendTxToL1(address destination, bytes calldata data) external payable returns (uint256 position);
}

/// @title The block number that `eth_getBlock` shows on this chain (PROTOCOL §10).
/// @dev On Arbitrum `block.number` is an estimate of L1's; the chain's own number comes from ArbSys.
library ChainClock {
    IArbSys internal constant ARB_SYS = IArbSys(address(0x64));

    error ChainClock_WrongChain(bool arbitrum, bool hasArbSys);

    /// @notice Called at deployment: the choice must match the chain.
    function check(bool arbitrum) internal view {
        bool hasArbSys = address(ARB_SYS).code.length != 0;
        if (hasArbSys != arbitrum) revert ChainClock_WrongChain(arbitrum, hasArbSys);
    }

    function blockNumber(bool arbitrum) internal view returns (uint256) {
        return arbitrum ? ARB_SYS.arbBlockNumber() : block.number;
    }
}
