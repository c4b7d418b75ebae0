// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BLS} from "solady/src/utils/ext/ithaca/BLS.sol";
import {Ballot} from "../interfaces/ICertificateVerifier.sol";
import {Certificate, Member, SetHeader, VoteGroup} from "../interfaces/PobsTypes.sol";
import {BlsLib} from "./BlsLib.sol";
import {MembersLib} from "./MembersLib.sol";
import {SummaryLib} from "./SummaryLib.sol";

/// @title Aggregate votes of a validator set (PROTOCOL §6). Cost grows with absence, not with the size of the set.
library CertificateLib {
    uint8 internal constant APPROVE = 1;
    uint8 internal constant REJECT = 2;
    uint8 internal constant DISPUTE = 3;

    /// @notice Kind of a certificate over a message that is no vote.
    uint8 internal constant MESSAGE = 0;

    error Certificate_UnknownSet(uint32 setId);
    error Certificate_WrongSet(uint32 expected, uint32 given);
    error Certificate_UnknownKind(uint8 kind);
    error Certificate_NoGroups();
    error Certificate_ApproveHasOneGroup(uint256 groups);
    error Certificate_RuleOfKind(uint8 kind, uint16 rule);
    error Certificate_NotMessage(uint8 kind, uint256 groups, uint16 rule);
    error Certificate_RulesNotAscending(uint16 rule);
    error Certificate_TooManyListed(uint256 listed, uint256 count);
    error Certificate_NobodySigned(uint256 group);
    error Certificate_NotAscending(uint32 index);
    error Certificate_NotInSet(uint32 index, uint32 count);
    error Certificate_BadKeyLength(uint32 index, uint256 length);
    error Certificate_BadMembersProof(uint256 group);
    error Certificate_GroupsOverlap(uint256 group);
    error Certificate_KeyIsInfinity(uint256 group);
    error Certificate_BadSignatureLength(uint256 length);
    error Certificate_SignatureIsInfinity(uint256 group);
    error Certificate_BadSignature(uint256 group);

    /// @notice At least two thirds of a set that exists.
    function isQuorum(uint256 signed, uint256 total) internal pure returns (bool) {
        return total != 0 && signed * 3 >= total * 2;
    }

    /// @notice More than one third of a set that exists.
    function isBlocking(uint256 signed, uint256 total) internal pure returns (bool) {
        return total != 0 && signed * 3 > total;
    }

    /// @notice APPROVE names no rule, REJECT and DISPUTE name one.
    function checkRule(uint8 kind, uint16 rule) internal pure {
        if (kind < APPROVE || kind > DISPUTE) revert Certificate_UnknownKind(kind);
        if ((kind == APPROVE) != (rule == 0)) revert Certificate_RuleOfKind(kind, rule);
    }

    /// @notice Proves who signed and returns their weight; reverts unless every group is well formed and its signature holds.
    /// @dev The caller compares the weight with its threshold and checks that the set is in term.
    function signedWeight(SetHeader memory set, Certificate calldata certificate, Ballot calldata ballot)
        internal
        view
        returns (uint256 signed)
    {
        if (set.totalWeight == 0 || set.membersRoot == bytes32(0)) revert Certificate_UnknownSet(set.setId);
        if (certificate.setId != set.setId) revert Certificate_WrongSet(set.setId, certificate.setId);
        uint256 groups = certificate.groups.length;
        if (groups == 0) revert Certificate_NoGroups();
        if (certificate.kind == APPROVE && groups != 1) revert Certificate_ApproveHasOneGroup(groups);
        uint256[4] memory seen;
        for (uint256 i = 0; i < groups; ++i) {
            VoteGroup calldata group = certificate.groups[i];
            checkRule(certificate.kind, group.rule);
            if (i != 0 && group.rule <= certificate.groups[i - 1].rule) {
                revert Certificate_RulesNotAscending(group.rule);
            }
            if (groups > 1) _markSigners(seen, group, set.count, i);
            (BLS.G1Point memory key, uint256 weight) = _signers(set, group, i);
            signed += weight;
            bytes32 message = SummaryLib.voteDigest(
                ballot.domain, certificate.kind, ballot.epoch, certificate.setId, ballot.digest, group.rule
            );
            _checkSignature(key, group.signature, message, i);
        }
    }

    /// @notice Proves who signed a typed message that is no vote: kind 0, one group, rule 0.
    /// @dev No vote has kind 0, and typed digests differ anyway: neither can stand for the other.
    function messageWeight(SetHeader memory set, Certificate calldata certificate, bytes32 message)
        internal
        view
        returns (uint256 signed)
    {
        if (set.totalWeight == 0 || set.membersRoot == bytes32(0)) revert Certificate_UnknownSet(set.setId);
        if (certificate.setId != set.setId) revert Certificate_WrongSet(set.setId, certificate.setId);
        uint256 groups = certificate.groups.length;
        if (groups == 0) revert Certificate_NoGroups();
        VoteGroup calldata group = certificate.groups[0];
        if (certificate.kind != MESSAGE || groups != 1 || group.rule != 0) {
            revert Certificate_NotMessage(certificate.kind, groups, group.rule);
        }
        BLS.G1Point memory key;
        (key, signed) = _signers(set, group, 0);
        _checkSignature(key, group.signature, message, 0);
    }

    /// @notice Verifies one member's own signature over a vote; the caller has proven the membership.
    function checkSignature(Member calldata member, bytes calldata signature, bytes32 message) internal view {
        if (member.key.length != BlsLib.KEY_BYTES) revert Certificate_BadKeyLength(member.index, member.key.length);
        _checkSignature(BlsLib.toG1(member.key), signature, message, 0);
    }

    /// @dev Aggregate key and weight of a group, from proven members.
    function _signers(SetHeader memory set, VoteGroup calldata group, uint256 groupIndex)
        private
        view
        returns (BLS.G1Point memory key, uint256 weight)
    {
        uint256 listed = MembersLib.listed(group.members);
        if (listed * 2 > set.count) revert Certificate_TooManyListed(listed, set.count);
        if (listed == 0) {
            if (!group.absent) revert Certificate_NobodySigned(groupIndex);
            if (group.siblings.length != 0) revert Certificate_BadMembersProof(groupIndex);
            return (BlsLib.toG1(set.aggregateKey), set.totalWeight);
        }
        // Of the absent the sum is taken in the negative: listed - whole is minus the signers' key.
        if (group.absent) {
            key = BlsLib.toG1(set.aggregateKey);
            BlsLib.flip(key);
        }
        uint256[] memory entries;
        (entries, weight) = _addMembers(set, group.members, listed, key);
        if (MembersLib.multiproofRoot(entries, group.siblings, set.count) != set.membersRoot) {
            revert Certificate_BadMembersProof(groupIndex);
        }
        if (group.absent) {
            BlsLib.flip(key);
            weight = set.totalWeight - weight;
        }
    }

    /// @dev Members strictly ascending and inside the set, their keys added to `sum`; returns their leaves and indices.
    function _addMembers(SetHeader memory set, bytes calldata members, uint256 listed, BLS.G1Point memory sum)
        private
        view
        returns (uint256[] memory entries, uint256 weight)
    {
        uint256 count = set.count;
        entries = new uint256[](listed * 2);
        uint256 next = 0;
        // Indices are below 2^32 and weights below 2^128; at most 512 members are listed.
        unchecked {
            for (uint256 i = 0; i < listed; ++i) {
                (bytes32 leaf, uint256 index, uint256 own, bytes calldata key) = MembersLib.readAt(members, i);
                if (index < next) revert Certificate_NotAscending(uint32(index));
                if (index >= count) revert Certificate_NotInSet(uint32(index), uint32(count));
                next = index + 1;
                weight += own;
                assembly ("memory-safe") {
                    let entry := add(add(entries, 0x20), shl(6, i))
                    mstore(entry, leaf)
                    mstore(add(entry, 0x20), index)
                }
                BlsLib.accumulate(sum, key);
            }
        }
    }

    /// @dev Adds the group's signers to the bitmap of those counted before; a set has at most 1024 members.
    function _markSigners(uint256[4] memory seen, VoteGroup calldata group, uint256 count, uint256 groupIndex)
        private
        pure
    {
        uint256[4] memory listed;
        uint256 size = MembersLib.listed(group.members);
        for (uint256 i = 0; i < size; ++i) {
            uint32 index = MembersLib.indexAt(group.members, i);
            if (index >= count) revert Certificate_NotInSet(index, uint32(count));
            listed[index >> 8] |= 1 << (index & 0xff);
        }
        for (uint256 word = 0; word < 4; ++word) {
            uint256 signers = group.absent ? _fullWord(count, word) & ~listed[word] : listed[word];
            if (seen[word] & signers != 0) revert Certificate_GroupsOverlap(groupIndex);
            seen[word] |= signers;
        }
    }

    /// @dev Bits of one word of the bitmap that stand for members of a set of `count`.
    function _fullWord(uint256 count, uint256 word) private pure returns (uint256) {
        uint256 first = word << 8;
        if (count <= first) return 0;
        uint256 bits = count - first;
        return bits >= 256 ? type(uint256).max : (1 << bits) - 1;
    }

    function _checkSignature(BLS.G1Point memory key, bytes calldata signature, bytes32 message, uint256 groupIndex)
        private
        view
    {
        if (BlsLib.isInfinity(key)) revert Certificate_KeyIsInfinity(groupIndex);
        if (signature.length != BlsLib.SIGNATURE_BYTES) revert Certificate_BadSignatureLength(signature.length);
        BLS.G2Point memory point = BlsLib.toG2(signature);
        if (BlsLib.isInfinity(point)) revert Certificate_SignatureIsInfinity(groupIndex);
        if (!BlsLib.verify(key, point, message)) revert Certificate_BadSignature(groupIndex);
    }
}
