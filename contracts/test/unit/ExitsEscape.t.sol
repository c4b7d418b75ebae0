// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICustodyExits, LeafProof} from "../../src/interfaces/ICustodyExits.sol";
import {ExitsTest} from "../utils/ExitsTest.sol";
import {RevertingPayee} from "../utils/Payees.sol";

/// @notice `escape` and `releaseSystemRow`.
contract ExitsEscapeTest is ExitsTest {
    address private constant UNMATCHED = address(4);

    Holder[] private sheet;

    /// @dev 100 lots of Alice, 20 of them authorised; 50 of Bob, 30 unmatched.
    function setUp() public override {
        super.setUp();
        _fund(180, 0);
        sheet.push(Holder(alice, 100, 80, 20));
        sheet.push(Holder(bob, 50, 50, 0));
        sheet.push(Holder(UNMATCHED, 30, 30, 0));
        _keep(_usdSheet(1, sheet, 20, _payouts(Payout(address(usdc), alice, 20))));
        _settle(custody, _kept());
    }

    function _row(uint256 index) private view returns (LeafProof memory) {
        return _proof(_kept(), USD_INDEX, sheet, index);
    }

    function _refuse(bytes memory reason, LeafProof memory proof, address to) private {
        vm.expectRevert(reason);
        exits.escape(proof, to);
    }

    /* ESCAPE */

    function test_escape_paysTheRowToItsWallet() public {
        _freeze(custody);
        vm.expectEmit(address(custody));
        emit ICustodyExits.Escaped(address(usdc), alice, alice, 80, 0);
        vm.prank(stranger);
        exits.escape(_row(0), alice);
        exits.escape(_row(1), bob);
        assertEq(usdc.balanceOf(alice), 80);
        assertEq(usdc.balanceOf(bob), 50);
        assertEq(exits.escaped(address(usdc), _idOf(alice)), 80);
        assertEq(exits.escapedOut(address(usdc)), 130);
        // Escapes are not payments: what was authorised stays claimable.
        assertEq(custody.asset(address(usdc)).paidOut, 0);
        custody.claim(_kept().claims[0]);
        assertEq(usdc.balanceOf(alice), 100);
    }

    function test_escape_nativeEther() public {
        vm.deal(address(custody), 3 gwei);
        Holder[] memory holders = _holders(Holder(bob, 3, 3, 0));
        Epoch memory epoch = _sheet(custody, 2, [holders, new Holder[](0)], [uint64(0), 180], _none());
        _settle(custody, epoch);
        _freeze(custody);
        exits.escape(_proof(epoch, ETH_INDEX, holders, 0), bob);
        assertEq(bob.balance, 3 gwei);
    }

    function test_escape_elsewhereByTheWalletAlone() public {
        _freeze(custody);
        vm.prank(stranger);
        _refuse(abi.encodeWithSelector(ICustodyExits.CustodyExits_NotWallet.selector, stranger, bob), _row(1), stranger);
        vm.prank(bob);
        _refuse(abi.encodeWithSelector(ICustodyExits.CustodyExits_ZeroAddress.selector), _row(1), address(0));
        vm.prank(bob);
        exits.escape(_row(1), stranger);
        assertEq(usdc.balanceOf(stranger), 50);
    }

    function test_escape_onlyWhileFrozen() public {
        _refuse(abi.encodeWithSelector(ICustodyExits.CustodyExits_NotFrozen.selector), _row(1), bob);
    }

    function test_escape_oncePerRow() public {
        _freeze(custody);
        exits.escape(_row(1), bob);
        _refuse(
            abi.encodeWithSelector(ICustodyExits.CustodyExits_NothingDue.selector, address(usdc), bob), _row(1), bob
        );
    }

    function test_escape_refusesSystemRows() public {
        _freeze(custody);
        _refuse(abi.encodeWithSelector(ICustodyExits.CustodyExits_SystemRow.selector, UNMATCHED), _row(2), UNMATCHED);
    }

    function test_escape_refusesWhatTheActiveEpochDoesNotHold() public {
        _freeze(custody);
        LeafProof memory proof = _row(1);
        proof.total = 51;
        _refuse(
            abi.encodeWithSelector(ICustodyExits.CustodyExits_RowNotInTree.selector, address(usdc), bob), proof, bob
        );
        proof = _row(1);
        proof.summary.snapshotCid = 0;
        vm.expectPartialRevert(ICustodyExits.CustodyExits_NotActive.selector);
        exits.escape(proof, bob);
    }

    function test_escape_aFailedPaymentTakesNothing() public {
        vm.deal(address(custody), 3 gwei);
        Holder[] memory holders = _holders(Holder(bob, 3, 3, 0));
        Epoch memory epoch = _sheet(custody, 2, [holders, new Holder[](0)], [uint64(0), 180], _none());
        _settle(custody, epoch);
        _freeze(custody);
        LeafProof memory proof = _proof(epoch, ETH_INDEX, holders, 0);
        vm.etch(bob, address(new RevertingPayee()).code);
        _refuse(abi.encodeWithSelector(ICustodyExits.CustodyExits_PaymentFailed.selector, ETH, bob), proof, bob);
        vm.etch(bob, "");
        exits.escape(proof, bob);
        assertEq(bob.balance, 3 gwei);
    }

    /// @notice Where something is missing, what is there is paid and the rest stays due.
    function test_escape_paysWhatIsThere() public {
        _freeze(custody);
        exits.escape(_row(0), alice);
        // 100 are left: 20 authorised, 80 in rows. Another 60 vanish.
        vm.prank(address(custody));
        usdc.transfer(stranger, 60);
        vm.expectEmit(address(custody));
        emit ICustodyExits.Escaped(address(usdc), bob, bob, 20, 30);
        exits.escape(_row(1), bob);
        bytes memory short = abi.encodeWithSelector(ICustodyExits.CustodyExits_ReservesShort.selector, address(usdc), 0);
        _refuse(short, _row(1), bob);
        vm.prank(stranger);
        usdc.transfer(address(custody), 60);
        exits.escape(_row(1), bob);
        assertEq(usdc.balanceOf(bob), 50);
        assertEq(exits.owed(address(usdc)).escapable, 30);
    }

    /* SYSTEM ROWS */

    function test_releaseSystemRow_opensItToRecovery() public {
        _freeze(custody);
        assertEq(exits.owed(address(usdc)).escapable, 160);
        vm.expectEmit(address(custody));
        emit ICustodyExits.SystemRowReleased(address(usdc), UNMATCHED, 30);
        vm.prank(stranger);
        exits.releaseSystemRow(_row(2));
        assertEq(exits.owed(address(usdc)).escapable, 130);
        assertEq(usdc.balanceOf(address(custody)), 180);
        vm.expectRevert(
            abi.encodeWithSelector(ICustodyExits.CustodyExits_NothingDue.selector, address(usdc), UNMATCHED)
        );
        exits.releaseSystemRow(_row(2));
    }

    function test_releaseSystemRow_onlySystemRowsWhileFrozen() public {
        vm.expectRevert(ICustodyExits.CustodyExits_NotFrozen.selector);
        exits.releaseSystemRow(_row(2));
        _freeze(custody);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_NotSystemRow.selector, bob));
        exits.releaseSystemRow(_row(1));
    }
}
