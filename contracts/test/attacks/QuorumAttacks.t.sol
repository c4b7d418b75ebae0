// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICustody} from "../../src/interfaces/ICustody.sol";
import {IEpochManager} from "../../src/interfaces/IEpochManager.sol";
import {IValidatorSets} from "../../src/interfaces/IValidatorSets.sol";
import {SetHeader} from "../../src/interfaces/PobsTypes.sol";
import {CertificateLib} from "../../src/libraries/CertificateLib.sol";
import {PobsTest} from "../utils/PobsTest.sol";

/// @notice Thresholds, sets and numbers at their edges: rounding, nothing, the greatest, and the turn of a term.
contract QuorumAttacks is PobsTest {
    /// @notice Thresholds in whole weights, without rounding: `4 * 6667 / 10000` would let two of four pass.
    function test_attack_quorumByRounding() public pure {
        assertFalse(CertificateLib.isQuorum(2, 4));
        assertTrue(CertificateLib.isQuorum(2, 3));
        assertFalse(CertificateLib.isQuorum(6_666, 10_000));
        assertTrue(CertificateLib.isQuorum(6_667, 10_000));
        assertFalse(CertificateLib.isBlocking(1, 3));
        assertTrue(CertificateLib.isBlocking(2, 5));
        // Nobody is no quorum of nothing.
        assertFalse(CertificateLib.isQuorum(0, 0));
        assertFalse(CertificateLib.isBlocking(0, 0));
    }

    /// @notice An empty set, one without weight, root, key or time never enters, whoever writes it.
    function test_attack_powerlessSet() public {
        for (uint256 what = 0; what < 6; ++what) {
            SetHeader memory bad = committee.header(2, T0 + TERM, T0 + 2 * TERM);
            if (what == 0) bad.totalWeight = 0;
            if (what == 1) bad.count = 0;
            if (what == 2) bad.membersRoot = bytes32(0);
            if (what == 3) bad.aggregateKey = new bytes(96);
            if (what == 4) bad.activeUntil = bad.activeFrom;
            if (what == 5) bad.count = 1_025;
            vm.expectRevert(abi.encodeWithSelector(IValidatorSets.ValidatorSets_BadHeader.selector, 2));
            vm.prank(address(registry));
            sets.accept(bad);
        }
        assertEq(sets.latestSetId(), 1);
    }

    /// @notice A number at the end of its range would leave no number for the next epoch.
    function test_attack_epochJumpsToTheMaximum() public {
        Epoch memory epoch = _epoch(custody, type(uint64).max, new Figures[](2), _none());
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.EpochManager_NotNextEpoch.selector, type(uint64).max, 1));
        vm.prank(poster);
        manager.propose(epoch.summary, _lines(epoch));
        vm.expectRevert(ICustody.Custody_FigureTooLarge.selector);
        _settle(custody, epoch);
    }

    /// @notice ⟂ A snapshot far from the clock of L2, ahead or behind, is not proposed.
    function test_attack_skewedSnapshot() public {
        vm.warp(T0 + 500);
        for (uint256 i = 0; i < 2; ++i) {
            Epoch memory epoch = _epoch(custody, 1, new Figures[](2), _none());
            epoch.summary.snapshotTime = i == 0 ? T0 + 500 + 121 : T0 + 500 - 121;
            vm.expectRevert(
                abi.encodeWithSelector(
                    IEpochManager.EpochManager_SnapshotFarFromNow.selector, epoch.summary.snapshotTime, T0 + 500
                )
            );
            vm.prank(poster);
            manager.propose(epoch.summary, _lines(epoch));
        }
    }

    /// @notice ⟂ At the turn of a term a certificate of the set in term at the snapshot still settles: nobody can make
    /// an honest epoch void by fixing the next term first.
    function test_attack_rotationVoidsAnHonestCertificate() public {
        vm.warp(T0 + TERM - 10);
        Epoch memory epoch = _epoch(custody, 1, new Figures[](2), _none());
        registry.fixTerm();
        vm.warp(T0 + TERM + 60);
        _settle(custody, epoch);
        assertEq(custody.activeRoot().epoch, 1);
    }
}
