// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICustodyExits, LeafProof} from "../../src/interfaces/ICustodyExits.sol";
import {PayoutClaim} from "../../src/interfaces/PobsTypes.sol";
import {TreeTwin} from "../utils/TreeTwin.sol";
import {ExitsTest} from "../utils/ExitsTest.sol";

/// @notice Every order in which everybody may leave a frozen custody: all end alike, and nobody's share depends on it.
/// @dev Alice and Bob have rows, Alice a payout that is authorised and unpaid, Carol a record after the root, and Bob a
/// recovery leaf that asks for more than is left over.
contract SmallEscapeTest is ExitsTest {
    uint256 private constant ACTIONS = 6;
    uint64 private constant PUSHED = 500;
    uint256 private constant RECORDED = 70;
    uint256 private constant UNMATCHED = 9;
    uint64 private constant SYSTEM = 50;

    address private carol = makeAddr("carol");
    Holder[] private _rowsOfRoot;
    bytes private _claims;
    bytes private _recovery;
    uint256 private _heldAtFreeze;

    function setUp() public override {
        super.setUp();
        usdc.mint(address(custody), PUSHED);
        Holder[] memory rows =
            _holders(Holder(alice, 300, 300, 40), Holder(bob, 150, 100, 0), Holder(address(4), SYSTEM, 0, 0));
        Epoch memory epoch = _usdSheet(1, rows, 40, _payouts(Payout(address(usdc), alice, 40)));
        _settle(custody, epoch);
        for (uint256 i = 0; i < rows.length; ++i) {
            _rowsOfRoot.push(rows[i]);
        }
        _keep(epoch);
        vm.roll(block.number + 10);
        _deposit(carol, RECORDED);
        usdc.mint(address(custody), UNMATCHED);
        _freeze(custody);
        _nextTerm();
        _certifyRecovery();
        _heldAtFreeze = usdc.balanceOf(address(custody));
    }

    /// @dev Two leaves, each asking for far more than is free.
    function _certifyRecovery() private {
        bytes32[] memory leaves = new bytes32[](2);
        leaves[0] = _leafOf(bob);
        leaves[1] = _leafOf(stranger);
        bytes32 root = TreeTwin.root(0x06, leaves);
        exits.setRecoveryRoot(root, 2, _recoveryCertificate(custody, root, 2, new uint256[](0)));
        _recovery = abi.encode(PayoutClaim(address(usdc), bob, 1_000, 0, TreeTwin.path(0x06, leaves, 0)));
    }

    function _leafOf(address wallet) private view returns (bytes32) {
        return keccak256(
            abi.encodePacked(uint8(3), uint64(block.chainid), address(custody), address(usdc), wallet, uint64(1_000))
        );
    }

    /// @notice All partial orders of six actions: 6 + 30 + 120 + 360 + 720 + 720, of which 720 are complete.
    function test_escape_everyOrderEndsAlike() public {
        (uint256 walked, uint256 complete) = _walk(0);
        assertEq(walked, 1_956);
        assertEq(complete, 720);
    }

    /// @notice Every sequence of four actions, repeats included: what is repeated gives nothing more.
    function test_escape_everySequenceWithRepeats() public {
        assertEq(_walkAll(0, 4), 6 + 36 + 216 + 1_296);
    }

    function _walk(uint256 done) private returns (uint256 walked, uint256 complete) {
        if (done == (1 << ACTIONS) - 1) {
            this.finish();
            return (0, 1);
        }
        for (uint256 action = 0; action < ACTIONS; ++action) {
            if (done >> action & 1 != 0) continue;
            uint256 state = vm.snapshotState();
            this.step(done, action);
            (uint256 below, uint256 ends) = _walk(done | 1 << action);
            (walked, complete) = (walked + 1 + below, complete + ends);
            vm.revertToStateAndDelete(state);
        }
    }

    function _walkAll(uint256 done, uint256 left) private returns (uint256 walked) {
        if (left == 0) return 0;
        for (uint256 action = 0; action < ACTIONS; ++action) {
            uint256 state = vm.snapshotState();
            this.step(done, action);
            walked += 1 + _walkAll(done | 1 << action, left - 1);
            vm.revertToStateAndDelete(state);
        }
    }

    /// @dev In a frame of its own, so that what it decodes is forgotten. Only the recovery leaf, which asks for more
    /// than is free, may come again: when the system's row has been released since.
    function step(uint256 done, uint256 action) external {
        bool due = done >> action & 1 == 0;
        if (action == 5) due = exits.recovered(address(usdc), bob) < _free(done);
        assertEq(_act(action), due, "paid twice, or refused at first");
        _check(done | 1 << action);
    }

    /// @dev When all have acted, a last claim of the recovery leaf empties the custody, whatever the order was.
    function finish() external {
        _act(5);
        _check((1 << ACTIONS) - 1);
        assertEq(exits.recovered(address(usdc), bob), UNMATCHED + SYSTEM, "the rest");
        assertEq(usdc.balanceOf(address(custody)), 0, "left over");
    }

    /// @dev What nobody is owed: the unmatched push, and the system's row once it is released.
    function _free(uint256 done) private pure returns (uint256) {
        return done & 4 != 0 ? UNMATCHED + SYSTEM : UNMATCHED;
    }

    function _act(uint256 action) private returns (bool ok) {
        if (action < 3) {
            // Rows of Alice and Bob, and the system's, which is released and not paid.
            Holder[] memory rows = _rowsOfRoot;
            bytes memory call = action == 2
                ? abi.encodeCall(exits.releaseSystemRow, (_systemProof(rows)))
                : abi.encodeCall(exits.escape, (_proof(_kept(), USD_INDEX, rows, action), rows[action].wallet));
            (ok,) = address(custody).call(call);
        } else if (action == 3) {
            (ok,) = address(custody).call(abi.encodeCall(custody.claim, (_kept().claims[0])));
        } else if (action == 4) {
            vm.prank(carol);
            (ok,) = address(custody).call(abi.encodeCall(exits.reclaim, (address(usdc), carol, carol)));
        } else {
            PayoutClaim memory payout = abi.decode(_recovery, (PayoutClaim));
            (ok,) = address(custody).call(abi.encodeCall(exits.recover, (payout)));
        }
    }

    /// @dev What each is given follows from who has acted, not from the order; what is left covers the rest.
    function _check(uint256 done) private view {
        uint256 aliceGot = (done & 1 != 0 ? 260 : 0) + (done & 8 != 0 ? 40 : 0);
        assertEq(usdc.balanceOf(alice), aliceGot, "alice");
        uint256 bobRow = done & 2 != 0 ? 150 : 0;
        uint256 recovered = exits.recovered(address(usdc), bob);
        assertLe(recovered, _free(done), "recovered > free");
        assertGe(recovered, done & 32 != 0 ? UNMATCHED : 0, "recovered < free");
        assertEq(usdc.balanceOf(bob), bobRow + recovered, "bob");
        assertEq(usdc.balanceOf(carol), done & 16 != 0 ? RECORDED : 0, "carol");

        uint256 held = usdc.balanceOf(address(custody));
        ICustodyExits.Owed memory sums = exits.owed(address(usdc));
        assertGe(held, sums.authorised + sums.recorded + sums.escapable, "I-11: somebody cannot be paid any more");
        assertEq(held + aliceGot + bobRow + recovered + usdc.balanceOf(carol), _heldAtFreeze, "I-5: conservation");
    }

    function _systemProof(Holder[] memory rows) private view returns (LeafProof memory) {
        return _proof(_kept(), USD_INDEX, rows, 2);
    }
}
