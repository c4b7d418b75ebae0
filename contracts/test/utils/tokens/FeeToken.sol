// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice Keeps a hundredth of every transfer, taken from the receiver or, on demand, from the sender on top.
contract FeeToken is ERC20("Fee", "FEE") {
    bool public onTop;

    function setOnTop(bool given) external {
        onTop = given;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        if (from == address(0) || to == address(0)) return super._update(from, to, amount);
        uint256 fee = amount / 100;
        super._update(from, address(0xFEE), fee);
        super._update(from, to, onTop ? amount : amount - fee);
    }
}
