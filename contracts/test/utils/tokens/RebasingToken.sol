// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice Balances are shares times a factor that anybody may change.
contract RebasingToken is ERC20("Rebasing", "RBS") {
    uint256 public percent = 100;

    function rebase(uint256 given) external {
        percent = given;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function balanceOf(address holder) public view override returns (uint256) {
        return super.balanceOf(holder) * percent / 100;
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        _transfer(msg.sender, to, amount * 100 / percent);
        return true;
    }
}
