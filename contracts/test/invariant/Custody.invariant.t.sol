// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ICustody} from "../../src/interfaces/ICustody.sol";
import {CustodyHandler} from "./handlers/CustodyHandler.sol";

/// @notice Conservation, per asset, whatever order depositors, operator, relayers and thieves act in.
contract CustodyInvariantTest is Test {
    CustodyHandler private handler;
    ICustody private custody;

    function setUp() public {
        handler = new CustodyHandler();
        custody = ICustody(handler.custodyAddress());
        bytes4[] memory selectors = new bytes4[](6);
        selectors[0] = CustodyHandler.deposit.selector;
        selectors[1] = CustodyHandler.donate.selector;
        selectors[2] = CustodyHandler.settle.selector;
        selectors[3] = CustodyHandler.settleLie.selector;
        selectors[4] = CustodyHandler.distribute.selector;
        selectors[5] = CustodyHandler.claim.selector;
        targetSelector(FuzzSelector(address(handler), selectors));
        targetContract(address(handler));
    }

    /// @notice I-1: paidOut <= authorisedOut <= deposited.
    /// forge-config: default.invariant.runs = 16
    /// forge-config: default.invariant.depth = 40
    function invariant_custodyConserves() external view {
        for (uint256 i = 0; i < 2; ++i) {
            address token = handler.tokenOf(i);
            ICustody.AssetState memory state = custody.asset(token);
            assertLe(state.paidOut, state.authorisedOut, "I-1: paid > authorised");
            assertLe(state.authorisedOut, state.deposited, "I-1: authorised > deposited");

            uint256 held = token == address(0) ? address(custody).balance : IERC20(token).balanceOf(address(custody));
            uint256 lot = handler.lotOf(i);
            assertGe(held + state.paidOut * lot, state.deposited * lot, "I-2: reserves fall short");

            (uint64 deposited, uint64 authorised) = handler.booked(i);
            assertLe(state.deposited, deposited, "I-2: more booked than came in");
            assertLe(state.paidOut, authorised, "paid more than honest epochs authorised");

            uint64 sum;
            for (uint256 w = 0; w < 5; ++w) {
                sum += custody.paid(token, handler.wallets(w));
            }
            assertEq(sum, state.paidOut, "I-3: paid by wallet does not add up");
            assertGe(state.authorisedOut, handler.highestAuthorised(i), "I-4: authorisedOut fell");
        }
        assertGe(custody.activeRoot().epoch, handler.highestEpoch(), "I-4: epoch fell");
    }

    /// @notice The campaign is not vacuous: the handler reaches a payment.
    function test_handlerReachesPayment() external {
        handler.deposit(1, 1e9);
        handler.settle(3);
        handler.settleLie(0);
        handler.settleLie(3);
        for (uint256 seed = 0; handler.honestSettlements() < 5; ++seed) {
            handler.settle(seed);
        }
        handler.distribute(4);
        assertGt(custody.asset(handler.tokenOf(1)).paidOut, 0);
        assertGt(handler.payments(), 0);
    }
}
