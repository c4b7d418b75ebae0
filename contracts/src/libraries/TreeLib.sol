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
            // tag at 0x1f, left at 0x20, right at 0x40, where the free memory pointer is put back after use.
            let free := mload(0x40)
            mstore8(0x1f, tag)
            let at := path.offset
            for { let end := add(at, shl(5, path.length)) } lt(at, end) { at := add(at, 0x20) } {
                // An odd node stands right of its sibling.
                let side := add(0x20, shl(5, and(index, 1)))
                mstore(side, hash)
                mstore(xor(side, 0x60), calldataload(at))
                hash := keccak256(0x1f, 0x41)
                index := shr(1, index)
            }
            mstore(0x40, free)
        }
    }

    /// @notice The root that consecutive nodes and the siblings at their two ends lead to.
    /// @dev Overwrites `hashes`. Every level takes at most one sibling on each side: left first.
    /// @param first Index of the first leaf; `first + hashes.length <= count`, at least one leaf; the caller checks it.
    /// @return root Zero, which no tree has, unless exactly all siblings were used.
    function climbRange(uint8 tag, bytes32[] memory hashes, uint256 first, uint256 count, bytes32[] calldata siblings)
        internal
        pure
        returns (bytes32 root)
    {
        uint256 size = hashes.length;
        uint256 used;
        for (uint256 width = count; width > 1; width = (width + 1) >> 1) {
            uint256 last = first + size - 1;
            uint256 needed = (first & 1) + (last & 1 == 0 && last + 1 < width ? 1 : 0);
            if (used + needed > siblings.length) return bytes32(0);
            size = _parents(tag, hashes, size, first, width, siblings[used:used + needed]);
            used += needed;
            first >>= 1;
        }
        return used == siblings.length ? hashes[0] : bytes32(0);
    }

    /// @dev Replaces the first `size` nodes of one level by their parents, in place; `ends` are the missing siblings.
    function _parents(
        uint8 tag,
        bytes32[] memory hashes,
        uint256 size,
        uint256 first,
        uint256 width,
        bytes32[] calldata ends
    ) private pure returns (uint256 parents) {
        uint256 i = 0;
        if (first & 1 == 1) {
            hashes[0] = node(tag, ends[0], hashes[0]);
            (i, parents) = (1, 1);
        }
        for (; i + 1 < size; i += 2) {
            hashes[parents++] = node(tag, hashes[i], hashes[i + 1]);
        }
        if (i < size) {
            bool isLast = first + size == width;
            hashes[parents++] = node(tag, hashes[i], isLast ? bytes32(0) : ends[ends.length - 1]);
        }
    }
}
