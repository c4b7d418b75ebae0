// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Custody} from "../../src/custody/Custody.sol";
import {CertificateLib} from "../../src/libraries/CertificateLib.sol";
import {ICustody} from "../../src/interfaces/ICustody.sol";
import {Certificate, SetHeader} from "../../src/interfaces/PobsTypes.sol";
import {FreezingExits} from "../utils/FreezingExits.sol";
import {PobsTest} from "../utils/PobsTest.sol";

/// @notice `Custody.kill`, `Custody.killPending`, and the hooks that the exits call.
contract CustodyKillTest is PobsTest {
    uint64 private constant WINDOW = 60;
    uint64 private constant USD = 1_000_000;

    Custody private patient;
    FreezingExits private exits;

    function setUp() public override {
        super.setUp();
        ICustody.Parameters memory p = ICustody.Parameters(verifier, salt, MAX_AGE, WINDOW, 0, false);
        address code = address(new Custody(p, new FreezingExits(p)));
        patient = Custody(payable(_proxy(code, abi.encodeCall(Custody.initialize, (admin, guardian)))));
        exits = FreezingExits(address(patient));
        vm.startPrank(admin);
        patient.setRulesHash(RULES);
        patient.listAsset(address(usdc), 1);
        vm.stopPrank();
        usdc.mint(address(patient), USD);
    }

    function _good(uint64 number, uint64 out, uint32 kills) private view returns (Epoch memory epoch) {
        Figures[] memory figures = new Figures[](1);
        figures[0] = Figures(USD, out, out);
        epoch = _epoch(patient, number, figures, out == 0 ? _none() : _payouts(Payout(address(usdc), poster, out)));
        epoch.line.kills = kills;
        _seal(epoch);
    }

    function _dispute(Epoch memory epoch, uint256[] memory who) private view returns (Certificate memory) {
        bytes32 message = _voteDigest(3, epoch.summary.epoch, epoch.digest, 9);
        return committee.one(setId, 3, committee.present(9, who, message));
    }

    function _kill() private {
        vm.prank(guardian);
        patient.kill();
    }

    function test_kill_raisesKillsAndDropsTheRoot() public {
        Epoch memory epoch = _good(1, 7, 0);
        _settle(patient, epoch);
        assertEq(patient.pendingDigest(), epoch.digest);
        vm.expectEmit(address(patient));
        emit ICustody.RootKilled(1, epoch.digest, 1, ICustody.KillReason.Guardian);
        _kill();
        assertEq(patient.kills(), 1);
        assertEq(patient.pendingDigest(), bytes32(0));
        (ICustody.ActiveRoot memory root, uint64 activeAt) = patient.pendingRoot();
        assertEq(root.payoutRoot, bytes32(0));
        assertEq(activeAt, 0);
    }

    /// @notice The killed root pays nothing, ever, and neither it nor what was sealed before settles again.
    function test_kill_killedNeverSettlesAgain() public {
        Epoch memory killed = _good(1, 7, 0);
        Epoch memory sealedBefore = _good(2, 7, 0);
        _settle(patient, killed);
        _kill();
        bytes memory reason = abi.encodeWithSelector(ICustody.Custody_WrongKills.selector, 0, 1);
        vm.expectRevert(reason);
        _settle(patient, killed);
        vm.expectRevert(reason);
        _settle(patient, sealedBefore);
        vm.warp(T0 + WINDOW);
        vm.expectRevert(ICustody.Custody_NothingPending.selector);
        patient.activate();
        vm.expectPartialRevert(ICustody.Custody_PayoutNotInRoot.selector);
        patient.claim(killed.claims[0]);
        assertEq(patient.asset(address(usdc)).authorisedOut, 0);

        // The next epoch names the kill; nothing of the killed one is in it.
        Epoch memory next = _good(3, 5, 1);
        _settle(patient, next);
        vm.warp(T0 + 2 * WINDOW);
        patient.distribute(next.claims);
        assertEq(usdc.balanceOf(poster), 5);
        assertEq(patient.activeDigest(), next.digest);
    }

    /// @notice What was active before a kill keeps paying.
    function test_kill_activeRootStays() public {
        Epoch memory active = _good(1, 7, 0);
        _settle(patient, active);
        vm.warp(T0 + WINDOW);
        _settle(patient, _good(2, 7, 0));
        _kill();
        assertEq(patient.activeRoot().epoch, 1);
        assertEq(patient.activeDigest(), active.digest);
        patient.distribute(active.claims);
        assertEq(usdc.balanceOf(poster), 7);
    }

    /// @notice A pause buys the time to kill: the root does not become active meanwhile, however late it is.
    function test_kill_afterThePauseHeldTheRootBack() public {
        _settle(patient, _good(1, 7, 0));
        vm.prank(guardian);
        patient.pause(1, T0 + 10 hours);
        vm.warp(T0 + 9 hours);
        _kill();
        vm.warp(T0 + 10 hours);
        assertEq(patient.activeRoot().epoch, 0);
    }

    function test_killPending_byMoreThanAThird() public {
        Epoch memory epoch = _good(1, 7, 0);
        _settle(patient, epoch);
        vm.expectEmit(address(patient));
        emit ICustody.RootKilled(1, epoch.digest, 1, ICustody.KillReason.Dispute);
        patient.killPending(_dispute(epoch, _list(1, 2)));
        assertEq(patient.kills(), 1);
    }

    /// @notice Disputes stay possible while paused: a pause protects no root.
    function test_killPending_whilePaused() public {
        Epoch memory epoch = _good(1, 7, 0);
        _settle(patient, epoch);
        vm.prank(guardian);
        patient.pause(3, T0 + 1 hours);
        patient.killPending(_dispute(epoch, _list(1, 2)));
        assertEq(patient.kills(), 1);
    }

    function test_fraudKill_throughTheExits() public {
        Epoch memory epoch = _good(1, 7, 0);
        _settle(patient, epoch);
        vm.expectEmit(address(patient));
        emit ICustody.RootKilled(1, epoch.digest, 1, ICustody.KillReason.Fraud);
        exits.fraudKill(epoch.digest);
        assertEq(patient.kills(), 1);
    }

    function test_kills_addUp() public {
        for (uint32 i = 0; i < 3; ++i) {
            _settle(patient, _good(i + 1, 7, i));
            _kill();
        }
        assertEq(patient.kills(), 3);
    }

    /// @notice ⟂ Frozen: nothing settles or becomes active, what was authorised is still paid, and it never ends.
    function test_freeze_stopsSettlingAndPaysOn() public {
        Epoch memory epoch = _good(1, 7, 0);
        _settle(patient, epoch);
        vm.warp(T0 + WINDOW);
        vm.expectEmit(address(patient));
        emit ICustody.RootActivated(1, epoch.line.payoutRoot);
        exits.freezeNow();
        assertTrue(exits.frozen());
        assertTrue(exits.isActive(epoch.digest));
        Epoch memory next = _good(2, 7, 0);
        vm.expectRevert(ICustody.Custody_Frozen.selector);
        _settle(patient, next);
        vm.expectRevert(ICustody.Custody_Frozen.selector);
        patient.activate();
        vm.expectRevert(ICustody.Custody_NothingPending.selector);
        _kill();
        patient.distribute(epoch.claims);
        assertEq(usdc.balanceOf(poster), 7);
        vm.expectRevert(ICustody.Custody_Frozen.selector);
        exits.freezeNow();
    }

    /// @notice ⟂ A freeze inside the dispute window drops the root: what is not active by then never is.
    function test_freeze_dropsARootInsideItsWindow() public {
        Epoch memory epoch = _good(1, 7, 0);
        _settle(patient, epoch);
        vm.warp(T0 + WINDOW - 1);
        vm.expectEmit(address(patient));
        emit ICustody.RootDropped(1, epoch.digest);
        exits.freezeNow();
        vm.warp(T0 + WINDOW);
        assertFalse(exits.isActive(epoch.digest));
        assertFalse(exits.isActive(bytes32(0)));
        assertEq(patient.pendingDigest(), bytes32(0));
        assertEq(patient.kills(), 0);
        vm.expectPartialRevert(ICustody.Custody_PayoutNotInRoot.selector);
        patient.claim(epoch.claims[0]);
    }

    /// @notice A pause does not hold a due root back from a freeze.
    function test_freeze_activatesADueRootThoughPaused() public {
        Epoch memory epoch = _good(1, 7, 0);
        _settle(patient, epoch);
        vm.prank(guardian);
        patient.pause(1, T0 + 1 hours);
        vm.warp(T0 + WINDOW);
        exits.freezeNow();
        assertTrue(exits.isActive(epoch.digest));
    }

    /// @notice While frozen the admin changes nothing that payments or escapes depend on.
    function test_freeze_stopsTheAdmin() public {
        exits.freezeNow();
        vm.startPrank(admin);
        vm.expectRevert(ICustody.Custody_Frozen.selector);
        patient.listAsset(ETH, 1);
        vm.expectRevert(ICustody.Custody_Frozen.selector);
        patient.setRulesHash(bytes32("x"));
        vm.expectRevert(ICustody.Custody_Frozen.selector);
        patient.setOutflowLimit(address(usdc), 1, 1);
        vm.stopPrank();
    }

    /// @notice The exits run on the custody's own address, with value and answer handed through.
    function test_fallback_runsTheExitsInPlace() public {
        (address self, uint256 value, uint256 echoed) = exits.echo{value: 3}(5);
        assertEq(self, address(patient));
        assertEq(value, 3);
        assertEq(echoed, 5);
        assertEq(patient.EXITS().balance, 0);
        vm.expectRevert("not pending");
        exits.fraudKill(bytes32("x"));
        (bool ok,) = address(patient).call(hex"12345678");
        assertFalse(ok);
    }

    // Reverts

    function test_kill_reverts() public {
        vm.expectRevert(ICustody.Custody_NothingPending.selector);
        _kill();
        _settle(patient, _good(1, 0, 0));
        vm.expectPartialRevert(IAccessControl.AccessControlUnauthorizedAccount.selector);
        vm.prank(admin);
        patient.kill();
    }

    function test_killPending_reverts() public {
        Epoch memory epoch = _good(1, 7, 0);
        Certificate memory two = _dispute(epoch, _list(0, 1));
        vm.expectRevert(ICustody.Custody_NothingPending.selector);
        patient.killPending(two);
        _settle(patient, epoch);
        Certificate memory one = _dispute(epoch, _list(0));
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_NotBlocking.selector, STAKE, 4 * STAKE));
        patient.killPending(one);
        Certificate memory rejection = _rejection(1, epoch.digest, 9, _list(0, 1));
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_NotADispute.selector, 2));
        patient.killPending(rejection);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_NotADispute.selector, 1));
        patient.killPending(epoch.certificate);
        // A dispute of another summary of the same epoch.
        Epoch memory other = _good(1, 8, 0);
        two = _dispute(other, _list(0, 1));
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_BadSignature.selector, 0));
        patient.killPending(two);
        assertEq(patient.kills(), 0);
    }

    /// @notice Only the set that the summary names may dispute it, not an earlier or later one.
    function test_killPending_revertsForAnotherSet() public {
        Epoch memory epoch = _good(1, 7, 0);
        _settle(patient, epoch);
        SetHeader memory second = committee.header(2, T0 + TERM, T0 + 2 * TERM);
        vm.prank(address(registry));
        sets.accept(second);
        bytes32 message = _voteDigest(3, 1, epoch.digest, 9);
        Certificate memory other = committee.one(2, 3, committee.present(9, _list(0, 1), message));
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_WrongSet.selector, 1, 2));
        patient.killPending(other);
    }
}
