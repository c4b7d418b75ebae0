// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Custody} from "../../src/custody/Custody.sol";
import {ICustody} from "../../src/interfaces/ICustody.sol";
import {
    DemandingPayee,
    GasBurningPayee,
    ReentrantPayee,
    ReturndataBomb,
    RevertingPayee,
    WeirdToken
} from "../utils/Payees.sol";
import {PobsTest} from "../utils/PobsTest.sol";

/// @notice ⟂ A payee or token that misbehaves is deferred, costs a bounded amount of gas and blocks nobody.
contract PayeeAttacks is PobsTest {
    uint64 private constant ETHER = 2e9;

    address private honest = makeAddr("honest");
    WeirdToken private weird;
    Custody private strange;

    function setUp() public override {
        super.setUp();
        _fund(0, 2 ether);
        weird = new WeirdToken();
        strange = _deployCustody(0);
        vm.prank(admin);
        strange.listAsset(address(weird), 1);
        weird.mint(address(strange), 1_000);
    }

    function _settledEth(address payee) private returns (Epoch memory epoch) {
        epoch = _epoch(
            custody,
            1,
            _figures(Figures(ETHER, 10, 10), Figures(0, 0, 0)),
            _payouts(Payout(ETH, payee, 6), Payout(ETH, honest, 4))
        );
        _settle(custody, epoch);
    }

    function _settledWeird() private returns (Epoch memory epoch) {
        Figures[] memory figures = new Figures[](1);
        figures[0] = Figures(1_000, 10, 10);
        epoch =
            _epoch(strange, 1, figures, _payouts(Payout(address(weird), poster, 6), Payout(address(weird), honest, 4)));
        _settle(strange, epoch);
    }

    /// @dev The bad payee is deferred, the honest one paid, books as if the bad one had not been in the batch.
    function _expectDeferred(Epoch memory epoch, address payee) private {
        vm.expectEmit(address(custody));
        emit ICustody.PayoutDeferred(ETH, payee, 6, 1);
        custody.distribute(epoch.claims);
        assertEq(honest.balance, 4 * ETH_LOT);
        assertEq(payee.balance, 0);
        assertEq(custody.paid(ETH, payee), 0);
        assertEq(custody.asset(ETH).paidOut, 4);
    }

    function test_attack_revertingPayee() public {
        address payee = address(new RevertingPayee());
        Epoch memory epoch = _settledEth(payee);
        _expectDeferred(epoch, payee);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_PaymentFailed.selector, ETH, payee));
        custody.claim(epoch.claims[0]);
        // Once it can take money, anybody claims for it.
        vm.etch(payee, "");
        custody.claim(epoch.claims[0]);
        assertEq(payee.balance, 6 * ETH_LOT);
        assertEq(custody.asset(ETH).paidOut, 10);
    }

    function test_attack_gasBurningPayee() public {
        address payee = address(new GasBurningPayee());
        Epoch memory epoch = _settledEth(payee);
        uint256 before = gasleft();
        _expectDeferred(epoch, payee);
        assertLt(before - gasleft(), 400_000);
    }

    function test_attack_returndataBomb() public {
        uint256 untouched = vm.snapshotState();
        uint256 plain = _distributionGas(makeAddr("plain wallet"));
        vm.revertToState(untouched);
        address payee = address(new ReturndataBomb());
        // What it answers is made from its own allowance; taking it in would cost as much again.
        assertLt(_distributionGas(payee), plain + custody.PAYEE_GAS());
        assertEq(honest.balance, 4 * ETH_LOT);
    }

    function _distributionGas(address payee) private returns (uint256 used) {
        Epoch memory epoch = _settledEth(payee);
        uint256 before = gasleft();
        custody.distribute(epoch.claims);
        used = before - gasleft();
    }

    function test_attack_reentrantPayee() public {
        ReentrantPayee payee = new ReentrantPayee(custody);
        Epoch memory epoch = _settledEth(address(payee));
        payee.prepare(epoch.claims[0]);
        custody.claim(epoch.claims[0]);
        assertTrue(payee.failed());
        assertEq(bytes4(payee.reason()), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        assertEq(address(payee).balance, 6 * ETH_LOT);
        assertEq(custody.paid(ETH, address(payee)), 6);
    }

    /// @notice While a payee that reverts is rolled back, nobody else can have used its booking.
    function test_attack_reentrancyDuringRollback() public {
        ReentrantPayee payee = new ReentrantPayee(custody);
        Epoch memory epoch = _settledEth(address(payee));
        payee.prepare(epoch.claims[1]);
        custody.distribute(epoch.claims);
        assertEq(bytes4(payee.reason()), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        assertEq(honest.balance, 4 * ETH_LOT);
        assertEq(custody.asset(ETH).paidOut, custody.paid(ETH, address(payee)) + 4);
    }

    function test_attack_blacklistedToken() public {
        Epoch memory epoch = _settledWeird();
        weird.set(WeirdToken.Mode.Blacklist);
        _expectBothDeferred(epoch);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_PaymentFailed.selector, address(weird), poster));
        strange.claim(epoch.claims[0]);
    }

    function test_attack_falseReturningToken() public {
        Epoch memory epoch = _settledWeird();
        weird.set(WeirdToken.Mode.False);
        _expectBothDeferred(epoch);
    }

    function test_token_withoutReturnValueIsPaid() public {
        Epoch memory epoch = _settledWeird();
        weird.set(WeirdToken.Mode.NoReturn);
        strange.distribute(epoch.claims);
        assertEq(weird.balanceOf(poster), 6);
        assertEq(strange.asset(address(weird)).paidOut, 10);
    }

    /// @notice Neither 2 nor a single byte is `true`. Such a token moved funds and says it did not: never list it.
    function test_attack_junkReturningToken() public {
        Epoch memory epoch = _settledWeird();
        weird.set(WeirdToken.Mode.Junk);
        strange.distribute(epoch.claims);
        assertEq(strange.asset(address(weird)).paidOut, 0);
        weird.set(WeirdToken.Mode.Short);
        strange.distribute(epoch.claims);
        assertEq(strange.asset(address(weird)).paidOut, 0);
    }

    /// @notice A token whose code vanished pays nobody and is not counted as paid.
    function test_attack_tokenWithoutCode() public {
        Epoch memory epoch = _settledWeird();
        vm.etch(address(weird), "");
        strange.distribute(epoch.claims);
        assertEq(strange.asset(address(weird)).paidOut, 0);
    }

    /// @notice A relayer cannot defer payees by sending too little gas.
    function testFuzz_attack_starvedBatch(uint256 gasGiven) public {
        address payee = address(new DemandingPayee());
        Epoch memory epoch = _settledEth(payee);
        for (gasGiven = bound(gasGiven, 60_000, 70_000); gasGiven < 400_000; gasGiven += 10_000) {
            uint256 before = vm.snapshotState();
            try custody.distribute{gas: gasGiven}(epoch.claims) {
                assertEq(payee.balance, 6 * ETH_LOT);
                assertEq(honest.balance, 4 * ETH_LOT);
            } catch {
                assertEq(custody.asset(ETH).paidOut, 0);
            }
            vm.revertToState(before);
        }
    }

    function _expectBothDeferred(Epoch memory epoch) private {
        vm.expectEmit(address(strange));
        emit ICustody.PayoutDeferred(address(weird), poster, 6, 1);
        vm.expectEmit(address(strange));
        emit ICustody.PayoutDeferred(address(weird), honest, 4, 1);
        strange.distribute(epoch.claims);
        assertEq(strange.asset(address(weird)).paidOut, 0);
        assertEq(strange.paid(address(weird), honest), 0);
    }
}
