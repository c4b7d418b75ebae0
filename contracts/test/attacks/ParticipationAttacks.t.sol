// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEpochManager} from "../../src/interfaces/IEpochManager.sol";
import {IParticipation} from "../../src/interfaces/IParticipation.sol";
import {Certificate, Member} from "../../src/interfaces/PobsTypes.sol";
import {SignersLib} from "../../src/libraries/SignersLib.sol";
import {ParticipationBase} from "../utils/ParticipationBase.sol";

/// @notice Jailing the diligent would take their votes away: nobody may be reported who took part.
contract ParticipationAttacks is ParticipationBase {
    function _reportRefused(uint256 index, bytes memory reason) private {
        (Member[] memory members, bytes32[] memory siblings) = _proof(_list(index));
        vm.expectRevert(reason);
        participation.report(setId, members, siblings);
    }

    function test_attack_reportOfTheDiligent() public {
        _absentTwice();
        address validator = committee.member(1).validator;
        _reportRefused(
            1, abi.encodeWithSelector(IParticipation.Participation_NotAbsent.selector, setId, validator, 0, 3)
        );
        // Not even beside one that was absent.
        (Member[] memory members, bytes32[] memory siblings) = _proof(_list(1, 2));
        vm.expectPartialRevert(IParticipation.Participation_NotAbsent.selector);
        participation.report(setId, members, siblings);
    }

    /// @dev Counting just the epoch that the victim missed: the share is of all epochs, counted or not.
    function test_attack_countingOnlyTheMissedEpoch() public {
        for (uint64 epoch = 1; epoch <= EPOCHS; ++epoch) {
            bytes32 digest = _proposeSheet(epoch);
            manager.certify(epoch, _approvalWithout(epoch, digest, epoch == 2 ? _list(2) : new uint256[](0)));
        }
        _pastTerm();
        _count(2, _list(2));
        address validator = committee.member(2).validator;
        _reportRefused(
            2, abi.encodeWithSelector(IParticipation.Participation_NotAbsent.selector, setId, validator, 1, 3)
        );
    }

    function test_attack_reportedTwice() public {
        _absentTwice();
        (Member[] memory members, bytes32[] memory siblings) = _proof(_list(2));
        participation.report(setId, members, siblings);
        vm.expectRevert(
            abi.encodeWithSelector(IParticipation.Participation_AlreadyReported.selector, setId, members[0].validator)
        );
        participation.report(setId, members, siblings);
    }

    /// @dev One epoch counted again and again would make a single absence a habit.
    function test_attack_epochCountedTwice() public {
        _runTerm(_list(2));
        _pastDeadlines();
        _count(1, _list(2));
        vm.expectRevert(abi.encodeWithSelector(IParticipation.Participation_AlreadyCounted.selector, 1));
        _count(1, _list(2));
        assertEq(participation.absencesOf(setId, 2), 1);
    }

    /// @dev The groups of one epoch replayed for another, where somebody else was absent.
    function test_attack_groupsOfAnotherEpoch() public {
        manager.certify(1, _approvalWithout(1, _proposeSheet(1), _list(2)));
        manager.certify(2, _approvalWithout(2, _proposeSheet(2), _list(3)));
        _pastDeadlines();
        vm.expectPartialRevert(SignersLib.Signers_OtherGroups.selector);
        _count(2, _list(2));
    }

    /// @dev The groups of the REJECT left out: its signers would seem absent.
    function test_attack_kindLeftOut() public {
        bytes32 digest = _proposeSheet(1);
        manager.certify(1, _approvalWithout(1, digest, _list(2)));
        manager.certify(1, _rejection(1, digest, 8, _list(2)));
        _pastDeadlines();
        bytes32 expected = manager.proposalOf(1).groupsHash[1];
        vm.expectRevert(abi.encodeWithSelector(SignersLib.Signers_OtherGroups.selector, 1, 2, expected));
        _count(1, _list(2));
    }

    /// @dev The replay of a lighter certificate that was overtaken.
    function test_attack_groupsOfALighterCertificate() public {
        bytes32 digest = _proposeSheet(1);
        manager.certify(1, _approvalWithout(1, digest, _list(2)));
        manager.certify(1, _approval(1, digest));
        _pastDeadlines();
        vm.expectPartialRevert(SignersLib.Signers_OtherGroups.selector);
        _count(1, _list(2));
        _count(1, new uint256[](0));
        assertEq(participation.absencesOf(setId, 2), 0);
    }

    /// @dev Invented groups where no certificate of the kind was taken.
    function test_attack_inventedGroups() public {
        _runTerm(_list(2));
        _pastDeadlines();
        IEpochManager.GroupInfo[] memory invented = _groups(false, 8, _list(2));
        IEpochManager.GroupInfo[] memory approve = _groups(true, 0, _list(2));
        vm.expectRevert(abi.encodeWithSelector(SignersLib.Signers_OtherGroups.selector, 1, 2, bytes32(0)));
        participation.count(1, approve, invented, _noGroups());
    }

    /// @dev Counting before the deadline would fix absences that a heavier certificate still heals.
    function test_attack_countingBeforeTheDeadline() public {
        bytes32 digest = _proposeSheet(1);
        manager.certify(1, _approvalWithout(1, digest, _list(2)));
        Certificate memory heavier = _approval(1, digest);
        vm.warp(manager.voteDeadlineOf(1));
        vm.expectPartialRevert(IParticipation.Participation_VotingOpen.selector);
        _count(1, _list(2));
        manager.certify(1, heavier);
    }

    /// @dev An outage: nobody certifies in time, the epoch is approved late, and nobody is absent.
    function test_attack_outageJailsNobody() public {
        for (uint64 epoch = 1; epoch <= EPOCHS; ++epoch) {
            _proposeSheet(epoch);
        }
        _pastDeadlines();
        manager.certify(3, _approval(3, manager.digestOf(3)));
        for (uint64 epoch = 1; epoch <= EPOCHS; ++epoch) {
            vm.expectRevert(abi.encodeWithSelector(IParticipation.Participation_NoOutcome.selector, epoch));
            participation.count(epoch, _noGroups(), _noGroups(), _noGroups());
        }
    }

    /// @dev Nobody but the counter itself speaks to the court: the message carries the sender.
    function test_attack_membersOfAnotherSet() public {
        _absentTwice();
        (Member[] memory members, bytes32[] memory siblings) = _proof(_list(2));
        uint32 next = registry.fixTerm();
        vm.expectPartialRevert(IParticipation.Participation_TermOpen.selector);
        participation.report(next, members, siblings);
        vm.warp(uint256(sets.header(next).activeUntil) + 1 days);
        vm.expectRevert(
            abi.encodeWithSelector(IParticipation.Participation_NotAbsent.selector, next, members[0].validator, 0, 0)
        );
        participation.report(next, members, siblings);
    }
}
