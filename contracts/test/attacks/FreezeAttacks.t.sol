// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Custody} from "../../src/custody/Custody.sol";
import {ICustody} from "../../src/interfaces/ICustody.sol";
import {ICustodyExits} from "../../src/interfaces/ICustodyExits.sol";
import {ExitsTest} from "../utils/ExitsTest.sol";

/// @notice ⟂ A living custody cannot be frozen, a silent one cannot be kept from freezing, a frozen one never thaws.
contract FreezeAttacks is ExitsTest {
    Custody private patient;
    ICustodyExits private doors;

    function setUp() public override {
        super.setUp();
        patient = _patientCustody();
        doors = ICustodyExits(address(patient));
    }

    function _empty(uint64 number) private view returns (Epoch memory) {
        Holder[][2] memory nobody;
        return _sheet(patient, number, nobody, [uint64(0), 0], _none());
    }

    function _announced() private {
        vm.warp(T0 + 7 days);
        doors.announceFreeze();
    }

    /// @notice An announcement of long ago freezes nothing later: each is for one active root.
    function test_attack_oldAnnouncementKept() public {
        _announced();
        _nextTerm();
        _settle(patient, _empty(1));
        vm.warp(T0 + 7 days + WINDOW);
        patient.activate();
        vm.warp(T0 + 30 days);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_RootSince.selector, 1));
        doors.freeze();
        doors.announceFreeze();
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_TooEarly.selector, T0 + 31 days));
        doors.freeze();
    }

    /// @notice Announcing again does not put the freeze off.
    function test_attack_noticeRestarted() public {
        _announced();
        vm.warp(T0 + 8 days - 1);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_AlreadyAnnounced.selector, T0 + 8 days));
        doors.announceFreeze();
        vm.warp(T0 + 8 days);
        doors.freeze();
        assertTrue(doors.frozen());
    }

    /// @notice A root settled every day but killed inside its window is silence all the same.
    function test_attack_killedRootsAreNoSignOfLife() public {
        vm.warp(T0 + 6 days);
        _settle(patient, _empty(1));
        vm.prank(guardian);
        patient.kill();
        _announced();
        vm.warp(T0 + 8 days);
        doors.freeze();
        assertTrue(doors.frozen());
    }

    /// @notice The guardian's pauses do not stop the clock, and cannot hold a freeze back.
    function test_attack_pauseAgainstTheFreeze() public {
        vm.warp(T0 + 6 days);
        vm.prank(guardian);
        patient.pause(3, uint64(T0 + 9 days));
        _announced();
        vm.warp(T0 + 8 days);
        doors.freeze();
        assertTrue(doors.frozen());
    }

    function test_attack_nothingSettlesAfterAFreeze() public {
        _freeze(patient);
        Epoch memory epoch = _empty(1);
        vm.expectRevert(ICustody.Custody_Frozen.selector);
        _settle(patient, epoch);
        vm.expectRevert(ICustody.Custody_Frozen.selector);
        patient.activate();
    }

    /// @notice No upgrade reaches a frozen custody: nobody rewrites the doors while people leave by them.
    function test_attack_upgradeWhileFrozen() public {
        address code = _custodyCode(WINDOW, 0);
        vm.prank(admin);
        patient.upgradeToAndCall(code, "");
        _freeze(patient);
        vm.prank(admin);
        vm.expectRevert(ICustody.Custody_Frozen.selector);
        patient.upgradeToAndCall(code, "");
    }

    /// @notice Evidence against another custody's line freezes nothing here, and a used one kills nothing twice.
    function test_attack_evidenceReplayed() public {
        Epoch memory epoch = _empty(1);
        _sealLying(epoch);
        bytes memory evidence = _lyingEvidence(epoch);
        _settle(patient, epoch);
        doors.reportFraud(evidence);
        assertEq(patient.kills(), 1);
        Epoch memory next = _empty(2);
        next.line.kills = 1;
        _seal(next);
        _settle(patient, next);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_FraudElsewhere.selector, 1, epoch.digest));
        doors.reportFraud(evidence);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_FraudElsewhere.selector, 1, epoch.digest));
        exits.reportFraud(evidence);
        assertEq(patient.kills(), 1);
    }

    /// @notice The exits' code on its own holds nothing and cannot be made to touch a custody.
    function test_attack_bareExits() public {
        ICustodyExits bare = ICustodyExits(patient.EXITS());
        vm.warp(T0 + 7 days);
        bare.announceFreeze();
        vm.warp(T0 + 8 days);
        bare.freeze();
        assertTrue(bare.frozen());
        assertFalse(doors.frozen());
        vm.prank(alice);
        vm.expectRevert(ICustody.Custody_Frozen.selector);
        bare.deposit(address(usdc), 1);
    }
}
