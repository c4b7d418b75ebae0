// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Test} from "forge-std/Test.sol";
import {TestToken} from "../../script/TestToken.sol";
import {IArbSysWithdraw, IEthInbox, IL1GatewayRouter, IL2GatewayRouter} from "../../src/arbitrum/IGateways.sol";
import {IReserveBridge} from "../../src/interfaces/IReserveBridge.sol";
import {L1Reserve} from "../../src/treasury/L1Reserve.sol";
import {L2Reserve} from "../../src/treasury/L2Reserve.sol";

/// @notice Router and gateway in one: pulls like Arbitrum's gateway, and remembers what was asked.
contract RouterProbe is IL1GatewayRouter, IL2GatewayRouter {
    bytes32 public asked;
    uint256 public value;
    uint256 public pulled;

    function getGateway(address) external view returns (address) {
        return address(this);
    }

    function outboundTransferCustomRefund(
        address token,
        address refundTo,
        address to,
        uint256 amount,
        uint256 maxGas,
        uint256 gasPriceBid,
        bytes calldata data
    ) external payable returns (bytes memory) {
        asked = keccak256(abi.encode(token, refundTo, to, amount, maxGas, gasPriceBid, data));
        value = msg.value;
        // A gateway that would take more than was sent out gets exactly what was approved.
        pulled = TestToken(token).allowance(msg.sender, address(this));
        TestToken(token).transferFrom(msg.sender, address(this), pulled);
        return abi.encode(uint256(7));
    }

    function outboundTransfer(address l1Token, address to, uint256 amount, bytes calldata data)
        external
        payable
        returns (bytes memory)
    {
        asked = keccak256(abi.encode(l1Token, to, amount, data));
        return abi.encode(uint256(8));
    }
}

contract EthInboxProbe is IEthInbox {
    bytes32 public asked;
    uint256 public value;

    function depositEth() external payable returns (uint256) {
        revert("credits the alias of a contract");
    }

    function createRetryableTicket(
        address to,
        uint256 l2CallValue,
        uint256 maxSubmissionCost,
        address refundTo,
        address valueRefundTo,
        uint256 gasLimit,
        uint256 maxFeePerGas,
        bytes calldata data
    ) external payable returns (uint256) {
        asked = keccak256(
            abi.encode(to, l2CallValue, maxSubmissionCost, refundTo, valueRefundTo, gasLimit, maxFeePerGas, data)
        );
        value = msg.value;
        return 9;
    }
}

contract ArbSysProbe is IArbSysWithdraw {
    address public destination;
    uint256 public value;

    function withdrawEth(address to) external payable returns (uint256) {
        (destination, value) = (to, msg.value);
        return 10;
    }
}

contract ReserveBridgeTest is Test {
    address private admin = makeAddr("admin");
    address private operator = makeAddr("operator");
    address private custody1 = makeAddr("custody on L1");
    address private custody2 = makeAddr("custody on L2");
    address private stranger = makeAddr("stranger");
    TestToken private usdc;
    RouterProbe private router;
    EthInboxProbe private inbox;
    L1Reserve private here;
    L2Reserve private there;

    function setUp() public {
        usdc = new TestToken("USD Coin", "USDC", 6);
        router = new RouterProbe();
        inbox = new EthInboxProbe();
        here = new L1Reserve(admin, operator, custody1, router, inbox);
        there = new L2Reserve(admin, operator, custody2, router);
        vm.startPrank(admin);
        here.setPeer(address(there));
        there.setPeer(address(here));
        vm.stopPrank();
        usdc.mint(address(here), 1_000);
        vm.deal(address(here), 10 ether);
        vm.deal(address(there), 10 ether);
        vm.deal(operator, 10 ether);
    }

    function test_sendToken_toL2() public {
        vm.expectEmit(address(here));
        emit IReserveBridge.ReserveSent(address(usdc), 400, abi.encode(uint256(7)));
        vm.prank(operator);
        here.sendToken{value: 1_300}(address(usdc), 400, 300, 100, 10);
        address to = address(there);
        assertEq(
            router.asked(),
            keccak256(abi.encode(address(usdc), to, to, 400, 100, 10, abi.encode(uint256(300), bytes(""))))
        );
        assertEq(router.value(), 1_300);
        // No more than the amount, and no approval left over.
        assertEq(router.pulled(), 400);
        assertEq(usdc.allowance(address(here), address(router)), 0);
        assertEq(usdc.balanceOf(address(here)), 600);
    }

    function test_sendEth_toL2() public {
        vm.expectEmit(address(here));
        emit IReserveBridge.ReserveSent(address(0), 2 ether, abi.encode(uint256(9)));
        vm.prank(operator);
        here.sendEth{value: 1_300}(2 ether, 300, 100, 10);
        address to = address(there);
        assertEq(inbox.asked(), keccak256(abi.encode(to, 2 ether, 300, to, to, 100, 10, bytes(""))));
        assertEq(inbox.value(), 2 ether + 1_300);
        assertEq(address(here).balance, 8 ether);
    }

    function test_sendToken_toL1() public {
        vm.prank(operator);
        there.sendToken(address(usdc), 400);
        assertEq(router.asked(), keccak256(abi.encode(address(usdc), address(here), 400, bytes(""))));
    }

    function test_sendEth_toL1() public {
        vm.etch(address(0x64), address(new ArbSysProbe()).code);
        vm.prank(operator);
        assertEq(there.sendEth(3 ether), 10);
        assertEq(ArbSysProbe(address(0x64)).destination(), address(here));
        assertEq(ArbSysProbe(address(0x64)).value(), 3 ether);
    }

    function test_deposit_toTheCustodyAlone() public {
        vm.startPrank(operator);
        vm.expectEmit(address(here));
        emit IReserveBridge.ReserveDeposited(address(usdc), 100);
        here.deposit(address(usdc), 100);
        here.deposit(address(0), 1 ether);
        there.deposit(address(0), 2 ether);
        vm.stopPrank();
        assertEq(usdc.balanceOf(custody1), 100);
        assertEq(custody1.balance, 1 ether);
        assertEq(custody2.balance, 2 ether);
    }

    function test_release_byTheAdmin() public {
        vm.startPrank(admin);
        vm.expectEmit(address(here));
        emit IReserveBridge.ReserveReleased(address(usdc), stranger, 100);
        here.release(address(usdc), stranger, 100);
        here.release(address(0), stranger, 1 ether);
        vm.stopPrank();
        assertEq(usdc.balanceOf(stranger), 100);
        assertEq(stranger.balance, 1 ether);
    }

    function test_receivesEth() public {
        vm.prank(operator);
        (bool ok,) = address(here).call{value: 1 ether}("");
        assertTrue(ok);
        assertEq(address(here).balance, 11 ether);
    }

    // Reverts

    /// @notice The operator cannot pay anybody else, nor name another end; a stranger can do nothing.
    function test_roles() public {
        bytes32 role = here.OPERATOR_ROLE();
        bytes memory reason =
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, stranger, role);
        vm.startPrank(stranger);
        vm.expectRevert(reason);
        here.sendToken(address(usdc), 1, 0, 0, 0);
        vm.expectRevert(reason);
        here.sendEth(1, 0, 0, 0);
        vm.expectRevert(reason);
        there.sendToken(address(usdc), 1);
        vm.expectRevert(reason);
        there.sendEth(1);
        vm.expectRevert(reason);
        here.deposit(address(usdc), 1);
        vm.stopPrank();
        reason = abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, operator, bytes32(0));
        vm.startPrank(operator);
        vm.expectRevert(reason);
        here.release(address(usdc), operator, 1);
        vm.expectRevert(reason);
        here.setPeer(operator);
        vm.stopPrank();
    }

    function test_setPeer_onceAndNotZero() public {
        vm.startPrank(admin);
        vm.expectRevert(abi.encodeWithSelector(IReserveBridge.ReserveBridge_PeerSet.selector, address(there)));
        here.setPeer(stranger);
        vm.expectRevert(IReserveBridge.ReserveBridge_ZeroAddress.selector);
        here.setPeer(address(0));
        vm.stopPrank();
    }

    function test_send_revertsWithoutPeer() public {
        L1Reserve fresh1 = new L1Reserve(admin, operator, custody1, router, inbox);
        L2Reserve fresh2 = new L2Reserve(admin, operator, custody2, router);
        vm.startPrank(operator);
        vm.expectRevert(IReserveBridge.ReserveBridge_NoPeer.selector);
        fresh1.sendToken(address(usdc), 1, 0, 0, 0);
        vm.expectRevert(IReserveBridge.ReserveBridge_NoPeer.selector);
        fresh1.sendEth(1, 0, 0, 0);
        vm.expectRevert(IReserveBridge.ReserveBridge_NoPeer.selector);
        fresh2.sendToken(address(usdc), 1);
        vm.expectRevert(IReserveBridge.ReserveBridge_NoPeer.selector);
        fresh2.sendEth(1);
        vm.stopPrank();
    }

    function test_send_revertsForWrongValue() public {
        bytes memory reason = abi.encodeWithSelector(IReserveBridge.ReserveBridge_WrongValue.selector, 1_299, 1_300);
        vm.startPrank(operator);
        vm.expectRevert(reason);
        here.sendToken{value: 1_299}(address(usdc), 400, 300, 100, 10);
        vm.expectRevert(reason);
        here.sendEth{value: 1_299}(1 ether, 300, 100, 10);
        vm.stopPrank();
    }

    function test_release_revertsWhenRefused() public {
        vm.startPrank(admin);
        vm.expectRevert(abi.encodeWithSelector(IReserveBridge.ReserveBridge_TransferFailed.selector, address(usdc), 1));
        here.release(address(0), address(usdc), 1);
        vm.expectRevert(IReserveBridge.ReserveBridge_ZeroAddress.selector);
        here.release(address(usdc), address(0), 1);
        vm.stopPrank();
    }

    function test_constructor_refusesZeroAddresses() public {
        bytes memory reason = abi.encodeWithSelector(IReserveBridge.ReserveBridge_ZeroAddress.selector);
        vm.expectRevert(reason);
        new L1Reserve(address(0), operator, custody1, router, inbox);
        vm.expectRevert(reason);
        new L1Reserve(admin, address(0), custody1, router, inbox);
        vm.expectRevert(reason);
        new L1Reserve(admin, operator, address(0), router, inbox);
        vm.expectRevert(reason);
        new L1Reserve(admin, operator, custody1, IL1GatewayRouter(address(0)), inbox);
        vm.expectRevert(reason);
        new L1Reserve(admin, operator, custody1, router, IEthInbox(address(0)));
        vm.expectRevert(reason);
        new L2Reserve(admin, operator, custody2, IL2GatewayRouter(address(0)));
    }
}
