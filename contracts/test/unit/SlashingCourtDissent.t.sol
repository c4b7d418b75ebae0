// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ISlashingCourt} from "../../src/interfaces/ISlashingCourt.sol";
import {IValidatorRegistry} from "../../src/interfaces/IValidatorRegistry.sol";
import {Certificate} from "../../src/interfaces/PobsTypes.sol";
import {CourtTest} from "../utils/CourtTest.sol";

contract SlashingCourtDissentTest is CourtTest {
    uint64 private constant AFTER_FRAUD = T0 + FRAUD_WINDOW;

    /// @dev Three reject, validator 3 approved.
    function _rejectedByThree(Epoch memory epoch) private view returns (Certificate memory) {
        bytes32 message = _voteDigest(2, epoch.summary.epoch, epoch.digest, 3);
        return committee.one(setId, 2, committee.absent(3, _list(3), message));
    }

    /* queueDissent */

    function test_queueDissent() public {
        Epoch memory epoch = _good(1);
        epoch.certificate = _approvalWithout(1, epoch.digest, _list(3));
        Certificate memory contrary = _rejects(epoch, 3);
        ISlashingCourt.Accused[] memory accused = _accuse(3);
        vm.expectEmit(address(court));
        emit ISlashingCourt.DissentQueued(_validator(3), 1, epoch.digest, setId, AFTER_FRAUD, true, reporter);
        vm.prank(reporter);
        court.queueDissent(epoch.summary, epoch.certificate, contrary, accused);

        ISlashingCourt.DissentCase memory opened = court.dissentCase(_validator(3), 1);
        assertEq(opened.digest, epoch.digest);
        assertEq(opened.setId, setId);
        assertEq(opened.executableAt, AFTER_FRAUD);
        assertEq(opened.reporter, reporter);
        assertTrue(opened.rejecter);
        assertEq(_stakeOf(3), STAKE);
    }

    /// @dev Late: then the veto window is the longer one.
    function test_queueDissent_late() public {
        Epoch memory epoch = _good(1);
        epoch.certificate = _approvalWithout(1, epoch.digest, _list(3));
        vm.warp(AFTER_FRAUD - 1);
        court.queueDissent(epoch.summary, epoch.certificate, _rejects(epoch, 3), _accuse(3));
        assertEq(court.dissentCase(_validator(3), 1).executableAt, AFTER_FRAUD - 1 + VETO_WINDOW);
    }

    function test_queueDissent_approver() public {
        Epoch memory epoch = _good(1);
        Certificate memory contrary = _approve(epoch.digest, 3).certificate;
        court.queueDissent(epoch.summary, _rejectedByThree(epoch), contrary, _accuse(3));
        assertFalse(court.dissentCase(_validator(3), 1).rejecter);
        vm.warp(AFTER_FRAUD);
        court.executeDissent(_validator(3), 1);
        assertEq(_stakeOf(3), STAKE - STAKE * DISSENT / 10_000);
    }

    function test_queueDissent_notDissent() public {
        Epoch memory epoch = _good(1);
        epoch.certificate = _approvalWithout(1, epoch.digest, _list(3));
        bytes4 selector = ISlashingCourt.SlashingCourt_NotDissent.selector;
        Certificate memory agreeing = _approve(epoch.digest, 0).certificate;
        vm.expectRevert(abi.encodeWithSelector(selector, 1, 1));
        court.queueDissent(epoch.summary, epoch.certificate, agreeing, _accuse(0));
        Certificate memory dispute = _votes(3, 1, epoch.digest, 3, _list(3)).certificate;
        vm.expectRevert(abi.encodeWithSelector(selector, 1, 3));
        court.queueDissent(epoch.summary, epoch.certificate, dispute, _accuse(3));
        // Rejecting by another rule than the rest agrees with the outcome.
        Certificate memory rejected = _rejectedByThree(epoch);
        vm.expectRevert(abi.encodeWithSelector(selector, 2, 2));
        court.queueDissent(epoch.summary, rejected, rejected, _accuse(3));
        vm.expectRevert(abi.encodeWithSelector(selector, 3, 2));
        court.queueDissent(epoch.summary, dispute, rejected, _accuse(3));
    }

    function test_queueDissent_noQuorum() public {
        Epoch memory epoch = _good(1);
        epoch.certificate = _approvalWithout(1, epoch.digest, _list(2, 3));
        Certificate memory contrary = _rejects(epoch, 3);
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_NoQuorum.selector, 2 * STAKE, 4 * STAKE));
        court.queueDissent(epoch.summary, epoch.certificate, contrary, _accuse(3));
    }

    function test_queueDissent_notSigner() public {
        Epoch memory epoch = _good(1);
        epoch.certificate = _approvalWithout(1, epoch.digest, _list(3));
        Certificate memory contrary = _rejects(epoch, 3);
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_NotSigner.selector, setId, 2));
        court.queueDissent(epoch.summary, epoch.certificate, contrary, _accuse(2));
    }

    function test_queueDissent_nothingQueued() public {
        Epoch memory epoch = _queued(1);
        Certificate memory contrary = _rejects(epoch, 3);
        vm.expectRevert(ISlashingCourt.SlashingCourt_NothingQueued.selector);
        court.queueDissent(epoch.summary, epoch.certificate, contrary, _accuse(3));
        assertEq(court.dissentCase(_validator(3), 1).reporter, reporter);
    }

    function test_queueDissent_tooManyAccused() public {
        Epoch memory epoch = _good(1);
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_TooManyAccused.selector, 65, 64));
        court.queueDissent(epoch.summary, epoch.certificate, epoch.certificate, new ISlashingCourt.Accused[](65));
    }

    function test_queueDissent_evidenceExpired() public {
        Epoch memory epoch = _good(1);
        epoch.certificate = _approvalWithout(1, epoch.digest, _list(3));
        Certificate memory contrary = _rejects(epoch, 3);
        uint64 expiry = T0 + TERM + EVIDENCE_SECONDS;
        vm.warp(expiry + 1);
        bytes memory reason =
            abi.encodeWithSelector(ISlashingCourt.SlashingCourt_EvidenceExpired.selector, setId, expiry);
        vm.expectRevert(reason);
        court.queueDissent(epoch.summary, epoch.certificate, contrary, _accuse(3));
        vm.warp(expiry);
        court.queueDissent(epoch.summary, epoch.certificate, contrary, _accuse(3));
        // Queued in time, but never executed in time.
        vm.warp(expiry + VETO_WINDOW);
        vm.expectRevert(reason);
        court.executeDissent(_validator(3), 1);
    }

    /* executeDissent */

    function test_executeDissent() public {
        _queued(1);
        vm.warp(AFTER_FRAUD);
        vm.expectCall(
            address(registry), abi.encodeCall(IValidatorRegistry.slash, (_validator(3), DISSENT, BOUNTY, reporter))
        );
        vm.expectEmit(address(court));
        emit ISlashingCourt.Convicted(
            _validator(3), 1, ISlashingCourt.Offence.Dissent, setId, STAKE * DISSENT / 10_000, reporter
        );
        court.executeDissent(_validator(3), 1);
        assertEq(_stakeOf(3), STAKE - STAKE * DISSENT / 10_000);
        assertEq(court.dissentInTerm(_validator(3), setId), DISSENT);
    }

    function test_executeDissent_unknownCase() public {
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_UnknownCase.selector, _validator(3), 1));
        court.executeDissent(_validator(3), 1);
    }

    function test_executeDissent_tooEarly() public {
        _queued(1);
        vm.warp(AFTER_FRAUD - 1);
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_TooEarly.selector, AFTER_FRAUD));
        court.executeDissent(_validator(3), 1);
    }

    function test_executeDissent_alreadyConvicted() public {
        _queued(1);
        vm.warp(AFTER_FRAUD);
        court.executeDissent(_validator(3), 1);
        vm.expectRevert(
            abi.encodeWithSelector(ISlashingCourt.SlashingCourt_AlreadyConvicted.selector, _validator(3), 1)
        );
        court.executeDissent(_validator(3), 1);
    }

    function test_executeDissent_termCapReached() public {
        for (uint64 epoch = 1; epoch <= 3; ++epoch) {
            _queued(epoch);
        }
        vm.warp(AFTER_FRAUD);
        court.executeDissent(_validator(3), 1);
        court.executeDissent(_validator(3), 2);
        assertEq(court.dissentInTerm(_validator(3), setId), DISSENT_CAP);
        vm.expectRevert(
            abi.encodeWithSelector(ISlashingCourt.SlashingCourt_TermCapReached.selector, _validator(3), setId)
        );
        court.executeDissent(_validator(3), 3);
    }

    /// @dev All stake is gone by a worse offence; the case stays open.
    function test_executeDissent_nothingSlashed() public {
        _queued(1);
        court.slashEquivocation(1, _approve(ONE, 3), _approve(OTHER, 3), _accuse(3), _accuse(3));
        vm.warp(AFTER_FRAUD);
        vm.expectRevert(ISlashingCourt.SlashingCourt_NothingSlashed.selector);
        court.executeDissent(_validator(3), 1);
        assertEq(court.dissentInTerm(_validator(3), setId), 0);
    }

    /* veto */

    function test_veto() public {
        Epoch memory epoch = _queued(1);
        vm.expectEmit(address(court));
        emit ISlashingCourt.DissentVetoed(epoch.digest);
        vm.prank(address(timelock));
        court.veto(epoch.digest);
        vm.warp(AFTER_FRAUD);
        bytes memory reason = abi.encodeWithSelector(ISlashingCourt.SlashingCourt_Vetoed.selector, epoch.digest);
        vm.expectRevert(reason);
        court.executeDissent(_validator(3), 1);
        Certificate memory contrary = _rejection(1, epoch.digest, 3, _list(2, 3));
        vm.expectRevert(reason);
        court.queueDissent(epoch.summary, epoch.certificate, contrary, _accuse(2));
    }

    function test_veto_notTimelock() public {
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_NotTimelock.selector, admin));
        vm.prank(admin);
        court.veto(ONE);
    }

    /* confirmRejection */

    function test_confirmRejection() public {
        Epoch memory epoch = _queued(1);
        Certificate memory dispute = _votes(3, 1, epoch.digest, 3, _list(0, 1)).certificate;
        vm.expectEmit(address(court));
        emit ISlashingCourt.RejectionConfirmed(epoch.digest);
        court.confirmRejection(epoch.summary, dispute);
        vm.warp(AFTER_FRAUD);
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_RejecterWasRight.selector, epoch.digest));
        court.executeDissent(_validator(3), 1);
    }

    function test_confirmRejection_notADispute() public {
        Epoch memory epoch = _good(1);
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_NotADispute.selector, 1));
        court.confirmRejection(epoch.summary, epoch.certificate);
    }

    function test_confirmRejection_notBlocking() public {
        Epoch memory epoch = _good(1);
        Certificate memory dispute = _votes(3, 1, epoch.digest, 3, _list(0)).certificate;
        vm.expectRevert(abi.encodeWithSelector(ISlashingCourt.SlashingCourt_NotBlocking.selector, STAKE, 4 * STAKE));
        court.confirmRejection(epoch.summary, dispute);
    }

    /// @dev A proven fraud clears the rejecters without a dispute.
    function test_executeDissent_rejecterWasRight() public {
        Epoch memory epoch = _bad(1);
        epoch.certificate = _approvalWithout(1, epoch.digest, _list(3));
        court.queueDissent(epoch.summary, epoch.certificate, _rejects(epoch, 3), _accuse(3));
        court.proveFraud(_evidenceOf(epoch));
        vm.warp(AFTER_FRAUD);
        bytes memory reason =
            abi.encodeWithSelector(ISlashingCourt.SlashingCourt_RejecterWasRight.selector, epoch.digest);
        vm.expectRevert(reason);
        court.executeDissent(_validator(3), 1);
        Certificate memory contrary = _rejection(1, epoch.digest, 3, _list(2, 3));
        vm.expectRevert(reason);
        court.queueDissent(epoch.summary, epoch.certificate, contrary, _accuse(2));
    }
}
