// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Custody} from "../../src/custody/Custody.sol";
import {ICertificateVerifier} from "../../src/interfaces/ICertificateVerifier.sol";
import {ICustody} from "../../src/interfaces/ICustody.sol";
import {AssetLine, Certificate, Line} from "../../src/interfaces/PobsTypes.sol";
import {PayoutLib} from "../../src/libraries/PayoutLib.sol";
import {SummaryLib} from "../../src/libraries/SummaryLib.sol";
import {PobsTest} from "../utils/PobsTest.sol";
import {TreeTwin} from "../utils/TreeTwin.sol";

/// @notice `Custody.settle`: what passes, then every way it refuses.
contract CustodySettleTest is PobsTest {
    uint64 private constant USD = 1_000_000;
    uint64 private constant ETHER = 2e9;

    function setUp() public override {
        super.setUp();
        _fund(USD, 2 ether);
    }

    function _good(uint64 number) private view returns (Epoch memory) {
        return _epoch(custody, number, _sheet(0, 0), _none());
    }

    /// @dev Nothing authorised before; `usdOut` and `ethOut` leave with this epoch.
    function _sheet(uint64 ethOut, uint64 usdOut) private pure returns (Figures[] memory) {
        return _figures(Figures(ETHER, ethOut, ethOut), Figures(USD, usdOut, usdOut));
    }

    function test_settle_activatesAtOnceWithoutWindow() public {
        Epoch memory epoch = _epoch(custody, 1, _sheet(0, 5), _payouts(Payout(address(usdc), poster, 5)));
        vm.expectEmit(address(custody));
        emit ICustody.Settled(1, epoch.digest, epoch.line.payoutRoot, epoch.line.blockNumber, 4 * STAKE);
        vm.expectEmit(address(custody));
        emit ICustody.RootActivated(1, epoch.line.payoutRoot);
        _settle(custody, epoch);

        ICustody.ActiveRoot memory root = custody.activeRoot();
        assertEq(root.epoch, 1);
        assertEq(root.snapshotTime, T0);
        assertEq(root.blockNumber, 1_000);
        assertEq(root.payoutCount, 1);
        assertEq(root.payoutRoot, epoch.line.payoutRoot);
        ICustody.AssetState memory state = custody.asset(address(usdc));
        assertEq(state.deposited, USD);
        assertEq(state.authorisedOut, 5);
        assertEq(custody.asset(ETH).deposited, ETHER);
    }

    function test_settle_skippedEpochsAreHarmless() public {
        _settle(custody, _good(1));
        _settle(custody, _good(7));
        assertEq(custody.activeRoot().epoch, 7);
    }

    function test_settle_lineAmongOthers() public {
        Epoch memory epoch = _good(1);
        bytes32[] memory leaves = new bytes32[](3);
        leaves[0] = keccak256("other");
        leaves[1] = keccak256("another");
        leaves[2] = this.lineHashOf(epoch.line);
        epoch.summary.linesRoot = TreeTwin.root(SummaryLib.LINE_NODE, leaves);
        epoch.summary.lineCount = 3;
        _sign(epoch);
        epoch.linePath = TreeTwin.path(SummaryLib.LINE_NODE, leaves, 2);
        custody.settle(epoch.summary, epoch.line, 2, epoch.linePath, epoch.treeHashes, epoch.certificate);
        assertEq(custody.activeRoot().epoch, 1);
    }

    function test_settle_oneOfFourAbsent() public {
        Epoch memory epoch = _good(1);
        epoch.certificate = _approvalWithout(1, epoch.digest, _list(2));
        _settle(custody, epoch);
        assertEq(custody.activeRoot().epoch, 1);
    }

    function test_settle_emptyAsset() public {
        Custody fresh = _deployCustody(0);
        vm.prank(admin);
        fresh.listAsset(address(usdc), 1);
        Epoch memory epoch = _epoch(fresh, 1, new Figures[](1), _none());
        epoch.line.assets[0].count = 0;
        epoch.treeHashes[0] = bytes32(0);
        _setRoot(epoch.line.assets[0], 0, bytes32(0));
        _seal(epoch);
        _settle(fresh, epoch);
        assertEq(fresh.activeRoot().epoch, 1);
    }

    // Reverts

    function test_settle_revertsWhenPaused() public {
        Epoch memory epoch = _good(1);
        vm.prank(guardian);
        custody.pause(1, T0 + 1 hours);
        _expect(abi.encodeWithSelector(ICustody.Custody_Paused.selector, 1, T0 + 1 hours), epoch);
    }

    function test_settle_revertsForAnotherCustody() public {
        Epoch memory epoch = _good(1);
        epoch.line.custody = address(0xBEEF);
        _seal(epoch);
        _expect(abi.encodeWithSelector(ICustody.Custody_WrongCustody.selector, block.chainid, address(0xBEEF)), epoch);
    }

    function test_settle_revertsForAnotherChain() public {
        Epoch memory epoch = _good(1);
        epoch.line.chainId = 1;
        _seal(epoch);
        _expect(abi.encodeWithSelector(ICustody.Custody_WrongCustody.selector, 1, address(custody)), epoch);
    }

    function test_settle_revertsForEpochNotNewer() public {
        _settle(custody, _good(2));
        _expect(abi.encodeWithSelector(ICustody.Custody_EpochNotNewer.selector, 2, 2), _good(2));
        _expect(abi.encodeWithSelector(ICustody.Custody_EpochNotNewer.selector, 1, 2), _good(1));
    }

    function test_settle_revertsWhenTooOld() public {
        Epoch memory epoch = _good(1);
        vm.warp(T0 + MAX_AGE);
        uint256 snapshot = vm.snapshotState();
        _settle(custody, epoch);
        vm.revertToState(snapshot);
        vm.warp(T0 + MAX_AGE + 1);
        _expect(abi.encodeWithSelector(ICustody.Custody_TooOld.selector, T0, T0 + MAX_AGE + 1), epoch);
    }

    function test_settle_revertsForUnknownRules() public {
        Epoch memory epoch = _good(1);
        epoch.summary.rulesHash = keccak256("other");
        _sign(epoch);
        _expect(abi.encodeWithSelector(ICustody.Custody_UnknownRules.selector, keccak256("other")), epoch);
    }

    function test_settle_revertsForWrongKills() public {
        Epoch memory epoch = _good(1);
        epoch.line.kills = 1;
        _seal(epoch);
        _expect(abi.encodeWithSelector(ICustody.Custody_WrongKills.selector, 1, 0), epoch);
    }

    function test_settle_revertsOutOfTerm() public {
        Epoch memory epoch = _good(1);
        epoch.summary.snapshotTime = T0 + TERM;
        _sign(epoch);
        _expect(
            abi.encodeWithSelector(ICertificateVerifier.CertificateVerifier_NotInTerm.selector, setId, T0 + TERM), epoch
        );
        epoch.summary.snapshotTime = T0 - 1;
        _sign(epoch);
        _expect(
            abi.encodeWithSelector(ICertificateVerifier.CertificateVerifier_NotInTerm.selector, setId, T0 - 1), epoch
        );
    }

    function test_settle_revertsForUnknownSet() public {
        Epoch memory epoch = _good(1);
        epoch.summary.setId = 9;
        _sign(epoch);
        _expect(abi.encodeWithSelector(ICertificateVerifier.CertificateVerifier_NotInTerm.selector, 9, T0), epoch);
    }

    function test_settle_revertsForRejection() public {
        Epoch memory epoch = _good(1);
        epoch.certificate = _rejection(1, epoch.digest, 8, _list(0, 1));
        _expect(abi.encodeWithSelector(ICustody.Custody_NotAnApproval.selector, 2), epoch);
    }

    function test_settle_revertsWithoutQuorum() public {
        Epoch memory epoch = _good(1);
        epoch.certificate = _approvalWithout(1, epoch.digest, _list(1, 3));
        _expect(abi.encodeWithSelector(ICustody.Custody_NoQuorum.selector, 2 * STAKE, 4 * STAKE), epoch);
    }

    function test_settle_revertsForLineOutsideSummary() public {
        Epoch memory epoch = _good(1);
        epoch.line.blockHash = keccak256("changed");
        _expect(abi.encodeWithSelector(ICustody.Custody_LineNotInSummary.selector, 0), epoch);
    }

    function test_settle_revertsForZeroLinesRoot() public {
        Epoch memory epoch = _good(1);
        epoch.summary.linesRoot = bytes32(0);
        _sign(epoch);
        _expect(abi.encodeWithSelector(ICustody.Custody_LineNotInSummary.selector, 0), epoch);
    }

    function test_settle_revertsForZeroPayoutRoot() public {
        Epoch memory epoch = _good(1);
        epoch.line.payoutRoot = bytes32(0);
        _seal(epoch);
        _expect(abi.encodeWithSelector(ICustody.Custody_ZeroPayoutRoot.selector), epoch);
    }

    function test_settle_revertsWhenBlockFalls() public {
        _settle(custody, _good(1));
        Epoch memory epoch = _good(2);
        epoch.line.blockNumber = 999;
        _seal(epoch);
        _expect(abi.encodeWithSelector(ICustody.Custody_BlockFell.selector, 999, 1_000), epoch);
    }

    function test_settle_revertsForFutureBlock() public {
        Epoch memory epoch = _good(1);
        epoch.line.blockNumber = 1_001;
        _seal(epoch);
        _expect(abi.encodeWithSelector(ICustody.Custody_BlockInFuture.selector, 1_001, 1_000), epoch);
    }

    function test_settle_revertsUnlessEveryAssetIsThere() public {
        Epoch memory epoch = _good(1);
        AssetLine[] memory one = new AssetLine[](1);
        one[0] = epoch.line.assets[0];
        epoch.line.assets = one;
        _seal(epoch);
        _expect(abi.encodeWithSelector(ICustody.Custody_NotEveryAsset.selector, 1, 2), epoch);
    }

    function test_settle_revertsForTreeHashCount() public {
        Epoch memory epoch = _good(1);
        epoch.treeHashes = new bytes32[](1);
        _expect(abi.encodeWithSelector(ICustody.Custody_TreeHashCount.selector, 1, 2), epoch);
    }

    function test_settle_revertsForUnsortedAssets() public {
        Epoch memory epoch = _good(1);
        (epoch.line.assets[0], epoch.line.assets[1]) = (epoch.line.assets[1], epoch.line.assets[0]);
        (epoch.treeHashes[0], epoch.treeHashes[1]) = (epoch.treeHashes[1], epoch.treeHashes[0]);
        _setRoot(epoch.line.assets[0], 0, epoch.treeHashes[0]);
        _setRoot(epoch.line.assets[1], 1, epoch.treeHashes[1]);
        _seal(epoch);
        _expect(abi.encodeWithSelector(ICustody.Custody_AssetsNotSorted.selector, ETH), epoch);
    }

    function test_settle_revertsForUnlistedAsset() public {
        Epoch memory epoch = _good(1);
        epoch.line.assets[1].token = address(type(uint160).max);
        _setRoot(epoch.line.assets[1], 1, epoch.treeHashes[1]);
        _seal(epoch);
        _expect(abi.encodeWithSelector(ICustody.Custody_NotListed.selector, address(type(uint160).max)), epoch);
    }

    function test_settle_revertsForWrongLotSize() public {
        Epoch memory epoch = _good(1);
        epoch.line.assets[0].lotSize = 1e8;
        _reroot(epoch, 0);
        _expect(abi.encodeWithSelector(ICustody.Custody_WrongLotSize.selector, ETH, 1e8, ETH_LOT), epoch);
    }

    function test_settle_revertsForLotsOutOfRange() public {
        Epoch memory epoch = _good(1);
        epoch.line.assets[1].deposited = 1 << 63;
        _reroot(epoch, 1);
        _expect(abi.encodeWithSelector(ICustody.Custody_LotsOutOfRange.selector, address(usdc)), epoch);
    }

    function test_settle_revertsForSumsOutOfOrder() public {
        Epoch memory epoch = _good(1);
        epoch.line.assets[1].withdrawable = USD + 1;
        _reroot(epoch, 1);
        _expect(abi.encodeWithSelector(ICustody.Custody_SumsOutOfOrder.selector, address(usdc)), epoch);
        epoch.line.assets[1].withdrawable = 1;
        epoch.line.assets[1].withdrawals = 2;
        _reroot(epoch, 1);
        _expect(abi.encodeWithSelector(ICustody.Custody_SumsOutOfOrder.selector, address(usdc)), epoch);
    }

    function testFuzz_settle_revertsUnlessBooksAreEqual(uint64 liabilities) public {
        liabilities = uint64(bound(liabilities, 0, (1 << 63) - 1));
        vm.assume(liabilities != USD);
        Epoch memory epoch = _good(1);
        epoch.line.assets[1].liabilities = liabilities;
        epoch.line.assets[1].withdrawable = 0;
        _reroot(epoch, 1);
        _expect(abi.encodeWithSelector(ICustody.Custody_BooksUnequal.selector, address(usdc)), epoch);
    }

    function test_settle_revertsWhenFiguresFall() public {
        _settle(custody, _epoch(custody, 1, _sheet(0, 5), _none()));
        Epoch memory epoch = _epoch(custody, 2, _figures(Figures(ETHER, 0, 0), Figures(USD, 4, 0)), _none());
        _expect(abi.encodeWithSelector(ICustody.Custody_FiguresFell.selector, address(usdc)), epoch);
        epoch = _epoch(custody, 2, _figures(Figures(ETHER, 0, 0), Figures(USD - 1, 5, 0)), _none());
        _expect(abi.encodeWithSelector(ICustody.Custody_FiguresFell.selector, address(usdc)), epoch);
    }

    function test_settle_revertsWhenReservesFallShort() public {
        vm.deal(address(custody), 2 ether - 1);
        _expect(abi.encodeWithSelector(ICustody.Custody_ReservesShort.selector, ETH, 2 ether - 1, 2 ether), _good(1));
    }

    function test_settle_revertsForWrongAssetRoot() public {
        Epoch memory epoch = _good(1);
        epoch.treeHashes[1] = keccak256("another tree");
        _expect(abi.encodeWithSelector(ICustody.Custody_WrongAssetRoot.selector, address(usdc)), epoch);
        epoch.treeHashes[1] = bytes32(0);
        _reroot(epoch, 1);
        _expect(abi.encodeWithSelector(ICustody.Custody_WrongAssetRoot.selector, address(usdc)), epoch);
    }

    function _reroot(Epoch memory epoch, uint256 index) private view {
        _setRoot(epoch.line.assets[index], index, epoch.treeHashes[index]);
        _seal(epoch);
    }

    function _expect(bytes memory reason, Epoch memory epoch) private {
        vm.expectRevert(reason);
        _settle(custody, epoch);
    }
}

/// @notice A root that waits out its dispute window.
contract CustodyPendingTest is PobsTest {
    uint64 private constant WINDOW = 60;
    uint64 private constant USD = 1_000_000;

    Custody private patient;

    function setUp() public override {
        super.setUp();
        patient = _deployCustody(WINDOW);
        vm.prank(admin);
        patient.listAsset(address(usdc), 1);
        usdc.mint(address(patient), USD);
    }

    function _good(uint64 number, uint64 out) private view returns (Epoch memory) {
        Figures[] memory figures = new Figures[](1);
        figures[0] = Figures(USD, out, out);
        return _epoch(patient, number, figures, out == 0 ? _none() : _payouts(Payout(address(usdc), poster, out)));
    }

    function test_pending_waitsThenActivates() public {
        Epoch memory epoch = _good(1, 7);
        _settle(patient, epoch);
        assertEq(patient.activeRoot().epoch, 0);
        assertEq(patient.asset(address(usdc)).authorisedOut, 0);
        (ICustody.ActiveRoot memory root, uint64 activeAt) = patient.pendingRoot();
        assertEq(root.epoch, 1);
        assertEq(activeAt, T0 + WINDOW);

        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_RootPending.selector, 1, T0 + WINDOW));
        patient.activate();
        vm.warp(T0 + WINDOW);
        vm.expectEmit(address(patient));
        emit ICustody.RootActivated(1, epoch.line.payoutRoot);
        patient.activate();
        assertEq(patient.activeRoot().epoch, 1);
        assertEq(patient.asset(address(usdc)).authorisedOut, 7);
        (root, activeAt) = patient.pendingRoot();
        assertEq(root.epoch, 0);
        assertEq(activeAt, 0);
    }

    function test_pending_anotherSettleReverts() public {
        _settle(patient, _good(1, 0));
        Epoch memory second = _good(2, 0);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_RootPending.selector, 1, T0 + WINDOW));
        _settle(patient, second);
    }

    function test_pending_nextSettleActivatesFirst() public {
        _settle(patient, _good(1, 0));
        vm.warp(T0 + WINDOW);
        _settle(patient, _good(2, 0));
        assertEq(patient.activeRoot().epoch, 1);
        (ICustody.ActiveRoot memory root,) = patient.pendingRoot();
        assertEq(root.epoch, 2);
    }

    function test_pending_distributeActivatesFirst() public {
        Epoch memory epoch = _good(1, 7);
        _settle(patient, epoch);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_PayoutNotInRoot.selector, address(usdc), poster, 7));
        patient.distribute(epoch.claims);
        vm.warp(T0 + WINDOW);
        patient.distribute(epoch.claims);
        assertEq(usdc.balanceOf(poster), 7);
    }

    function test_pending_pauseStopsActivation() public {
        Epoch memory epoch = _good(1, 7);
        _settle(patient, epoch);
        vm.prank(guardian);
        patient.pause(1, T0 + 1 hours);
        vm.warp(T0 + WINDOW);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_Paused.selector, 1, T0 + 1 hours));
        patient.activate();
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_PayoutNotInRoot.selector, address(usdc), poster, 7));
        patient.distribute(epoch.claims);
    }

    function test_pending_assetListedMeanwhileKeepsItsFigures() public {
        _settle(patient, _good(1, 0));
        vm.prank(admin);
        patient.listAsset(ETH, ETH_LOT);
        vm.warp(T0 + WINDOW);
        patient.activate();
        assertEq(patient.asset(ETH).deposited, 0);
        assertEq(patient.asset(address(usdc)).deposited, USD);
    }

    function test_activate_revertsWhenNothingIsPending() public {
        vm.expectRevert(ICustody.Custody_NothingPending.selector);
        patient.activate();
    }
}
