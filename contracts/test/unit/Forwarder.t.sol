// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Forwarder} from "../../src/custody/Forwarder.sol";
import {ICustody} from "../../src/interfaces/ICustody.sol";
import {ICustodyExits} from "../../src/interfaces/ICustodyExits.sol";
import {IForwarder} from "../../src/interfaces/IForwarder.sol";
import {ExitsTest} from "../utils/ExitsTest.sol";
import {WeirdToken} from "../utils/Payees.sol";

/// @notice Pays with the stipend of `transfer`, as many exchange wallets do.
contract StipendSender {
    function send(address payable to) external payable {
        to.transfer(msg.value);
    }
}

/// @notice `ForwarderFactory`, `Forwarder` and `CustodyExits.sweep`.
contract ForwarderTest is ExitsTest {
    address private home;

    function setUp() public override {
        super.setUp();
        home = exits.forwarderOf(alice);
    }

    /* FACTORY */

    function test_addressOf_followsFromCustodyAndWalletAlone() public {
        assertEq(home, forwarders.addressOf(address(custody), alice));
        assertNotEq(home, forwarders.addressOf(address(custody), bob));
        assertNotEq(home, forwarders.addressOf(stranger, alice));
        vm.prank(stranger);
        assertEq(forwarders.deploy(address(custody), alice), home);
        assertEq(Forwarder(payable(home)).CUSTODY(), address(custody));
    }

    function test_deploy_twiceIsNoFailure() public {
        forwarders.deploy(address(custody), alice);
        assertEq(forwarders.deploy(address(custody), alice), home);
    }

    /* SWEEP */

    function test_sweep_tokenSentBeforeTheForwarderIsDeployed() public {
        usdc.mint(home, 70);
        assertEq(home.code.length, 0);
        vm.expectEmit(address(custody));
        emit ICustodyExits.DepositRecorded(address(usdc), alice, home, 70, 70, 1_000);
        vm.prank(stranger);
        assertEq(exits.sweep(address(usdc), alice), 70);
        assertEq(usdc.balanceOf(address(custody)), 70);
        assertEq(exits.recorded(address(usdc), alice), 70);
    }

    function test_sweep_etherAgainAndAgain() public {
        vm.deal(home, 3 gwei);
        vm.expectEmit(address(custody));
        emit ICustody.EtherReceived(home, 3 gwei);
        vm.expectEmit(address(custody));
        emit ICustodyExits.DepositRecorded(ETH, alice, home, 3 gwei, 3 gwei, 1_000);
        exits.sweep(ETH, alice);
        // A sender with no more than the stipend reaches the deployed one too.
        vm.deal(address(this), 2 gwei);
        new StipendSender().send{value: 2 gwei}(payable(home));
        exits.sweep(ETH, alice);
        assertEq(exits.recorded(ETH, alice), 5 gwei);
        assertEq(address(custody).balance, 5 gwei);
        assertEq(home.balance, 0);
    }

    function test_sweep_whileFrozenIsReclaimable() public {
        _freeze(custody);
        usdc.mint(home, 70);
        exits.sweep(address(usdc), alice);
        exits.reclaim(address(usdc), alice, alice);
        assertEq(usdc.balanceOf(alice), 70);
    }

    function test_sweep_refusesNothing() public {
        vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_ZeroDeposit.selector, address(usdc)));
        exits.sweep(address(usdc), alice);
    }

    function test_sweep_refusesUnlistedTokens() public {
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_NotListed.selector, address(stake)));
        exits.sweep(address(stake), alice);
    }

    function test_sweep_refusesReservedWallets() public {
        address[3] memory wallets = [address(0), address(4), address(custody)];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ICustodyExits.CustodyExits_ReservedWallet.selector, wallets[i]));
            exits.sweep(address(usdc), wallets[i]);
        }
    }

    /* FLUSH */

    function test_flush_onlyByTheCustody() public {
        forwarders.deploy(address(custody), alice);
        usdc.mint(home, 70);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IForwarder.Forwarder_NotCustody.selector, alice));
        IForwarder(home).flush(address(usdc));
    }

    function test_flush_failsLoudly() public {
        WeirdToken weird = new WeirdToken();
        vm.prank(admin);
        custody.listAsset(address(weird), 1);
        weird.mint(home, 70);
        weird.set(WeirdToken.Mode.Blacklist);
        vm.expectRevert(abi.encodeWithSelector(IForwarder.Forwarder_SendFailed.selector, address(weird), 70));
        exits.sweep(address(weird), alice);
        weird.set(WeirdToken.Mode.Plain);
        exits.sweep(address(weird), alice);
        assertEq(exits.recorded(address(weird), alice), 70);
    }
}
