// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {WorldInvariants} from "./world/WorldInvariants.sol";

/// @notice Invariants I-1 to I-12 of `docs/contracts.md` over one world of custodies, sets, terms and validators.
/// @dev The contract is its own handler: one campaign checks all of them after each call, since forge runs a campaign
/// for each `invariant_` function and the world is the same. I-10 and I-12 compare before and after, so they stand in
/// the steps; a step asserts as much as it can of the others too, and its messages carry the same ids.
contract WorldInvariantTest is WorldInvariants {
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
        bytes4[] memory more = new bytes4[](8);
        (more[0], more[1]) = (this.topUp.selector, this.accuse.selector);
        (more[2], more[3]) = (this.accuseHonest.selector, this.settleLie.selector);
        (more[4], more[5]) = (this.forceExit.selector, this.markServedByRow.selector);
        (more[6], more[7]) = (this.releaseSystemRow.selector, this.redirect.selector);
        targetSelector(FuzzSelector(address(this), more));
        targetContract(address(this));
    }

    function invariant_I1_to_I12_world() external {
        check();
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
        check();
        assertGt(reached["payment"], 0, "payment");
        assertGt(reached["deferred"], 0, "deferral");
        assertGt(custodies[0].asset(assets[1]).paidOut, 0);
        for (uint256 kind = 0; kind < 4; ++kind) {
            this.settleLie(0, kind);
        }
        assertEq(reached["lie"], 4, "lies");
        this.limit(0, 1, 3);
        this.sealHonest(6);
        this.settle(0, 0);
        this.distribute(0);
        assertGt(reached["limited"], 0, "limit");
        this.pause(0, 2, 1 days);
        this.distribute(0);
        assertGt(reached["paused"], 0, "pause");
        check();
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
        check();
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
        check();
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
        check();
    }

    /// @dev Everything of the first wallet is asked for, and leaves in the next sheet.
    function test_world_reachesAnswersByRow() public {
        _fill();
        this.sealHonest(3);
        this.settle(0, 0);
        this.jump(1);
        for (uint256 w = 0; w < WALLETS; ++w) {
            this.forceExit(0, 1, w);
        }
        assertGt(reached["forceExit"], 0, "forceExit");
        for (uint256 seed = 4; seed < 40 && reached["servedByRow"] == 0; ++seed) {
            this.sealHonest(seed);
            this.settle(0, 0);
            for (uint256 w = 0; w < WALLETS; ++w) {
                this.markServedByRow(0, 1, w);
            }
            this.drain(0, 1);
        }
        assertGt(reached["servedByRow"], 0, "served by a row");
        check();
    }

    function test_world_reachesRedirectAndRelease() public {
        _fill();
        for (uint256 seed = 3; seed < 40 && reached["redirected"] == 0; ++seed) {
            this.sealHonest(seed);
            this.settle(0, 0);
            this.redirect(0, 0);
        }
        assertEq(reached["redirected"], 1, "redirected");
        vm.warp(block.timestamp + 7 days);
        this.announceFreeze(0);
        vm.warp(block.timestamp + 1 days);
        this.freeze(0);
        this.escape(0, 1, SYSTEM, 0);
        this.releaseSystemRow(0, 1);
        assertEq(reached["released"], 1, "released");
        this.releaseSystemRow(0, 1);
        assertEq(reached["released"], 1, "released once");
        check();
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
        check();
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
        check();
    }
}
