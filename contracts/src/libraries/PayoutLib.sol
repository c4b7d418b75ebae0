// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PayoutClaim, PayoutLeaf} from "../interfaces/PobsTypes.sol";
import {TreeLib} from "./TreeLib.sol";

/// @title Cumulative payout leaves of one custody (paper §3.3 step 4).
library PayoutLib {
    uint8 internal constant LEAF = 0x03;
    uint8 internal constant NODE = 0x06;

    /// @notice Root over no leaves.
    bytes32 internal constant EMPTY_ROOT = keccak256(hex"06");

    bytes32 internal constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 internal constant CLAIM_TO_TYPEHASH =
        keccak256("ClaimTo(address token,address wallet,uint64 cumulative,address to,uint256 deadline)");

    /// @param cumulative Lots ever authorised to the wallet by this custody and token.
    function leaf(uint64 chainId, address custody, address token, address wallet, uint64 cumulative)
        internal
        pure
        returns (bytes32 hash)
    {
        assembly ("memory-safe") {
            // 0x03 ‖ chainId:8 ‖ custody:20 ‖ token:20 ‖ wallet:20 ‖ cumulative:8, written from the right: each store
            // covers what the one before put left of its field.
            let m := add(mload(0x40), 0x20)
            mstore(add(m, 0x2d), cumulative)
            mstore(add(m, 0x25), wallet)
            mstore(add(m, 0x11), token)
            mstore(sub(m, 0x03), custody)
            mstore(sub(m, 0x17), chainId)
            mstore8(m, LEAF)
            hash := keccak256(m, 0x4d)
        }
    }

    /// @notice True when the claim's leaf, bound to this chain and contract, stands in the tree of `count` leaves.
    function verify(PayoutClaim calldata claim, bytes32 root, uint256 count) internal view returns (bool) {
        // forge-lint: disable-next-line(unsafe-typecast) -- a line of a wider chain id never settles
        bytes32 hash = leaf(uint64(block.chainid), address(this), claim.token, claim.wallet, claim.cumulative);
        return TreeLib.verify(NODE, root, hash, claim.index, count, claim.path);
    }

    /// @notice True when consecutive leaves, at least one, stand from `first` on in the tree of `count` leaves.
    /// @param siblings At each level, bottom-up, the missing node left of the range, then the one right of it.
    function verifyRange(
        uint256 first,
        PayoutLeaf[] calldata leaves,
        bytes32[] calldata siblings,
        bytes32 root,
        uint256 count
    ) internal view returns (bool) {
        uint256 size = leaves.length;
        if (size == 0 || root == bytes32(0) || first + size > count) return false;
        bytes32[] memory hashes = new bytes32[](size);
        for (uint256 i = 0; i < size; ++i) {
            PayoutLeaf calldata row = leaves[i];
            // forge-lint: disable-next-line(unsafe-typecast) -- a line of a wider chain id never settles
            hashes[i] = leaf(uint64(block.chainid), address(this), row.token, row.wallet, row.cumulative);
        }
        return TreeLib.climbRange(NODE, hashes, first, count, siblings) == root;
    }

    /// @notice What a wallet signs to have a deferred amount paid elsewhere (EIP-712).
    /// @dev Bound to chain and contract, and to one cumulative amount, which pays once: no nonce is needed.
    function claimToDigest(PayoutClaim calldata claim, address to, uint256 deadline) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(DOMAIN_TYPEHASH, keccak256("PofBS Custody"), keccak256("1"), block.chainid, address(this))
        );
        bytes32 structHash =
            keccak256(abi.encode(CLAIM_TO_TYPEHASH, claim.token, claim.wallet, claim.cumulative, to, deadline));
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }
}
