// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ArbSysEmu} from "../../../sequencer/devnet/contracts/ArbSysEmu.sol";
import {Participation} from "../../src/epochs/Participation.sol";
import {IEpochManager} from "../../src/interfaces/IEpochManager.sol";
import {IAbsenceCourt, IParticipation} from "../../src/interfaces/IParticipation.sol";
import {IValidatorSets} from "../../src/interfaces/IValidatorSets.sol";
import {Member} from "../../src/interfaces/PobsTypes.sol";
import {MembersLib} from "../../src/libraries/MembersLib.sol";
import {SignersLib} from "../../src/libraries/SignersLib.sol";
import {ParticipationBase} from "../utils/ParticipationBase.sol";
import {TreeTwin} from "../utils/TreeTwin.sol";

contract ParticipationTest is ParticipationBase {
    /* COUNT */

    function test_count_addsTheAbsent() public {
        _runTerm(_list(2));
        _pastDeadlines();
        vm.expectEmit(address(participation));
        emit IParticipation.ParticipationCounted(1, setId, [uint256(11), 0, 0, 0]);
        _count(1, _list(2));
        _count(3, _list(2));
        assertEq(participation.absencesOf(setId, 2), 2);
        assertEq(participation.absencesOf(setId, 0), 0);
        assertTrue(participation.isCounted(1));
        assertFalse(participation.isCounted(2));
    }

    function test_count_everyKindOfVoteIsPresence() public {
        bytes32 digest = _proposeSheet(1);
        manager.certify(1, _approvalWithout(1, digest, _list(2)));
        manager.certify(1, _rejection(1, digest, 8, _list(2)));
        _pastDeadlines();
        participation.count(1, _groups(true, 0, _list(2)), _groups(false, 8, _list(2)), _noGroups());
        assertEq(participation.absencesOf(setId, 2), 0);
    }

    function test_count_disputeIsPresence() public {
        bytes32 digest = _proposeSheet(1);
        manager.certify(1, _approvalWithout(1, digest, _list(2)));
        bytes32 message = _voteDigest(3, 1, digest, 9);
        manager.certify(1, committee.one(setId, 3, committee.present(9, _list(2), message)));
        _pastDeadlines();
        participation.count(1, _groups(true, 0, _list(2)), _noGroups(), _groups(false, 9, _list(2)));
        assertEq(participation.absencesOf(setId, 2), 0);
    }

    function test_count_rejectedEpochs() public {
        bytes32 digest = _proposeSheet(1);
        bytes32 message = _voteDigest(2, 1, digest, 8);
        manager.certify(1, committee.one(setId, 2, committee.absent(8, _list(0), message)));
        _pastDeadlines();
        participation.count(1, _noGroups(), _groups(true, 8, _list(0)), _noGroups());
        assertEq(participation.absencesOf(setId, 0), 1);
    }

    /// @dev Eight counters share a word, 256 members a bitmap: their edges, in a set of 1,000.
    function test_count_largeSet() public {
        uint256[] memory absent = _edges();
        _certifyLarge(absent, 1);
        vm.warp(manager.voteDeadlineOf(1) + 1);
        _count(1, absent);
        for (uint256 i = 0; i < absent.length; ++i) {
            assertEq(participation.absencesOf(setId, uint32(absent[i])), 1);
        }
        assertEq(participation.absencesOf(setId, 1), 0);
        assertEq(participation.absencesOf(setId, 998), 0);
        assertEq(participation.absencesOf(setId, 1_000), 0);
    }

    function test_count_reverts() public {
        IEpochManager.GroupInfo[] memory none = _noGroups();
        vm.expectRevert(abi.encodeWithSelector(IParticipation.Participation_UnknownEpoch.selector, 9));
        participation.count(9, none, none, none);
        _runTerm(_list(2));
        uint64 deadline = manager.voteDeadlineOf(3);
        vm.warp(deadline);
        vm.expectRevert(abi.encodeWithSelector(IParticipation.Participation_VotingOpen.selector, 3, deadline));
        _count(3, _list(2));
        _pastDeadlines();
        _count(3, _list(2));
        vm.expectRevert(abi.encodeWithSelector(IParticipation.Participation_AlreadyCounted.selector, 3));
        _count(3, _list(2));
        bytes32 expected = manager.proposalOf(2).groupsHash[0];
        vm.expectRevert(abi.encodeWithSelector(SignersLib.Signers_OtherGroups.selector, 2, 1, expected));
        _count(2, _list(1));
    }

    function test_count_revertsWithoutAnOutcome() public {
        bytes32 digest = _proposeSheet(1);
        manager.certify(1, _approvalWithout(1, digest, _list(1, 2)));
        _pastDeadlines();
        vm.expectRevert(abi.encodeWithSelector(IParticipation.Participation_NoOutcome.selector, 1));
        _count(1, _list(1, 2));
    }

    /* REPORT */

    function test_report_sendsTheAbsentToTheCourt() public {
        _absentTwice();
        address[] memory validators = new address[](1);
        validators[0] = committee.member(2).validator;
        (Member[] memory members, bytes32[] memory siblings) = _proof(_list(2));
        bytes memory message = abi.encodeCall(IAbsenceCourt.jailAbsent, (setId, validators));
        bytes32 send = keccak256(
            abi.encodePacked(
                address(participation), court, block.number, uint256(0), block.timestamp, uint256(0), message
            )
        );
        vm.expectEmit(address(0x64));
        emit ArbSysEmu.L2ToL1Tx(
            address(participation), court, uint256(send), 0, block.number, 0, block.timestamp, 0, message
        );
        vm.expectEmit(address(participation));
        emit IParticipation.AbsencesReported(setId, validators, 0);
        participation.report(setId, members, siblings);
        assertTrue(participation.isReported(setId, 2));
        assertFalse(participation.isReported(setId, 1));
    }

    function test_report_reverts() public {
        _absentTwice();
        (Member[] memory members, bytes32[] memory siblings) = _proof(_list(1, 2));
        vm.expectRevert(abi.encodeWithSelector(IParticipation.Participation_UnknownTerm.selector, 9));
        participation.report(9, members, siblings);
        vm.expectRevert(abi.encodeWithSelector(IParticipation.Participation_BadBatch.selector, 0));
        participation.report(setId, new Member[](0), siblings);
        vm.expectRevert(abi.encodeWithSelector(IParticipation.Participation_BadBatch.selector, 65));
        participation.report(setId, new Member[](65), siblings);
        (members[0], members[1]) = (members[1], members[0]);
        vm.expectRevert(abi.encodeWithSelector(IParticipation.Participation_NotAscending.selector, 1));
        participation.report(setId, members, siblings);
        (members, siblings) = _proof(_list(2));
        members[0].validator = address(this);
        vm.expectRevert(abi.encodeWithSelector(IParticipation.Participation_NotMembers.selector, setId));
        participation.report(setId, members, siblings);
        members[0].index = 4;
        vm.expectRevert(abi.encodeWithSelector(IParticipation.Participation_NotMembers.selector, setId));
        participation.report(setId, members, siblings);
    }

    function test_report_revertsWhileTheTermIsOpen() public {
        _absentTwice();
        uint256 closesAt = uint256(sets.header(setId).activeUntil) + manager.votesCloseAfter();
        vm.warp(closesAt);
        (Member[] memory members, bytes32[] memory siblings) = _proof(_list(2));
        vm.expectRevert(abi.encodeWithSelector(IParticipation.Participation_TermOpen.selector, setId, closesAt));
        participation.report(setId, members, siblings);
        vm.warp(closesAt + 1);
        participation.report(setId, members, siblings);
    }

    function test_constructor_refusesBadParameters() public {
        vm.expectRevert(IParticipation.Participation_ZeroAddress.selector);
        new Participation(IEpochManager(address(0)), sets, court, 1);
        vm.expectRevert(IParticipation.Participation_ZeroAddress.selector);
        new Participation(manager, IValidatorSets(address(0)), court, 1);
        vm.expectRevert(IParticipation.Participation_ZeroAddress.selector);
        new Participation(manager, sets, address(0), 1);
        vm.expectRevert(abi.encodeWithSelector(IParticipation.Participation_BadThreshold.selector, 0));
        new Participation(manager, sets, court, 0);
        vm.expectRevert(abi.encodeWithSelector(IParticipation.Participation_BadThreshold.selector, 10_000));
        new Participation(manager, sets, court, 10_000);
    }

    function test_largeSet_leavesAreMembers() public view {
        bytes32[] memory path = TreeTwin.path(MembersLib.NODE, _largeLeaves(_edges()), 999);
        assertEq(path.length, 10);
    }
}
