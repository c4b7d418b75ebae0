// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Candidates without a seat, in a tree of weight sums: a draw and a change cost one path.
/// @dev A slot holds the sums of two siblings. What lies beyond the count weighs zero.
library CandidatePool {
    struct Pool {
        uint32 count;
        mapping(uint256 at => address) records;
        mapping(uint256 level => mapping(uint256 at => uint256)) pairs;
    }

    /// @notice Adds a candidate and returns its place.
    function push(Pool storage pool, address record, uint128 weight) internal returns (uint32 at) {
        at = pool.count;
        // A power of two fills its tree: the next level starts with that tree's sum on its left.
        if (at > 1 && at & (at - 1) == 0) pool.pairs[_levels(at)][0] = total(pool) << 128;
        pool.count = at + 1;
        pool.records[at] = record;
        setWeight(pool, at, weight);
    }

    /// @notice Takes a candidate out; the last one moves into its place.
    /// @return moved The record that now stands at `at`; zero when it was the last.
    function remove(Pool storage pool, uint32 at) internal returns (address moved) {
        uint32 last = pool.count - 1;
        if (at != last) {
            moved = pool.records[last];
            pool.records[at] = moved;
            setWeight(pool, at, weightAt(pool, last));
        }
        setWeight(pool, last, 0);
        delete pool.records[last];
        pool.count = last;
    }

    /// @notice Changes one candidate's weight and the sums above it.
    function setWeight(Pool storage pool, uint32 at, uint128 weight) internal {
        uint256 index = at;
        uint256 sum = weight;
        uint256 level = 0;
        uint256 width = pool.count;
        do {
            mapping(uint256 => uint256) storage pairs = pool.pairs[level++];
            uint256 pair = pairs[index >> 1];
            pair = index & 1 == 0 ? sum << 128 | uint128(pair) : pair >> 128 << 128 | sum;
            pairs[index >> 1] = pair;
            sum = (pair >> 128) + uint128(pair);
            index >>= 1;
            width = (width + 1) >> 1;
        } while (width > 1);
    }

    /// @notice The candidate on which `ticket` falls when all weights lie end to end; `ticket` is below {total}.
    function find(Pool storage pool, uint256 ticket) internal view returns (uint32 at) {
        uint256 index = 0;
        for (uint256 level = _topLevel(pool.count) + 1; level > 0; --level) {
            uint256 pair = pool.pairs[level - 1][index];
            index <<= 1;
            if (ticket >= pair >> 128) {
                ticket -= pair >> 128;
                ++index;
            }
        }
        return uint32(index);
    }

    function total(Pool storage pool) internal view returns (uint256) {
        if (pool.count == 0) return 0;
        uint256 pair = pool.pairs[_topLevel(pool.count)][0];
        return (pair >> 128) + uint128(pair);
    }

    function weightAt(Pool storage pool, uint32 at) internal view returns (uint128) {
        uint256 pair = pool.pairs[0][at >> 1];
        return uint128(at & 1 == 0 ? pair >> 128 : pair);
    }

    /// @dev Level whose one pair covers `count` candidates.
    function _topLevel(uint256 count) private pure returns (uint256) {
        return count < 2 ? 0 : _levels(count) - 1;
    }

    /// @dev ⌈log2 count⌉.
    function _levels(uint256 count) private pure returns (uint256 levels) {
        for (; count > 1; count = (count + 1) >> 1) {
            ++levels;
        }
    }
}
