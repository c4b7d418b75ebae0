// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice Turns hostile after it was listed: burns all gas, or answers with as much data as its gas buys.
contract HostileToken is ERC20("Hostile", "HST") {
    enum Mode {
        Plain,
        BurnGas,
        Bomb,
        RevertBomb
    }

    Mode public mode;

    function set(Mode given) external {
        mode = given;
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        if (mode == Mode.Plain) return super.transfer(to, amount);
        if (mode == Mode.BurnGas) {
            for (uint256 i = 0;; ++i) {}
        }
        bool reverts = mode == Mode.RevertBomb;
        assembly {
            if reverts { revert(0, 200000) }
            return(0, 200000)
        }
    }
}
