// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {console} from "forge-std/console.sol";
import {Custody} from "../../src/custody/Custody.sol";
import {PayoutClaim, PayoutLeaf} from "../../src/interfaces/PobsTypes.sol";
import {PayoutLib} from "../../src/libraries/PayoutLib.sol";
import {PobsTest} from "../utils/PobsTest.sol";
import {TreeTwin} from "../utils/TreeTwin.sol";

/// @notice Gas of a custody's whole transactions (21000, calldata and cold state included), written to
/// `contracts/snapshots/gas.json` and held to the targets. Under `isolate` every call is a transaction of its own.
/// forge-config: default.isolate = true
contract CustodyGasTest is PobsTest {
    uint64 private constant USD = 1_000_000_000;
    uint256 private constant SETTLE_MAX = 260_000;
    uint256 private constant FURTHER_ASSET_MAX = 25_000;
    uint256 private constant BATCH_FIRST_MAX = 60_000;
    uint256 private constant BATCH_REPEAT_MAX = 30_000;
    /// @dev Payees below the subtree that a test builds in full; above it, siblings are hashes of nothing.
    uint256 private constant WIDTH = 128;
    uint256 private constant BATCH = 100;

    Custody private single;

    function setUp() public override {
        super.setUp();
        single = _deployCustody(0);
        vm.prank(admin);
        single.listAsset(address(usdc), 1);
        usdc.mint(address(single), USD);
    }

    function _record(string memory name) private returns (uint256 gas) {
        gas = vm.lastCallGas().gasTotalUsed;
        vm.snapshotValue("gas", name, gas);
        console.log(name, gas);
    }

    function _one(uint64 out, uint64 withdrawals) private pure returns (Figures[] memory figures) {
        figures = new Figures[](1);
        figures[0] = Figures(USD, out, withdrawals);
    }

    /// @dev The first 128 leaves of a tree of `2^levels`, each of `cumulative` lots.
    function _settleWide(uint64 number, uint64 cumulative, uint256 levels) private returns (PayoutClaim[] memory) {
        uint64 before = single.asset(address(usdc)).authorisedOut;
        uint64 out = uint64(cumulative * WIDTH);
        Payout[] memory payouts = new Payout[](WIDTH);
        for (uint256 i = 0; i < WIDTH; ++i) {
            payouts[i] = Payout(address(usdc), address(uint160(uint256(keccak256(abi.encode("payee", i))))), cumulative);
        }
        Epoch memory epoch = _epoch(single, number, _one(out, out - before), payouts);
        for (uint256 i = 0; i < WIDTH; ++i) {
            bytes32[] memory path = new bytes32[](levels);
            for (uint256 level = 0; level < levels; ++level) {
                path[level] = level < 7 ? epoch.claims[i].path[level] : keccak256(abi.encode("above", level));
            }
            epoch.claims[i].path = path;
        }
        for (uint256 level = 7; level < levels; ++level) {
            epoch.line.payoutRoot =
                TreeTwin.node(PayoutLib.NODE, epoch.line.payoutRoot, keccak256(abi.encode("above", level)));
        }
        epoch.line.payoutCount = uint32(1 << levels);
        _seal(epoch);
        _settle(single, epoch);
        return epoch.claims;
    }

    function _batch(PayoutClaim[] memory claims) private pure returns (PayoutClaim[] memory batch) {
        batch = new PayoutClaim[](BATCH);
        for (uint256 i = 0; i < BATCH; ++i) {
            batch[i] = claims[i];
        }
    }

    /// @dev The same as one range: leaves 0 to 99 lack a sibling at the right wherever their last node is a left one.
    function _distributeRange(PayoutClaim[] memory claims) private {
        PayoutLeaf[] memory leaves = new PayoutLeaf[](BATCH);
        for (uint256 i = 0; i < BATCH; ++i) {
            leaves[i] = PayoutLeaf(claims[i].token, claims[i].wallet, claims[i].cumulative);
        }
        bytes32[] memory last = claims[BATCH - 1].path;
        bytes32[] memory siblings = new bytes32[](last.length);
        uint256 used;
        for (uint256 level = 0; level < last.length; ++level) {
            if (((BATCH - 1) >> level) & 1 == 0) siblings[used++] = last[level];
        }
        single.distributeRange(0, leaves, TreeTwin.cut(siblings, used));
    }

    function test_gas_settle() public {
        _settle(single, _epoch(single, 1, _one(0, 0), _none()));
        _record("settle, first, one asset");
        vm.roll(block.number + 5);
        _settle(single, _epoch(single, 2, _one(100, 100), _payouts(Payout(address(usdc), poster, 100))));
        uint256 second = _record("settle, second, one asset");
        assertLe(second, SETTLE_MAX, "settle of one asset, second settle, full participation");
        Epoch memory epoch = _epoch(single, 3, _one(100, 0), _none());
        epoch.certificate = _approvalWithout(3, epoch.digest, _list(1));
        _settle(single, epoch);
        _record("settle, one of four absent");
    }

    function test_gas_settleTwoAssets() public {
        _fund(USD, 1 ether);
        Figures memory none = Figures(0, 0, 0);
        _settle(custody, _epoch(custody, 1, _figures(none, none), _none()));
        Figures memory usd = Figures(USD, 100, 100);
        Figures memory eth = Figures(1e9, 5, 5);
        _settle(custody, _epoch(custody, 2, _figures(none, usd), _payouts(Payout(address(usdc), poster, 100))));
        _settle(
            custody,
            _epoch(
                custody,
                3,
                _figures(eth, Figures(USD, 200, 100)),
                _payouts(Payout(ETH, poster, 5), Payout(address(usdc), poster, 200))
            )
        );
        _record("settle, second, two assets");
    }

    function test_gas_settlePending() public {
        Custody patient = _deployCustody(60);
        vm.prank(admin);
        patient.listAsset(address(usdc), 1);
        for (uint64 number = 1; number < 4; ++number) {
            Figures[] memory figures = new Figures[](1);
            usdc.mint(address(patient), 1_000);
            figures[0] = Figures(1_000 * number, 0, 0);
            _settle(patient, _epoch(patient, number, figures, _none()));
            if (number == 3) _record("settle, with a dispute window, activating the one before");
            vm.warp(block.timestamp + 60);
        }
    }

    function _claims(uint256 levels, string memory name) private {
        PayoutClaim[] memory claims = _settleWide(1, 100, levels);
        // The second already holds the token.
        usdc.mint(claims[1].wallet, 1);
        single.claim(claims[0]);
        _record(string.concat("claim, first, ", name, ", a wallet that never held the token"));
        single.claim(claims[1]);
        _record(string.concat("claim, first, ", name));
        claims = _settleWide(2, 200, levels);
        single.claim(claims[0]);
        _record(string.concat("claim, again, ", name));
    }

    function test_gas_claim7() public {
        _claims(7, "7 levels");
    }

    function test_gas_claim17() public {
        _claims(17, "17 levels");
    }

    function _distributes(uint256 levels, string memory name, bool isRange) private returns (uint256, uint256) {
        string memory what = isRange ? "distributeRange" : "distribute";
        PayoutClaim[] memory claims = _settleWide(1, 100, levels);
        if (isRange) _distributeRange(claims);
        else single.distribute(_batch(claims));
        uint256 first = _record(string.concat(what, ", 100 new payees, ", name)) / BATCH;
        vm.snapshotValue("gas", string.concat(what, ", per new payee, ", name), first);
        claims = _settleWide(2, 200, levels);
        if (isRange) _distributeRange(claims);
        else single.distribute(_batch(claims));
        uint256 again = _record(string.concat(what, ", 100 known payees, ", name)) / BATCH;
        vm.snapshotValue("gas", string.concat(what, ", per known payee, ", name), again);
        assertEq(usdc.balanceOf(claims[99].wallet), 200);
        return (first, again);
    }

    function test_gas_distribute() public {
        _distributes(7, "7 levels", false);
    }

    function test_gas_distributeRange7() public {
        (uint256 first, uint256 again) = _distributes(7, "7 levels", true);
        assertLe(first, BATCH_FIRST_MAX, "distribute, per new payee");
        assertLe(again, BATCH_REPEAT_MAX, "distribute, per known payee");
    }

    function test_gas_distributeRange17() public {
        (uint256 first, uint256 again) = _distributes(17, "17 levels", true);
        assertLe(first, BATCH_FIRST_MAX, "distribute, per new payee");
        assertLe(again, BATCH_REPEAT_MAX, "distribute, per known payee");
    }

    function test_gas_claimWithOutflowLimit() public {
        vm.prank(admin);
        single.setOutflowLimit(address(usdc), 1e6, 1e6);
        PayoutClaim[] memory claims = _settleWide(1, 100, 7);
        single.claim(claims[0]);
        vm.warp(block.timestamp + 1);
        claims = _settleWide(2, 200, 7);
        single.claim(claims[0]);
        _record("claim, again, 7 levels, with an outflow limit");
    }

    function test_gas_deposit() public {
        address alice = makeAddr("alice");
        usdc.mint(alice, 100);
        vm.prank(alice);
        usdc.transfer(address(single), 50);
        _record("deposit, ERC-20 transfer");
        vm.deal(alice, 1 ether);
        vm.prank(alice);
        (bool ok,) = address(custody).call{value: 1 ether}("");
        assertTrue(ok);
        _record("deposit, ETH");
    }
}
