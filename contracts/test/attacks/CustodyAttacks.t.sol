// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Custody} from "../../src/custody/Custody.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {CertificateLib} from "../../src/libraries/CertificateLib.sol";
import {ICertificateVerifier} from "../../src/interfaces/ICertificateVerifier.sol";
import {ICustody} from "../../src/interfaces/ICustody.sol";
import {IEpochManager} from "../../src/interfaces/IEpochManager.sol";
import {Line, PayoutClaim, SetHeader} from "../../src/interfaces/PobsTypes.sol";
import {PayoutLib} from "../../src/libraries/PayoutLib.sol";
import {PobsTest} from "../utils/PobsTest.sol";

/// @notice Attacks by the operator, a relayer or a stranger on what settles, and on terms.
contract CustodyAttacks is PobsTest {
    uint64 private constant USD = 1_000_000;

    address private thief = makeAddr("thief");

    function setUp() public override {
        super.setUp();
        _fund(USD, 0);
    }

    function _usd(uint64 number, uint64 deposited, uint64 out, Payout[] memory payouts)
        private
        view
        returns (Epoch memory)
    {
        return _epoch(custody, number, _figures(Figures(0, 0, 0), Figures(deposited, out, out)), payouts);
    }

    function _refused(bytes memory reason, Epoch memory epoch) private {
        vm.expectRevert(reason);
        _settle(custody, epoch);
    }

    /// @notice ⟂ V8: the operator books a deposit away or invents a liability; equality leaves no room.
    function test_attack_booksThatDoNotAddUp() public {
        Epoch memory epoch = _usd(1, USD, 0, _none());
        epoch.line.assets[1].liabilities -= 1;
        epoch.line.assets[1].withdrawable -= 1;
        _setRoot(epoch.line.assets[1], 1, epoch.treeHashes[1]);
        _seal(epoch);
        _refused(abi.encodeWithSelector(ICustody.Custody_BooksUnequal.selector, address(usdc)), epoch);
    }

    /// @notice ⟂ V2: tokens left behind the books' back; even unanimous validators cannot settle over the hole.
    function test_attack_insolvent() public {
        vm.prank(address(custody));
        usdc.transfer(thief, 1);
        _refused(
            abi.encodeWithSelector(ICustody.Custody_ReservesShort.selector, address(usdc), USD - 1, USD),
            _usd(1, USD, 0, _none())
        );
    }

    /// @notice What was paid still counts as received, so honest epochs go on after payments.
    function test_attack_none_paidOutIsNoHole() public {
        Epoch memory epoch = _usd(1, USD, 400, _payouts(Payout(address(usdc), poster, 400)));
        _settle(custody, epoch);
        custody.distribute(epoch.claims);
        _settle(custody, _epoch(custody, 2, _figures(Figures(0, 0, 0), Figures(USD, 400, 0)), _none()));
        assertEq(custody.activeRoot().epoch, 2);
    }

    /// @notice A donation neither blocks settling nor becomes anybody's claim.
    function testFuzz_attack_donation(uint96 amount) public {
        usdc.mint(address(custody), amount);
        vm.deal(address(custody), amount);
        _settle(custody, _usd(1, USD, 0, _none()));
        assertEq(custody.asset(address(usdc)).deposited, USD);
        assertEq(custody.asset(ETH).deposited, 0);
    }

    /// @notice ⟂ A stale epoch: what was approved long ago cannot be brought out of the drawer.
    function test_attack_staleEpoch() public {
        Epoch memory epoch = _usd(1, USD, 0, _none());
        vm.warp(T0 + MAX_AGE + 1);
        _refused(abi.encodeWithSelector(ICustody.Custody_TooOld.selector, T0, T0 + MAX_AGE + 1), epoch);
    }

    /// @notice One certificate changes a custody at most once, and epochs never go back.
    function test_attack_settleTwiceOrBackwards() public {
        Epoch memory older = _usd(1, USD, 0, _none());
        Epoch memory newer = _usd(2, USD, 0, _none());
        _settle(custody, newer);
        _refused(abi.encodeWithSelector(ICustody.Custody_EpochNotNewer.selector, 2, 2), newer);
        _refused(abi.encodeWithSelector(ICustody.Custody_EpochNotNewer.selector, 1, 2), older);
    }

    /// @notice ⟂ A line of another custody of the same chain, or of the same address on another chain.
    function test_attack_lineOfAnotherCustody() public {
        Custody other = _deployCustody(0);
        vm.startPrank(admin);
        other.listAsset(address(usdc), 1);
        other.listAsset(ETH, ETH_LOT);
        vm.stopPrank();
        usdc.mint(address(other), USD);
        Epoch memory epoch = _usd(1, USD, 0, _none());
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_WrongCustody.selector, block.chainid, address(custody)));
        _settle(other, epoch);
        vm.chainId(5);
        _refused(abi.encodeWithSelector(ICustody.Custody_WrongCustody.selector, 31337, address(custody)), epoch);
    }

    /// @notice ⟂ What was sealed before a kill (another count of kills) cannot settle.
    function test_attack_lineFromBeforeAKill() public {
        Epoch memory epoch = _usd(1, USD, 0, _none());
        epoch.line.kills = 3;
        _seal(epoch);
        _refused(abi.encodeWithSelector(ICustody.Custody_WrongKills.selector, 3, 0), epoch);
    }

    /// @notice A payout leaf of another custody or chain.
    function test_attack_payoutLeafOfAnotherCustody() public {
        Epoch memory epoch = _usd(1, USD, 100, _payouts(Payout(address(usdc), thief, 100)));
        epoch.line.payoutRoot = PayoutLib.leaf(uint64(block.chainid), address(0xBEEF), address(usdc), thief, 100);
        _seal(epoch);
        _settle(custody, epoch);
        vm.expectPartialRevert(ICustody.Custody_PayoutNotInRoot.selector);
        custody.claim(epoch.claims[0]);
    }

    /// @notice Inner nodes, wrong depths and positions beyond the count prove nothing.
    function test_attack_innerNodeAsPayout() public {
        Epoch memory epoch =
            _usd(1, USD, 100, _payouts(Payout(address(usdc), poster, 60), Payout(address(usdc), guardian, 40)));
        _settle(custody, epoch);
        PayoutClaim memory claim = epoch.claims[0];
        bytes32[] memory longer = new bytes32[](2);
        longer[0] = claim.path[0];
        claim.path = longer;
        vm.expectPartialRevert(ICustody.Custody_PayoutNotInRoot.selector);
        custody.claim(claim);
        claim = epoch.claims[0];
        claim.path = new bytes32[](0);
        vm.expectPartialRevert(ICustody.Custody_PayoutNotInRoot.selector);
        custody.claim(claim);
        claim = epoch.claims[1];
        claim.index = 3;
        vm.expectPartialRevert(ICustody.Custody_PayoutNotInRoot.selector);
        custody.claim(claim);
    }

    /// @notice ⟂ A later root with a lower cumulative takes nothing back and pays nothing again.
    function test_attack_cumulativeFalls() public {
        Epoch memory epoch = _usd(1, USD, 100, _payouts(Payout(address(usdc), poster, 100)));
        _settle(custody, epoch);
        custody.distribute(epoch.claims);
        Figures[] memory figures = _figures(Figures(0, 0, 0), Figures(USD, 100, 0));
        epoch = _epoch(custody, 2, figures, _payouts(Payout(address(usdc), poster, 40)));
        _settle(custody, epoch);
        custody.distribute(epoch.claims);
        assertEq(usdc.balanceOf(poster), 100);
        assertEq(custody.asset(address(usdc)).paidOut, 100);
    }

    /// @notice ⟂ Settling again neither replaces a pending root nor restarts its window; a pause does not free it.
    function test_attack_pendingRootClock() public {
        Custody patient = _deployCustody(100);
        vm.prank(admin);
        patient.listAsset(address(usdc), 1);
        usdc.mint(address(patient), USD);
        Figures[] memory figures = new Figures[](1);
        figures[0] = Figures(USD, 0, 0);
        Epoch memory first = _epoch(patient, 1, figures, _none());
        _settle(patient, first);
        vm.warp(T0 + 50);
        Epoch memory second = _epoch(patient, 2, figures, _none());
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_RootPending.selector, 1, T0 + 100));
        _settle(patient, first);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_RootPending.selector, 1, T0 + 100));
        _settle(patient, second);
        (, uint64 activeAt) = patient.pendingRoot();
        assertEq(activeAt, T0 + 100);
    }

    /// @notice The posting key alone moves nothing: no certificate, no settlement.
    function test_attack_posterAlone() public {
        Epoch memory epoch = _usd(1, USD, USD, _payouts(Payout(address(usdc), thief, USD)));
        epoch.certificate = committee.one(setId, 1, committee.present(0, _list(0), bytes32("forged")));
        vm.prank(poster);
        vm.expectRevert(abi.encodeWithSelector(CertificateLib.Certificate_BadSignature.selector, 0));
        _settle(custody, epoch);
        assertEq(usdc.balanceOf(address(custody)), USD);
    }

    /// @notice ⟂ Two versions of one epoch: EpochManager stores one digest per number, the first.
    function test_attack_twoVersionsOfOneEpoch() public {
        Epoch memory shown = _usd(1, USD, 0, _none());
        vm.prank(poster);
        manager.propose(shown.summary, _lines(shown));
        Epoch memory other = _usd(1, USD, 0, _none());
        other.summary.snapshotCid = keccak256("another");
        vm.prank(poster);
        vm.expectRevert(abi.encodeWithSelector(IEpochManager.EpochManager_NotNextEpoch.selector, 1, 2));
        manager.propose(other.summary, _lines(other));
        assertEq(manager.digestOf(1), shown.digest);
    }

    /// @notice An implementation behind no proxy belongs to nobody and cannot be taken.
    function test_attack_bareImplementation() public {
        Custody bare = new Custody(verifier, salt, MAX_AGE, 0, false);
        vm.expectRevert(bytes4(keccak256("InvalidInitialization()")));
        bare.initialize(thief, thief);
        assertFalse(bare.rulesHashKnown(bytes32(0)));
    }

    /// @notice No role but the admin's lists assets, sets rules or upgrades.
    function test_attack_rolesDoNotReachFurther() public {
        address[3] memory callers = [guardian, poster, thief];
        for (uint256 i = 0; i < 3; ++i) {
            vm.startPrank(callers[i]);
            vm.expectPartialRevert(IAccessControl.AccessControlUnauthorizedAccount.selector);
            custody.setRulesHash(bytes32("x"));
            vm.expectPartialRevert(IAccessControl.AccessControlUnauthorizedAccount.selector);
            custody.listAsset(address(stake), 1);
            vm.expectPartialRevert(IAccessControl.AccessControlUnauthorizedAccount.selector);
            custody.upgradeToAndCall(address(this), "");
            vm.stopPrank();
        }
    }

    /// @notice ⟂ Stake that is leaving stays reachable: it may vote until its term ends, and unbonds only then.
    function test_attack_exitLag() public {
        address leaver = makeAddr("validator0");
        vm.warp(T0 + TERM - 1 days);
        registry.fixTerm();
        vm.prank(leaver);
        registry.requestExit(leaver);
        // The fixed next term still counts the leaver until T0 + 2 TERM.
        vm.warp(T0 + 2 * TERM + 14 days - 1);
        vm.expectRevert();
        vm.prank(leaver);
        registry.withdraw(leaver);
        assertEq(registry.stakeOf(leaver), STAKE);
    }

    /// @notice ⟂ A late or disordered ticket stops proposals of its term and never splits the sets.
    function test_attack_disorderedTickets() public {
        SetHeader memory second = committee.header(2, T0 + TERM, T0 + 2 * TERM);
        SetHeader memory third = committee.header(3, T0 + 2 * TERM, T0 + 3 * TERM);
        vm.startPrank(address(registry));
        sets.accept(third);
        sets.accept(second);
        vm.stopPrank();
        assertFalse(verifier.inTerm(2, T0 + TERM));
        assertTrue(verifier.inTerm(1, T0 + TERM - 1));
        assertTrue(verifier.inTerm(3, T0 + 2 * TERM));
    }
}
