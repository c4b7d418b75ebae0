// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @notice One epoch's public summary; its EIP-712 digest is what validators sign (PROTOCOL §4).
struct Summary {
    uint64 epoch;
    uint64 snapshotTime;
    uint32 setId;
    bytes32 parent;
    bytes32 linesRoot;
    uint32 lineCount;
    bytes32 snapshotCid;
    bytes32 mappingHash;
    bytes32 logRoot;
    bytes32 journalHead;
    bytes32 rulesHash;
}

/// @notice One custody asset of a line. Amounts are lots; `deposited` and `authorisedOut` are cumulative.
struct AssetLine {
    address token;
    uint128 lotSize;
    uint64 deposited;
    uint64 liabilities;
    uint64 withdrawable;
    uint64 withdrawals;
    uint64 authorisedOut;
    uint32 count;
    bytes32 root;
}

/// @notice What one custody owes, ordered by `(chainId, custody)` under `Summary.linesRoot`.
struct Line {
    uint64 chainId;
    address custody;
    uint64 blockNumber;
    bytes32 blockHash;
    uint32 kills;
    bytes32 payoutRoot;
    uint32 payoutCount;
    AssetLine[] assets;
}

/// @notice A term's validator set; the only thing stored and sent of it (PROTOCOL §6).
/// @param aggregateKey Sum of all members' keys, G1 as x‖y, 48 bytes each.
struct SetHeader {
    uint32 setId;
    bytes32 membersRoot;
    bytes aggregateKey;
    uint128 totalWeight;
    uint32 count;
    uint64 activeFrom;
    uint64 activeUntil;
}

/// @param key G1 as x‖y, 48 bytes each.
struct Member {
    uint32 index;
    address validator;
    bytes key;
    uint128 weight;
}

/// @notice Signers of one rule. `absent`: the listed members did not sign and all others did; else only the listed did.
/// @param members Strictly ascending by index, at most half of the set; one after the other, 136 bytes each, what their
/// leaves hash behind the tag: `index:4 ‖ validator:20 ‖ key:96 ‖ weight:16`. Their calldata is most of what absence
/// costs, and the ABI's encoding of an array of structs would be twice as long.
/// @param siblings Multiproof, bottom-up, left to right.
/// @param signature Aggregate, G2 as x.c0‖x.c1‖y.c0‖y.c1, 48 bytes each.
struct VoteGroup {
    uint16 rule;
    bool absent;
    bytes members;
    bytes32[] siblings;
    bytes signature;
}

/// @param kind 1 APPROVE, 2 REJECT, 3 DISPUTE.
struct Certificate {
    uint32 setId;
    uint8 kind;
    VoteGroup[] groups;
}

/// @notice One payout leaf by itself.
/// @param cumulative Lots ever authorised to this wallet by this custody and token.
struct PayoutLeaf {
    address token;
    address wallet;
    uint64 cumulative;
}

/// @notice One payout leaf with its Merkle path (bottom-up).
/// @param cumulative Lots ever authorised to this wallet by this custody and token.
struct PayoutClaim {
    address token;
    address wallet;
    uint64 cumulative;
    uint32 index;
    bytes32[] path;
}
