// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Custody} from "../../src/custody/Custody.sol";
import {ICustody} from "../../src/interfaces/ICustody.sol";
import {ICustodyExits} from "../../src/interfaces/ICustodyExits.sol";
import {Certificate} from "../../src/interfaces/PobsTypes.sol";
import {LyingSummary} from "../utils/LyingSummary.sol";

/// @notice ⟂ What may happen to a root between its certificate and its payments: killed, activated, or dropped for good.
contract PendingRootAttacks is LyingSummary {
    bytes private evidence;

    uint64 private constant WINDOW = 100;
    uint64 private constant HELD = 1_000;

    address private thief = makeAddr("thief");
    Custody private patient;

    function setUp() public override {
        super.setUp();
        patient = _deployCustody(WINDOW);
        vm.prank(admin);
        patient.listAsset(address(usdc), 1);
        usdc.mint(address(patient), HELD);
    }

    /// @dev An epoch that lets `out` lots go to the thief, of which `withdrawals` are new.
    function _epochOut(uint64 number, uint64 out, uint64 withdrawals) private view returns (Epoch memory) {
        Figures[] memory figures = new Figures[](1);
        figures[0] = Figures(HELD, out, withdrawals);
        return _epoch(patient, number, figures, out == 0 ? _none() : _payouts(Payout(address(usdc), thief, out)));
    }

    function _dispute(Epoch memory epoch, uint256[] memory who) private view returns (Certificate memory) {
        bytes32 message = _voteDigest(3, epoch.summary.epoch, epoch.digest, 9);
        return committee.one(setId, 3, committee.present(9, who, message));
    }

    /* KILLS */

    /// @notice ⟂ Two thirds were deceived: more than a third says so afterwards, and the root pays nothing, ever.
    function test_attack_killedRootPaysNothing() public {
        Epoch memory epoch = _epochOut(1, 100, 100);
        _settle(patient, epoch);
        vm.prank(thief);
        patient.killPending(_dispute(epoch, _list(0, 1)));
        vm.warp(T0 + WINDOW);
        vm.expectRevert(ICustody.Custody_NothingPending.selector);
        patient.activate();
        vm.expectPartialRevert(ICustody.Custody_PayoutNotInRoot.selector);
        patient.claim(epoch.claims[0]);
        assertEq(usdc.balanceOf(thief), 0);
    }

    /// @notice ⟂ An epoch sealed while the killed root still counted builds on it, and cannot settle.
    function test_attack_lineSealedBeforeTheKill() public {
        _settle(patient, _epochOut(1, 100, 100));
        Epoch memory child = _epochOut(2, 100, 0);
        vm.prank(guardian);
        patient.kill();
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_WrongKills.selector, 0, 1));
        _settle(patient, child);
    }

    /// @notice A quarter of the weight cannot kill what two thirds approved.
    function test_attack_killByAMinority() public {
        Epoch memory epoch = _epochOut(1, 100, 100);
        _settle(patient, epoch);
        Certificate memory dispute = _dispute(epoch, _list(0));
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_NotBlocking.selector, STAKE, 4 * STAKE));
        patient.killPending(dispute);
    }

    /// @notice REJECT votes are for the tally on L2; those who rejected before the quorum kill nothing afterwards.
    function test_attack_killByRejections() public {
        Epoch memory epoch = _epochOut(1, 100, 100);
        _settle(patient, epoch);
        Certificate memory rejection = _rejection(1, epoch.digest, 8, _list(0, 1));
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_NotADispute.selector, 2));
        patient.killPending(rejection);
    }

    /* WINDOWS */

    /// @notice ⟂ A root whose window has passed becomes active before the next one takes its place.
    function test_attack_dueRootOverwritten() public {
        Epoch memory epoch = _epochOut(1, 100, 100);
        _settle(patient, epoch);
        vm.warp(T0 + WINDOW);
        _settle(patient, _epochOut(2, 100, 0));
        assertEq(patient.activeRoot().epoch, 1);
        patient.claim(epoch.claims[0]);
        assertEq(usdc.balanceOf(thief), 100);
    }

    /// @notice ⟂ Nobody can keep a due root from paying by not activating it.
    function test_attack_dueRootWithheld() public {
        Epoch memory epoch = _epochOut(1, 100, 100);
        _settle(patient, epoch);
        vm.warp(T0 + WINDOW);
        patient.distribute(epoch.claims);
        assertEq(usdc.balanceOf(thief), 100);
    }

    /* PAYMENTS */

    /// @notice Even a signed payout tree pays no more than the line authorised.
    function test_attack_payoutsBeyondTheAuthorised() public {
        Epoch memory epoch = _epochOut(1, 100, 100);
        _setPayouts(epoch, _payouts(Payout(address(usdc), thief, 150)));
        _seal(epoch);
        _settle(patient, epoch);
        vm.warp(T0 + WINDOW);
        patient.distribute(epoch.claims);
        assertEq(usdc.balanceOf(thief), 0);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_BeyondAuthorised.selector, address(usdc), 150, 100));
        patient.claim(epoch.claims[0]);
    }

    /// @notice ⟂ The outflow limit slows payments and never settling: epochs go on while a large payout waits.
    function test_attack_outflowLimitBlocksSettling() public {
        vm.prank(admin);
        patient.setOutflowLimit(address(usdc), 10, 1);
        Epoch memory epoch = _epochOut(1, 100, 100);
        _settle(patient, epoch);
        vm.warp(T0 + WINDOW);
        patient.distribute(epoch.claims);
        assertEq(usdc.balanceOf(thief), 10);
        Epoch memory next = _epochOut(2, 100, 0);
        _settle(patient, next);
        vm.warp(T0 + 2 * WINDOW);
        patient.distribute(next.claims);
        assertEq(usdc.balanceOf(thief), 20);
        assertEq(patient.activeRoot().epoch, 2);
    }

    /* FREEZE */

    function _activeThenPending() private returns (Epoch memory epoch) {
        Epoch memory first = _epochOut(1, 0, 0);
        _sealLying(first);
        evidence = _lyingEvidence(first);
        _settle(patient, first);
        vm.warp(T0 + WINDOW);
        epoch = _epochOut(2, 100, 100);
        _settle(patient, epoch);
    }

    /// @notice ⟂ A freeze does not swallow the payouts of a root whose window has passed.
    function test_attack_freezeSwallowsADueRoot() public {
        Epoch memory epoch = _activeThenPending();
        vm.warp(T0 + 2 * WINDOW);
        ICustodyExits(address(patient)).reportFraud(evidence);
        assertEq(patient.activeRoot().epoch, 2);
        patient.claim(epoch.claims[0]);
        assertEq(usdc.balanceOf(thief), 100);
    }

    /// @notice ⟂ A root inside its window at the freeze is gone: time alone does not make it pay.
    function test_attack_freezeLetsAnUndueRootPass() public {
        Epoch memory epoch = _activeThenPending();
        ICustodyExits(address(patient)).reportFraud(evidence);
        vm.warp(T0 + 3 * WINDOW);
        vm.expectPartialRevert(ICustody.Custody_PayoutNotInRoot.selector);
        patient.claim(epoch.claims[0]);
        assertEq(patient.activeRoot().epoch, 1);
    }
}
