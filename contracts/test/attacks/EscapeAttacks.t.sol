// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Custody} from "../../src/custody/Custody.sol";
import {ICustodyExits, LeafProof} from "../../src/interfaces/ICustodyExits.sol";
import {AssetLine, Certificate, Line, PayoutClaim} from "../../src/interfaces/PobsTypes.sol";
import {CertificateLib} from "../../src/libraries/CertificateLib.sol";
import {GpmpLib} from "../../src/libraries/GpmpLib.sol";
import {TreeLib} from "../../src/libraries/TreeLib.sol";
import {CallingWallet, HookToken, PushingHook} from "../utils/Callers.sol";
import {ExitsTest} from "../utils/ExitsTest.sol";
import {GpmpTwin} from "../utils/GpmpTwin.sol";
import {WeirdToken} from "../utils/Payees.sol";

/// @notice ⟂ Nobody escapes with more than the active epoch says is theirs, and nobody keeps anybody from escaping.
contract EscapeAttacks is ExitsTest {
    Holder[] private sheet;

    /// @dev Five rows: a tree of three levels with a lone node on two of them.
    function setUp() public override {
        super.setUp();
        sheet.push(Holder(alice, 100, 80, 20));
        sheet.push(Holder(bob, 50, 50, 0));
        sheet.push(Holder(address(4), 30, 30, 0));
        sheet.push(Holder(poster, 40, 40, 0));
        sheet.push(Holder(guardian, 60, 60, 0));
        _fund(280, 0);
        Epoch memory epoch = _usdSheet(1, sheet, 20, _payouts(Payout(address(usdc), alice, 20)));
        _sealLying(epoch);
        _keep(epoch);
        _settle(custody, _kept());
    }

    function _row(uint256 index) private view returns (LeafProof memory) {
        return _proof(_kept(), USD_INDEX, sheet, index);
    }

    function _notInTree(LeafProof memory proof) private {
        vm.expectPartialRevert(ICustodyExits.CustodyExits_RowNotInTree.selector);
        exits.escape(proof, proof.wallet);
    }

    /* PROOFS */

    function test_attack_escapeTwice() public {
        _freeze(custody);
        exits.escape(_row(1), bob);
        for (uint256 i = 0; i < 2; ++i) {
            LeafProof memory proof = _row(1);
            // Another position is another leaf; the same id is the same row.
            if (i == 1) proof.index = 9;
            vm.expectRevert();
            exits.escape(proof, bob);
        }
        assertEq(usdc.balanceOf(bob), 50);
    }

    /// @notice The row of one asset pays nothing in another.
    function test_attack_rowOfAnotherAssetsTree() public {
        vm.deal(address(custody), 500 gwei);
        Holder[] memory holders = _holders(Holder(bob, 500, 500, 0));
        Epoch memory epoch = _sheet(custody, 2, [holders, sheet], [uint64(0), 20], _none());
        _settle(custody, epoch);
        _freeze(custody);
        LeafProof memory proof = _proof(epoch, ETH_INDEX, holders, 0);
        proof.assetIndex = uint16(USD_INDEX);
        _notInTree(proof);
    }

    /// @notice An inner node read as a row: hashes are tagged and a row's depth is fixed by the count.
    function test_attack_innerNodeAsRow() public {
        _freeze(custody);
        GpmpLib.Node[] memory level = GpmpTwin.leaves(1, _rows(sheet));
        GpmpLib.Node memory inner = GpmpTwin.parents(1, 1, level)[0];
        LeafProof memory proof = _row(0);
        (proof.total, proof.withdrawable, proof.withdrawal) =
        (inner.sums.total, inner.sums.withdrawable, inner.sums.withdrawal);
        GpmpLib.Node[] memory shorter = new GpmpLib.Node[](2);
        (shorter[0], shorter[1]) = (proof.siblings[1], proof.siblings[2]);
        proof.siblings = shorter;
        _notInTree(proof);
    }

    function test_attack_wrongDepth() public {
        _freeze(custody);
        LeafProof memory proof = _row(1);
        GpmpLib.Node[] memory longer = new GpmpLib.Node[](4);
        for (uint256 i = 0; i < 3; ++i) {
            longer[i] = proof.siblings[i];
        }
        proof.siblings = longer;
        _notInTree(proof);
        proof.siblings = new GpmpLib.Node[](0);
        _notInTree(proof);
    }

    /// @notice A lone node has nothing beside it, and no position is beyond the count.
    function test_attack_rowBesideTheLastOne() public {
        _freeze(custody);
        LeafProof memory proof = _row(4);
        proof.siblings[0].sums.total = 1;
        _notInTree(proof);
        proof = _row(4);
        proof.index = 5;
        _notInTree(proof);
    }

    function test_attack_aRicherRowOfAnEarlierEpoch() public {
        LeafProof memory rich = _row(1);
        Epoch memory epoch = _usdSheet(2, _holders(Holder(bob, 1, 1, 0), Holder(alice, 259, 0, 0)), 20, _none());
        _settle(custody, epoch);
        _freeze(custody);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_NotActive.selector, _kept().digest));
        exits.escape(rich, bob);
    }

    /// @notice One row, two custodies: the line names chain and custody, and is this one's or nobody's.
    function test_attack_escapeOnTwoChains() public {
        Custody other = _patientCustody();
        usdc.mint(address(other), 280);
        Epoch memory epoch = _usdSheet(2, sheet, 20, _none());
        Line memory second = _lineOf(other, epoch);
        // Both lines under one summary, which both custodies settle.
        bytes32[2] memory hashes = [this.lineHashOf(epoch.line), this.lineHashOf(second)];
        epoch.summary.linesRoot = TreeLib.node(0x05, hashes[0], hashes[1]);
        epoch.summary.lineCount = 2;
        epoch.linePath = new bytes32[](1);
        epoch.linePath[0] = hashes[1];
        _sign(epoch);
        _settle(custody, epoch);
        bytes32[] memory path = new bytes32[](1);
        path[0] = hashes[0];
        other.settle(epoch.summary, second, 1, path, epoch.treeHashes, epoch.certificate);
        _freeze(custody);
        ICustodyExits doors = ICustodyExits(address(other));
        doors.announceFreeze();
        vm.warp(block.timestamp + 24 hours);
        doors.freeze();

        LeafProof memory proof = _proof(epoch, USD_INDEX, sheet, 1);
        exits.escape(proof, bob);
        vm.expectRevert(
            abi.encodeWithSelector(ICustodyExits.CustodyExits_WrongCustody.selector, block.chainid, address(custody))
        );
        doors.escape(proof, bob);
        vm.chainId(5);
        vm.expectRevert(
            abi.encodeWithSelector(ICustodyExits.CustodyExits_WrongCustody.selector, 31_337, address(custody))
        );
        exits.escape(proof, bob);
    }

    function _lineOf(Custody other, Epoch memory epoch) private pure returns (Line memory line) {
        line = abi.decode(abi.encode(epoch.line), (Line));
        line.custody = address(other);
    }

    /// @notice A tree that two thirds signed though its sums lie cannot pay beyond the line's own sums: here a branch
    /// claims withdrawals without rows, so that the rows alone exceed what is left.
    function test_attack_treeWithLyingSums() public {
        Holder[] memory holders = _holders(Holder(bob, 260, 160, 0), Holder(alice, 0, 0, 0));
        GpmpLib.Node[] memory level = GpmpTwin.leaves(1, _rows(holders));
        level[1].sums.withdrawal = 100;
        level[1].sums.withdrawable = 100;
        GpmpLib.Node memory top = GpmpTwin.parents(1, 1, level)[0];
        Epoch memory epoch = _usdSheet(2, holders, 120, _payouts(Payout(address(usdc), alice, 120)));
        AssetLine memory asset = epoch.line.assets[1];
        (asset.withdrawals, asset.withdrawable, asset.deposited) = (100, top.sums.withdrawable, 280);
        epoch.treeHashes[1] = top.hash;
        _setRoot(asset, 1, top.hash);
        _seal(epoch);
        _settle(custody, epoch);
        _freeze(custody);
        LeafProof memory proof = _proof(epoch, USD_INDEX, holders, 0);
        proof.siblings[0] = level[1];
        // Were more there than is owed, it would not be his either.
        usdc.mint(address(custody), 1_000);
        exits.escape(proof, bob);
        assertEq(usdc.balanceOf(bob), 160);
        custody.claim(epoch.claims[0]);
        assertEq(usdc.balanceOf(alice), 120);
    }

    function test_attack_systemRowAsAWallet() public {
        _freeze(custody);
        LeafProof memory proof = _row(2);
        vm.prank(address(4));
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_SystemRow.selector, address(4)));
        exits.escape(proof, stranger);
        proof.wallet = stranger;
        _notInTree(proof);
    }

    /* DOORS THAT STAY OPEN */

    function test_attack_pauseStopsNoExit() public {
        _deposit(bob, 5);
        vm.roll(2_000);
        _deposit(bob, 7);
        vm.warp(T0 + 8 days - 1 hours);
        vm.prank(guardian);
        custody.pause(3, uint64(block.timestamp + 72 hours));
        exits.announceFreeze();
        vm.warp(block.timestamp + 24 hours);
        exits.freeze();
        exits.escape(_row(1), bob);
        exits.reclaim(address(usdc), bob, bob);
        exits.releaseSystemRow(_row(2));
        assertEq(usdc.balanceOf(bob), 57);
    }

    /// @notice A payee that its token blocks keeps its right, and may be paid elsewhere.
    function test_attack_blacklistedPayee() public {
        WeirdToken weird = new WeirdToken();
        Custody strange = _deployCustody(0);
        vm.startPrank(admin);
        strange.listAsset(address(weird), 1);
        strange.listAsset(ETH, ETH_LOT);
        vm.stopPrank();
        weird.mint(address(strange), 50);
        Holder[] memory holders = _holders(Holder(bob, 50, 50, 0));
        Epoch memory epoch = _sheet(strange, 1, [new Holder[](0), holders], [uint64(0), 0], _none());
        _settle(strange, epoch);
        _freeze(strange);
        ICustodyExits doors = ICustodyExits(address(strange));
        LeafProof memory proof = _proof(epoch, USD_INDEX, holders, 0);
        weird.set(WeirdToken.Mode.Blacklist);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_PaymentFailed.selector, address(weird), bob));
        doors.escape(proof, bob);
        assertEq(doors.escaped(address(weird), _idOf(bob)), 0);
        weird.set(WeirdToken.Mode.Plain);
        vm.prank(bob);
        doors.escape(proof, stranger);
        assertEq(weird.balanceOf(stranger), 50);
    }

    function test_attack_reentrancyInEscape() public {
        CallingWallet wallet = new CallingWallet();
        vm.deal(address(custody), 10 gwei);
        Holder[] memory holders = _holders(Holder(address(wallet), 5, 5, 0), Holder(bob, 5, 5, 0));
        Epoch memory epoch = _sheet(custody, 2, [holders, new Holder[](0)], [uint64(0), 280], _none());
        _settle(custody, epoch);
        _freeze(custody);
        LeafProof memory proof = _proof(epoch, ETH_INDEX, holders, 0);
        wallet.prepare(address(custody), abi.encodeCall(ICustodyExits.escape, (proof, address(wallet))));
        exits.escape(proof, address(wallet));
        assertTrue(wallet.called());
        assertFalse(wallet.ok());
        assertEq(bytes4(wallet.reason()), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        assertEq(address(wallet).balance, 5 gwei);
    }

    /// @notice The guard is one for both modules: an escape cannot be nested in a claim either.
    function test_attack_reentrancyAcrossModules() public {
        CallingWallet wallet = new CallingWallet();
        vm.deal(address(custody), 10 gwei);
        Holder[] memory holders = _holders(Holder(address(wallet), 10, 10, 4));
        Payout[] memory payouts = _payouts(Payout(ETH, address(wallet), 4));
        Epoch memory epoch = _sheet(custody, 2, [holders, new Holder[](0)], [uint64(4), 280], payouts);
        _settle(custody, epoch);
        _freeze(custody);
        LeafProof memory proof = _proof(epoch, ETH_INDEX, holders, 0);
        wallet.prepare(address(custody), abi.encodeCall(ICustodyExits.escape, (proof, address(wallet))));
        custody.claim(epoch.claims[0]);
        assertFalse(wallet.ok());
        assertEq(address(wallet).balance, 4 gwei);
        exits.escape(proof, address(wallet));
        assertEq(address(wallet).balance, 10 gwei);
    }

    /* RECORDED DEPOSITS */

    /// @notice A deposit that the active root covers is in the sheet and cannot be had twice.
    function test_attack_reclaimOfACoveredDeposit() public {
        _deposit(bob, 60);
        vm.roll(1_001);
        Epoch memory epoch = _usdSheet(2, _holders(Holder(bob, 320, 320, 0)), 20, _none());
        _settle(custody, epoch);
        _freeze(custody);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_NothingDue.selector, address(usdc), bob));
        exits.reclaim(address(usdc), bob, bob);
    }

    /// @notice Dust that a stranger sweeps, or sends, moves nobody's record and delays nobody's reclaim.
    function test_attack_strangersDustResetsNothing() public {
        vm.roll(1_001);
        _deposit(alice, 40);
        address home = exits.forwarderOf(alice);
        for (uint256 i = 0; i < 20; ++i) {
            vm.roll(block.number + 1);
            usdc.mint(home, 1);
            vm.prank(stranger);
            exits.sweep(address(usdc), alice);
            vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_ZeroDeposit.selector, address(usdc)));
            exits.sweep(address(usdc), alice);
        }
        _freeze(custody);
        uint256 before = gasleft();
        exits.reclaim(address(usdc), alice, alice);
        assertLt(before - gasleft(), 200_000);
        assertEq(usdc.balanceOf(alice), 60);
    }

    /// @notice What slips in while a deposit is measured is not recorded for the depositor.
    function test_attack_pushInsideADeposit() public {
        HookToken token = new HookToken();
        vm.prank(admin);
        custody.listAsset(address(token), 1);
        PushingHook pushing = new PushingHook(token, address(custody));
        token.mint(address(pushing), 1_000);
        token.mint(bob, 10);
        vm.startPrank(bob);
        token.hook(address(pushing));
        token.approve(address(custody), 10);
        exits.deposit(address(token), 10);
        assertEq(token.balanceOf(address(custody)), 1_010);
        assertEq(exits.recorded(address(token), bob), 10);
    }

    /// @notice Rows cannot be paid out of recorded deposits or authorised payouts, however short the custody is.
    function test_attack_escapersEatRecordsAndPayouts() public {
        vm.roll(1_001);
        _deposit(stranger, 100);
        _freeze(custody);
        // 380 were there; 200 vanish. 20 are authorised, 100 recorded: 60 are left for rows.
        vm.prank(address(custody));
        usdc.transfer(address(0xdead), 200);
        exits.escape(_row(0), alice);
        assertEq(usdc.balanceOf(alice), 60);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_ReservesShort.selector, address(usdc), 0));
        exits.escape(_row(1), bob);
        exits.reclaim(address(usdc), stranger, stranger);
        custody.claim(_kept().claims[0]);
        assertEq(usdc.balanceOf(stranger), 100);
        assertEq(usdc.balanceOf(alice), 80);
        assertEq(usdc.balanceOf(address(custody)), 0);
    }

    /* RECOVERY */

    function _frozenInTerm() private {
        exits.reportFraud(_lyingEvidence(_kept()));
    }

    /// @notice Even a certified root takes nothing from rows, records or payouts.
    function test_attack_recoveryBeyondTheFreeBalance() public {
        vm.roll(1_001);
        _deposit(bob, 11);
        usdc.mint(address(custody), 9);
        _frozenInTerm();
        Epoch memory loot = _usdSheet(9, sheet, 0, _payouts(Payout(address(usdc), stranger, 1_000)));
        exits.setRecoveryRoot(loot.line.payoutRoot, 1, _recoveryCertificate(custody, loot.line.payoutRoot, 1, _list(0)));
        exits.recover(loot.claims[0]);
        assertEq(usdc.balanceOf(stranger), 9);
        for (uint256 i = 0; i < 5; ++i) {
            if (i != 2) exits.escape(_row(i), sheet[i].wallet);
            vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_ReservesShort.selector, address(usdc), 0));
            exits.recover(loot.claims[0]);
        }
        exits.reclaim(address(usdc), bob, bob);
        custody.claim(_kept().claims[0]);
        assertEq(usdc.balanceOf(bob), 61);
        // Only the unmatched row, once opened, is recovery's.
        exits.releaseSystemRow(_row(2));
        exits.recover(loot.claims[0]);
        assertEq(usdc.balanceOf(stranger), 39);
        assertEq(usdc.balanceOf(address(custody)), 0);
    }

    /// @notice A certificate for one custody, chain, root or purpose serves no other.
    function test_attack_recoveryCertificateReplayed() public {
        _frozenInTerm();
        bytes32 root = keccak256("root");
        Certificate memory certificate = _recoveryCertificate(_patientCustody(), root, 1, _list(0));
        bytes memory bad = abi.encodeWithSelector(CertificateLib.Certificate_BadSignature.selector, 0);
        vm.expectRevert(bad);
        exits.setRecoveryRoot(root, 1, certificate);
        certificate = _recoveryCertificate(custody, root, 1, _list(0));
        vm.expectRevert(bad);
        exits.setRecoveryRoot(root, 2, certificate);
        vm.chainId(5);
        vm.expectRevert(bad);
        exits.setRecoveryRoot(root, 1, certificate);
        vm.chainId(31_337);
        certificate = _approval(1, _kept().digest);
        vm.expectPartialRevert(CertificateLib.Certificate_NotMessage.selector);
        exits.setRecoveryRoot(root, 1, certificate);
    }

    /// @notice An ordinary payout leaf is no recovery leaf, and the other way round.
    function test_attack_payoutLeafInRecovery() public {
        _frozenInTerm();
        Epoch memory late = _usdSheet(9, sheet, 0, _payouts(Payout(address(usdc), bob, 7)));
        bytes32 root = late.line.payoutRoot;
        exits.setRecoveryRoot(root, 1, _recoveryCertificate(custody, root, 1, _list(0)));
        vm.expectPartialRevert(ICustodyExits.CustodyExits_PayoutNotInRoot.selector);
        exits.recover(_kept().claims[0]);
        PayoutClaim memory claim = late.claims[0];
        vm.expectRevert();
        custody.claim(claim);
    }
}
