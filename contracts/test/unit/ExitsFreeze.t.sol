// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Custody} from "../../src/custody/Custody.sol";
import {ICustody} from "../../src/interfaces/ICustody.sol";
import {ICustodyExits} from "../../src/interfaces/ICustodyExits.sol";
import {IFraudProofs} from "../../src/interfaces/IFraudProofs.sol";
import {ExitsTest} from "../utils/ExitsTest.sol";

/// @notice `announceFreeze`, `freeze` and `reportFraud`.
contract ExitsFreezeTest is ExitsTest {
    Custody private patient;
    ICustodyExits private doors;

    function setUp() public override {
        super.setUp();
        patient = _patientCustody();
        doors = ICustodyExits(address(patient));
    }

    function _empty(Custody target, uint64 number) private view returns (Epoch memory) {
        Holder[][2] memory nobody;
        return _sheet(target, number, nobody, [uint64(0), 0], _none());
    }

    /// @dev Epoch 1 is active at the patient custody; its snapshot is of T0.
    function _activateFirst() private returns (Epoch memory epoch) {
        epoch = _empty(patient, 1);
        _settle(patient, epoch);
        vm.warp(T0 + WINDOW);
        patient.activate();
    }

    function _announced() private {
        _activateFirst();
        vm.warp(T0 + 7 days);
        doors.announceFreeze();
        _nextTerm();
    }

    /* ANNOUNCE */

    function test_announceFreeze_afterSevenDaysOfSilence() public {
        _activateFirst();
        vm.warp(T0 + 7 days - 1);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_TooEarly.selector, T0 + 7 days));
        doors.announceFreeze();
        vm.warp(T0 + 7 days);
        vm.expectEmit(address(patient));
        emit ICustodyExits.FreezeAnnounced(1, T0 + 8 days);
        doors.announceFreeze();
        assertEq(doors.freezeFrom(), T0 + 8 days);
        assertFalse(doors.frozen());
    }

    function test_announceFreeze_whereNothingWasEverActive() public {
        vm.warp(T0 + 7 days);
        exits.announceFreeze();
        vm.warp(T0 + 8 days);
        exits.freeze();
        assertTrue(exits.frozen());
    }

    /// @notice A root that only waits to be activated is activated first; if it is old too, it is the last word.
    function test_announceFreeze_activatesAnOldDueRoot() public {
        _settle(patient, _empty(patient, 1));
        vm.warp(T0 + 7 days);
        vm.expectEmit(address(patient));
        emit ICustody.RootActivated(1, _empty(patient, 1).line.payoutRoot);
        vm.expectEmit(address(patient));
        emit ICustodyExits.FreezeAnnounced(1, T0 + 8 days);
        doors.announceFreeze();
    }

    function test_announceFreeze_aYoungDueRootIsNoSilence() public {
        vm.warp(T0 + 7 days);
        _nextTerm();
        _settle(patient, _empty(patient, 1));
        vm.warp(T0 + 7 days + WINDOW);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_TooEarly.selector, T0 + 14 days));
        doors.announceFreeze();
    }

    function test_announceFreeze_onceAndAgainAfterANewRoot() public {
        _announced();
        vm.warp(T0 + 7 days + 1);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_AlreadyAnnounced.selector, T0 + 8 days));
        doors.announceFreeze();
        _settle(patient, _empty(patient, 2));
        vm.warp(T0 + 7 days + 1 + WINDOW);
        patient.activate();
        assertEq(doors.freezeFrom(), 0);
        vm.warp(T0 + 14 days + 1);
        doors.announceFreeze();
        assertEq(doors.freezeFrom(), T0 + 15 days + 1);
    }

    /* FREEZE */

    function test_freeze_aDayAfterTheAnnouncement() public {
        _announced();
        vm.warp(T0 + 8 days - 1);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_TooEarly.selector, T0 + 8 days));
        doors.freeze();
        vm.warp(T0 + 8 days);
        vm.expectEmit(address(patient));
        emit ICustodyExits.Frozen(1, 1_000, ICustodyExits.FreezeReason.Silence);
        doors.freeze();
        assertTrue(doors.frozen());
        vm.expectRevert(ICustody.Custody_Frozen.selector);
        doors.freeze();
        vm.expectRevert(ICustody.Custody_Frozen.selector);
        doors.announceFreeze();
    }

    function test_freeze_needsAnAnnouncement() public {
        vm.warp(T0 + 30 days);
        vm.expectRevert(ICustodyExits.CustodyExits_NotAnnounced.selector);
        doors.freeze();
    }

    function test_freeze_notAfterARoot() public {
        _announced();
        _settle(patient, _empty(patient, 2));
        vm.warp(T0 + 8 days);
        // Due, though nobody has activated it yet.
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_RootSince.selector, 2));
        doors.freeze();
        patient.activate();
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_RootSince.selector, 2));
        doors.freeze();
    }

    function test_freeze_dropsARootInsideItsWindow() public {
        _announced();
        vm.warp(T0 + 8 days - 1);
        Epoch memory epoch = _empty(patient, 2);
        _settle(patient, epoch);
        vm.warp(T0 + 8 days);
        vm.expectEmit(address(patient));
        emit ICustody.RootDropped(2, epoch.digest);
        vm.expectEmit(address(patient));
        emit ICustodyExits.Frozen(1, 1_000, ICustodyExits.FreezeReason.Silence);
        doors.freeze();
        assertEq(patient.activeRoot().epoch, 1);
    }

    /* FRAUD */

    /// @dev An empty sheet in a summary that lies about its order: behind the patient's line stands one of this custody.
    function _lying(uint64 number, uint64 chainId, address elsewhere) private view returns (Epoch memory epoch) {
        epoch = _empty(patient, number);
        _sealLying(epoch, chainId, elsewhere);
    }

    /// @dev Epoch 1 lies and is active.
    function _activateLying() private returns (Epoch memory epoch) {
        epoch = _lying(1, 9, stranger);
        _settle(patient, epoch);
        vm.warp(T0 + WINDOW);
        patient.activate();
    }

    function test_reportFraud_killsThePendingRoot() public {
        Epoch memory epoch = _lying(1, 9, stranger);
        _settle(patient, epoch);
        // Whichever line it is in: the summary is one.
        bytes memory evidence = _lyingEvidence(epoch, 9, stranger, 1);
        vm.expectEmit(address(patient));
        emit ICustodyExits.FraudReported(1, epoch.digest, stranger);
        vm.expectEmit(address(patient));
        emit ICustody.RootKilled(1, epoch.digest, 1, ICustody.KillReason.Fraud);
        vm.prank(stranger);
        doors.reportFraud(evidence);
        assertFalse(doors.frozen());
        assertEq(patient.kills(), 1);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_FraudElsewhere.selector, 1, epoch.digest));
        doors.reportFraud(evidence);
    }

    function test_reportFraud_freezesTheCustodyOfTheLine() public {
        bytes memory evidence = _lyingEvidence(_activateLying(), 9, stranger, 0);
        vm.expectEmit(address(patient));
        emit ICustodyExits.Frozen(1, 1_000, ICustodyExits.FreezeReason.Fraud);
        doors.reportFraud(evidence);
        assertTrue(doors.frozen());
        vm.expectRevert(ICustody.Custody_Frozen.selector);
        doors.reportFraud(evidence);
    }

    /// @notice A freeze activates a pending root whose window has passed.
    function test_reportFraud_activatesADueRootFirst() public {
        bytes memory evidence = _lyingEvidence(_activateLying(), 9, stranger, 0);
        _settle(patient, _empty(patient, 2));
        vm.warp(T0 + 2 * WINDOW);
        vm.expectEmit(address(patient));
        emit ICustodyExits.Frozen(2, 1_000, ICustodyExits.FreezeReason.Fraud);
        doors.reportFraud(evidence);
    }

    function _elsewhere(bytes memory evidence, Epoch memory epoch) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                ICustodyExits.CustodyExits_FraudElsewhere.selector, epoch.summary.epoch, epoch.digest
            )
        );
        doors.reportFraud(evidence);
    }

    function test_reportFraud_refusesFraudElsewhere() public {
        // Of another chain's line, and of another custody's on this chain, in the active summary.
        Epoch memory epoch = _activateLying();
        _elsewhere(_lyingEvidence(epoch, 9, stranger, 1), epoch);
        epoch = _lying(2, uint64(block.chainid), address(custody));
        _settle(patient, epoch);
        vm.warp(T0 + 2 * WINDOW);
        patient.activate();
        _elsewhere(_lyingEvidence(epoch, uint64(block.chainid), address(custody), 1), epoch);
        // Of this custody's line, in a summary that never settled.
        epoch = _lying(9, 9, stranger);
        _elsewhere(_lyingEvidence(epoch, 9, stranger, 0), epoch);
        assertFalse(doors.frozen());
    }

    /// @notice Honest lines convict nobody, however they are shown; nor do bytes that are no proof.
    function test_reportFraud_refusesNoFraud() public {
        Epoch memory epoch = _empty(patient, 1);
        _settle(patient, epoch);
        IFraudProofs.Subject memory subject = IFraudProofs.Subject(epoch.summary, epoch.line, 0, epoch.linePath);
        bytes memory evidence = abi.encodeCall(IFraudProofs.proveBooks, (subject, 0));
        vm.expectRevert(IFraudProofs.FraudVerifier_NoFraud.selector);
        doors.reportFraud(evidence);
        vm.expectRevert(abi.encodeWithSelector(IFraudProofs.FraudVerifier_UnknownEvidence.selector, bytes4("noth")));
        doors.reportFraud("nothing");
        vm.expectRevert(IFraudProofs.FraudVerifier_BadEvidence.selector);
        doors.reportFraud("no");
        assertEq(patient.pendingDigest(), epoch.digest);
    }
}
