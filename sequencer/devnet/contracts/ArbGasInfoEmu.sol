// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @notice Emulation of ArbGasInfo (0x6c): constants and the block's base fee.
/// @dev The simulated chain charges no fee for L1 data.
contract ArbGasInfoEmu {
    /// @dev Slot 0, wei per gas; the relay writes it into storage with each new L1 block.
    uint256 public l1BaseFee;

    function getL1BaseFeeEstimate() public view returns (uint256) {
        return l1BaseFee;
    }

    function getL1GasPriceEstimate() external view returns (uint256) {
        return l1BaseFee;
    }

    function getMinimumGasPrice() external pure returns (uint256) {
        return 0.1 gwei;
    }

    function getCurrentTxL1GasFees() external pure returns (uint256) {
        return 0;
    }

    function getPricesInWei() public view returns (uint256, uint256, uint256, uint256, uint256, uint256) {
        return (0, l1BaseFee * 16, block.basefee * 20_000, block.basefee, 0, block.basefee);
    }

    function getPricesInWeiWithAggregator(address)
        external
        view
        returns (uint256, uint256, uint256, uint256, uint256, uint256)
    {
        return getPricesInWei();
    }

    function getPricesInArbGas() external view returns (uint256, uint256, uint256) {
        return (0, block.basefee == 0 ? 0 : l1BaseFee * 16 / block.basefee, 20_000);
    }

    function getGasAccountingParams() external pure returns (uint256, uint256, uint256) {
        return (7_000_000, 32_000_000, 32_000_000);
    }

    function getGasBacklog() external pure returns (uint64) {
        return 0;
    }
}
