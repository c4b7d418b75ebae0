// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice Refuses listed holders, as USDC and USDT do.
contract BlacklistToken is ERC20("Blacklist", "BLK") {
    mapping(address holder => bool) public listed;

    function list(address holder, bool isListed) external {
        listed[holder] = isListed;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        require(!listed[from] && !listed[to], "blacklisted");
        super._update(from, to, amount);
    }
}
