// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";
import {IArbSys} from "../../src/arbitrum/ChainClock.sol";
import {Custody} from "../../src/custody/Custody.sol";
import {CustodyExits} from "../../src/custody/CustodyExits.sol";
import {ICustody} from "../../src/interfaces/ICustody.sol";
import {PobsTest} from "../utils/PobsTest.sol";

/// @notice Settling, pausing, listing and paying at the edges of their ranges.
contract CustodyEdgesTest is PobsTest {
    uint64 private constant WINDOW = 1 hours;
    uint64 private constant LIMIT = 1 << 63;

    address private alice = makeAddr("alice");

    /// @notice A root that settling activates on its way counts: its epoch is not settled twice.
    function test_settle_afterTheWindowCountsFromThePendingEpoch() public {
        Custody patient = _deployCustody(WINDOW);
        Epoch memory epoch = _epoch(patient, 1, new Figures[](0), _none());
        _settle(patient, epoch);
        // Within MAX_AGE of its snapshot the same epoch would settle again if the pending one did not count.
        vm.warp(block.timestamp + WINDOW);
        Epoch memory again = _epoch(patient, 1, new Figures[](0), _none());
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_EpochNotNewer.selector, 1, 1));
        _settle(patient, again);
    }

    function test_settle_revertsForOneAssetTwice() public {
        Epoch memory epoch = _epoch(custody, 1, _figures(Figures(0, 0, 0), Figures(0, 0, 0)), _none());
        epoch.line.assets[0] = epoch.line.assets[1];
        _setRoot(epoch.line.assets[0], 0, epoch.treeHashes[0]);
        _seal(epoch);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_AssetsNotSorted.selector, address(usdc)));
        _settle(custody, epoch);
    }

    function test_settle_revertsForExactlyTheLimitOfLots() public {
        Epoch memory epoch = _epoch(custody, 1, _figures(Figures(0, 0, 0), Figures(LIMIT, 0, 0)), _none());
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_LotsOutOfRange.selector, address(usdc)));
        _settle(custody, epoch);
    }

    /// @notice On Arbitrum a line's block is compared with ArbSys, not with what `block.number` says there.
    function test_settle_onArbitrumByItsOwnBlocks() public {
        address arbSys = address(0x64);
        vm.etch(arbSys, hex"00");
        vm.mockCall(arbSys, abi.encodeCall(IArbSys.arbBlockNumber, ()), abi.encode(uint256(5_000)));
        ICustody.Parameters memory p = ICustody.Parameters(verifier, salt, MAX_AGE, 0, 0, true);
        address code = address(new Custody(p, new CustodyExits(p, forwarders, judge)));
        Custody arbitrum = Custody(payable(_proxy(code, abi.encodeCall(Custody.initialize, (admin, guardian)))));
        vm.prank(admin);
        arbitrum.setRulesHash(RULES);
        assertTrue(arbitrum.ARBITRUM());

        Epoch memory epoch = _epoch(arbitrum, 1, new Figures[](0), _none());
        epoch.line.blockNumber = 5_001;
        _seal(epoch);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_BlockInFuture.selector, 5_001, 5_000));
        _settle(arbitrum, epoch);
        epoch.line.blockNumber = 5_000;
        _seal(epoch);
        _settle(arbitrum, epoch);
        assertEq(arbitrum.activeRoot().blockNumber, 5_000);
    }

    function test_unpause_revertsInTheSecondThePauseEnds() public {
        vm.startPrank(guardian);
        custody.pause(1, T0 + 100);
        vm.warp(T0 + 100);
        vm.expectRevert(ICustody.Custody_NotPaused.selector);
        custody.unpause();
    }

    function test_listAsset_takesTheLargestLot() public {
        Custody target = _deployCustody(0);
        vm.startPrank(admin);
        target.listAsset(ETH, type(uint64).max);
        assertEq(target.asset(ETH).lotSize, type(uint64).max);
        vm.expectRevert(abi.encodeWithSelector(ICustody.Custody_BadLotSize.selector, uint128(type(uint64).max) + 1));
        target.listAsset(address(usdc), uint128(type(uint64).max) + 1);
    }

    /// @notice The count of limits is one byte, and follows every limit that is lifted.
    function test_setOutflowLimit_asOftenAsOneLikes() public {
        vm.startPrank(admin);
        for (uint256 i = 0; i < 300; ++i) {
            custody.setOutflowLimit(ETH, 10, 1);
            custody.setOutflowLimit(ETH, 0, 0);
        }
        (uint64 capacity,,) = custody.outflow(ETH);
        assertEq(capacity, 0);
    }

    /// @notice Each leaf says once what became of it: paid in full nothing is deferred, and paid before nothing happens.
    function test_distribute_saysNothingOfWhatIsNotDue() public {
        _fund(100, 0);
        Epoch memory epoch = _epoch(
            custody,
            1,
            _figures(Figures(0, 0, 0), Figures(100, 10, 10)),
            _payouts(Payout(address(usdc), alice, 4), Payout(address(usdc), poster, 6))
        );
        _settle(custody, epoch);
        vm.recordLogs();
        custody.distribute(epoch.claims);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 own;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(custody)) continue;
            ++own;
            assertEq(logs[i].topics[0], ICustody.Paid.selector);
        }
        assertEq(own, 2);
        custody.distribute(epoch.claims);
        assertEq(vm.getRecordedLogs().length, 0);
    }

    /// @notice Without a required delay any admin may upgrade, also a contract that knows no delay.
    function test_upgrade_byAContractWithoutDelay() public {
        vm.startPrank(admin);
        custody.grantRole(custody.DEFAULT_ADMIN_ROLE(), address(this));
        vm.stopPrank();
        address code = _custodyCode(0, 0);
        UUPSUpgradeable(address(custody)).upgradeToAndCall(code, "");
        bytes32 slot = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;
        assertEq(address(uint160(uint256(vm.load(address(custody), slot)))), code);
    }
}
