// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {ProxySeed} from "../../script/ProxySeed.sol";
import {ValidatorSets} from "../../src/validators/ValidatorSets.sol";

/// @notice What a proxy runs until its implementation stands.
contract ProxySeedTest is Test {
    ProxySeed private proxy;
    address private code;

    function setUp() public {
        ProxySeed seed = new ProxySeed(address(this));
        proxy = ProxySeed(address(new ERC1967Proxy(address(seed), abi.encodeCall(ProxySeed.hold, ()))));
        code = address(new ValidatorSets(makeAddr("writer")));
    }

    function test_deployer_putsTheImplementationIn() public {
        proxy.upgradeToAndCall(code, abi.encodeCall(ValidatorSets.initialize, (makeAddr("admin"))));
        assertEq(ValidatorSets(address(proxy)).WRITER(), makeAddr("writer"));
    }

    function test_upgrade_revertsForAnybodyElse() public {
        address stranger = makeAddr("stranger");
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(ProxySeed.ProxySeed_NotDeployer.selector, stranger));
        proxy.upgradeToAndCall(code, "");
    }

    function test_deployer_mayNothingAfterwards() public {
        proxy.upgradeToAndCall(code, abi.encodeCall(ValidatorSets.initialize, (makeAddr("admin"))));
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, address(this), bytes32(0))
        );
        proxy.upgradeToAndCall(code, "");
    }
}
