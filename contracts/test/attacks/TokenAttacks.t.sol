// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Custody} from "../../src/custody/Custody.sol";
import {ICustody} from "../../src/interfaces/ICustody.sol";
import {PobsTest} from "../utils/PobsTest.sol";
import {FeeToken} from "../utils/tokens/FeeToken.sol";
import {HookedPayee, HookToken} from "../utils/tokens/HookToken.sol";
import {HostileToken} from "../utils/tokens/HostileToken.sol";
import {RebasingToken} from "../utils/tokens/RebasingToken.sol";

/// @notice Tokens that were listed by mistake or turned bad: what they can break is themselves.
contract TokenAttacks is PobsTest {
    uint64 private constant HELD = 1_000;

    address private alice = makeAddr("alice");
    Custody private strange;
    address private token;

    /// @dev A custody that lists `given` alone, holds 1,000 of it and owes Alice 100.
    function _settledWith(address given, address payee) private returns (Epoch memory epoch) {
        strange = _deployCustody(0);
        token = given;
        vm.prank(admin);
        strange.listAsset(token, 1);
        (bool ok,) = token.call(abi.encodeWithSignature("mint(address,uint256)", address(strange), HELD));
        assertTrue(ok);
        epoch = _next(1, HELD, 100, payee);
        _settle(strange, epoch);
    }

    function _next(uint64 number, uint64 deposited, uint64 out, address payee)
        private
        view
        returns (Epoch memory epoch)
    {
        Figures[] memory figures = new Figures[](1);
        figures[0] = Figures(deposited, out, number == 1 ? out : 0);
        return _epoch(strange, number, figures, _payouts(Payout(token, payee, out)));
    }

    function _refusedForReserves(uint256 held) private {
        Epoch memory epoch = _next(2, HELD, 100, alice);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_ReservesShort.selector, token, held, HELD));
        _settle(strange, epoch);
    }

    /// @notice A fee taken from the receiver costs the receiver; the custody's books stay true.
    function test_attack_feeOnTransfer_fromTheReceiver() public {
        Epoch memory epoch = _settledWith(address(new FeeToken()), alice);
        strange.distribute(epoch.claims);
        assertEq(FeeToken(token).balanceOf(alice), 99);
        assertEq(strange.asset(token).paidOut, 100);
        _settle(strange, _next(2, HELD, 100, alice));
    }

    /// @notice A fee taken from the custody on top opens a hole, and nothing settles over it.
    function test_attack_feeOnTransfer_fromTheCustody() public {
        Epoch memory epoch = _settledWith(address(new FeeToken()), alice);
        FeeToken(token).setOnTop(true);
        strange.distribute(epoch.claims);
        assertEq(FeeToken(token).balanceOf(alice), 100);
        _refusedForReserves(HELD - 1);
    }

    /// @notice A deposit of which a fee was kept counts as what arrived, not as what was sent.
    function test_attack_feeOnTransfer_depositBookedInFull() public {
        _settledWith(address(new FeeToken()), alice);
        FeeToken(token).mint(alice, 100);
        vm.prank(alice);
        FeeToken(token).transfer(address(strange), 100);
        Epoch memory epoch = _next(2, HELD + 100, 100, alice);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_ReservesShort.selector, token, HELD + 99, HELD + 100));
        _settle(strange, epoch);
        _settle(strange, _next(2, HELD + 99, 100, alice));
    }

    /// @notice Shrinking balances stop settling; growing ones are nobody's claim.
    function test_attack_rebasing() public {
        Epoch memory epoch = _settledWith(address(new RebasingToken()), alice);
        RebasingToken(token).rebase(50);
        _refusedForReserves(HELD / 2);
        RebasingToken(token).rebase(200);
        strange.distribute(epoch.claims);
        assertEq(RebasingToken(token).balanceOf(alice), 100);
        _settle(strange, _next(2, HELD, 100, alice));
        assertEq(strange.asset(token).deposited, HELD);
    }

    /// @notice ERC-777-like hooks: the payee re-enters before and after the tokens move and gets nothing twice.
    function test_attack_hooksReenter() public {
        HookedPayee payee = new HookedPayee();
        Epoch memory epoch = _settledWith(address(new HookToken()), address(payee));
        bytes[4] memory calls = [
            abi.encodeCall(strange.claim, (epoch.claims[0])),
            abi.encodeCall(strange.distribute, (epoch.claims)),
            abi.encodeCall(strange.activate, ()),
            abi.encodeCall(strange.killPending, (epoch.certificate))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            payee.prepare(address(strange), calls[i], false);
            strange.claim(epoch.claims[0]);
            assertEq(payee.attempts(), 2);
            assertEq(bytes4(payee.answer()), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
            assertEq(HookToken(token).balanceOf(address(payee)), 100);
            assertEq(strange.paid(token, address(payee)), 100);
            vm.revertToState(snapshot);
        }
        // Refusing rolls back its own payment alone.
        payee.prepare(address(strange), calls[0], true);
        vm.expectEmit(address(strange));
        emit ICustody.PayoutDeferred(token, address(payee), 100, 1);
        strange.distribute(epoch.claims);
        assertEq(strange.asset(token).paidOut, 0);
    }

    /// @notice A token that burns its gas, or answers with a bomb, costs a batch a bounded amount and is deferred.
    function test_attack_hostileTransfer() public {
        Epoch memory epoch = _settledWith(address(new HostileToken()), alice);
        for (uint256 mode = 1; mode < 4; ++mode) {
            HostileToken(token).set(HostileToken.Mode(mode));
            uint256 before = gasleft();
            strange.distribute(epoch.claims);
            assertLt(before - gasleft(), 250_000);
            assertEq(strange.asset(token).paidOut, 0);
            assertEq(strange.paid(token, alice), 0);
        }
        HostileToken(token).set(HostileToken.Mode.Plain);
        strange.distribute(epoch.claims);
        assertEq(HostileToken(token).balanceOf(alice), 100);
    }

    /// @notice A bad token in a batch delays nobody who is paid in another one.
    function test_attack_badTokenBlocksNobodyElse() public {
        HostileToken hostile = new HostileToken();
        vm.prank(admin);
        custody.listAsset(address(hostile), 1);
        hostile.mint(address(custody), HELD);
        hostile.set(HostileToken.Mode.BurnGas);
        vm.deal(address(custody), 1 ether);
        address[] memory tokens = _tokens(custody);
        Figures[] memory figures = new Figures[](3);
        for (uint256 i = 0; i < 3; ++i) {
            if (tokens[i] == ETH) figures[i] = Figures(1e9, 5, 5);
            if (tokens[i] == address(hostile)) figures[i] = Figures(HELD, 7, 7);
        }
        Epoch memory epoch =
            _epoch(custody, 1, figures, _payouts(Payout(address(hostile), alice, 7), Payout(ETH, alice, 5)));
        _settle(custody, epoch);
        custody.distribute(epoch.claims);
        assertEq(alice.balance, 5 * ETH_LOT);
        assertEq(custody.paid(address(hostile), alice), 0);
    }
}
