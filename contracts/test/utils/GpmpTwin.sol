// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GpmpLib} from "../../src/libraries/GpmpLib.sol";

/// @notice Plain-Solidity twin of the balance tree: roots and siblings from all rows.
library GpmpTwin {
    function leaves(uint16 asset, GpmpLib.Row[] memory rows) internal pure returns (GpmpLib.Node[] memory level) {
        level = new GpmpLib.Node[](rows.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            GpmpLib.Row memory row = rows[i];
            bytes32 hash =
                keccak256(abi.encodePacked(uint8(0), asset, row.id, row.total, row.withdrawable, row.withdrawal));
            level[i] = GpmpLib.Node(hash, GpmpLib.Sums(row.total, row.withdrawable, row.withdrawal, 1));
        }
    }

    /// @notice The top node; zeros over no rows.
    function top(uint16 asset, GpmpLib.Row[] memory rows) internal pure returns (GpmpLib.Node memory) {
        GpmpLib.Node[] memory level = leaves(asset, rows);
        if (level.length == 0) return _empty();
        for (uint8 height = 1; level.length > 1; ++height) {
            level = parents(height, asset, level);
        }
        return level[0];
    }

    function siblings(uint16 asset, GpmpLib.Row[] memory rows, uint256 index)
        internal
        pure
        returns (GpmpLib.Node[] memory path)
    {
        GpmpLib.Node[] memory level = leaves(asset, rows);
        GpmpLib.Node[] memory found = new GpmpLib.Node[](32);
        uint8 height;
        for (; level.length > 1; index >>= 1) {
            found[height] = (index ^ 1) < level.length ? level[index ^ 1] : _empty();
            level = parents(++height, asset, level);
        }
        path = new GpmpLib.Node[](height);
        for (uint256 i = 0; i < height; ++i) {
            path[i] = found[i];
        }
    }

    function parents(uint8 height, uint16 asset, GpmpLib.Node[] memory level)
        internal
        pure
        returns (GpmpLib.Node[] memory above)
    {
        above = new GpmpLib.Node[]((level.length + 1) / 2);
        for (uint256 i = 0; i < above.length; ++i) {
            GpmpLib.Node memory right = 2 * i + 1 < level.length ? level[2 * i + 1] : _empty();
            above[i] = _join(height, asset, level[2 * i], right);
        }
    }

    function _join(uint8 height, uint16 asset, GpmpLib.Node memory left, GpmpLib.Node memory right)
        private
        pure
        returns (GpmpLib.Node memory)
    {
        GpmpLib.Sums memory a = left.sums;
        GpmpLib.Sums memory b = right.sums;
        bytes32 hash = keccak256(
            abi.encodePacked(
                abi.encodePacked(uint8(1), height, asset, left.hash),
                abi.encodePacked(a.total, a.withdrawable, a.withdrawal, a.count, right.hash),
                abi.encodePacked(b.total, b.withdrawable, b.withdrawal, b.count)
            )
        );
        return GpmpLib.Node(
            hash,
            GpmpLib.Sums(
                a.total + b.total, a.withdrawable + b.withdrawable, a.withdrawal + b.withdrawal, a.count + b.count
            )
        );
    }

    function _empty() private pure returns (GpmpLib.Node memory) {}
}
