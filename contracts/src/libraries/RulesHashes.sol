// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The rules in force: the current hash and the one before it, so that an epoch in flight survives a change.
/// @dev Setting the current hash again drops the one before.
library RulesHashes {
    struct Hashes {
        bytes32 current;
        bytes32 previous;
    }

    function set(Hashes storage hashes, bytes32 rulesHash) internal {
        hashes.previous = hashes.current;
        hashes.current = rulesHash;
    }

    function known(Hashes storage hashes, bytes32 rulesHash) internal view returns (bool) {
        return rulesHash != bytes32(0) && (rulesHash == hashes.current || rulesHash == hashes.previous);
    }
}
