// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice Calls receivers that have code before it moves tokens and after, like ERC-777.
contract HookToken is ERC20("Hook", "HOOK") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function transfer(address to, uint256 amount) public override returns (bool) {
        if (to.code.length != 0) IReceiver(to).tokensReceived(amount);
        _transfer(msg.sender, to, amount);
        if (to.code.length != 0) IReceiver(to).tokensReceived(amount);
        return true;
    }
}

interface IReceiver {
    function tokensReceived(uint256 amount) external;
}

/// @notice Makes one prepared call whenever tokens arrive, and refuses them when told to.
contract HookedPayee is IReceiver {
    address private _target;
    bytes private _call;
    bool private _refuses;
    uint256 public attempts;
    bytes public answer;

    function prepare(address target, bytes calldata data, bool refuses) external {
        (_target, _call, _refuses) = (target, data, refuses);
    }

    function tokensReceived(uint256) external {
        (bool ok, bytes memory answered) = _target.call(_call);
        require(!ok, "reentered");
        ++attempts;
        answer = answered;
        require(!_refuses, "refused");
    }
}
