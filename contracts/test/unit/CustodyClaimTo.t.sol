// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Custody} from "../../src/custody/Custody.sol";
import {ICustody} from "../../src/interfaces/ICustody.sol";
import {PayoutClaim} from "../../src/interfaces/PobsTypes.sol";
import {PobsTest} from "../utils/PobsTest.sol";
import {BlacklistToken} from "../utils/tokens/BlacklistToken.sol";
import {Wallet1271} from "../utils/Wallet1271.sol";

/// @notice `Custody.claimTo`: a deferred amount goes where its wallet signed, and nowhere else.
contract CustodyClaimToTest is PobsTest {
    uint64 private constant HELD = 1_000;
    uint64 private constant ETHER = 1e9;

    address private wallet;
    uint256 private key;
    address private safe = makeAddr("safe");
    BlacklistToken private token;
    Custody private strange;

    function setUp() public override {
        super.setUp();
        (wallet, key) = makeAddrAndKey("wallet");
        token = new BlacklistToken();
        strange = _open();
    }

    /// @dev A custody of the token alone.
    function _open() private returns (Custody opened) {
        opened = _deployCustody(0);
        vm.prank(admin);
        opened.listAsset(address(token), 1);
        token.mint(address(opened), HELD);
    }

    function _settled(Custody at, uint64 number, uint64 out, uint64 withdrawn) private returns (PayoutClaim memory) {
        Figures[] memory figures = new Figures[](1);
        figures[0] = Figures(HELD, out, withdrawn);
        Epoch memory epoch = _epoch(at, number, figures, _payouts(Payout(address(token), wallet, out)));
        _settle(at, epoch);
        return epoch.claims[0];
    }

    /// @dev The type and domain are written out once more, independent of the library.
    function _digest(Custody at, PayoutClaim memory payout, address to, uint256 deadline)
        private
        view
        returns (bytes32)
    {
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("PofBS Custody"),
                keccak256("1"),
                block.chainid,
                address(at)
            )
        );
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256("ClaimTo(address token,address wallet,uint64 cumulative,address to,uint256 deadline)"),
                payout.token,
                payout.wallet,
                payout.cumulative,
                to,
                deadline
            )
        );
        return keccak256(abi.encodePacked(hex"1901", separator, structHash));
    }

    function _signed(Custody at, PayoutClaim memory payout, address to) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, _digest(at, payout, to, T0 + 1 hours));
        return abi.encodePacked(r, s, v);
    }

    function test_claimTo_paysWhereABlacklistedWalletSigned() public {
        PayoutClaim memory payout = _settled(strange, 1, 100, 100);
        token.list(wallet, true);
        PayoutClaim[] memory batch = new PayoutClaim[](1);
        batch[0] = payout;
        vm.expectEmit(address(strange));
        emit ICustody.PayoutDeferred(address(token), wallet, 100, 1);
        strange.distribute(batch);
        bytes memory signature = _signed(strange, payout, safe);
        vm.expectEmit(address(strange));
        emit ICustody.Paid(address(token), wallet, 100, 100, 1);
        vm.expectEmit(address(strange));
        emit ICustody.PayoutRedirected(address(token), wallet, safe, 100);
        vm.prank(makeAddr("relayer"));
        strange.claimTo(payout, safe, T0 + 1 hours, signature);
        assertEq(token.balanceOf(safe), 100);
        assertEq(strange.paid(address(token), wallet), 100);
        assertEq(strange.asset(address(token)).paidOut, 100);
    }

    /// @notice A wallet that can take the amount has not deferred it: it gets it itself.
    function test_claimTo_triesTheWalletFirst() public {
        PayoutClaim memory payout = _settled(strange, 1, 100, 100);
        strange.claimTo(payout, safe, T0 + 1 hours, _signed(strange, payout, safe));
        assertEq(token.balanceOf(wallet), 100);
        assertEq(token.balanceOf(safe), 0);
    }

    /// @notice ERC-1271: a contract wallet that cannot take ETH has it sent elsewhere.
    function test_claimTo_byAContractWallet() public {
        vm.deal(address(custody), 1 ether);
        Wallet1271 contractWallet = new Wallet1271(wallet);
        Epoch memory epoch = _epoch(
            custody,
            1,
            _figures(Figures(ETHER, 6, 6), Figures(0, 0, 0)),
            _payouts(Payout(ETH, address(contractWallet), 6))
        );
        _settle(custody, epoch);
        PayoutClaim memory payout = epoch.claims[0];
        bytes memory signature = _signed(custody, payout, safe);
        custody.claimTo(payout, safe, T0 + 1 hours, signature);
        assertEq(safe.balance, 6 * ETH_LOT);
        assertEq(custody.paid(ETH, address(contractWallet)), 6);
    }

    // Reverts

    function test_claimTo_revertsAfterTheDeadline() public {
        PayoutClaim memory payout = _settled(strange, 1, 100, 100);
        bytes memory signature = _signed(strange, payout, safe);
        vm.warp(T0 + 1 hours + 1);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_SignatureExpired.selector, T0 + 1 hours));
        strange.claimTo(payout, safe, T0 + 1 hours, signature);
        vm.warp(T0 + 1 hours);
        strange.claimTo(payout, safe, T0 + 1 hours, signature);
    }

    function test_claimTo_revertsForBadRecipients() public {
        PayoutClaim memory payout = _settled(strange, 1, 100, 100);
        address[3] memory recipients = [address(0), address(strange), address(token)];
        for (uint256 i = 0; i < 3; ++i) {
            bytes memory signature = _signed(strange, payout, recipients[i]);
            vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_BadRecipient.selector, recipients[i]));
            strange.claimTo(payout, recipients[i], T0 + 1 hours, signature);
        }
    }

    function test_claimTo_revertsWhenNobodyCanTakeIt() public {
        PayoutClaim memory payout = _settled(strange, 1, 100, 100);
        token.list(wallet, true);
        token.list(safe, true);
        bytes memory signature = _signed(strange, payout, safe);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_PaymentFailed.selector, address(token), safe));
        strange.claimTo(payout, safe, T0 + 1 hours, signature);
    }

    function test_claimTo_revertsWhenPaused() public {
        PayoutClaim memory payout = _settled(strange, 1, 100, 100);
        bytes memory signature = _signed(strange, payout, safe);
        vm.prank(guardian);
        strange.pause(2, T0 + 2 hours);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_Paused.selector, 2, T0 + 2 hours));
        strange.claimTo(payout, safe, T0 + 1 hours, signature);
    }

    // Attacks

    /// @notice Nobody but the wallet says where its amount goes: other signers, other addresses, junk.
    function test_attack_redirectByAStranger() public {
        PayoutClaim memory payout = _settled(strange, 1, 100, 100);
        token.list(wallet, true);
        bytes memory refused = abi.encodeWithSelector(ICustody.Custody_BadSignature.selector, wallet);
        bytes memory signature = _signed(strange, payout, safe);
        (, uint256 thief) = makeAddrAndKey("thief");
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(thief, _digest(strange, payout, safe, T0 + 1 hours));
        vm.expectRevert(refused);
        strange.claimTo(payout, safe, T0 + 1 hours, abi.encodePacked(r, s, v));
        vm.expectRevert(refused);
        strange.claimTo(payout, makeAddr("thief"), T0 + 1 hours, signature);
        vm.expectRevert(refused);
        strange.claimTo(payout, safe, T0 + 2 hours, signature);
        vm.expectRevert(refused);
        strange.claimTo(payout, safe, T0 + 1 hours, "");
        (v, r, s) = vm.sign(key, _digest(strange, payout, safe, T0 + 1 hours));
        // The other signature that the curve allows for the same message.
        uint256 order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        vm.expectRevert(refused);
        strange.claimTo(payout, safe, T0 + 1 hours, abi.encodePacked(r, bytes32(order - uint256(s)), v ^ 7));
    }

    /// @notice A signature pays once: not again, not for a later leaf, not at another custody, not on a fork.
    function test_attack_redirectReplayed() public {
        PayoutClaim memory payout = _settled(strange, 1, 100, 100);
        token.list(wallet, true);
        bytes memory signature = _signed(strange, payout, safe);
        uint256 unpaid = vm.snapshotState();
        strange.claimTo(payout, safe, T0 + 1 hours, signature);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_NothingDue.selector, address(token), wallet));
        strange.claimTo(payout, safe, T0 + 1 hours, signature);
        bytes memory refused = abi.encodeWithSelector(ICustody.Custody_BadSignature.selector, wallet);
        PayoutClaim memory later = _settled(strange, 2, 150, 50);
        vm.expectRevert(refused);
        strange.claimTo(later, safe, T0 + 1 hours, signature);
        Custody other = _open();
        PayoutClaim memory elsewhere = _settled(other, 1, 100, 100);
        vm.expectRevert(refused);
        other.claimTo(elsewhere, safe, T0 + 1 hours, signature);
        vm.revertToState(unpaid);
        vm.chainId(block.chainid + 1);
        vm.expectRevert(refused);
        strange.claimTo(payout, safe, T0 + 1 hours, signature);
    }

    /// @notice A relayer cannot make the wallet's own payment fail by sending too little gas.
    function testFuzz_attack_redirectByStarvingTheWallet(uint256 gasGiven) public {
        PayoutClaim memory payout = _settled(strange, 1, 100, 100);
        bytes memory signature = _signed(strange, payout, safe);
        gasGiven = bound(gasGiven, 60_000, 600_000);
        try strange.claimTo{gas: gasGiven}(payout, safe, T0 + 1 hours, signature) {
            assertEq(token.balanceOf(wallet), 100);
        } catch {
            assertEq(strange.paid(address(token), wallet), 0);
        }
        assertEq(token.balanceOf(safe), 0);
    }

    function test_claimTo_revertsWhenGasIsLow() public {
        PayoutClaim memory payout = _settled(strange, 1, 100, 100);
        bytes memory signature = _signed(strange, payout, safe);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_GasTooLow.selector, 0));
        strange.claimTo{gas: 250_000}(payout, safe, T0 + 1 hours, signature);
    }

    /// @notice A wallet's code is asked with `staticcall`: its answer cannot re-enter, and junk is a no.
    function test_attack_contractWalletAnswersJunk() public {
        PayoutClaim memory payout = _settled(strange, 1, 100, 100);
        // Returns 32 zero bytes whatever it is asked.
        vm.etch(wallet, hex"60206000f3");
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_BadSignature.selector, wallet));
        strange.claimTo(payout, safe, T0 + 1 hours, "");
    }
}
