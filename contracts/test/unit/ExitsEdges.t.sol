// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICustody} from "../../src/interfaces/ICustody.sol";
import {ICustodyExits, LeafProof} from "../../src/interfaces/ICustodyExits.sol";
import {PayoutClaim} from "../../src/interfaces/PobsTypes.sol";
import {ExitsTest} from "../utils/ExitsTest.sol";

/// @notice Forced withdrawals and deposits with what belongs to somebody else, or to nobody.
contract ExitsEdgesTest is ExitsTest {
    Holder[] private sheet;

    function setUp() public override {
        super.setUp();
        _fund(1_000, 0);
        sheet.push(Holder(alice, 100, 80, 0));
        sheet.push(Holder(bob, 50, 50, 10));
        _keep(_usdSheet(1, sheet, 10, _payouts(Payout(address(usdc), bob, 10), Payout(ETH, alice, 10))));
        _settle(custody, _kept());
    }

    /// @notice Another wallet's leaf, or the wallet's own of another asset, is authorised and still no baseline here: it
    /// would put off for good what answers the request.
    function test_forceWithdraw_refusesALeafOfAnotherWalletOrAsset() public {
        LeafProof memory proof = _proof(_kept(), USD_INDEX, sheet, 0);
        for (uint256 i = 0; i < 2; ++i) {
            PayoutClaim memory other = _kept().claims[i];
            vm.prank(alice);
            vm.expectRevert(
                abi.encodeWithSelector(
                    ICustodyExits.CustodyExits_PayoutNotInRoot.selector, other.token, other.wallet, 10
                )
            );
            exits.forceWithdraw(proof, other);
        }
    }

    /// @notice The freeze is what the request led to: it stays open for nothing more.
    function test_freezeUnserved_closesTheRequest() public {
        LeafProof memory proof = _proof(_kept(), USD_INDEX, sheet, 0);
        vm.prank(alice);
        exits.forceWithdraw(proof, _noClaim());
        vm.warp(block.timestamp + 7 days);
        exits.freezeUnserved(address(usdc), alice);
        (ICustodyExits.ForcedRequest memory request, bool open) = exits.forcedRequest(address(usdc), alice);
        assertTrue(request.answered);
        assertFalse(open);
    }

    /// @notice The permit of a token that is not listed is not even asked for.
    function test_depositWithPermit_refusesAnUnlistedAddress() public {
        address nobody = makeAddr("no token");
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_NotListed.selector, nobody));
        exits.depositWithPermit(nobody, 1, block.timestamp, 27, bytes32("r"), bytes32("s"));
    }
}
