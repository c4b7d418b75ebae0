// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {console} from "forge-std/console.sol";
import {Custody} from "../../src/custody/Custody.sol";
import {SetHeader} from "../../src/interfaces/PobsTypes.sol";
import {Committee} from "../utils/Committee.sol";
import {PobsTest} from "../utils/PobsTest.sol";

/// @notice Second settle of one asset, full participation, whole transactions: the same for any size of the set.
/// @dev The sets' headers are made here; nobody registers a thousand times.
/// forge-config: default.isolate = true
contract SettleFlatTest is PobsTest {
    uint64 private constant USD = 1_000_000_000;
    uint256 private constant SETTLE_MAX = 260_000;

    function _useSet(uint256 size, uint32 id) private {
        committee = new Committee();
        for (uint256 i = 0; i < size; ++i) {
            committee.add(address(uint160(uint256(keccak256(abi.encode(i))))), 1_000 + i, STAKE);
        }
        setId = id;
        SetHeader memory header = committee.header(id, T0, T0 + TERM);
        vm.prank(address(registry));
        sets.accept(header);
    }

    function _settleTwice(uint256 size, uint32 id) private returns (uint256 gas) {
        _useSet(size, id);
        Custody single = _deployCustody(0);
        vm.prank(admin);
        single.listAsset(address(usdc), 1);
        usdc.mint(address(single), USD);
        Figures[] memory figures = new Figures[](1);
        figures[0] = Figures(USD, 0, 0);
        _settle(single, _epoch(single, 1, figures, _none()));
        figures[0] = Figures(USD, 100, 100);
        Payout[] memory payouts = _payouts(Payout(address(usdc), poster, 100));
        vm.roll(block.number + 5);
        _settle(single, _epoch(single, 2, figures, payouts));
        gas = vm.lastCallGas().gasTotalUsed;
        console.log("settle, members", size, gas);
        vm.snapshotValue("gas", string.concat("settle, second, one asset, ", vm.toString(size), " members"), gas);
        assertLe(gas, SETTLE_MAX);
    }

    function test_gas_settleIsFlat() public {
        uint256 few = _settleTwice(20, 2);
        uint256 more = _settleTwice(100, 3);
        uint256 many = _settleTwice(1_000, 4);
        // What differs are zero bytes of calldata.
        assertApproxEqAbs(few, more, 500);
        assertApproxEqAbs(few, many, 500);
    }
}
