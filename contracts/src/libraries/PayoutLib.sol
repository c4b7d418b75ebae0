// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PayoutClaim} from "../interfaces/PobsTypes.sol";
import {TreeLib} from "./TreeLib.sol";

/// @title Cumulative payout leaves of one custody (paper §3.3 step 4).
library PayoutLib {
    uint8 internal constant LEAF = 0x03;
    uint8 internal constant NODE = 0x06;

    /// @notice Root over no leaves.
    bytes32 internal constant EMPTY_ROOT = keccak256(hex"06");

    /// @param cumulative Lots ever authorised to the wallet by this custody and token.
    function leaf(uint64 chainId, address custody, address token, address wallet, uint64 cumulative)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encodePacked(LEAF, chainId, custody, token, wallet, cumulative));
    }

    /// @notice True when the claim's leaf, bound to this chain and contract, stands in the tree of `count` leaves.
    function verify(PayoutClaim calldata claim, bytes32 root, uint256 count) internal view returns (bool) {
        // forge-lint: disable-next-line(unsafe-typecast) -- settle admitted this chain id as uint64
        bytes32 hash = leaf(uint64(block.chainid), address(this), claim.token, claim.wallet, claim.cumulative);
        return TreeLib.verify(NODE, root, hash, claim.index, count, claim.path);
    }
}
