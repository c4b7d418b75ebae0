// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title How an L1 contract appears as sender on Arbitrum.
library AddressAlias {
    uint160 internal constant OFFSET = uint160(0x1111000000000000000000000000000000001111);

    function toL2(address l1) internal pure returns (address) {
        unchecked {
            return address(uint160(l1) + OFFSET);
        }
    }
}
