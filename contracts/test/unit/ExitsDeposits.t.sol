// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {CustodyExits} from "../../src/custody/CustodyExits.sol";
import {ICustody} from "../../src/interfaces/ICustody.sol";
import {ICustodyExits} from "../../src/interfaces/ICustodyExits.sol";
import {IForwarderFactory} from "../../src/interfaces/IForwarder.sol";
import {IFraudVerifier} from "../../src/interfaces/IFraudVerifier.sol";
import {ExitsTest} from "../utils/ExitsTest.sol";

contract PermitToken is ERC20, ERC20Permit {
    constructor() ERC20("Permit", "PRM") ERC20Permit("Permit") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// @notice Keeps one per cent of what it moves.
contract FeeToken is ERC20("Fee", "FEE") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function _update(address from, address to, uint256 amount) internal override {
        uint256 fee = from == address(0) ? 0 : amount / 100;
        super._update(from, to, amount - fee);
        if (fee != 0) super._update(from, address(this), fee);
    }
}

/// @notice `deposit`, `depositWithPermit`, `depositEther`, `reclaim` and the constructor of the exits.
contract ExitsDepositsTest is ExitsTest {
    /* CONSTRUCTOR */

    function test_constructor_keepsItsParts() public {
        CustodyExits built = new CustodyExits(_custodyParameters(), forwarders, judge);
        assertEq(address(built.FORWARDERS()), address(forwarders));
        assertEq(address(built.FRAUD()), address(judge));
        assertEq(built.PARAMETERS_HASH(), custody.PARAMETERS_HASH());
    }

    function test_constructor_refusesZeroAddresses() public {
        vm.expectRevert(ICustodyExits.CustodyExits_ZeroAddress.selector);
        new CustodyExits(_custodyParameters(), IForwarderFactory(address(0)), judge);
        vm.expectRevert(ICustodyExits.CustodyExits_ZeroAddress.selector);
        new CustodyExits(_custodyParameters(), forwarders, IFraudVerifier(address(0)));
    }

    /* DEPOSIT */

    function test_deposit_recordsWhatArrives() public {
        usdc.mint(alice, 300);
        vm.startPrank(alice);
        usdc.approve(address(custody), 300);
        vm.expectEmit(address(custody));
        emit ICustodyExits.DepositRecorded(address(usdc), alice, alice, 100, 100, 1_000);
        exits.deposit(address(usdc), 100);
        vm.roll(1_001);
        vm.expectEmit(address(custody));
        emit ICustodyExits.DepositRecorded(address(usdc), alice, alice, 200, 300, 1_001);
        exits.deposit(address(usdc), 200);
        vm.stopPrank();
        assertEq(usdc.balanceOf(address(custody)), 300);
        assertEq(exits.recorded(address(usdc), alice), 300);
        assertEq(exits.reclaimable(address(usdc), alice), 300);
        assertEq(exits.owed(address(usdc)).recorded, 300);
    }

    function test_deposit_countsTheBalanceNotTheAmount() public {
        FeeToken fee = new FeeToken();
        vm.prank(admin);
        custody.listAsset(address(fee), 1);
        fee.mint(alice, 1_000);
        vm.startPrank(alice);
        fee.approve(address(custody), 1_000);
        exits.deposit(address(fee), 1_000);
        assertEq(exits.recorded(address(fee), alice), 990);
    }

    function test_deposit_refusesEtherUnlistedZeroAndFrozen() public {
        vm.startPrank(alice);
        vm.expectRevert(ICustodyExits.CustodyExits_NotAToken.selector);
        exits.deposit(ETH, 1);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_NotListed.selector, address(stake)));
        exits.deposit(address(stake), 1);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_ZeroDeposit.selector, address(usdc)));
        exits.deposit(address(usdc), 0);
        vm.stopPrank();
        _freeze(custody);
        vm.startPrank(alice);
        vm.expectRevert(ICustody.Custody_Frozen.selector);
        exits.deposit(address(usdc), 1);
        vm.expectRevert(ICustody.Custody_Frozen.selector);
        exits.depositEther{value: 0}();
        vm.expectRevert(ICustody.Custody_Frozen.selector);
        exits.depositWithPermit(address(usdc), 1, 0, 0, 0, 0);
    }

    /* PERMIT */

    function test_depositWithPermit_needsNoApproval() public {
        (PermitToken token, uint8 v, bytes32 r, bytes32 s) = _permit(100);
        vm.prank(vm.addr(7));
        exits.depositWithPermit(address(token), 100, T0, v, r, s);
        assertEq(exits.recorded(address(token), vm.addr(7)), 100);
    }

    /// @notice A permit that somebody used first does not fail the honest call.
    function test_depositWithPermit_survivesAFrontRun() public {
        (PermitToken token, uint8 v, bytes32 r, bytes32 s) = _permit(100);
        vm.prank(stranger);
        token.permit(vm.addr(7), address(custody), 100, T0, v, r, s);
        vm.prank(vm.addr(7));
        exits.depositWithPermit(address(token), 100, T0, v, r, s);
        assertEq(exits.recorded(address(token), vm.addr(7)), 100);
    }

    function test_depositWithPermit_takesNothingWithoutAllowance() public {
        (PermitToken token, uint8 v, bytes32 r, bytes32 s) = _permit(100);
        vm.prank(vm.addr(7));
        vm.expectRevert();
        exits.depositWithPermit(address(token), 101, T0, v, r, s);
        // Another's permit pays for nobody else.
        vm.prank(stranger);
        vm.expectRevert();
        exits.depositWithPermit(address(token), 100, T0, v, r, s);
        assertEq(token.balanceOf(address(custody)), 0);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_NotListed.selector, address(stake)));
        exits.depositWithPermit(address(stake), 1, T0, v, r, s);
    }

    function _permit(uint256 amount) private returns (PermitToken token, uint8 v, bytes32 r, bytes32 s) {
        token = new PermitToken();
        vm.prank(admin);
        custody.listAsset(address(token), 1);
        token.mint(vm.addr(7), 1_000);
        bytes32 typehash =
            keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 structHash = keccak256(abi.encode(typehash, vm.addr(7), address(custody), amount, 0, T0));
        (v, r, s) = vm.sign(7, keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), structHash)));
    }

    /* ETHER */

    function test_depositEther_isAPushWithARecord() public {
        vm.deal(alice, 5 gwei);
        vm.expectEmit(address(custody));
        emit ICustody.EtherReceived(alice, 5 gwei);
        vm.expectEmit(address(custody));
        emit ICustodyExits.DepositRecorded(ETH, alice, alice, 5 gwei, 5 gwei, 1_000);
        vm.prank(alice);
        exits.depositEther{value: 5 gwei}();
        assertEq(address(custody).balance, 5 gwei);
        assertEq(exits.recorded(ETH, alice), 5 gwei);
    }

    function test_depositEther_refusesNothingAndWhereEtherIsNotListed() public {
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_ZeroDeposit.selector, ETH));
        exits.depositEther();
        ICustodyExits bare = ICustodyExits(address(_deployCustody(0)));
        vm.deal(alice, 1);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_NotListed.selector, ETH));
        bare.depositEther{value: 1}();
    }

    /* RECLAIM */

    function test_reclaim_paysWhatNoActiveRootCovers() public {
        _deposit(alice, 100);
        _settle(custody, _usdSheet(1, _holders(Holder(alice, 100, 100, 0)), 0, _none()));
        vm.roll(1_001);
        _deposit(alice, 40);
        _deposit(bob, 7);
        assertEq(exits.reclaimable(address(usdc), alice), 40);
        _freeze(custody);
        assertEq(exits.owed(address(usdc)).recorded, 47);

        vm.expectEmit(address(custody));
        emit ICustodyExits.DepositReclaimed(address(usdc), alice, alice, 40);
        vm.prank(stranger);
        exits.reclaim(address(usdc), alice, alice);
        assertEq(usdc.balanceOf(alice), 40);
        assertEq(exits.reclaimable(address(usdc), alice), 0);
        assertEq(exits.owed(address(usdc)).recorded, 7);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_NothingDue.selector, address(usdc), alice));
        exits.reclaim(address(usdc), alice, alice);
    }

    function test_reclaim_toWhereTheWalletSays() public {
        _deposit(alice, 40);
        _freeze(custody);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_NotWallet.selector, stranger, alice));
        exits.reclaim(address(usdc), alice, stranger);
        vm.startPrank(alice);
        vm.expectRevert(ICustodyExits.CustodyExits_ZeroAddress.selector);
        exits.reclaim(address(usdc), alice, address(0));
        exits.reclaim(address(usdc), alice, bob);
        assertEq(usdc.balanceOf(bob), 40);
    }

    function test_reclaim_everythingWhereNothingWasEverActive() public {
        vm.deal(alice, 3 gwei);
        vm.prank(alice);
        exits.depositEther{value: 3 gwei}();
        _freeze(custody);
        exits.reclaim(ETH, alice, alice);
        assertEq(alice.balance, 3 gwei);
    }

    function test_reclaim_onlyWhileFrozen() public {
        _deposit(alice, 40);
        vm.expectRevert(ICustodyExits.CustodyExits_NotFrozen.selector);
        exits.reclaim(address(usdc), alice, alice);
    }
}
