// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GpmpLib} from "../../src/libraries/GpmpLib.sol";

/// @notice Builds balance trees from all their rows; {GpmpLib} only verifies paths.
library GpmpTwin {
    function sums(GpmpLib.Row[] memory rows) internal pure returns (GpmpLib.Sums memory total) {
        GpmpLib.Node[] memory level = leaves(0, rows);
        for (uint256 i = 0; i < level.length; ++i) {
            total = _add(total, level[i].sums);
        }
    }

    function leaves(uint16 asset, GpmpLib.Row[] memory rows) internal pure returns (GpmpLib.Node[] memory nodes) {
        nodes = new GpmpLib.Node[](rows.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            GpmpLib.Row memory row = rows[i];
            nodes[i] =
                GpmpLib.Node(GpmpLib.leaf(asset, row), GpmpLib.Sums(row.total, row.withdrawable, row.withdrawal, 1));
        }
    }

    /// @notice Hash of the top node; zero for no rows.
    function treeHash(uint16 asset, GpmpLib.Row[] memory rows) internal pure returns (bytes32) {
        if (rows.length == 0) return bytes32(0);
        GpmpLib.Node[] memory level = leaves(asset, rows);
        for (uint8 height = 1; level.length > 1; ++height) {
            level = _parents(height, asset, level);
        }
        return level[0].hash;
    }

    /// @notice Siblings of the row at `index`, bottom-up.
    function siblings(uint16 asset, GpmpLib.Row[] memory rows, uint256 index)
        internal
        pure
        returns (GpmpLib.Node[] memory path)
    {
        GpmpLib.Node[] memory level = leaves(asset, rows);
        GpmpLib.Node[] memory found = new GpmpLib.Node[](32);
        uint256 length;
        for (uint8 height = 1; level.length > 1; ++height) {
            uint256 sibling = index ^ 1;
            if (sibling < level.length) found[length] = level[sibling];
            ++length;
            level = _parents(height, asset, level);
            index >>= 1;
        }
        path = new GpmpLib.Node[](length);
        for (uint256 i = 0; i < length; ++i) {
            path[i] = found[i];
        }
    }

    function _parents(uint8 height, uint16 asset, GpmpLib.Node[] memory level)
        private
        pure
        returns (GpmpLib.Node[] memory above)
    {
        above = new GpmpLib.Node[]((level.length + 1) / 2);
        GpmpLib.Node memory empty;
        for (uint256 i = 0; i < above.length; ++i) {
            GpmpLib.Node memory right = 2 * i + 1 < level.length ? level[2 * i + 1] : empty;
            bytes32 hash = GpmpLib.node(height, asset, level[2 * i], right);
            above[i] = GpmpLib.Node(hash, _add(level[2 * i].sums, right.sums));
        }
    }

    function _add(GpmpLib.Sums memory a, GpmpLib.Sums memory b) private pure returns (GpmpLib.Sums memory) {
        return GpmpLib.Sums(
            a.total + b.total, a.withdrawable + b.withdrawable, a.withdrawal + b.withdrawal, a.count + b.count
        );
    }
}
