// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Token bucket that limits how fast an asset may be paid out (PROTOCOL §7).
library BucketLib {
    /// @dev Lots, and lots per second. A capacity of zero is no limit.
    struct Bucket {
        uint64 capacity;
        uint64 refillPerSecond;
        uint64 level;
        uint40 updatedAt;
    }

    /// @notice What may be taken now; without a limit, everything.
    function available(Bucket memory bucket) internal view returns (uint64) {
        if (bucket.capacity == 0) return type(uint64).max;
        // 40 bits of seconds and 64 of lots: no wrap.
        uint256 filled = bucket.level + uint256(bucket.refillPerSecond) * (block.timestamp - bucket.updatedAt);
        // forge-lint: disable-next-line(unsafe-typecast) -- below the capacity
        return filled < bucket.capacity ? uint64(filled) : bucket.capacity;
    }

    /// @notice Changes the limit; a new bucket is full, an old one keeps what it holds.
    function set(Bucket storage stored, uint64 capacity, uint64 refillPerSecond) internal {
        uint64 held = available(stored);
        (stored.capacity, stored.refillPerSecond) = (capacity, refillPerSecond);
        (stored.level, stored.updatedAt) = (held < capacity ? held : capacity, uint40(block.timestamp));
    }

    /// @notice Takes up to `lots`.
    /// @return taken Less than asked for when the bucket holds less.
    function take(Bucket storage stored, uint64 lots) internal returns (uint64 taken) {
        Bucket memory bucket = stored;
        uint64 held = available(bucket);
        taken = lots < held ? lots : held;
        if (bucket.capacity == 0 || taken == 0) return taken;
        stored.level = held - taken;
        stored.updatedAt = uint40(block.timestamp);
    }

    /// @notice Gives back what was taken before in this transaction.
    function giveBack(Bucket storage stored, uint64 lots) internal {
        if (stored.capacity != 0) stored.level += lots;
    }
}
