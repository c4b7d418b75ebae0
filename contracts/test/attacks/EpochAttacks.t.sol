// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {EpochManager} from "../../src/epochs/EpochManager.sol";
import {IEpochManager} from "../../src/interfaces/IEpochManager.sol";
import {Certificate} from "../../src/interfaces/PobsTypes.sol";
import {PobsTest} from "../utils/PobsTest.sol";

/// @notice An epoch has one fate, and only the bonded operator's key starts it.
contract EpochAttacks is PobsTest {
    uint160 private constant ALIAS_OFFSET = uint160(0x1111000000000000000000000000000000001111);

    function _proposed(uint64 number) private returns (Epoch memory epoch) {
        vm.warp(block.timestamp + 1);
        epoch = _epoch(custody, number, new Figures[](2), _none());
        vm.prank(poster);
        manager.propose(epoch.summary, _lines(epoch));
    }

    function _deployManager(address registryOnL2, address admin_) private returns (EpochManager) {
        address code = address(new EpochManager(verifier, salt, MAX_AGE, registryOnL2));
        return EpochManager(_proxy(code, abi.encodeCall(EpochManager.initialize, (admin_, poster))));
    }

    /* POSTER */

    /// @dev The operator lost its bond; its old ticket is redeemed once more.
    function test_attack_olderPosterTicketReplayed() public {
        vm.startPrank(address(registry));
        manager.acceptPoster(poster, 1);
        manager.acceptPoster(address(0), 2);
        manager.acceptPoster(poster, 1);
        vm.stopPrank();
        Epoch memory epoch = _epoch(custody, 1, new Figures[](2), _none());
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.EpochManager_NotPoster.selector, poster));
        vm.prank(poster);
        manager.propose(epoch.summary, _lines(epoch));
    }

    /// @dev On L2 the registry speaks through its alias; a contract there with the registry's own address is a stranger.
    function test_attack_registryAddressWithoutItsAlias() public {
        address aliased = address(uint160(address(registry)) + ALIAS_OFFSET);
        EpochManager onL2 = _deployManager(aliased, admin);
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.EpochManager_NotRegistry.selector, address(registry)));
        vm.prank(address(registry));
        onL2.acceptPoster(address(this), 1);
        vm.prank(aliased);
        onL2.acceptPoster(address(this), 1);
        (address key,) = onL2.poster();
        assertEq(key, address(this));
    }

    /* ONE FATE */

    /// @dev PROTOCOL §6: epoch 1 is dead once epoch 2 is Approved; approving it would give two children to one parent.
    function test_attack_approvalBehindALaterOne() public {
        Epoch memory first = _proposed(1);
        Epoch memory second = _proposed(2);
        manager.certify(2, second.certificate);
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.EpochManager_Superseded.selector, 1, 2));
        manager.certify(1, first.certificate);
        (uint64 newest,) = manager.lastApproved();
        assertEq(newest, 2);
    }

    function test_attack_approvalOfARejectedEpoch() public {
        Epoch memory epoch = _proposed(1);
        manager.certify(1, _rejection(1, epoch.digest, 8, _list(0, 1)));
        manager.certify(1, epoch.certificate);
        assertEq(uint8(manager.statusOf(1)), uint8(IEpochManager.Status.Rejected));
        (uint64 newest,) = manager.lastApproved();
        assertEq(newest, 0);
    }

    function test_attack_rejectionOfAnApprovedEpoch() public {
        Epoch memory epoch = _proposed(1);
        manager.certify(1, epoch.certificate);
        manager.certify(1, _rejection(1, epoch.digest, 8, _list(0, 1)));
        assertEq(uint8(manager.statusOf(1)), uint8(IEpochManager.Status.Approved));
    }

    /// @dev Half the stake approving, whoever brings it and how often, decides nothing.
    function test_attack_halfApproves() public {
        Epoch memory epoch = _proposed(1);
        Certificate memory half = _approvalWithout(1, epoch.digest, _list(1, 2));
        manager.certify(1, half);
        vm.expectPartialRevert(IEpochManager.EpochManager_NotHeavier.selector);
        manager.certify(1, half);
        assertEq(uint8(manager.statusOf(1)), uint8(IEpochManager.Status.Proposed));
    }

    /// @dev A certificate of one epoch number brought for another.
    function test_attack_certificateOfAnotherEpoch() public {
        Epoch memory first = _proposed(1);
        _proposed(2);
        vm.expectRevert();
        manager.certify(2, first.certificate);
        assertEq(uint8(manager.statusOf(2)), uint8(IEpochManager.Status.Proposed));
    }

    /// @dev Replacing a proposal would move the votes to another sheet.
    function test_attack_proposingANumberTwice() public {
        Epoch memory epoch = _proposed(1);
        vm.warp(block.timestamp + 1);
        Epoch memory other = _epoch(custody, 1, new Figures[](2), _none());
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.EpochManager_NotNextEpoch.selector, 1, 2));
        vm.prank(poster);
        manager.propose(other.summary, _lines(other));
        assertEq(manager.digestOf(1), epoch.digest);
    }

    /* CONTROL */

    function test_attack_upgradeWithoutTheTimelock() public {
        address[] memory one = new address[](1);
        one[0] = admin;
        TimelockController timelock = new TimelockController(15 days, one, one, address(0));
        EpochManager locked = _deployManager(address(registry), address(timelock));
        address code = address(new EpochManager(verifier, salt, MAX_AGE, address(registry)));
        bytes memory upgrade = abi.encodeCall(locked.upgradeToAndCall, (code, ""));
        vm.startPrank(admin);
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, admin, bytes32(0))
        );
        locked.upgradeToAndCall(code, "");
        timelock.schedule(address(locked), 0, upgrade, 0, 0, 15 days);
        vm.warp(block.timestamp + 15 days - 1);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        timelock.execute(address(locked), 0, upgrade, 0, 0);
        vm.warp(block.timestamp + 1);
        timelock.execute(address(locked), 0, upgrade, 0, 0);
        vm.stopPrank();
        (address key,) = locked.poster();
        assertEq(key, poster);
    }

    function test_attack_initializedAgain() public {
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        manager.initialize(address(this), address(this));
        EpochManager code = new EpochManager(verifier, salt, MAX_AGE, address(registry));
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        code.initialize(address(this), address(this));
    }
}
