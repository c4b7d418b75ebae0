// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IFraudProofs} from "../interfaces/IFraudProofs.sol";
import {AssetLine} from "../interfaces/PobsTypes.sol";
import {GpmpLib} from "../libraries/GpmpLib.sol";
import {TreeLib} from "../libraries/TreeLib.sol";

/// @title What a GPMP tree claims about one of its nodes, and what every honest tree claims there.
library SheetLib {
    /// @dev A level is one byte of a node's preimage.
    uint256 private constant LEVELS_MAX = 255;

    /// @notice Reverts unless the node with this hash and the opening's sums stands under the line's asset root.
    /// @dev The claimed sums of every node on the way are taken as they were hashed, never recomputed: a tree whose sums
    /// are wrong can be opened as well. Index bits beyond the way would be free, so there may be none.
    /// @param level Level of the node; 0 for leaves.
    function requireUnder(
        uint16 asset,
        AssetLine memory line,
        uint256 level,
        bytes32 hash,
        IFraudProofs.Opening memory opening
    ) internal pure {
        uint256 steps = opening.steps.length;
        if (level > LEVELS_MAX || steps > LEVELS_MAX - level) {
            revert IFraudProofs.FraudVerifier_BadLevel(level, steps);
        }
        if (opening.index >> steps != 0) revert IFraudProofs.FraudVerifier_BadIndex(opening.index, steps);
        GpmpLib.Node memory reached = GpmpLib.Node(hash, opening.sums);
        for (uint256 i = 0; i < steps; ++i) {
            IFraudProofs.Step memory step = opening.steps[i];
            bool isLeft = (opening.index >> i) & 1 == 0;
            (GpmpLib.Node memory left, GpmpLib.Node memory right) =
                isLeft ? (reached, step.sibling) : (step.sibling, reached);
            // forge-lint: disable-next-line(unsafe-typecast) -- at most LEVELS_MAX
            reached = GpmpLib.Node(GpmpLib.node(uint8(level + i + 1), asset, left, right), step.parent);
        }
        if (!equal(reached.sums, sumsOf(line)) || GpmpLib.lineRoot(asset, line, reached.hash) != line.root) {
            revert IFraudProofs.FraudVerifier_NotUnderRoot(line.root);
        }
    }

    /// @notice True when the node's place holds another number of rows than a tree of `count` rows has there, or the
    /// tree has another height.
    /// @dev Rows fill the places from the left, so every node's count follows from the line's.
    function misplaced(uint256 level, IFraudProofs.Opening memory opening, uint256 count) internal pure returns (bool) {
        return level + opening.steps.length != TreeLib.depth(count)
            || opening.sums.count != rowsAt(level, opening.index, count);
    }

    /// @notice Rows below a place of a tree of `count` rows; zero where its padding lies.
    /// @dev `index < 2^(LEVELS_MAX - level)` by {requireUnder}, so the shifts lose nothing.
    function rowsAt(uint256 level, uint256 index, uint256 count) internal pure returns (uint256) {
        uint256 first = index << level;
        if (first >= count) return 0;
        uint256 rest = count - first;
        return level < 32 && rest > 1 << level ? 1 << level : rest;
    }

    /// @notice True when a child breaks the shape: padding is the empty node and nothing else is.
    function childBroken(GpmpLib.Node memory child, uint256 rows) internal pure returns (bool) {
        if (child.sums.count != rows || (child.hash == bytes32(0)) != (rows == 0)) return true;
        return rows == 0 && (child.sums.total | child.sums.withdrawable | child.sums.withdrawal) != 0;
    }

    /// @notice True when two children add up to the sums; counted wider than the sums, so nothing wraps.
    function addsUp(GpmpLib.Sums memory left, GpmpLib.Sums memory right, GpmpLib.Sums memory sums)
        internal
        pure
        returns (bool)
    {
        return uint256(left.total) + right.total == sums.total
            && uint256(left.withdrawable) + right.withdrawable == sums.withdrawable
            && uint256(left.withdrawal) + right.withdrawal == sums.withdrawal
            && uint256(left.count) + right.count == sums.count;
    }

    /// @notice True when every amount is below 2^63.
    function inRange(GpmpLib.Sums memory sums) internal pure returns (bool) {
        return (sums.total | sums.withdrawable | sums.withdrawal) < GpmpLib.LOTS_LIMIT;
    }

    function equal(GpmpLib.Sums memory a, GpmpLib.Sums memory b) internal pure returns (bool) {
        return
            a.total == b.total && a.withdrawable == b.withdrawable && a.withdrawal == b.withdrawal && a.count == b.count;
    }

    /// @notice The sums a line states for one asset.
    function sumsOf(AssetLine memory line) internal pure returns (GpmpLib.Sums memory) {
        return GpmpLib.Sums(line.liabilities, line.withdrawable, line.withdrawals, line.count);
    }
}
