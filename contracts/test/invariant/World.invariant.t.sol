// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Custody} from "../../src/custody/Custody.sol";
import {ICustody} from "../../src/interfaces/ICustody.sol";
import {ICustodyExits} from "../../src/interfaces/ICustodyExits.sol";
import {WorldStake} from "./world/WorldStake.sol";

/// @notice Invariants I-1 to I-12 of `docs/contracts.md` over one world of custodies, sets, terms and validators.
/// @dev The contract is its own handler: one campaign checks all of them after each call, since forge runs a campaign
/// for each `invariant_` function and the world is the same. I-10 and I-12 compare before and after, so they stand in
/// the steps; a step asserts as much as it can of the others too, and its messages carry the same ids.
contract WorldInvariantTest is WorldStake {
    uint32 private _latestSet;

    function setUp() public override {
        super.setUp();
        bytes4[] memory steps = new bytes4[](36);
        (steps[0], steps[1], steps[2], steps[3]) =
        (this.sealHonest.selector, this.sealFraud.selector, this.settle.selector, this.settleElsewhere.selector);
        (steps[4], steps[5], steps[6], steps[7]) =
        (this.activate.selector, this.push.selector, this.donate.selector, this.deposit.selector);
        (steps[8], steps[9], steps[10], steps[11]) =
        (this.sweep.selector, this.trade.selector, this.distribute.selector, this.claim.selector);
        (steps[12], steps[13], steps[14], steps[15]) =
        (this.claimTo.selector, this.limit.selector, this.pause.selector, this.unpause.selector);
        (steps[16], steps[17], steps[18], steps[19]) =
        (this.kill.selector, this.dispute.selector, this.reportFraud.selector, this.force.selector);
        (steps[20], steps[21], steps[22], steps[23]) =
        (this.markServed.selector, this.freezeUnserved.selector, this.announceFreeze.selector, this.freeze.selector);
        (steps[24], steps[25], steps[26], steps[27]) =
        (this.escape.selector, this.reclaim.selector, this.setRecoveryRoot.selector, this.recover.selector);
        (steps[28], steps[29], steps[30], steps[31]) =
        (this.jump.selector, this.fixTerm.selector, this.handover.selector, this.join.selector);
        (steps[32], steps[33], steps[34], steps[35]) =
        (this.exit.selector, this.advance.selector, this.withdraw.selector, this.equivocate.selector);
        targetSelector(FuzzSelector(address(this), steps));
        bytes4[] memory more = new bytes4[](3);
        (more[0], more[1], more[2]) = (this.topUp.selector, this.accuse.selector, this.accuseHonest.selector);
        targetSelector(FuzzSelector(address(this), more));
        targetContract(address(this));
    }

    function invariant_I1_to_I12_world() public {
        for (uint256 c = 0; c < CUSTODIES; ++c) {
            for (uint256 a = 0; a < 2; ++a) {
                ICustody.AssetState memory state = custodies[c].asset(assets[a]);
                _I1_paidWithinAuthorised(state);
                _I2_reserves(c, a, state);
                _I3_paidAddsUp(c, a, state);
                _I4_figuresNeverFall(c, a, state);
                _I5_noOtherOutflow(c, a, state);
                _I11_frozenStaysFrozen(c, a, state);
            }
            _I4_headNeverFalls(c);
            _I6_I7_oneCertificateOneChange(c);
        }
        _I4_setsNeverFall();
        _I8_stakeIsConserved();
        _I9_honestStakeIsWhole();
    }

    /// @dev I-1: `paidOut <= authorisedOut <= deposited`.
    function _I1_paidWithinAuthorised(ICustody.AssetState memory state) private pure {
        assertLe(state.paidOut, state.authorisedOut, "I-1: paid > authorised");
        assertLe(state.authorisedOut, state.deposited, "I-1: authorised > deposited");
    }

    /// @dev I-2: what came in and was not paid is there; while frozen, all that anybody is owed is there.
    function _I2_reserves(uint256 c, uint256 a, ICustody.AssetState memory state) private view {
        uint256 held = _balance(c, a);
        assertLe(state.deposited, books[c][a].deposited, "I-2: more booked than came in");
        if (!marks[c].frozen) {
            assertGe(held + state.paidOut * _lot(a), state.deposited * _lot(a), "I-2: reserves fall short");
            return;
        }
        ICustodyExits.Owed memory owed = _doors(c).owed(assets[a]);
        assertGe(held, owed.authorised + owed.recorded + owed.escapable, "I-2: somebody cannot be paid");
    }

    /// @dev I-3: `paid` by wallet adds up to `paidOut`, each within a leaf of a root that was active.
    function _I3_paidAddsUp(uint256 c, uint256 a, ICustody.AssetState memory state) private view {
        uint256 sum;
        for (uint256 w = 0; w < WALLETS; ++w) {
            uint64 paid = custodies[c].paid(assets[a], wallets[w]);
            assertLe(paid, highestLeaf[c][a][w], "I-3: paid more than any active leaf");
            sum += paid;
        }
        assertEq(sum, state.paidOut, "I-3: paid by wallet does not add up");
    }

    /// @dev I-4, and what follows a freeze: figures rise, and while frozen `deposited` and `authorisedOut` stand still.
    function _I4_figuresNeverFall(uint256 c, uint256 a, ICustody.AssetState memory state) private {
        Marks storage mark = marks[c];
        assertGe(state.deposited, mark.deposited[a], "I-4: deposited fell");
        assertGe(state.authorisedOut, mark.authorised[a], "I-4: authorisedOut fell");
        (mark.deposited[a], mark.authorised[a]) = (state.deposited, state.authorisedOut);
        for (uint256 w = 0; w < WALLETS; ++w) {
            uint64 paid = custodies[c].paid(assets[a], wallets[w]);
            assertGe(paid, mark.paid[a][w], "I-4: paid fell");
            mark.paid[a][w] = paid;
        }
    }

    function _I4_headNeverFalls(uint256 c) private {
        ICustody.ActiveRoot memory root = custodies[c].activeRoot();
        assertGe(root.epoch, marks[c].epoch, "I-4: epoch fell");
        assertGe(root.blockNumber, marks[c].blockNumber, "I-4: block fell");
        (marks[c].epoch, marks[c].blockNumber) = (root.epoch, root.blockNumber);
    }

    function _I4_setsNeverFall() private {
        uint32 latest = sets.latestSetId();
        assertEq(latest, registry.latestSetId(), "I-4: sets behind the registry");
        assertGe(latest, _latestSet, "I-4: set id fell");
        _latestSet = latest;
        uint32 mirrored = mirror.latestSetId();
        assertLe(mirrored, latest, "I-4: mirror ahead");
        assertEq(
            keccak256(abi.encode(mirror.header(mirrored))), keccak256(abi.encode(sets.header(mirrored))), "I-4: mirror"
        );
    }

    /// @dev I-5: what is gone was paid, escaped, reclaimed or recovered, to the last base unit; nothing before a root.
    function _I5_noOtherOutflow(uint256 c, uint256 a, ICustody.AssetState memory state) private view {
        Flow storage flow = flows[c][a];
        uint256 out = (uint256(state.paidOut) + _doors(c).escapedOut(assets[a])) * _lot(a);
        assertEq(_balance(c, a) + out + flow.recovered + flow.reclaimed, flow.cameIn, "I-5: money left by another door");
        if (marks[c].digest == bytes32(0)) assertEq(out, 0, "I-5: paid without a root");
    }

    /// @dev I-6: only epochs behind which two thirds stood are active or pending. I-7: each entered once.
    function _I6_I7_oneCertificateOneChange(uint256 c) private view {
        uint64 active = _activeEpoch(c);
        uint64 pending = _pendingEpoch(c);
        if (active != 0) {
            assertTrue(hasQuorum[active], "I-6: active without two thirds");
            assertEq(accepted[active][c], 1, "I-7: accepted twice");
        }
        if (pending != 0) {
            assertTrue(hasQuorum[pending], "I-6: pending without two thirds");
            assertEq(accepted[pending][c], 1, "I-7: accepted twice");
            assertGt(pending, active, "I-7: an older root is pending");
        }
    }

    /// @dev I-8: staked = held + withdrawn + slashed, and it lies there for those it is recorded for.
    function _I8_stakeIsConserved() private {
        uint256 recordedStake;
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            recordedStake += registry.stakeOf(_validatorAt(i));
        }
        assertEq(stake.balanceOf(address(registry)), recordedStake, "I-8: stake recorded");
        assertEq(recordedStake + stakeWithdrawn + stakeSlashed, stakedIn, "I-8: stake conserved");
    }

    /// @dev I-9, and the rest of I-8: who signed lately and did nothing wrong has its stake within reach.
    function _I9_honestStakeIsWhole() private {
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            address validator = _validatorAt(i);
            if (guilty[validator] || lastSigned[validator] == 0) continue;
            if (block.timestamp > uint256(lastSigned[validator]) + MAX_AGE + 10 days) continue;
            assertGe(registry.stakeOf(validator), 10 ether, "I-9: honest stake is gone");
        }
    }

    /// @dev I-11: frozen is for ever; escapes and payouts never exceed what was booked; no root is pending.
    function _I11_frozenStaysFrozen(uint256 c, uint256 a, ICustody.AssetState memory state) private view {
        assertEq(_isFrozen(c), marks[c].frozen, "I-11: thawed");
        uint64 escapedLots = _doors(c).escapedOut(assets[a]);
        assertLe(uint256(escapedLots) + state.authorisedOut, state.deposited, "I-11: escaped > booked");
        uint256 sum;
        for (uint256 w = 0; w < WALLETS; ++w) {
            sum += _doors(c).escaped(assets[a], _idOf(wallets[w]));
        }
        assertEq(sum, escapedLots, "I-11: escapes do not add up");
        if (!marks[c].frozen) return;
        assertEq(custodies[c].pendingDigest(), bytes32(0), "I-11: pending while frozen");
    }

    /* REACHABILITY: the campaign is not vacuous. */

    function _fill() private {
        for (uint256 c = 0; c < CUSTODIES; ++c) {
            for (uint256 a = 0; a < 2; ++a) {
                for (uint256 w = 0; w < WALLETS; ++w) {
                    this.push(c, a, w, 1_000_000);
                }
            }
        }
    }

    function test_world_reachesPayment() public {
        _fill();
        this.sealHonest(3);
        this.settle(0, 0);
        this.distribute(0);
        this.claim(0, 0, 5, 1);
        invariant_I1_to_I12_world();
        assertGt(reached["payment"], 0, "payment");
        assertGt(reached["deferred"], 0, "deferral");
        assertGt(custodies[0].asset(assets[1]).paidOut, 0);
        this.limit(0, 1, 3);
        this.sealHonest(6);
        this.settle(0, 0);
        this.distribute(0);
        assertGt(reached["limited"], 0, "limit");
        this.pause(0, 2, 1 days);
        this.distribute(0);
        assertGt(reached["paused"], 0, "pause");
        invariant_I1_to_I12_world();
    }

    function test_world_reachesKillsAndDisputes() public {
        _fill();
        this.sealHonest(3);
        this.settle(1, 0);
        this.kill(1);
        assertEq(reached["kill"], 1, "guardian");
        this.sealHonest(6);
        this.settle(1, 0);
        this.dispute(1, 2);
        assertEq(reached["dispute"], 1, "dispute");
        assertEq(reached["kill"], 2);
        this.sealHonest(9);
        this.settle(1, 0);
        vm.warp(block.timestamp + WINDOW);
        this.activate(1);
        assertEq(reached["activation"], 1, "activation");
        this.distribute(1);
        invariant_I1_to_I12_world();
        assertGt(reached["payment"], 0, "payment after kills");
    }

    function test_world_reachesFreezeEscapeReclaimRecovery() public {
        _fill();
        this.sealHonest(3);
        this.settle(0, 0);
        this.deposit(0, 0, 1, 77);
        this.sweep(0, 1, 2, 78);
        this.donate(0, 1, 999);
        vm.warp(block.timestamp + 7 days);
        this.announceFreeze(0);
        vm.warp(block.timestamp + 1 days);
        this.freeze(0);
        assertEq(reached["freeze"], 1, "freeze");
        this.escape(0, 0, 0, 0);
        this.escape(0, 0, 2, 1);
        assertGt(reached["escape"], 0, "escape");
        this.reclaim(0, 0, 1, 0);
        this.reclaim(0, 1, 2, 0);
        assertEq(reached["reclaim"], 2, "reclaim");
        this.setRecoveryRoot(0);
        this.recover(0, 1);
        assertEq(reached["recover"], 1, "recover");
        invariant_I1_to_I12_world();
    }

    function test_world_reachesUnservedFreeze() public {
        _fill();
        this.sealHonest(3);
        this.settle(0, 0);
        for (uint256 w = 0; w < WALLETS; ++w) {
            this.force(0, 1, w);
        }
        assertGt(reached["force"], 0, "force");
        vm.warp(block.timestamp + 7 days);
        for (uint256 w = 0; w < WALLETS; ++w) {
            this.freezeUnserved(0, 1, w);
        }
        assertEq(reached["unserved"], 1, "unserved");
        invariant_I1_to_I12_world();
    }

    function test_world_reachesFraudAndSlash() public {
        _fill();
        uint256 seed = address(custodies[0]) < address(custodies[1]) ? 0 : 3;
        this.sealFraud(seed);
        this.settle(0, 0);
        this.reportFraud(0, 0);
        assertEq(reached["fraud"], 1, "fraud");
        assertEq(reached["freeze"], 1, "freeze");
        this.accuse(0, 0, 3);
        assertEq(reached["slash"], 1, "slash");
        assertEq(registry.stakeOf(_validatorAt(3)), 0);
        invariant_I1_to_I12_world();
    }

    function test_world_reachesTermsSlashesAndExits() public {
        this.join(0);
        this.join(1);
        this.exit(0);
        this.equivocate(1);
        assertEq(reached["equivocation"], 1, "equivocation");
        vm.warp(block.timestamp + 6.5 days);
        this.fixTerm();
        this.handover();
        assertEq(reached["handover"], 1, "hand-over");
        vm.warp(block.timestamp + 30 days);
        this.withdraw(0);
        assertEq(reached["withdraw"], 1, "withdraw");
        _fill();
        this.sealHonest(3);
        this.settle(0, 0);
        assertEq(reached["settle"], 1, "a later set settles");
        assertGt(reached["term"], 2, "terms");
        invariant_I1_to_I12_world();
    }
}
