// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Custody} from "../../src/custody/Custody.sol";
import {ICustody} from "../../src/interfaces/ICustody.sol";
import {ICustodyExits} from "../../src/interfaces/ICustodyExits.sol";
import {IFraudProofs} from "../../src/interfaces/IFraudProofs.sol";
import {GpmpLib} from "../../src/libraries/GpmpLib.sol";
import {ExitsTest} from "../utils/ExitsTest.sol";
import {SheetTwin} from "../utils/SheetTwin.sol";

/// @notice A whole set signs a sheet that robs a row; custody and verifier, both real, end it by evidence alone.
contract ProvenFraudAttacksTest is ExitsTest {
    function setUp() public override {
        super.setUp();
        usdc.mint(address(custody), 500);
    }

    /// @dev Sums and books are right, so settle cannot see it: alice may withdraw more than she has, bob less.
    function _robbed() private view returns (Holder[] memory) {
        return _holders(Holder(alice, 300, 400, 0), Holder(bob, 200, 100, 0));
    }

    function _evidence(Epoch memory epoch, Holder[] memory holders, uint256 index) private pure returns (bytes memory) {
        GpmpLib.Row[] memory rows = _rows(holders);
        SheetTwin.Lie memory none;
        IFraudProofs.Opening memory opening =
            SheetTwin.open(SheetTwin.build(1, SheetTwin.leaves(1, rows), 0, none), 0, index);
        IFraudProofs.Subject memory subject = IFraudProofs.Subject(epoch.summary, epoch.line, 0, epoch.linePath);
        return abi.encodeCall(IFraudProofs.proveRow, (subject, 1, rows[index], opening));
    }

    function test_attack_signedBrokenRow_freezesWhenActive() public {
        Epoch memory epoch = _usdSheet(1, _robbed(), 0, _none());
        _settle(custody, epoch);
        bytes memory evidence = _evidence(epoch, _robbed(), 0);
        vm.expectEmit(address(custody));
        emit ICustodyExits.FraudReported(1, epoch.digest, stranger);
        vm.prank(stranger);
        exits.reportFraud(evidence);
        assertTrue(exits.frozen());
        exits.escape(_proof(epoch, USD_INDEX, _robbed(), 1), bob);
        assertEq(usdc.balanceOf(bob), 200);
    }

    function test_attack_signedBrokenRow_killedWhilePending() public {
        Custody patient = _patientCustody();
        usdc.mint(address(patient), 500);
        Epoch memory epoch = _sheet(patient, 1, [new Holder[](0), _robbed()], [uint64(0), 0], _none());
        _settle(patient, epoch);
        bytes memory evidence = _evidence(epoch, _robbed(), 0);
        vm.expectEmit(address(patient));
        emit ICustody.RootKilled(1, epoch.digest, 1, ICustody.KillReason.Fraud);
        ICustodyExits(address(patient)).reportFraud(evidence);
        assertEq(patient.pendingDigest(), bytes32(0));
        assertFalse(ICustodyExits(address(patient)).frozen());
    }

    function test_attack_honestSheetCannotBeConvicted() public {
        Holder[] memory honest = _holders(Holder(alice, 300, 300, 0), Holder(bob, 200, 100, 0));
        Epoch memory epoch = _usdSheet(1, honest, 0, _none());
        _settle(custody, epoch);
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory evidence = _evidence(epoch, honest, i);
            vm.expectRevert(IFraudProofs.FraudVerifier_NoFraud.selector);
            exits.reportFraud(evidence);
        }
        assertFalse(exits.frozen());
    }

    function test_attack_evidenceOfAnotherCustodyDoesNotFreezeThisOne() public {
        Custody other = _deployOther();
        Epoch memory epoch = _sheet(other, 1, [new Holder[](0), _robbed()], [uint64(0), 0], _none());
        bytes memory evidence = _evidence(epoch, _robbed(), 0);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_FraudElsewhere.selector, 1, epoch.digest));
        exits.reportFraud(evidence);
    }

    function _deployOther() private returns (Custody other) {
        other = _deployCustody(0);
        vm.startPrank(admin);
        other.listAsset(address(usdc), 1);
        other.listAsset(ETH, ETH_LOT);
        vm.stopPrank();
    }
}
