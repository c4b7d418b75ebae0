// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICustody} from "../../src/interfaces/ICustody.sol";
import {WorldInvariants} from "./world/WorldInvariants.sol";

/// @notice Each invariant of the world can fail: a world that breaks it alone is caught, by its own id.
contract WorldBitesTest is WorldInvariants {
    function setUp() public override {
        super.setUp();
        for (uint256 c = 0; c < CUSTODIES; ++c) {
            for (uint256 a = 0; a < 2; ++a) {
                for (uint256 w = 0; w < WALLETS; ++w) {
                    this.push(c, a, w, 1_000_000);
                }
            }
        }
        this.sealHonest(3);
        this.settle(0, 0);
        this.check();
    }

    function _caught(bytes memory call, string memory id) private {
        (bool ok, bytes memory reason) = address(this).call(call);
        assertFalse(ok, string.concat(id, " was broken and nobody saw it"));
        assertTrue(vm.contains(string(reason), string.concat(id, ":")), string.concat(id, " was caught by another"));
    }

    function _caught(string memory id) private {
        _caught(abi.encodeCall(this.check, ()), id);
    }

    function _pretend(uint256 a, uint64 deposited, uint64 authorised, uint64 paid) private {
        ICustody.AssetState memory state = ICustody.AssetState(true, uint64(_lot(a)), deposited, authorised, paid);
        vm.mockCall(address(custodies[0]), abi.encodeCall(ICustody.asset, (assets[a])), abi.encode(state));
    }

    function test_I1_bites_paidBeyondAuthorised() public {
        ICustody.AssetState memory state = custodies[0].asset(assets[1]);
        _pretend(1, state.deposited, state.authorisedOut, state.authorisedOut + 1);
        _caught("I-1");
    }

    function test_I2_bites_reservesGone() public {
        vm.deal(address(custodies[0]), 0);
        _caught("I-2");
    }

    function test_I3_bites_paidWithoutBooking() public {
        vm.mockCall(address(custodies[0]), abi.encodeCall(ICustody.paid, (assets[1], wallets[1])), abi.encode(1));
        _caught("I-3");
    }

    function test_I4_bites_figuresFall() public {
        _pretend(0, 0, 0, 0);
        _caught("I-4");
    }

    function test_I5_bites_balanceOffByOneUnit() public {
        usdc.mint(address(custodies[0]), 1);
        _caught("I-5");
    }

    function test_I6_bites_activeWithoutQuorum() public {
        hasQuorum[epoch] = false;
        _caught("I-6");
    }

    function test_I7_bites_acceptedTwice() public {
        ++accepted[epoch][0];
        _caught("I-7");
    }

    function test_I8_bites_stakeFromNowhere() public {
        stake.mint(address(registry), 1);
        _caught("I-8");
    }

    function test_I9_bites_honestSignerSlashed() public {
        vm.prank(address(court));
        stakeSlashed += registry.slash(_validatorAt(0), 10_000, 0, reporter);
        _caught("I-9");
    }

    function test_I10_bites_batchThatPaysNobody() public {
        vm.mockCall(address(custodies[0]), abi.encodeWithSelector(ICustody.distributeRange.selector), "");
        _caught(abi.encodeCall(this.distribute, (0)), "I-10");
    }

    function test_I11_bites_frozenAndThawed() public {
        marks[0].frozen = true;
        _caught("I-11");
    }

    function test_I12_bites_paidWhilePaused() public {
        this.pause(0, 2, 1 days);
        vm.mockCall(address(custodies[0]), abi.encodeWithSelector(ICustody.distributeRange.selector), "");
        _caught(abi.encodeCall(this.distribute, (0)), "I-12");
    }
}
