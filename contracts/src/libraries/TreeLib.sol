// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Tagged binary Merkle trees: an odd last node is paired with 32 zero bytes, the depth is fixed by the count.
/// @dev Line, payout and member trees share this shape and differ in their tags (PROTOCOL §§4, 6).
library TreeLib {
    /// @notice `keccak256(tag ‖ left ‖ right)`.
    function node(uint8 tag, bytes32 left, bytes32 right) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore8(m, tag)
            mstore(add(m, 0x01), left)
            mstore(add(m, 0x21), right)
            hash := keccak256(m, 0x41)
        }
    }

    /// @notice Levels above the leaves: `⌈log2 count⌉`.
    function depth(uint256 count) internal pure returns (uint256 levels) {
        if (count == 0) return 0;
        for (uint256 rest = count - 1; rest != 0; rest >>= 1) {
            ++levels;
        }
    }

    /// @notice True when `leaf` stands at `index` of the tree of `count` leaves under `root`.
    /// @param path Siblings, bottom-up; its length must be exactly the tree's depth.
    function verify(uint8 tag, bytes32 root, bytes32 leaf, uint256 index, uint256 count, bytes32[] calldata path)
        internal
        pure
        returns (bool)
    {
        if (root == bytes32(0) || index >= count || !isDepth(path.length, count)) return false;
        return climb(tag, leaf, index, path) == root;
    }

    /// @notice True when `levels == depth(count)`, without counting them; `count` is not zero.
    function isDepth(uint256 levels, uint256 count) internal pure returns (bool) {
        uint256 last = count - 1;
        if (levels == 0) return last == 0;
        return last >> levels == 0 && last >> (levels - 1) != 0;
    }

    /// @notice The root that a leaf and its path lead to.
    function climb(uint8 tag, bytes32 leaf, uint256 index, bytes32[] calldata path)
        internal
        pure
        returns (bytes32 hash)
    {
        hash = leaf;
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore8(m, tag)
            let left := add(m, 0x01)
            let at := path.offset
            let end := add(at, shl(5, path.length))
            for {} lt(at, end) { at := add(at, 0x20) } {
                // An odd node stands right of its sibling.
                let side := shl(5, and(index, 1))
                mstore(add(left, side), hash)
                mstore(add(left, xor(side, 0x20)), calldataload(at))
                hash := keccak256(m, 0x41)
                index := shr(1, index)
            }
        }
    }
}
