// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {ICertificateVerifier} from "../../src/interfaces/ICertificateVerifier.sol";
import {IEpochManager} from "../../src/interfaces/IEpochManager.sol";
import {Certificate, Line, Member} from "../../src/interfaces/PobsTypes.sol";
import {CertificateLib} from "../../src/libraries/CertificateLib.sol";
import {EpochManager} from "../../src/epochs/EpochManager.sol";
import {SummaryLib} from "../../src/libraries/SummaryLib.sol";
import {PobsTest} from "../utils/PobsTest.sol";
import {TreeTwin} from "../utils/TreeTwin.sol";

contract EpochManagerTest is PobsTest {
    function _good(uint64 number) private view returns (Epoch memory) {
        return _epoch(custody, number, new Figures[](2), _none());
    }

    function _propose(Epoch memory epoch) private {
        vm.prank(poster);
        manager.propose(epoch.summary, _lines(epoch));
    }

    /// @dev Epochs 1 to `last`, a second apart.
    function _proposed(uint64 last) private returns (Epoch memory epoch) {
        for (uint64 number = 1; number <= last; ++number) {
            vm.warp(block.timestamp + 1);
            epoch = _good(number);
            _propose(epoch);
        }
    }

    function _expect(bytes memory reason, Epoch memory epoch) private {
        vm.expectRevert(reason);
        _propose(epoch);
    }

    /* PROPOSE */

    function test_propose_storesAndEmitsEverything() public {
        Epoch memory epoch = _good(1);
        vm.expectEmit(address(manager));
        emit IEpochManager.EpochProposed(1, epoch.digest, epoch.summary, _lines(epoch));
        vm.expectEmit(address(manager));
        emit IEpochManager.VoteDeadlineSet(1, T0 + MAX_AGE);
        _propose(epoch);
        assertEq(manager.digestOf(1), epoch.digest);
        assertEq(uint8(manager.statusOf(1)), uint8(IEpochManager.Status.Proposed));
        assertEq(manager.setIdOf(1), setId);
        assertEq(manager.snapshotTimeOf(1), T0);
        assertEq(manager.voteDeadlineOf(1), T0 + MAX_AGE);
        assertEq(manager.lastEpoch(), 1);
    }

    function test_propose_severalLines() public {
        Epoch memory epoch = _good(1);
        Line[] memory lines = new Line[](3);
        bytes32[] memory leaves = new bytes32[](3);
        for (uint256 i = 0; i < 3; ++i) {
            lines[i] = _good(1).line;
            lines[i].chainId = uint64(i / 2 + 1);
            lines[i].custody = address(uint160(i + 1));
            leaves[i] = this.lineHashOf(lines[i]);
        }
        epoch.summary.lineCount = 3;
        epoch.summary.linesRoot = TreeTwin.root(SummaryLib.LINE_NODE, leaves);
        vm.prank(poster);
        manager.propose(epoch.summary, lines);

        epoch.summary.epoch = 2;
        epoch.summary.snapshotTime += 1;
        (lines[0], lines[1]) = (lines[1], lines[0]);
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.EpochManager_LinesNotSorted.selector, 1));
        vm.prank(poster);
        manager.propose(epoch.summary, lines);
        lines[0] = lines[1];
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.EpochManager_LinesNotSorted.selector, 1));
        vm.prank(poster);
        manager.propose(epoch.summary, lines);
    }

    function test_propose_nextWhileUndecided() public {
        _proposed(3);
        assertEq(manager.lastEpoch(), 3);
        assertEq(manager.termOf(setId).firstEpoch, 1);
        assertEq(manager.termOf(setId).lastEpoch, 3);
        assertEq(manager.termOf(setId + 1).firstEpoch, 0);
        assertEq(manager.votesCloseAfter(), 120 + MAX_AGE);
    }

    function test_propose_revertsForStranger() public {
        Epoch memory epoch = _good(1);
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.EpochManager_NotPoster.selector, address(this)));
        manager.propose(epoch.summary, _lines(epoch));
    }

    function test_propose_revertsForOtherNumber() public {
        _expect(abi.encodeWithSelector(IEpochManager.EpochManager_NotNextEpoch.selector, 2, 1), _good(2));
        _propose(_good(1));
        _expect(abi.encodeWithSelector(IEpochManager.EpochManager_NotNextEpoch.selector, 1, 2), _good(1));
    }

    function test_propose_revertsUnlessTimeIncreases() public {
        _propose(_good(1));
        _expect(abi.encodeWithSelector(IEpochManager.EpochManager_SnapshotNotLater.selector, T0, T0), _good(2));
    }

    function test_propose_revertsFarFromNow() public {
        Epoch memory epoch = _good(1);
        vm.warp(T0 + 121);
        _expect(abi.encodeWithSelector(IEpochManager.EpochManager_SnapshotFarFromNow.selector, T0, T0 + 121), epoch);
        vm.warp(T0 - 121);
        _expect(abi.encodeWithSelector(IEpochManager.EpochManager_SnapshotFarFromNow.selector, T0, T0 - 121), epoch);
        vm.warp(T0 + 120);
        _propose(epoch);
    }

    function test_propose_revertsForUnknownRules() public {
        Epoch memory epoch = _good(1);
        epoch.summary.rulesHash = bytes32(0);
        _expect(abi.encodeWithSelector(IEpochManager.EpochManager_UnknownRules.selector, bytes32(0)), epoch);
    }

    function test_propose_revertsOutOfTerm() public {
        Epoch memory epoch = _good(1);
        epoch.summary.setId = 2;
        _expect(abi.encodeWithSelector(IEpochManager.EpochManager_SetNotInTerm.selector, 2, T0), epoch);
        vm.warp(T0 + TERM);
        _expect(abi.encodeWithSelector(IEpochManager.EpochManager_SetNotInTerm.selector, setId, T0 + TERM), _good(1));
    }

    function test_propose_revertsForLineCount() public {
        Epoch memory epoch = _good(1);
        epoch.summary.lineCount = 2;
        _expect(abi.encodeWithSelector(IEpochManager.EpochManager_BadLineCount.selector, 1, 2), epoch);
        epoch.summary.lineCount = 0;
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.EpochManager_BadLineCount.selector, 0, 0));
        vm.prank(poster);
        manager.propose(epoch.summary, new Line[](0));
    }

    function test_propose_revertsForWrongLinesRoot() public {
        Epoch memory epoch = _good(1);
        bytes32 root = epoch.summary.linesRoot;
        epoch.summary.linesRoot = bytes32("root");
        _expect(
            abi.encodeWithSelector(IEpochManager.EpochManager_WrongLinesRoot.selector, root, bytes32("root")), epoch
        );
    }

    /* CERTIFY */

    function test_certify_approves() public {
        Epoch memory epoch = _proposed(1);
        IEpochManager.GroupInfo[] memory groups = new IEpochManager.GroupInfo[](1);
        groups[0] = IEpochManager.GroupInfo(0, true, new uint32[](1));
        groups[0].indices[0] = 2;
        vm.expectEmit(address(manager));
        emit IEpochManager.CertificateAccepted(1, epoch.digest, 1, setId, 3 * STAKE, 4 * STAKE, groups);
        vm.expectEmit(address(manager));
        emit IEpochManager.EpochApproved(1, epoch.digest);
        manager.certify(1, _approvalWithout(1, epoch.digest, _list(2)));
        assertEq(uint8(manager.statusOf(1)), uint8(IEpochManager.Status.Approved));
        (uint64 last, bytes32 digest) = manager.lastApproved();
        assertEq(last, 1);
        assertEq(digest, epoch.digest);
    }

    function test_certify_recordsBelowThreshold() public {
        Epoch memory epoch = _proposed(1);
        manager.certify(1, _approvalWithout(1, epoch.digest, _list(1, 2)));
        assertEq(uint8(manager.statusOf(1)), uint8(IEpochManager.Status.Proposed));
        manager.certify(1, epoch.certificate);
        assertEq(uint8(manager.statusOf(1)), uint8(IEpochManager.Status.Approved));
        (uint128 approve,,) = manager.heaviestOf(1);
        assertEq(approve, 4 * STAKE);
    }

    function test_certify_rejectsAboveOneThird() public {
        Epoch memory epoch = _proposed(1);
        manager.certify(1, _rejection(1, epoch.digest, 8, _list(0)));
        assertEq(uint8(manager.statusOf(1)), uint8(IEpochManager.Status.Proposed));
        vm.expectEmit(address(manager));
        emit IEpochManager.EpochRejected(1, epoch.digest);
        manager.certify(1, _rejection(1, epoch.digest, 8, _list(0, 3)));
        assertEq(uint8(manager.statusOf(1)), uint8(IEpochManager.Status.Rejected));
        // Rejected for good: approval is recorded as participation and changes nothing.
        manager.certify(1, epoch.certificate);
        assertEq(uint8(manager.statusOf(1)), uint8(IEpochManager.Status.Rejected));
        (uint64 last,) = manager.lastApproved();
        assertEq(last, 0);
    }

    function test_certify_disputeIsRecordedOnly() public {
        Epoch memory epoch = _proposed(1);
        manager.certify(
            1, committee.one(setId, 3, committee.absent(9, new uint256[](0), _voteDigest(3, 1, epoch.digest, 9)))
        );
        (,, uint128 dispute) = manager.heaviestOf(1);
        assertEq(dispute, 4 * STAKE);
        assertEq(uint8(manager.statusOf(1)), uint8(IEpochManager.Status.Proposed));
    }

    function test_certify_approvesLateUntilALaterOneIs() public {
        Epoch memory first = _proposed(1);
        vm.warp(block.timestamp + 1);
        Epoch memory second = _good(2);
        _propose(second);
        vm.warp(T0 + 1 hours);
        uint256 snapshot = vm.snapshotState();
        manager.certify(1, first.certificate);
        assertEq(uint8(manager.statusOf(1)), uint8(IEpochManager.Status.Approved));
        vm.revertToState(snapshot);
        manager.certify(2, second.certificate);
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.EpochManager_Superseded.selector, 1, 2));
        manager.certify(1, first.certificate);
        // It can still be declared dead.
        manager.certify(1, _rejection(1, first.digest, 5, _list(0, 1)));
        assertEq(uint8(manager.statusOf(1)), uint8(IEpochManager.Status.Rejected));
    }

    function test_certify_heavierUntilTheDeadline() public {
        Epoch memory epoch = _proposed(1);
        manager.certify(1, _approvalWithout(1, epoch.digest, _list(2)));
        Certificate memory equal = _approvalWithout(1, epoch.digest, _list(1));
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.EpochManager_NotHeavier.selector, 3 * STAKE, 3 * STAKE));
        manager.certify(1, equal);
        uint64 deadline = manager.voteDeadlineOf(1);
        vm.warp(deadline);
        manager.certify(1, epoch.certificate);
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.EpochManager_VotingClosed.selector, 1, deadline));
        manager.certify(1, epoch.certificate);
    }

    /// @dev PROTOCOL §6: participation is counted at the deadline; a late certificate decides and nothing else.
    function test_certify_lateDecidesWithoutParticipation() public {
        Epoch memory epoch = _proposed(1);
        Certificate memory light = _approvalWithout(1, epoch.digest, _list(1, 2));
        manager.certify(1, light);
        IEpochManager.Proposal memory before = manager.proposalOf(1);
        vm.warp(before.voteDeadline + 1);
        manager.certify(1, _approvalWithout(1, epoch.digest, _list(2)));
        IEpochManager.Proposal memory stored = manager.proposalOf(1);
        assertEq(uint8(stored.status), uint8(IEpochManager.Status.Approved));
        assertEq(stored.heaviest[0], 2 * STAKE);
        assertEq(stored.groupsHash[0], before.groupsHash[0]);
    }

    function test_certify_lateThatDoesNotDecideReverts() public {
        Epoch memory epoch = _proposed(1);
        uint64 deadline = manager.voteDeadlineOf(1);
        vm.warp(deadline + 1);
        Certificate memory light = _rejection(1, epoch.digest, 8, _list(0));
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.EpochManager_VotingClosed.selector, 1, deadline));
        manager.certify(1, light);
        manager.certify(1, _rejection(1, epoch.digest, 8, _list(0, 1)));
        assertEq(uint8(manager.statusOf(1)), uint8(IEpochManager.Status.Rejected));
    }

    function test_certify_keepsTheHashOfItsGroups() public {
        Epoch memory epoch = _proposed(1);
        manager.certify(1, _approvalWithout(1, epoch.digest, _list(2)));
        manager.certify(1, _rejection(1, epoch.digest, 8, _list(2)));
        IEpochManager.GroupInfo[] memory groups = new IEpochManager.GroupInfo[](1);
        groups[0] = IEpochManager.GroupInfo(0, true, new uint32[](1));
        groups[0].indices[0] = 2;
        bytes32[3] memory hashes = manager.proposalOf(1).groupsHash;
        assertEq(hashes[0], keccak256(abi.encode(groups)));
        (groups[0].rule, groups[0].absent) = (8, false);
        assertEq(hashes[1], keccak256(abi.encode(groups)));
        assertEq(hashes[2], 0);
    }

    function test_certify_revertsForUnknownEpoch() public {
        Epoch memory epoch = _good(1);
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.EpochManager_UnknownEpoch.selector, 1));
        manager.certify(1, epoch.certificate);
    }

    function test_certify_revertsForOtherDigest() public {
        _proposed(1);
        Certificate memory certificate = _approval(1, keccak256("another summary"));
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_BadSignature.selector, 0));
        manager.certify(1, certificate);
    }

    /* CAST VOTE */

    function test_castVote_emits() public {
        Epoch memory epoch = _proposed(1);
        for (uint256 i = 0; i < 4; ++i) {
            bytes memory signature = committee.sign(i, _voteDigest(2, 1, epoch.digest, 8));
            Member memory member = committee.member(i);
            bytes32[] memory path = committee.path(i);
            vm.expectEmit(address(manager));
            emit IEpochManager.VoteCast(1, member.validator, 2, 8, uint32(i), STAKE, signature);
            manager.castVote(1, 2, 8, member, path, signature);
        }
        assertEq(uint8(manager.statusOf(1)), uint8(IEpochManager.Status.Proposed));
    }

    function test_castVote_reverts() public {
        Epoch memory epoch = _proposed(1);
        Member memory member = committee.member(0);
        bytes32[] memory path = committee.path(0);
        bytes memory signature = committee.sign(0, _voteDigest(1, 1, epoch.digest, 0));
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.EpochManager_UnknownEpoch.selector, 2));
        manager.castVote(2, 1, 0, member, path, signature);
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_RuleOfKind.selector, 1, 8));
        manager.castVote(1, 1, 8, member, path, signature);
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_BadSignature.selector, 0));
        manager.castVote(1, 3, 9, member, path, signature);
        member.weight = 1;
        vm.expectRevert(
            abi.encodeWithSelector(
                ICertificateVerifier.CertificateVerifier_NotMember.selector, setId, 0, member.validator
            )
        );
        manager.castVote(1, 1, 0, member, path, signature);
        member.weight = STAKE;
        manager.certify(1, epoch.certificate);
        vm.warp(T0 + 1 hours);
        vm.expectPartialRevert(IEpochManager.EpochManager_VotingClosed.selector);
        manager.castVote(1, 1, 0, member, path, signature);
    }

    /* POSTER */

    function test_acceptPoster_followsTheRegistry() public {
        vm.startPrank(address(registry));
        vm.expectEmit(address(manager));
        emit IEpochManager.PosterSet(address(this), 2);
        manager.acceptPoster(address(this), 2);
        vm.recordLogs();
        manager.acceptPoster(guardian, 2);
        manager.acceptPoster(guardian, 1);
        assertEq(vm.getRecordedLogs().length, 0);
        vm.stopPrank();
        (address key, uint64 nonce) = manager.poster();
        assertEq(key, address(this));
        assertEq(nonce, 2);

        Epoch memory epoch = _good(1);
        _expect(abi.encodeWithSelector(IEpochManager.EpochManager_NotPoster.selector, poster), epoch);
        manager.propose(epoch.summary, _lines(epoch));
    }

    /// @dev A bond below the minimum: nobody proposes.
    function test_acceptPoster_nobody() public {
        vm.prank(address(registry));
        manager.acceptPoster(address(0), 1);
        _expect(abi.encodeWithSelector(IEpochManager.EpochManager_NotPoster.selector, poster), _good(1));
    }

    function test_acceptPoster_revertsForOthers() public {
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.EpochManager_NotRegistry.selector, admin));
        vm.prank(admin);
        manager.acceptPoster(admin, 1);
    }

    /* ADMIN */

    function test_setRulesHash_currentAndPrevious() public {
        vm.startPrank(admin);
        vm.expectEmit(address(manager));
        emit IEpochManager.RulesHashSet(bytes32("two"));
        manager.setRulesHash(bytes32("two"));
        assertTrue(manager.rulesHashKnown(bytes32("two")));
        assertTrue(manager.rulesHashKnown(RULES));
        manager.setRulesHash(bytes32("three"));
        assertFalse(manager.rulesHashKnown(RULES));
        assertFalse(manager.rulesHashKnown(bytes32(0)));
        vm.expectRevert(IEpochManager.EpochManager_ZeroRulesHash.selector);
        manager.setRulesHash(bytes32(0));
        vm.stopPrank();
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, address(this), bytes32(0))
        );
        manager.setRulesHash(RULES);
    }

    function test_constructor_refusesBadParameters() public {
        vm.expectRevert(IEpochManager.EpochManager_ZeroAddress.selector);
        new EpochManager(ICertificateVerifier(address(0)), salt, 1, address(registry));
        vm.expectRevert(IEpochManager.EpochManager_BadParameters.selector);
        new EpochManager(verifier, bytes32(0), 1, address(registry));
        vm.expectRevert(IEpochManager.EpochManager_BadParameters.selector);
        new EpochManager(verifier, salt, 0, address(registry));
        vm.expectRevert(IEpochManager.EpochManager_ZeroAddress.selector);
        new EpochManager(verifier, salt, 1, address(0));
        address code = address(new EpochManager(verifier, salt, 1, address(registry)));
        vm.expectRevert(IEpochManager.EpochManager_ZeroAddress.selector);
        _proxy(code, abi.encodeCall(EpochManager.initialize, (admin, address(0))));
    }
}
