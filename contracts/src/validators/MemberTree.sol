// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MembersLib} from "../libraries/MembersLib.sol";
import {TreeLib} from "../libraries/TreeLib.sol";

/// @title A member tree kept by level, so that a change costs one path and never a loop over the set.
/// @dev Nodes beyond a level's width may be stale; they are never read.
library MemberTree {
    struct Tree {
        uint32 count;
        mapping(uint256 level => mapping(uint256 at => bytes32)) nodes;
    }

    /// @notice Appends a leaf.
    function push(Tree storage tree, bytes32 leaf) internal {
        uint256 index = tree.count++;
        set(tree, index, leaf);
    }

    /// @notice Replaces the leaf at `index`, which must be below the count.
    function set(Tree storage tree, uint256 index, bytes32 leaf) internal {
        tree.nodes[0][index] = leaf;
        _refresh(tree, index);
    }

    /// @notice Drops the last leaf; there must be one.
    /// @dev Every surviving ancestor of the dropped leaf is an ancestor of the new last one, so one path is enough.
    function pop(Tree storage tree) internal {
        uint256 count = --tree.count;
        if (count != 0) _refresh(tree, count - 1);
    }

    /// @notice Root; zero for an empty tree.
    function root(Tree storage tree) internal view returns (bytes32) {
        uint256 count = tree.count;
        return count == 0 ? bytes32(0) : tree.nodes[TreeLib.depth(count)][0];
    }

    /// @dev Recomputes the ancestors of `index`.
    function _refresh(Tree storage tree, uint256 index) private {
        uint256 level = 0;
        for (uint256 width = tree.count; width > 1; width = (width + 1) >> 1) {
            uint256 left = index & ~uint256(1);
            bytes32 right = left + 1 < width ? tree.nodes[level][left + 1] : bytes32(0);
            bytes32 parent = MembersLib.node(tree.nodes[level][left], right);
            index >>= 1;
            tree.nodes[++level][index] = parent;
        }
    }
}
