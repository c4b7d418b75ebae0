// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICustody} from "../../src/interfaces/ICustody.sol";
import {PayoutClaim, PayoutLeaf} from "../../src/interfaces/PobsTypes.sol";
import {RevertingPayee} from "../utils/Payees.sol";
import {PobsTest} from "../utils/PobsTest.sol";

/// @notice Every sequence of up to six calls over three payees and three epochs: each pays exactly what the model says.
contract SmallPayoutsTest is PobsTest {
    uint256 private constant DEPTH = 6;
    uint256 private constant CALLS = 4;
    uint64 private constant DEPOSITED = 1_000;

    /// @dev What a sequence has done. In memory: reverting to a state takes storage back, this contract's too.
    struct Model {
        uint64[3] paid;
        uint256 active;
        uint256 failures;
    }

    address[3] private _payees;
    bytes[4] private _epochs;
    /// @dev Leaves of the three epochs; in the second one payee has nothing new.
    uint64[3][4] private _leaves =
        [[uint64(0), 0, 0], [uint64(10), 20, 30], [uint64(15), 20, 45], [uint64(15), 27, 50]];

    function setUp() public override {
        super.setUp();
        _payees = [makeAddr("first"), address(new RevertingPayee()), makeAddr("third")];
        _fund(0, DEPOSITED * ETH_LOT);
        for (uint64 number = 1; number <= 3; ++number) {
            _epochs[number] = abi.encode(_built(number));
            vm.warp(block.timestamp + 1);
        }
    }

    function _built(uint64 number) private view returns (Epoch memory) {
        Payout[] memory payouts = new Payout[](3);
        uint64 authorised = 0;
        uint64 before = 0;
        for (uint256 i = 0; i < 3; ++i) {
            payouts[i] = Payout(ETH, _payees[i], _leaves[number][i]);
            authorised += _leaves[number][i];
            before += _leaves[number - 1][i];
        }
        Figures memory eth = Figures(DEPOSITED, authorised, authorised - before);
        return _epoch(custody, number, _figures(eth, Figures(0, 0, 0)), payouts);
    }

    /* 4 + 4² + … + 4⁶ = 5,460 sequences, a quarter of them for each first call. */

    function test_payouts_everySequenceThatBeginsWith_settle() public {
        _walkFrom(0);
    }

    function test_payouts_everySequenceThatBeginsWith_distribute() public {
        _walkFrom(1);
    }

    function test_payouts_everySequenceThatBeginsWith_claimOfTheFirst() public {
        _walkFrom(2);
    }

    function test_payouts_everySequenceThatBeginsWith_claimOfTheOthers() public {
        _walkFrom(3);
    }

    function _walkFrom(uint256 call) private {
        Model memory start;
        start = this.step(start, call);
        assertEq(1 + _walk(start, 1), 1_365);
    }

    function _walk(Model memory model, uint256 depth) private returns (uint256 walked) {
        if (depth == DEPTH) return 0;
        for (uint256 call = 0; call < CALLS; ++call) {
            uint256 state = vm.snapshotState();
            walked += 1 + _walk(this.step(model, call), depth + 1);
            vm.revertToStateAndDelete(state);
        }
    }

    /// @dev In a frame of its own, so that what it decodes is forgotten.
    function step(Model memory model, uint256 call) external returns (Model memory) {
        if (call == 0) _settleNext(model);
        else if (call == 1) _distribute(model);
        else if (call == 2) _claim(model, 0);
        else _claim(model, 1 + model.failures % 2);
        _check(model);
        return model;
    }

    /// @dev After the third epoch the first comes again, and is refused.
    function _settleNext(Model memory model) private {
        uint256 number = model.active == 3 ? 1 : model.active + 1;
        Epoch memory epoch = abi.decode(_epochs[number], (Epoch));
        if (model.active == 3) vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_EpochNotNewer.selector, 1, 3));
        _settle(custody, epoch);
        if (model.active != 3) model.active = number;
    }

    function _distribute(Model memory model) private {
        PayoutLeaf[] memory leaves = new PayoutLeaf[](3);
        for (uint256 i = 0; i < 3; ++i) {
            leaves[i] = PayoutLeaf(ETH, _payees[i], _leaves[model.active][i]);
        }
        if (model.active == 0) vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_RangeNotInRoot.selector, 0, 3));
        custody.distributeRange(0, leaves, new bytes32[](0));
        if (model.active == 0) return;
        (model.paid[0], model.paid[2]) = (_leaves[model.active][0], _leaves[model.active][2]);
    }

    /// @dev The third call claims for the payee that refuses and for the last one in turn.
    function _claim(Model memory model, uint256 i) private {
        uint256 number = model.active == 0 ? 1 : model.active;
        PayoutClaim memory payout = abi.decode(_epochs[number], (Epoch)).claims[i];
        uint64 due = payout.cumulative - model.paid[i];
        bytes memory reason = abi.encodeWithSelector(ICustody.Custody_PaymentFailed.selector, ETH, _payees[i]);
        if (due == 0) reason = abi.encodeWithSelector(ICustody.Custody_NothingDue.selector, ETH, _payees[i]);
        if (model.active == 0) {
            reason =
                abi.encodeWithSelector(ICustody.Custody_PayoutNotInRoot.selector, ETH, _payees[i], payout.cumulative);
        }
        bool fails = model.active == 0 || due == 0 || i == 1;
        if (fails) vm.expectRevert(reason);
        custody.claim(payout);
        if (i != 0) ++model.failures;
        if (!fails) model.paid[i] = payout.cumulative;
    }

    /// @dev Conservation to the base unit, and the ledger equal to the model's.
    function _check(Model memory model) private view {
        uint64 sum = 0;
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(custody.paid(ETH, _payees[i]), model.paid[i], "I-3: paid");
            assertEq(_payees[i].balance, model.paid[i] * ETH_LOT, "I-5: received");
            sum += model.paid[i];
        }
        ICustody.AssetState memory asset = custody.asset(ETH);
        assertEq(asset.paidOut, sum, "I-3: paidOut");
        assertLe(asset.paidOut, asset.authorisedOut, "I-1");
        assertEq(address(custody).balance, (DEPOSITED - sum) * ETH_LOT, "I-5: conservation");
        assertEq(custody.activeRoot().epoch, model.active, "I-4");
    }
}
