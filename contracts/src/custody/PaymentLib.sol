// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title Payments that report failure instead of reverting, whatever the payee or token does.
library PaymentLib {
    /// @notice Sends base units of a token (zero address: native) with a bounded gas allowance.
    /// @dev At most 32 bytes of returndata are copied. A token must return nothing or `true`.
    function send(address token, address to, uint256 amount, uint256 gasAllowance) internal returns (bool ok) {
        if (token == address(0)) {
            assembly ("memory-safe") {
                ok := call(gasAllowance, to, amount, 0x00, 0x00, 0x00, 0x00)
            }
            return ok;
        }
        bytes4 selector = IERC20.transfer.selector;
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, selector)
            mstore(add(m, 0x04), to)
            mstore(add(m, 0x24), amount)
            ok := call(gasAllowance, token, 0, m, 0x44, 0x00, 0x20)
            switch returndatasize()
            case 0 { ok := and(ok, iszero(iszero(extcodesize(token)))) }
            default { ok := and(ok, and(gt(returndatasize(), 0x1f), eq(mload(0x00), 1))) }
        }
    }

    /// @notice Own balance in base units.
    function balance(address token) internal view returns (uint256) {
        return token == address(0) ? address(this).balance : IERC20(token).balanceOf(address(this));
    }
}
