// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {TestToken} from "../../script/TestToken.sol";
import {Custody} from "../../src/custody/Custody.sol";
import {CustodyExits} from "../../src/custody/CustodyExits.sol";
import {ICertificateVerifier} from "../../src/interfaces/ICertificateVerifier.sol";
import {ICustody} from "../../src/interfaces/ICustody.sol";
import {ChainClock} from "../../src/arbitrum/ChainClock.sol";
import {PobsTest} from "../utils/PobsTest.sol";

/// @notice Roles, listing, rules and pauses of a custody.
contract CustodyControlTest is PobsTest {
    function _unauthorised(bytes32 role) private view returns (bytes memory) {
        return abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, address(this), role);
    }

    function _pause(uint256 bits, uint64 until) private {
        vm.prank(guardian);
        custody.pause(bits, until);
    }

    function test_pause_expiresByItself() public {
        vm.expectEmit(address(custody));
        emit ICustody.Paused(3, T0 + 72 hours);
        _pause(3, T0 + 72 hours);
        Epoch memory epoch = _epoch(custody, 1, new Figures[](2), _none());
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_Paused.selector, 3, T0 + 72 hours));
        _settle(custody, epoch);
        vm.warp(T0 + 72 hours);
        _settle(custody, _epoch(custody, 1, new Figures[](2), _none()));
    }

    function test_pause_bitsAddUpWhileRunning() public {
        _pause(1, T0 + 2 hours);
        vm.expectEmit(address(custody));
        emit ICustody.Paused(3, T0 + 2 hours);
        _pause(2, T0 + 1 hours);
        vm.warp(T0 + 2 hours);
        vm.expectEmit(address(custody));
        emit ICustody.Paused(2, T0 + 3 hours);
        _pause(2, T0 + 3 hours);
    }

    function test_pause_atMost72HoursInAny30Days() public {
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_PauseTooLong.selector, 72 hours + 1));
        _pause(1, T0 + 72 hours + 1);
        _pause(1, T0 + 1 hours);
        // The rest of the allowance may be used up to the end of the period, and then not again at once.
        vm.warp(T0 + 29 days);
        _pause(1, T0 + 29 days + 71 hours);
        vm.warp(T0 + 32 days);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_PauseTooLong.selector, 72 hours + 1));
        _pause(1, T0 + 32 days + 1);
        vm.warp(T0 + 29 days + 71 hours + 30 days);
        _pause(1, uint64(block.timestamp) + 72 hours);
    }

    function test_unpause_givesTheRestBack() public {
        _pause(1, T0 + 72 hours);
        vm.warp(T0 + 2 hours);
        vm.expectEmit(address(custody));
        emit ICustody.Unpaused();
        vm.prank(guardian);
        custody.unpause();
        _settle(custody, _epoch(custody, 1, new Figures[](2), _none()));
        _pause(1, T0 + 72 hours);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_PauseTooLong.selector, 72 hours + 1));
        _pause(1, T0 + 72 hours + 1);
    }

    function test_pause_reverts() public {
        bytes memory reason = abi.encodeWithSelector(ICustody.Custody_BadPause.selector, 0, T0 + 1);
        vm.expectRevert(reason);
        _pause(0, T0 + 1);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_BadPause.selector, 4, T0 + 1));
        _pause(4, T0 + 1);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_BadPause.selector, 1, T0));
        _pause(1, T0);
        vm.expectRevert(ICustody.Custody_NotPaused.selector);
        vm.prank(guardian);
        custody.unpause();
        bytes32 role = custody.GUARDIAN_ROLE();
        vm.expectRevert(_unauthorised(role));
        custody.pause(1, T0 + 1);
        vm.expectRevert(_unauthorised(role));
        custody.unpause();
    }

    function test_listAsset_shows() public view {
        ICustody.AssetState memory state = custody.asset(ETH);
        assertTrue(state.listed);
        assertEq(state.lotSize, ETH_LOT);
        assertEq(custody.tokens().length, 2);
        assertFalse(custody.asset(address(1)).listed);
    }

    function test_listAsset_reverts() public {
        vm.expectRevert(_unauthorised(bytes32(0)));
        custody.listAsset(address(stake), 1);
        vm.startPrank(admin);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_BadLotSize.selector, 0));
        custody.listAsset(address(stake), 0);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_BadLotSize.selector, 1 << 64));
        custody.listAsset(address(stake), 1 << 64);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_AlreadyListed.selector, ETH));
        custody.listAsset(ETH, 5);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_NotAContract.selector, address(1234)));
        custody.listAsset(address(1234), 1);
        for (uint256 i = 2; i < 32; ++i) {
            custody.listAsset(address(new TestToken("T", "T", 0)), 1);
        }
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_TooManyAssets.selector, 32));
        custody.listAsset(address(stake), 1);
        vm.stopPrank();
    }

    function test_setRulesHash() public {
        vm.expectRevert(_unauthorised(bytes32(0)));
        custody.setRulesHash(bytes32("two"));
        vm.startPrank(admin);
        vm.expectRevert(ICustody.Custody_ZeroRulesHash.selector);
        custody.setRulesHash(bytes32(0));
        custody.setRulesHash(bytes32("two"));
        assertTrue(custody.rulesHashKnown(RULES));
        // Setting it again drops the rules before.
        custody.setRulesHash(bytes32("two"));
        assertFalse(custody.rulesHashKnown(RULES));
        assertTrue(custody.rulesHashKnown(bytes32("two")));
        vm.stopPrank();
    }

    function test_figureTooLarge_reverts() public {
        Epoch memory epoch = _epoch(custody, 1 << 40, new Figures[](2), _none());
        vm.expectRevert(ICustody.Custody_FigureTooLarge.selector);
        _settle(custody, epoch);
    }

    function test_constructor_refusesBadParameters() public {
        ICustody.Parameters memory p = ICustody.Parameters(verifier, salt, 1, 0, 0, false);
        CustodyExits exits = new CustodyExits(p, forwarders, judge);
        address code = address(new Custody(p, exits));
        vm.expectRevert(ICustody.Custody_ZeroAddress.selector);
        _proxy(code, abi.encodeCall(Custody.initialize, (admin, address(0))));
        vm.expectRevert(ICustody.Custody_ZeroAddress.selector);
        _proxy(code, abi.encodeCall(Custody.initialize, (address(0), guardian)));
        p.maxAge = 2;
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_WrongModule.selector, address(exits)));
        new Custody(p, exits);
        p.verifier = ICertificateVerifier(address(0));
        vm.expectRevert(ICustody.Custody_ZeroAddress.selector);
        new Custody(p, exits);
        (p.verifier, p.salt) = (verifier, bytes32(0));
        vm.expectRevert(ICustody.Custody_BadParameters.selector);
        new Custody(p, exits);
        (p.salt, p.maxAge) = (salt, 0);
        vm.expectRevert(ICustody.Custody_BadParameters.selector);
        new Custody(p, exits);
        (p.maxAge, p.arbitrum) = (1, true);
        vm.expectRevert(abi.encodeWithSelector(ChainClock.ChainClock_WrongChain.selector, true, false));
        new Custody(p, exits);
    }

    function test_upgrade_isForTheAdmin() public {
        address code = _custodyCode(0, 0);
        vm.expectRevert(_unauthorised(bytes32(0)));
        custody.upgradeToAndCall(code, "");
        vm.prank(guardian);
        vm.expectPartialRevert(IAccessControl.AccessControlUnauthorizedAccount.selector);
        custody.upgradeToAndCall(code, "");
        vm.prank(admin);
        custody.upgradeToAndCall(code, "");
        assertEq(custody.tokens().length, 2);
    }
}
