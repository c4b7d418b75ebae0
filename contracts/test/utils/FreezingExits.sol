// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CustodyBase} from "../../src/custody/CustodyBase.sol";
import {ICustody} from "../../src/interfaces/ICustody.sol";

/// @notice Calls the base's hooks without the conditions that the real exits put before them.
contract FreezingExits is CustodyBase {
    constructor(ICustody.Parameters memory p) CustodyBase(p) {}

    function freezeNow() external {
        _freeze();
    }

    function fraudKill(bytes32 digest) external {
        require(digest == _pendingDigest(), "not pending");
        _killPending(ICustody.KillReason.Fraud);
    }

    function isActive(bytes32 digest) external view returns (bool) {
        return _isActive(digest);
    }

    function frozen() external view returns (bool) {
        return _frozen();
    }

    function echo(uint256 value) external payable returns (address, uint256, uint256) {
        return (address(this), msg.value, value);
    }
}
