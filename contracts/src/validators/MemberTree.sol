// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MembersLib} from "../libraries/MembersLib.sol";

/// @title A member tree of which every second level is kept, so that a change costs one path and never a loop over
/// the set.
/// @dev Reading three siblings costs less than keeping the level between. Nodes beyond a level's width may be stale;
/// they are never read.
library MemberTree {
    struct Tree {
        mapping(uint256 level => mapping(uint256 at => bytes32)) nodes;
    }

    /// @notice Writes the leaf at `index` of a tree of `count` leaves; the leaf after the last grows the tree by one,
    /// `count` being the new count.
    function set(Tree storage tree, uint256 index, bytes32 leaf, uint256 count) internal {
        tree.nodes[0][index] = leaf;
        refresh(tree, index, count);
    }

    /// @notice Recomputes what is kept above `index`; after the last leaf was dropped, above the new last one.
    /// @dev Every surviving ancestor of the dropped leaf is an ancestor of the new last one, so one path is enough.
    function refresh(Tree storage tree, uint256 index, uint256 count) internal {
        uint256 level = 0;
        // At a width of four the parent is not read yet; it must stand when a fifth node appears beside the four.
        for (uint256 width = count; width > 3; width = (width + 3) >> 2) {
            index >>= 2;
            bytes32 parent = _grandparent(tree, level, index << 2, width);
            level += 2;
            tree.nodes[level][index] = parent;
        }
    }

    /// @notice Root over `count` leaves; zero for none.
    function root(Tree storage tree, uint256 count) internal view returns (bytes32) {
        if (count == 0) return bytes32(0);
        uint256 level = 0;
        for (; count > 4; count = (count + 3) >> 2) {
            level += 2;
        }
        if (count == 1) return tree.nodes[level][0];
        if (count == 2) return MembersLib.node(tree.nodes[level][0], tree.nodes[level][1]);
        return _grandparent(tree, level, 0, count);
    }

    /// @dev Node two levels above the four that start at `first`; what lies beyond `width` is 32 zero bytes.
    function _grandparent(Tree storage tree, uint256 level, uint256 first, uint256 width)
        private
        view
        returns (bytes32)
    {
        mapping(uint256 at => bytes32) storage nodes = tree.nodes[level];
        bytes32 left = MembersLib.node(nodes[first], first + 1 < width ? nodes[first + 1] : bytes32(0));
        if (first + 2 >= width) return MembersLib.node(left, bytes32(0));
        bytes32 right = MembersLib.node(nodes[first + 2], first + 3 < width ? nodes[first + 3] : bytes32(0));
        return MembersLib.node(left, right);
    }
}
