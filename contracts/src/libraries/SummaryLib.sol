// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Line, Summary} from "../interfaces/PobsTypes.sol";
import {TreeLib} from "./TreeLib.sol";

/// @title EIP-712 digests without a chain id, and the lines under a summary (PROTOCOL §4).
/// @dev One digest on every chain: a certificate carries itself to all custodies. Lines bind chain and custody.
library SummaryLib {
    /// @notice More lines than custodies can ever exist: bounds every loop over lines.
    uint256 internal constant LINES_MAX = 64;
    uint8 internal constant LINE_LEAF = 0x02;
    uint8 internal constant LINE_NODE = 0x05;

    bytes32 internal constant DOMAIN_TYPEHASH = keccak256("EIP712Domain(string name,string version,bytes32 salt)");
    bytes32 internal constant SUMMARY_TYPEHASH = keccak256(
        "Summary(uint64 epoch,uint64 snapshotTime,uint32 setId,bytes32 parent,bytes32 linesRoot,uint32 lineCount,bytes32 snapshotCid,bytes32 mappingHash,bytes32 logRoot,bytes32 journalHead,bytes32 rulesHash)"
    );
    bytes32 internal constant VOTE_TYPEHASH =
        keccak256("Vote(uint8 kind,uint64 epoch,uint32 setId,bytes32 summary,uint16 rule)");
    bytes32 internal constant POSSESSION_TYPEHASH =
        keccak256("Possession(address validator,address coldKey,bytes key)");

    bytes32 internal constant OPERATE_TYPEHASH = keccak256("Operate(address validator,address coldKey)");
    bytes32 internal constant HANDOVER_TYPEHASH = keccak256("Handover(bytes32 header)");

    /// @notice Salt of one deployment: the registry on its L1 names it.
    function saltOf(uint256 l1ChainId, address registry) internal pure returns (bytes32) {
        return keccak256(abi.encode("PofBS", l1ChainId, registry));
    }

    /// @notice EIP-712 domain of name "PofBS", version "1" and the salt alone.
    function domainSeparator(bytes32 salt) internal pure returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPEHASH, keccak256("PofBS"), keccak256("1"), salt));
    }

    /// @notice What `Vote.summary` and `Summary.parent` name.
    /// @dev Hashes the words as they came: 11 static fields. Words that are not canonical give a digest nobody signed.
    function digest(bytes32 domain, Summary calldata summary) internal pure returns (bytes32) {
        bytes32 typehash = SUMMARY_TYPEHASH;
        bytes32 structHash;
        assembly ("memory-safe") {
            let m := mload(0x40)
            mstore(m, typehash)
            calldatacopy(add(m, 0x20), summary, 0x160)
            structHash := keccak256(m, 0x180)
        }
        return _typed(domain, structHash);
    }

    /// @notice What validators sign.
    function voteDigest(bytes32 domain, uint8 kind, uint64 epoch, uint32 setId, bytes32 summary, uint16 rule)
        internal
        pure
        returns (bytes32)
    {
        return _typed(domain, keccak256(abi.encode(VOTE_TYPEHASH, kind, epoch, setId, summary, rule)));
    }

    /// @notice Proof of possession of a voting key, bound to its owner.
    function possessionDigest(bytes32 domain, address validator, address coldKey, bytes calldata key)
        internal
        pure
        returns (bytes32)
    {
        return _typed(domain, keccak256(abi.encode(POSSESSION_TYPEHASH, validator, coldKey, keccak256(key))));
    }

    /// @notice Consent of a validator's address to be operated for a cold key.
    function operateDigest(bytes32 domain, address validator, address coldKey) internal pure returns (bytes32) {
        return _typed(domain, keccak256(abi.encode(OPERATE_TYPEHASH, validator, coldKey)));
    }

    /// @notice Hand-over to the next set; `header` is `keccak256(abi.encode(SetHeader))`.
    function handoverDigest(bytes32 domain, bytes32 header) internal pure returns (bytes32) {
        return _typed(domain, keccak256(abi.encode(HANDOVER_TYPEHASH, header)));
    }

    /// @notice Leaf of the lines tree: `keccak256(0x02 ‖ keccak256(abi.encode(line)))`.
    function lineHash(Line calldata line) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(LINE_LEAF, keccak256(abi.encode(line))));
    }

    /// @notice True when the line stands at `index` of the summary's lines.
    function verifyLine(Summary calldata summary, Line calldata line, uint256 index, bytes32[] calldata path)
        internal
        pure
        returns (bool)
    {
        return TreeLib.verify(LINE_NODE, summary.linesRoot, lineHash(line), index, summary.lineCount, path);
    }

    /// @notice Root of the tree over all lines; zero for no lines.
    function linesRoot(Line[] calldata lines) internal pure returns (bytes32) {
        uint256 size = lines.length;
        if (size == 0) return bytes32(0);
        bytes32[] memory level = new bytes32[](size);
        for (uint256 i = 0; i < size; ++i) {
            level[i] = lineHash(lines[i]);
        }
        for (; size > 1; size = (size + 1) >> 1) {
            for (uint256 i = 0; i < size; i += 2) {
                level[i >> 1] = TreeLib.node(LINE_NODE, level[i], i + 1 < size ? level[i + 1] : bytes32(0));
            }
        }
        return level[0];
    }

    function _typed(bytes32 domain, bytes32 structHash) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }
}
