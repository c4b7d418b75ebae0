// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Custody} from "../../src/custody/Custody.sol";
import {ICustody} from "../../src/interfaces/ICustody.sol";
import {FreezingExits} from "../utils/FreezingExits.sol";
import {PobsTest} from "../utils/PobsTest.sol";

/// @notice Who may upgrade a custody, when, and what an upgrade keeps.
contract CustodyUpgradeTest is PobsTest {
    uint64 private constant DELAY = 16 days;
    uint64 private constant USD = 1_000_000;

    TimelockController private timelock;
    Custody private guarded;

    function setUp() public override {
        super.setUp();
        timelock = _timelock(DELAY);
        address code = _frozenCode(DELAY);
        guarded = Custody(payable(_proxy(code, abi.encodeCall(Custody.initialize, (address(timelock), guardian)))));
    }

    function _timelock(uint256 delay) private returns (TimelockController) {
        address[] memory who = new address[](1);
        who[0] = admin;
        return new TimelockController(delay, who, who, address(0));
    }

    function _frozenCode(uint64 delay) private returns (address) {
        ICustody.Parameters memory p = ICustody.Parameters(verifier, salt, MAX_AGE, 0, delay, false);
        return address(new Custody(p, new FreezingExits(p)));
    }

    function _schedule(bytes memory call) private {
        vm.prank(admin);
        timelock.schedule(address(guarded), 0, call, bytes32(0), bytes32(0), DELAY);
    }

    function _execute(bytes memory call) private {
        vm.prank(admin);
        timelock.execute(address(guarded), 0, call, bytes32(0), bytes32(0));
    }

    function test_upgrade_throughTheTimelock() public {
        bytes memory call = abi.encodeCall(guarded.upgradeToAndCall, (_frozenCode(DELAY), ""));
        _schedule(call);
        vm.expectPartialRevert(TimelockController.TimelockUnexpectedOperationState.selector);
        _execute(call);
        vm.warp(T0 + DELAY);
        _execute(call);
    }

    /// @notice Everything a custody knows survives: figures, payments, digest, kills, limits, pauses, roles.
    function test_upgrade_keepsStorage() public {
        _fund(USD, 0);
        Epoch memory epoch = _epoch(
            custody,
            1,
            _figures(Figures(0, 0, 0), Figures(USD, 100, 100)),
            _payouts(Payout(address(usdc), poster, 60), Payout(address(usdc), guardian, 40))
        );
        _settle(custody, epoch);
        custody.claim(epoch.claims[0]);
        vm.prank(admin);
        custody.setOutflowLimit(address(usdc), 500, 1);
        vm.prank(guardian);
        custody.pause(1, T0 + 1 hours);
        address code = _custodyCode(60, 0);
        vm.prank(admin);
        custody.upgradeToAndCall(code, "");
        assertEq(custody.DISPUTE_WINDOW(), 60);
        assertEq(custody.activeRoot().payoutRoot, epoch.line.payoutRoot);
        assertEq(custody.activeDigest(), epoch.digest);
        assertEq(custody.paid(address(usdc), poster), 60);
        assertEq(custody.asset(address(usdc)).authorisedOut, 100);
        assertEq(custody.tokens().length, 2);
        assertTrue(custody.rulesHashKnown(RULES));
        (uint64 capacity,,) = custody.outflow(address(usdc));
        assertEq(capacity, 500);
        custody.claim(epoch.claims[1]);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_Paused.selector, 1, T0 + 1 hours));
        custody.activate();
    }

    /// @notice Each module fits EIP-170's limit, and the implementation EIP-3860's.
    function test_code_fitsTheLimits() public {
        Custody code = Custody(payable(_custodyCode(0, 0)));
        assertLe(address(code).code.length, 24_576);
        assertLe(code.CONTROL().code.length, 24_576);
        assertLe(code.EXITS().code.length, 24_576);
        assertLe(type(Custody).creationCode.length, 49_152);
    }

    /// @notice The storage's place never moves.
    function test_storage_isWhereTheNamespaceSays() public view {
        bytes32 slot = keccak256(abi.encode(uint256(keccak256("pobs.storage.Custody")) - 1)) & ~bytes32(uint256(0xff));
        // The first word of a fresh custody holds the clock of its deployment and its two assets.
        uint256 head = uint256(vm.load(address(custody), slot));
        assertEq((head >> 40) & type(uint40).max, T0);
        assertEq((head >> 216) & type(uint8).max, 2);
    }

    // Reverts

    /// @notice ⟂ Frozen: not even the timelock may change the code under the escapes.
    function test_upgrade_revertsWhileFrozen() public {
        bytes memory call = abi.encodeCall(guarded.upgradeToAndCall, (_frozenCode(DELAY), ""));
        _schedule(call);
        vm.warp(T0 + DELAY);
        FreezingExits(address(guarded)).freezeNow();
        vm.expectRevert(ICustody.Custody_Frozen.selector);
        _execute(call);
    }

    /// @notice ⟂ An admin that is no timelock, or too fast a one, cannot upgrade.
    function test_upgrade_revertsForAFastAdmin() public {
        address code = _frozenCode(DELAY);
        address[3] memory fast = [address(_timelock(DELAY - 1)), makeAddr("key"), address(usdc)];
        for (uint256 i = 0; i < 3; ++i) {
            Custody owned = Custody(payable(_proxy(code, abi.encodeCall(Custody.initialize, (fast[i], guardian)))));
            if (i != 2) {
                uint256 delay = i == 0 ? DELAY - 1 : 0;
                vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_UpgradeTooFast.selector, delay, DELAY));
            } else {
                vm.expectRevert();
            }
            vm.prank(fast[i]);
            owned.upgradeToAndCall(code, "");
        }
    }

    /// @notice Shortening the timelock's delay first, which itself waits, does not open a faster way.
    function test_attack_shortenTheDelayFirst() public {
        bytes memory shorten = abi.encodeCall(timelock.updateDelay, (0));
        vm.prank(admin);
        timelock.schedule(address(timelock), 0, shorten, bytes32(0), bytes32(0), DELAY);
        vm.warp(T0 + DELAY);
        vm.prank(admin);
        timelock.execute(address(timelock), 0, shorten, bytes32(0), bytes32(0));
        bytes memory call = abi.encodeCall(guarded.upgradeToAndCall, (_frozenCode(DELAY), ""));
        vm.prank(admin);
        timelock.schedule(address(guarded), 0, call, bytes32(0), bytes32(0), 0);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_UpgradeTooFast.selector, 0, DELAY));
        _execute(call);
    }

    function test_upgrade_revertsForOthers() public {
        address code = _frozenCode(DELAY);
        address[2] memory others = [admin, guardian];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectPartialRevert(IAccessControl.AccessControlUnauthorizedAccount.selector);
            vm.prank(others[i]);
            guarded.upgradeToAndCall(code, "");
        }
    }
}
