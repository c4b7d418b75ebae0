// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEpochManager} from "../interfaces/IEpochManager.sol";

/// @title Who stands behind a certificate that EpochManager took: its groups, replayed against the hash it kept.
/// @dev A set has at most 1024 members, so four words hold one bit each.
library SignersLib {
    error Signers_OtherGroups(uint64 epoch, uint8 kind, bytes32 expected);

    /// @notice Members counted by the heaviest certificate of a kind; reverts unless the groups are that certificate's.
    /// @param kind 1 APPROVE, 2 REJECT, 3 DISPUTE.
    /// @param groups As in `CertificateAccepted`; empty when no certificate of this kind was taken.
    /// @param count Members of the epoch's set.
    function signers(
        IEpochManager.Proposal memory proposal,
        uint64 epoch,
        uint8 kind,
        IEpochManager.GroupInfo[] calldata groups,
        uint256 count
    ) internal pure returns (uint256[4] memory bitmap) {
        bytes32 expected = proposal.groupsHash[kind - 1];
        bool matches = expected == bytes32(0) ? groups.length == 0 : keccak256(abi.encode(groups)) == expected;
        if (!matches) revert Signers_OtherGroups(epoch, kind, expected);
        for (uint256 i = 0; i < groups.length; ++i) {
            uint256[4] memory listed;
            for (uint256 j = 0; j < groups[i].indices.length; ++j) {
                uint256 index = groups[i].indices[j];
                listed[index >> 8] |= 1 << (index & 0xff);
            }
            for (uint256 word = 0; word < 4; ++word) {
                bitmap[word] |= groups[i].absent ? fullWord(count, word) & ~listed[word] : listed[word];
            }
        }
    }

    function has(uint256[4] memory bitmap, uint256 index) internal pure returns (bool) {
        return bitmap[index >> 8] >> (index & 0xff) & 1 == 1;
    }

    /// @notice Bits of one word that stand for members of a set of `count`.
    function fullWord(uint256 count, uint256 word) internal pure returns (uint256) {
        uint256 first = word << 8;
        if (count <= first) return 0;
        uint256 bits = count - first;
        return bits >= 256 ? type(uint256).max : (1 << bits) - 1;
    }
}
