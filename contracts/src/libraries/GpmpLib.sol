// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AssetLine} from "../interfaces/PobsTypes.sol";
import {TreeLib} from "./TreeLib.sol";

/// @title The Global PofBS Merkle Proof: a Merkle-sum tree over the balance rows of one custody asset (paper §3.3 step 3).
/// @dev Big-endian, fixed width. Every sum stays below 2^63 at every level, so no addition here can wrap.
library GpmpLib {
    /// @notice Amounts are lots.
    struct Sums {
        uint64 total;
        uint64 withdrawable;
        uint64 withdrawal;
        uint32 count;
    }

    /// @notice One public row of the sheet; amounts are lots.
    struct Row {
        bytes24 id;
        uint64 total;
        uint64 withdrawable;
        uint64 withdrawal;
    }

    struct Node {
        bytes32 hash;
        Sums sums;
    }

    /// @notice Exclusive bound of every amount and sum, in lots.
    uint64 internal constant LOTS_LIMIT = 1 << 63;

    /// @notice What stands in a public row instead of a wallet: it commits to the wallet and shows it to nobody.
    /// @param blinding The account's secret of the era; zero for system rows.
    function rowId(address wallet, bytes32 blinding) internal pure returns (bytes24) {
        return bytes24(keccak256(abi.encodePacked("PofBS-id", wallet, blinding)));
    }

    function leaf(uint16 asset, Row memory row) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(uint8(0x00), asset, row.id, row.total, row.withdrawable, row.withdrawal));
    }

    /// @param level 1 for the parents of leaves.
    function node(uint8 level, uint16 asset, Node memory left, Node memory right) internal pure returns (bytes32) {
        return keccak256(
            abi.encodePacked(uint8(0x01), level, asset, left.hash, _packed(left.sums), right.hash, _packed(right.sums))
        );
    }

    /// @notice The root a line carries: it binds the bare tree hash to asset, token, lot size and sums.
    function root(uint16 asset, address token, uint128 lotSize, bytes32 treeHash, Sums memory sums)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encodePacked(uint8(0x04), asset, token, lotSize, treeHash, _packed(sums)));
    }

    /// @notice The same root over a line's own sums.
    function lineRoot(uint16 asset, AssetLine memory line, bytes32 treeHash) internal pure returns (bytes32) {
        return keccak256(
            abi.encodePacked(
                uint8(0x04),
                asset,
                line.token,
                line.lotSize,
                treeHash,
                line.liabilities,
                line.withdrawable,
                line.withdrawals,
                line.count
            )
        );
    }

    /// @notice Checks that a row is counted in a root; returns false on any mismatch, never reverts on bad figures.
    /// @param asset Position of the asset in its line.
    /// @param index Position of the row in its file.
    /// @param siblings Bottom-up, one per level of the tree of `sums.count` leaves.
    /// @param sums The line's own sums.
    function verify(
        bytes32 expectedRoot,
        uint16 asset,
        address token,
        uint128 lotSize,
        Row memory row,
        uint256 index,
        Node[] memory siblings,
        Sums memory sums
    ) internal pure returns (bool) {
        if (!_rowHolds(row) || index >= sums.count || siblings.length != TreeLib.depth(sums.count)) {
            return false;
        }
        Node memory reached = Node(leaf(asset, row), Sums(row.total, row.withdrawable, row.withdrawal, 1));
        for (uint256 i = 0; i < siblings.length; ++i) {
            if (!_belowLimit(siblings[i].sums)) return false;
            bool isLeft = index & 1 == 0;
            // The last node of a level, alone, has nothing beside it.
            if (isLeft && index == (sums.count - 1) >> i && !_isEmpty(siblings[i])) return false;
            (Node memory left, Node memory right) = isLeft ? (reached, siblings[i]) : (siblings[i], reached);
            // forge-lint: disable-next-line(unsafe-typecast) -- depth of a 32-bit count is at most 32
            bytes32 hash = node(uint8(i + 1), asset, left, right);
            Sums memory sum = _add(left.sums, right.sums);
            if (!_belowLimit(sum) || sum.count < left.sums.count) return false;
            reached = Node(hash, sum);
            index >>= 1;
        }
        return _equal(reached.sums, sums) && root(asset, token, lotSize, reached.hash, sums) == expectedRoot;
    }

    function _rowHolds(Row memory row) private pure returns (bool) {
        return row.total < LOTS_LIMIT && row.total >= row.withdrawable && row.withdrawable >= row.withdrawal;
    }

    function _isEmpty(Node memory given) private pure returns (bool) {
        return given.hash == bytes32(0) && _packed(given.sums) == bytes28(0);
    }

    function _belowLimit(Sums memory sums) private pure returns (bool) {
        return (sums.total | sums.withdrawable | sums.withdrawal) < LOTS_LIMIT;
    }

    /// @dev Both sides are below the limit, so amounts cannot wrap; the caller refuses a count that did.
    function _add(Sums memory a, Sums memory b) private pure returns (Sums memory) {
        unchecked {
            return
                Sums(a.total + b.total, a.withdrawable + b.withdrawable, a.withdrawal + b.withdrawal, a.count + b.count);
        }
    }

    function _equal(Sums memory a, Sums memory b) private pure returns (bool) {
        return _packed(a) == _packed(b);
    }

    function _packed(Sums memory sums) private pure returns (bytes28) {
        return bytes28(
            uint224(sums.total) << 160 | uint224(sums.withdrawable) << 96 | uint224(sums.withdrawal) << 32 | sums.count
        );
    }
}
