// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LibBit} from "solady/src/utils/LibBit.sol";
import {ChainClock} from "../arbitrum/ChainClock.sol";
import {IEpochManager} from "../interfaces/IEpochManager.sol";
import {IAbsenceCourt, IParticipation} from "../interfaces/IParticipation.sol";
import {IValidatorSets} from "../interfaces/IValidatorSets.sol";
import {Member, SetHeader} from "../interfaces/PobsTypes.sol";
import {CertificateLib} from "../libraries/CertificateLib.sol";
import {MembersLib} from "../libraries/MembersLib.sol";
import {SignersLib} from "../libraries/SignersLib.sol";

/// @title L2: who took part in a term's votes.
/// @dev Immutable and without an admin; holds nothing. The court knows it as the one L2 sender of absences.
contract Participation is IParticipation {
    struct TermCount {
        /// @dev Eight counters of 32 bits per word: a term of 2^32 epochs, a second apart, would last a century.
        mapping(uint256 word => uint256) absences;
        uint256[4] reported;
    }

    /// @notice Most validators in one report: bounds what L1 must execute at once.
    uint256 public constant REPORT_MAX = 64;

    IEpochManager public immutable MANAGER;
    IValidatorSets public immutable SETS;
    /// @notice SlashingCourt on L1.
    address public immutable COURT;
    /// @notice Share of a term's epochs, in basis points, beyond which absence jails.
    uint16 public immutable ABSENT_BPS;

    mapping(uint256 word => uint256) private _counted;
    mapping(uint32 setId => TermCount) private _terms;

    constructor(IEpochManager manager, IValidatorSets sets, address court, uint16 absentBps) {
        if (address(manager) == address(0) || address(sets) == address(0) || court == address(0)) {
            revert Participation_ZeroAddress();
        }
        if (absentBps == 0 || absentBps >= 10_000) revert Participation_BadThreshold(absentBps);
        (MANAGER, SETS, COURT, ABSENT_BPS) = (manager, sets, court, absentBps);
    }

    /// @inheritdoc IParticipation
    function count(
        uint64 epoch,
        IEpochManager.GroupInfo[] calldata approve,
        IEpochManager.GroupInfo[] calldata reject,
        IEpochManager.GroupInfo[] calldata dispute
    ) external {
        // Check
        IEpochManager.Proposal memory proposal = MANAGER.proposalOf(epoch);
        if (proposal.status == IEpochManager.Status.None) revert Participation_UnknownEpoch(epoch);
        if (block.timestamp <= proposal.voteDeadline) revert Participation_VotingOpen(epoch, proposal.voteDeadline);
        if (isCounted(epoch)) revert Participation_AlreadyCounted(epoch);
        SetHeader memory set = SETS.header(proposal.setId);
        bool carried = CertificateLib.isQuorum(proposal.heaviest[0], set.totalWeight)
            || CertificateLib.isQuorum(proposal.heaviest[1], set.totalWeight);
        if (!carried) revert Participation_NoOutcome(epoch);
        uint256[4] memory present = SignersLib.signers(proposal, epoch, CertificateLib.APPROVE, approve, set.count);
        _add(present, SignersLib.signers(proposal, epoch, CertificateLib.REJECT, reject, set.count));
        _add(present, SignersLib.signers(proposal, epoch, CertificateLib.DISPUTE, dispute, set.count));

        // Effect
        _counted[epoch >> 8] |= 1 << (epoch & 0xff);
        mapping(uint256 => uint256) storage absences = _terms[proposal.setId].absences;
        for (uint256 word = 0; word < 4; ++word) {
            uint256 absent = SignersLib.fullWord(set.count, word) & ~present[word];
            for (; absent != 0; absent &= absent - 1) {
                uint256 index = word << 8 | LibBit.ffs(absent);
                absences[index >> 3] += 1 << ((index & 7) << 5);
            }
        }
        emit ParticipationCounted(epoch, proposal.setId, present);
    }

    /// @inheritdoc IParticipation
    function report(uint32 setId, Member[] calldata members, bytes32[] calldata siblings)
        external
        returns (uint256 position)
    {
        // Check
        SetHeader memory set = SETS.header(setId);
        if (set.count == 0) revert Participation_UnknownTerm(setId);
        uint256 closesAt = uint256(set.activeUntil) + MANAGER.votesCloseAfter();
        if (block.timestamp <= closesAt) revert Participation_TermOpen(setId, closesAt);
        _checkMembers(set, members, siblings);

        // Effect
        uint256 epochs = _epochs(setId);
        address[] memory validators = new address[](members.length);
        for (uint256 i = 0; i < members.length; ++i) {
            _report(setId, members[i], epochs);
            validators[i] = members[i].validator;
        }

        // Interaction
        bytes memory message = abi.encodeCall(IAbsenceCourt.jailAbsent, (setId, validators));
        position = ChainClock.ARB_SYS.sendTxToL1(COURT, message);
        emit AbsencesReported(setId, validators, position);
    }

    /// @inheritdoc IParticipation
    function isCounted(uint64 epoch) public view returns (bool) {
        return _counted[epoch >> 8] >> (epoch & 0xff) & 1 == 1;
    }

    /// @inheritdoc IParticipation
    function absencesOf(uint32 setId, uint32 index) public view returns (uint32) {
        // forge-lint: disable-next-line(unsafe-typecast) -- the counter's own 32 bits
        return uint32(_terms[setId].absences[index >> 3] >> ((index & 7) << 5));
    }

    /// @inheritdoc IParticipation
    function isReported(uint32 setId, uint32 index) public view returns (bool) {
        return SignersLib.has(_terms[setId].reported, index);
    }

    /// @dev Marks a member as reported, or reverts unless it missed more than the threshold.
    function _report(uint32 setId, Member calldata member, uint256 epochs) private {
        if (isReported(setId, member.index)) revert Participation_AlreadyReported(setId, member.validator);
        uint256 absences = absencesOf(setId, member.index);
        if (absences * 10_000 <= epochs * ABSENT_BPS) {
            revert Participation_NotAbsent(setId, member.validator, absences, epochs);
        }
        _terms[setId].reported[member.index >> 8] |= 1 << (member.index & 0xff);
    }

    function _epochs(uint32 setId) private view returns (uint256) {
        IEpochManager.Term memory term = MANAGER.termOf(setId);
        return term.firstEpoch == 0 ? 0 : term.lastEpoch - term.firstEpoch + 1;
    }

    /// @dev A leaf's only part of free length is the key, so a proven leaf fixes it.
    function _checkMembers(SetHeader memory set, Member[] calldata members, bytes32[] calldata siblings) private pure {
        if (members.length == 0 || members.length > REPORT_MAX) revert Participation_BadBatch(members.length);
        uint256[] memory entries = new uint256[](2 * members.length);
        uint256 next = 0;
        for (uint256 i = 0; i < members.length; ++i) {
            if (members[i].index < next) revert Participation_NotAscending(members[i].index);
            next = uint256(members[i].index) + 1;
            (entries[2 * i], entries[2 * i + 1]) = (uint256(MembersLib.leaf(members[i])), members[i].index);
        }
        if (next > set.count || MembersLib.multiproofRoot(entries, siblings, set.count) != set.membersRoot) {
            revert Participation_NotMembers(set.setId);
        }
    }

    function _add(uint256[4] memory bitmap, uint256[4] memory more) private pure {
        for (uint256 word = 0; word < 4; ++word) {
            bitmap[word] |= more[word];
        }
    }
}
