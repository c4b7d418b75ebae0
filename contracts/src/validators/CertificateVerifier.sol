// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Ballot, ICertificateVerifier} from "../interfaces/ICertificateVerifier.sol";
import {Certificate, Member, SetHeader} from "../interfaces/PobsTypes.sol";
import {CertificateLib} from "../libraries/CertificateLib.sol";
import {MembersLib} from "../libraries/MembersLib.sol";
import {SummaryLib} from "../libraries/SummaryLib.sol";
import {SetHeaders} from "./SetHeaders.sol";

/// @title Verifies votes and certificates against the set headers of one chain.
/// @dev Immutable and without state: nobody can change what a quorum is under the contracts that ask here.
contract CertificateVerifier is ICertificateVerifier {
    /// @notice The chain's {ValidatorSets}.
    address public immutable SETS;

    constructor(address sets) {
        if (sets == address(0)) revert CertificateVerifier_ZeroAddress();
        SETS = sets;
    }

    /// @inheritdoc ICertificateVerifier
    function inTerm(uint32 setId, uint64 snapshotTime) external view returns (bool) {
        return _inTerm(SetHeaders.read(SETS, setId), snapshotTime);
    }

    /// @inheritdoc ICertificateVerifier
    function signedWeight(Ballot calldata ballot, Certificate calldata certificate)
        external
        view
        returns (uint256 signed, uint256 total)
    {
        SetHeader memory set = _setInTerm(ballot);
        return (CertificateLib.signedWeight(set, certificate, ballot), set.totalWeight);
    }

    /// @inheritdoc ICertificateVerifier
    function messageWeight(uint32 setId, bytes32 message, Certificate calldata certificate)
        external
        view
        returns (uint256 signed, uint256 total)
    {
        SetHeader memory set = SetHeaders.read(SETS, setId);
        return (CertificateLib.messageWeight(set, certificate, message), set.totalWeight);
    }

    /// @inheritdoc ICertificateVerifier
    function checkVote(
        Ballot calldata ballot,
        uint8 kind,
        uint16 rule,
        Member calldata member,
        bytes32[] calldata path,
        bytes calldata signature
    ) external view {
        SetHeader memory set = _setInTerm(ballot);
        CertificateLib.checkRule(kind, rule);
        if (!MembersLib.verify(member, set.membersRoot, set.count, path)) {
            revert CertificateVerifier_NotMember(ballot.setId, member.index, member.validator);
        }
        bytes32 message = SummaryLib.voteDigest(ballot.domain, kind, ballot.epoch, ballot.setId, ballot.digest, rule);
        CertificateLib.checkSignature(member, signature, message);
    }

    function _setInTerm(Ballot calldata ballot) private view returns (SetHeader memory set) {
        set = SetHeaders.read(SETS, ballot.setId);
        if (!_inTerm(set, ballot.snapshotTime)) {
            revert CertificateVerifier_NotInTerm(ballot.setId, ballot.snapshotTime);
        }
    }

    /// @dev An unknown set has no weight and an empty term.
    function _inTerm(SetHeader memory set, uint64 snapshotTime) private pure returns (bool) {
        return set.totalWeight != 0 && set.activeFrom <= snapshotTime && snapshotTime < set.activeUntil;
    }
}
