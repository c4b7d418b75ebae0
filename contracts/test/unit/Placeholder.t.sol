// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Test} from "forge-std/Test.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {Placeholder} from "../../script/Placeholder.sol";
import {ValidatorSets} from "../../src/validators/ValidatorSets.sol";

/// @notice What a proxy runs until its implementation stands.
contract PlaceholderTest is Test {
    Placeholder private proxy;
    address private code;

    function setUp() public {
        Placeholder placeholder = new Placeholder(address(this));
        proxy = Placeholder(address(new ERC1967Proxy(address(placeholder), abi.encodeCall(Placeholder.hold, ()))));
        code = address(new ValidatorSets(makeAddr("writer")));
    }

    function test_deployer_putsTheImplementationIn() public {
        proxy.upgradeToAndCall(code, abi.encodeCall(ValidatorSets.initialize, (makeAddr("admin"))));
        assertEq(ValidatorSets(address(proxy)).WRITER(), makeAddr("writer"));
    }

    function test_upgrade_revertsForAnybodyElse() public {
        address stranger = makeAddr("stranger");
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(Placeholder.Placeholder_NotDeployer.selector, stranger));
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
