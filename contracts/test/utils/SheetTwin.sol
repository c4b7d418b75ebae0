// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFraudProofs} from "../../src/interfaces/IFraudProofs.sol";
import {GpmpLib} from "../../src/libraries/GpmpLib.sol";

/// @notice Plain-Solidity twin of the GPMP tree: builds every level, honest or with one lie, and opens any node.
library SheetTwin {
    /// @param level Where the lie stands; 0 are leaves. No lie when `told` is false.
    struct Lie {
        bool told;
        uint256 level;
        uint256 index;
        GpmpLib.Sums sums;
    }

    function leaves(uint16 asset, GpmpLib.Row[] memory rows) internal pure returns (GpmpLib.Node[] memory nodes) {
        nodes = new GpmpLib.Node[](rows.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            GpmpLib.Row memory row = rows[i];
            bytes32 hash =
                keccak256(abi.encodePacked(uint8(0), asset, row.id, row.total, row.withdrawable, row.withdrawal));
            nodes[i] = GpmpLib.Node(hash, GpmpLib.Sums(row.total, row.withdrawable, row.withdrawal, 1));
        }
    }

    /// @notice Levels bottom-up; sums wrap as a careless operator's would.
    /// @param height Least number of levels above the leaves.
    function build(uint16 asset, GpmpLib.Node[] memory bottom, uint256 height, Lie memory lie)
        internal
        pure
        returns (GpmpLib.Node[][] memory levels)
    {
        GpmpLib.Node[][] memory all = new GpmpLib.Node[][](64);
        uint256 level = 0;
        GpmpLib.Node[] memory nodes = bottom;
        while (true) {
            if (lie.told && lie.level == level) nodes[lie.index].sums = lie.sums;
            all[level] = nodes;
            if (nodes.length <= 1 && level >= height) break;
            nodes = parents(asset, ++level, nodes);
        }
        levels = new GpmpLib.Node[][](level + 1);
        for (uint256 i = 0; i <= level; ++i) {
            levels[i] = all[i];
        }
    }

    function parents(uint16 asset, uint256 level, GpmpLib.Node[] memory below)
        internal
        pure
        returns (GpmpLib.Node[] memory above)
    {
        above = new GpmpLib.Node[]((below.length + 1) / 2);
        for (uint256 i = 0; i < above.length; ++i) {
            GpmpLib.Node memory left = below[2 * i];
            GpmpLib.Node memory right;
            if (2 * i + 1 < below.length) right = below[2 * i + 1];
            bytes32 hash = keccak256(
                abi.encodePacked(
                    uint8(1), uint8(level), asset, left.hash, packed(left.sums), right.hash, packed(right.sums)
                )
            );
            above[i] = GpmpLib.Node(hash, add(left.sums, right.sums));
        }
    }

    /// @notice Way from a node up to the top, with the sums that the tree claims.
    function open(GpmpLib.Node[][] memory levels, uint256 level, uint256 index)
        internal
        pure
        returns (IFraudProofs.Opening memory opening)
    {
        opening.index = index;
        opening.sums = levels[level][index].sums;
        opening.steps = new IFraudProofs.Step[](levels.length - 1 - level);
        for (uint256 i = 0; i < opening.steps.length; ++i) {
            GpmpLib.Node[] memory nodes = levels[level + i];
            if (index ^ 1 < nodes.length) opening.steps[i].sibling = nodes[index ^ 1];
            index >>= 1;
            opening.steps[i].parent = levels[level + i + 1][index].sums;
        }
    }

    function add(GpmpLib.Sums memory a, GpmpLib.Sums memory b) internal pure returns (GpmpLib.Sums memory) {
        unchecked {
            return GpmpLib.Sums(
                a.total + b.total, a.withdrawable + b.withdrawable, a.withdrawal + b.withdrawal, a.count + b.count
            );
        }
    }

    function packed(GpmpLib.Sums memory sums) internal pure returns (bytes memory) {
        return abi.encodePacked(sums.total, sums.withdrawable, sums.withdrawal, sums.count);
    }
}
