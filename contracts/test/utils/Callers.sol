// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice Calls what it was told to while it receives ether, and remembers how that went.
contract CallingWallet {
    address private _target;
    bytes private _data;
    bool public called;
    bool public ok;
    bytes public reason;

    function prepare(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    receive() external payable {
        called = true;
        (ok, reason) = _target.call(_data);
    }
}

/// @notice Lets the sender act in the middle of its own transfer, as ERC-777 does.
contract HookToken is ERC20("Hook", "HOOK") {
    mapping(address sender => address) private _hooks;

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function hook(address given) external {
        _hooks[msg.sender] = given;
    }

    function transferFrom(address from, address to, uint256 amount) public override returns (bool) {
        address given = _hooks[from];
        if (given != address(0)) Hook(given).onSend();
        return super.transferFrom(from, to, amount);
    }
}

interface Hook {
    function onSend() external;
}

/// @notice Pushes its own tokens into the custody while somebody's deposit is being measured.
contract PushingHook is Hook {
    HookToken private immutable TOKEN;
    address private immutable CUSTODY;

    constructor(HookToken token, address custody) {
        (TOKEN, CUSTODY) = (token, custody);
    }

    function onSend() external {
        TOKEN.transfer(CUSTODY, TOKEN.balanceOf(address(this)));
    }
}
