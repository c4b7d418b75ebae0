// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title The draw of a term: everything follows from the seed, nothing from who asks (PROTOCOL §8).
/// @dev A ticket names a member uniformly and keeps it with probability `weight / cap`: the expected share is exactly
/// proportional to weight, without sums over the set. Moduli are below 2^128, so their bias is below 2^-128.
library TicketLib {
    uint8 internal constant SEED = 0x40;
    uint8 internal constant TICKET = 0x41;
    uint8 internal constant BAR = 0x42;
    uint8 internal constant EPOCH = 0x43;
    uint8 internal constant ROW = 0x44;

    /// @notice `keccak256(0x40 ‖ pool:20 ‖ chainId:8 ‖ setId:4 ‖ randomness:32)`.
    function seed(address pool, uint256 chainId, uint32 setId, bytes32 randomness) internal pure returns (bytes32) {
        // forge-lint: disable-next-line(unsafe-typecast) -- chain ids are below 2^64 (EIP-2294)
        return keccak256(abi.encodePacked(SEED, pool, uint64(chainId), setId, randomness));
    }

    /// @notice `keccak256(0x41 ‖ seed:32 ‖ setId:4 ‖ ticket:4)`: what the ticket's draws follow from.
    function ticketHash(bytes32 termSeed, uint32 setId, uint32 ticket) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(TICKET, termSeed, setId, ticket));
    }

    /// @notice The member that the ticket names, of a set of `count`.
    function member(bytes32 hash, uint256 count) internal pure returns (uint256) {
        return uint256(hash) % count;
    }

    /// @notice The ticket counts when the member's weight is above the bar: `keccak256(0x42 ‖ hash) mod cap`.
    function bar(bytes32 hash, uint128 cap) internal pure returns (uint256) {
        return _draw(BAR, hash) % cap;
    }

    /// @notice The epoch, counted from the term's first, whose vote and rows are looked at.
    function epochOffset(bytes32 hash, uint256 epochs) internal pure returns (uint256) {
        return _draw(EPOCH, hash) % epochs;
    }

    /// @notice Position of the `i`-th row to open among all rows of the epoch: `keccak256(0x44 ‖ hash ‖ i:4) mod rows`.
    function rowPosition(bytes32 hash, uint32 i, uint256 rows) internal pure returns (uint256) {
        return uint256(keccak256(abi.encodePacked(ROW, hash, i))) % rows;
    }

    function _draw(uint8 tag, bytes32 hash) private pure returns (uint256) {
        return uint256(keccak256(abi.encodePacked(tag, hash)));
    }
}
