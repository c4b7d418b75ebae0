// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "forge-std/Vm.sol";
import {console} from "forge-std/console.sol";
import {Custody} from "../../src/custody/Custody.sol";
import {Certificate, Line, Member} from "../../src/interfaces/PobsTypes.sol";
import {PobsTest} from "../utils/PobsTest.sol";

/// @notice Gas of whole transactions (21000, calldata and cold state included), written to `contracts/snapshots/gas.json`.
/// @dev Under `isolate` every call from the test is a transaction of its own. Vectors: four validators, one asset.
/// forge-config: default.isolate = true
contract GasTest is PobsTest {
    uint64 private constant USD = 1_000_000_000;

    Custody private single;

    function setUp() public override {
        super.setUp();
        single = _deployCustody(0);
        vm.prank(admin);
        single.listAsset(address(usdc), 1);
        usdc.mint(address(single), USD);
    }

    function _build(uint64 number, uint64 out, Payout[] memory payouts) private view returns (Epoch memory) {
        Figures[] memory figures = new Figures[](1);
        figures[0] = Figures(USD, out, payouts.length == 0 ? 0 : uint64(100 * payouts.length));
        return _epoch(single, number, figures, payouts);
    }

    function _record(string memory name) private returns (uint256 gas) {
        gas = vm.lastCallGas().gasTotalUsed;
        vm.snapshotValue("gas", name, gas);
        console.log(name, gas);
    }

    function test_gas_epochOnL2() public {
        Epoch memory epoch = _build(1, 0, _none());
        Line[] memory lines = new Line[](1);
        lines[0] = epoch.line;
        vm.prank(poster);
        manager.propose(epoch.summary, lines);
        _record("propose, first");

        bytes32 message = _voteDigest(1, 1, epoch.digest, 0);
        Member memory member = committee.member(0);
        bytes32[] memory path = committee.path(0);
        bytes memory signature = committee.sign(0, message);
        manager.castVote(1, 1, 0, member, path, signature);
        _record("castVote");
        manager.certify(1, epoch.certificate);
        _record("certify, full participation");

        vm.warp(block.timestamp + 15);
        epoch = _build(2, 0, _none());
        lines[0] = epoch.line;
        vm.prank(poster);
        manager.propose(epoch.summary, lines);
        _record("propose, next");
        manager.certify(2, _approvalWithout(2, epoch.digest, _list(1)));
        _record("certify, one of four absent");
    }

    function test_gas_validators() public {
        address newcomer = makeAddr("newcomer");
        (bytes memory key, bytes memory possession) = _possession(newcomer, 77);
        stake.mint(newcomer, STAKE);
        vm.prank(newcomer);
        stake.approve(address(registry), STAKE);
        vm.prank(newcomer);
        registry.register(key, possession, keccak256("x25519"), STAKE);
        _record("register, fifth validator");
        address leaver = makeAddr("validator1");
        vm.prank(leaver);
        registry.requestExit(leaver);
        _record("requestExit, of five");
        vm.warp(T0 + TERM - 1 hours);
        registry.fixTerm();
        _record("fixTerm");
    }
}
